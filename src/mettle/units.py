"""Loads and moments as they were written down, with exact conversion.

A load keeps its amount and unit as entered (100 lb stays 100 lb); a moment keeps its wall time and says what is known of
its zone. Neither ever invents what was not stated.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo

MassUnit = Literal["kg", "lb"]

KG_PER_LB = Decimal("0.45359237")
"""Exact by definition. Source: International yard and pound agreement (1959)."""

DAY_STARTS = time(3, 0)
"""A day runs from 03:00 to 03:00 local, so that a late evening belongs to the day that is ending."""

_DISGUISE_TOLERANCE_KG = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Load:
    """An external resistance, as entered.

    Parameters
    ----------
    amount
        The number as written, exact. At least 0; assistance is said by the set, not by a sign.
    unit
        ``"kg"`` or ``"lb"``.

    Raises
    ------
    ValueError
        Where the amount is negative or not finite, or the unit is another.

    >>> Load(Decimal(135), "lb").kg
    Decimal('61.23496995')
    >>> str(Load(Decimal("61.23492"), "kg").shown())  # pounds in disguise
    '135 lb'
    >>> str(Load(Decimal("62.5"), "kg").shown())
    '62.5 kg'
    """

    amount: Decimal
    unit: MassUnit

    def __post_init__(self) -> None:
        if self.unit not in ("kg", "lb"):
            raise ValueError(f"unit must be kg or lb, got {self.unit!r}")
        if not self.amount.is_finite() or self.amount < 0:
            raise ValueError(f"load must be a finite number of at least 0, got {self.amount}")

    @classmethod
    def parse(cls, text: str, unit: MassUnit) -> Load:
        """A load from its written form; a decimal comma is understood.

        >>> Load.parse("17,5", "kg")
        Load(amount=Decimal('17.5'), unit='kg')
        """
        try:
            return cls(Decimal(text.strip().replace(",", ".")), unit)
        except InvalidOperation:
            raise ValueError(f"load must be a number, got {text!r}") from None

    @property
    def kg(self) -> Decimal:
        """The same load in kilograms, exact."""
        return self.amount if self.unit == "kg" else self.amount * KG_PER_LB

    @property
    def lb(self) -> Decimal:
        """The same load in pounds: exact where entered in pounds, otherwise to Decimal's 28 digits."""
        return self.amount if self.unit == "lb" else self.amount / KG_PER_LB

    def shown(self) -> Load:
        """The load to show: kilograms that are evidently converted pounds come back as pounds; what is stored stays.

        Shown as pounds where the value lies within 0.005 kg of a half pound and is no multiple of 0.25 kg.
        """
        if self.unit == "lb" or self.amount % Decimal("0.25") == 0:
            return self
        half_pounds = (self.lb * 2).to_integral_value()
        as_lb = Load(half_pounds / 2, "lb")
        return as_lb if abs(as_lb.kg - self.amount) <= _DISGUISE_TOLERANCE_KG else self

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.unit}"


def plain(number: Decimal) -> str:
    """A decimal without exponent or trailing zeros.

    >>> plain(Decimal("1E+2")), plain(Decimal("17.50"))
    ('100', '17.5')
    """
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class When:
    """A moment or a date as written: wall time, and what is known of its zone.

    Parameters
    ----------
    on
        Calendar date as written.
    clock
        Wall time; None where only a date was given.
    offset_s
        Seconds east of UTC; None where unknown.
    zone
        IANA name; None where unknown.

    >>> When.parse("2026-03-29T01:30:00+01:00").instant
    datetime.datetime(2026, 3, 29, 0, 30, tzinfo=datetime.timezone.utc)
    >>> When.parse("2026-11-22 02:10").day   # before 03:00: still the day before
    datetime.date(2026, 11, 21)
    >>> When.parse("2026-11-22").day, When.parse("20261122").clock   # a date keeps its date
    (datetime.date(2026, 11, 22), None)
    """

    on: date
    clock: time | None = None
    offset_s: int | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if self.clock is not None and self.clock.tzinfo is not None:
            raise ValueError("clock must be a wall time without tzinfo; the offset stands in offset_s")
        if self.clock is None and self.offset_s is not None:
            raise ValueError("a date without a time has no offset")

    @classmethod
    def parse(cls, text: str) -> When:
        """From ISO 8601: a date, a local time, or a time with offset (``Z`` included).

        Raises
        ------
        ValueError
            Where the text is none of these.
        """
        cleaned = text.strip()
        with suppress(ValueError):  # 20261122 and 2026-W47-7 too, which datetime would take for midnight
            return cls(date.fromisoformat(cleaned))
        try:
            moment = datetime.fromisoformat(cleaned)
        except ValueError:
            raise ValueError(
                f"expected a date or time like 2026-11-22 or 2026-11-22T18:30+01:00, got {text!r}"
            ) from None
        return cls.local(moment) if moment.tzinfo is None else cls.aware(moment)

    @classmethod
    def aware(cls, moment: datetime) -> When:
        """From an aware datetime; its zone name is kept where it has one."""
        offset = moment.utcoffset()
        if offset is None:
            raise ValueError("naive datetimes are refused here; use When.local for a time whose zone is unknown")
        zone = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else None
        return cls(moment.date(), moment.time(), int(offset.total_seconds()), zone)

    @classmethod
    def local(cls, moment: datetime) -> When:
        """From a wall time whose zone is not known; nothing is invented."""
        if moment.tzinfo is not None:
            raise ValueError("an aware datetime has a known offset; use When.aware")
        return cls(moment.date(), moment.time())

    def assume(self, zone: str) -> When:
        """The same wall time, read in a zone that the person named; a time that already has an offset is unchanged.

        A wall time that occurs twice (clocks going back) is read as the first; one that never occurs (clocks going
        forward) as the instant that the old offset gives.
        """
        if self.offset_s is not None:
            return self
        if self.clock is None:
            return replace(self, zone=zone)
        offset = datetime.combine(self.on, self.clock, ZoneInfo(zone)).utcoffset()
        assert offset is not None
        return replace(self, zone=zone, offset_s=int(offset.total_seconds()))

    @property
    def day(self) -> date:
        """The day it belongs to: from 03:00 to 03:00 local; a date keeps its date."""
        if self.clock is not None and self.clock < DAY_STARTS:
            return self.on - timedelta(days=1)
        return self.on

    @property
    def wall(self) -> datetime | None:
        """Wall time without zone, or None for a date."""
        return None if self.clock is None else datetime.combine(self.on, self.clock)

    @property
    def instant(self) -> datetime | None:
        """The instant in UTC, or None where the offset is unknown."""
        if self.clock is None or self.offset_s is None:
            return None
        zone = timezone(timedelta(seconds=self.offset_s))
        return datetime.combine(self.on, self.clock, zone).astimezone(UTC)

    @property
    def sort_key(self) -> tuple[date, time]:
        """Order by what was written; a date comes before the times of that date."""
        return (self.on, self.clock or time.min)

    def __str__(self) -> str:
        if self.clock is None:
            return self.on.isoformat()
        moment = datetime.combine(self.on, self.clock)
        if self.offset_s is not None:
            moment = moment.replace(tzinfo=timezone(timedelta(seconds=self.offset_s)))
        return moment.isoformat(timespec="seconds")
