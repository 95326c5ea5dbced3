"""What stands in a cell: numbers, lengths of time, moments. Anything else is said to be what it is, never run."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mettle.errors import InputError
from mettle.units import When

_POINT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_LONGEST_NUMBER = 40
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " "})


def shown(cell: str) -> str:
    r"""The cell as a message quotes it: short, control characters spelled out.

    >>> shown("=cmd|' /C calc'!A0" + chr(27))
    '"=cmd|\' /C calc\'!A0\\x1b"'
    """
    return repr(cell if len(cell) <= _LONGEST_NUMBER else cell[: _LONGEST_NUMBER - 1] + "…")


def number(cell: str, *, comma: bool = False) -> Decimal | None:
    """The number in a cell, None where the cell is blank.

    Parameters
    ----------
    cell
        Text of the cell.
    comma
        Whether a decimal comma is understood (besides the point).

    Raises
    ------
    ValueError
        Where the cell holds something else: words, NaN, a formula.

    >>> number(" 61.23492"), number("17,5", comma=True), number("")
    (Decimal('61.23492'), Decimal('17.5'), None)
    """
    text = cell.strip()
    if not text:
        return None
    if len(text) <= _LONGEST_NUMBER:
        if _POINT.fullmatch(text):
            return Decimal(text)
        if _COMMA.fullmatch(text):
            if comma:
                return Decimal(text.replace(",", "."))
            raise ValueError(f"a decimal comma needs semicolons between the cells, got {shown(cell)}")
    raise ValueError(f"expected a number, got {shown(cell)}")


def whole(cell: str, *, comma: bool = False) -> int | None:
    """A count of at least 0 (``13.0`` is 13), None where blank; ValueError for anything else."""
    value = number(cell, comma=comma)
    if value is None:
        return None
    if value < 0 or value != value.to_integral_value():
        raise ValueError(f"expected a whole number of at least 0, got {shown(cell)}")
    return int(value)


_LENGTH = re.compile(r"(?:(\d{1,5})\s*h)?\s*(?:(\d{1,5})\s*m(?:in)?)?\s*(?:(\d{1,7})\s*s(?:ec)?)?")


def length_s(cell: str) -> int | None:
    """A length of time in seconds: ``2h 18m``, ``38min``, ``1h``, ``264h 1m``, ``0:00:30``, bare seconds; None where blank.

    >>> length_s("2h 18m"), length_s("38min"), length_s("4543"), length_s("0:01:30")
    (8280, 2280, 4543, 90)
    """
    text = cell.strip().lower().translate(_SPACES)
    if not text:
        return None
    if text.isdecimal() and len(text) < 9:
        return int(text)
    if clock := re.fullmatch(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return 3600 * hours + 60 * minutes + seconds
    if (found := _LENGTH.fullmatch(text)) and any(found.groups()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return 3600 * hours + 60 * minutes + seconds
    raise ValueError(f"expected a length of time like 1h 5m, got {shown(cell)}")


_MONTHS = {
    "jan": 1, "janv": 1, "ene": 1, "gen": 1, "jän": 1,
    "feb": 2, "fev": 2, "fév": 2, "févr": 2,
    "mar": 3, "mär": 3, "märz": 3, "mars": 3, "mrz": 3, "mrt": 3,
    "apr": 4, "avr": 4, "abr": 4,
    "may": 5, "mai": 5, "mag": 5, "maj": 5, "mei": 5,
    "jun": 6, "juin": 6, "giu": 6, "juni": 6,
    "jul": 7, "juil": 7, "lug": 7, "juli": 7,
    "aug": 8, "août": 8, "ago": 8,
    "sep": 9, "sept": 9, "set": 9,
    "oct": 10, "okt": 10, "ott": 10, "out": 10,
    "nov": 11,
    "dec": 12, "déc": 12, "dez": 12, "dic": 12,
}  # fmt: skip
"""Months as English, German, French, Spanish, Italian, Portuguese and Dutch devices shorten them."""

_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}})(?:[T ]\s*{_CLOCK})?", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})\.? (?:de )?([^\W\d]+)\.? (?:de )?(\d{{4}})(?:,? {_CLOCK})?", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"([^\W\d]+)\.? (\d{{1,2}}),? (\d{{4}})(?:,? (?:at )?{_CLOCK})?", re.IGNORECASE)


@lru_cache(maxsize=512)
def moment(cell: str, zone: str | None = None) -> When:
    """The date or time in a cell, whichever way apps and their devices' settings write it.

    Understood: ISO 8601 with or without offset, ``2021-02-10 4:46:13 PM`` (the 12-hour clock of some iPhones, whose
    space is U+202F), ``8 Apr 2026, 16:50``, ``Aug 28, 2017 2:32 PM``.

    Parameters
    ----------
    cell
        Text of the cell.
    zone
        IANA name that the person stated: a local time is read in it, a time in UTC is moved to it, so that it falls on
        the person's own day. Any other offset says where the entry was made, and stays.

    Raises
    ------
    ValueError
        Where the cell is none of these.

    >>> str(moment("2021-02-10 4:46:13\u202fPM")), str(moment("8 Apr 2026, 16:50"))
    ('2021-02-10T16:46:13', '2026-04-08T16:50:00')
    >>> [str(moment(cell, "Europe/Berlin")) for cell in ("2026-11-22T23:30Z", "2026-11-22T23:30-05:00")]
    ['2026-11-23T00:30:00+01:00', '2026-11-22T23:30:00-05:00']
    """
    text = cell.strip().translate(_SPACES)
    found = _wall(text)
    if found is None:
        try:
            found = When.parse(re.sub(r" ([+-]\d{4})$", r"\1", text[:_LONGEST_NUMBER]))
        except ValueError:
            raise ValueError(f"expected a date or time like 2026-11-22 18:30, got {shown(cell)}") from None
    if not _FIRST_YEAR <= found.on.year <= _LAST_YEAR:
        raise ValueError(f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}, got {shown(cell)}")
    if zone is None:
        return found
    if found.instant is not None and found.offset_s == 0:
        return When.aware(found.instant.astimezone(ZoneInfo(zone)))
    return found.assume(zone)


def _wall(text: str) -> When | None:
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups()[:3])
        clock = match.groups()[3:]
    elif match := _DAY_FIRST.fullmatch(text):
        year, month, day = int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1])
        clock = match.groups()[3:]
    elif match := _MONTH_FIRST.fullmatch(text):
        year, month, day = int(match[3]), _MONTHS.get(match[1].lower()[:3], 0), int(match[2])
        clock = match.groups()[3:]
    else:
        return None
    try:
        on = date(year, month, day)
        return When(on) if clock[0] is None else When.local(datetime.combine(on, _clock(*clock)))
    except ValueError:
        return None


def _clock(hour: str, minute: str, second: str | None, half: str | None) -> time:
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(f"no such hour on a 12-hour clock: {hours}")
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    return time(hours, int(minute), int(second or 0))


def clock_time(cell: str) -> time:
    """A time of day: ``19:30``, ``7:05 pm``; ValueError for anything else."""
    found = re.fullmatch(_CLOCK, cell.strip().translate(_SPACES), re.IGNORECASE)
    if found is None:
        raise ValueError(f"expected a time like 19:30, got {shown(cell)}")
    return _clock(*found.groups())


def known_zone(name: str) -> str:
    """The name, where it is one of the IANA time zones; InputError otherwise.

    >>> known_zone("Europe/Berlin")
    'Europe/Berlin'
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        why = f"expected a time zone like Europe/Berlin or America/New_York, got {shown(name)}"
        raise InputError(why, where="timezone") from None
    return name
