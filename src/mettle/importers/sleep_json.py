"""Sleep as the interfaces of Oura (v2) and Fitbit give it: one JSON document, one record a sleep.

A day's naps and night are added up; the heart's figures are those of its longest sleep. Device estimates.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mettle.diary import Observation, Signal
from mettle.errors import InputError
from mettle.importers.cells import moment, shown
from mettle.importers.imported import Imported, Tally, observed
from mettle.units import When

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from mettle.importers.imported import Stated

LARGEST_BYTES = 64 << 20
"""Ten years of nights take about a tenth of this."""

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a format calls its things; ``per_s``: seconds in one unit of time asleep."""

    records: str
    day: str
    asleep: str
    per_s: float
    outcomes: Mapping[str, str]


SHAPES = {
    "oura": _Shape(
        "data",
        "day",
        "total_sleep_duration",
        1,
        {"average_hrv": "hrv_rmssd_ms", "lowest_heart_rate": "resting_heart_rate_bpm"},
    ),
    "fitbit": _Shape("sleep", "dateOfSleep", "minutesAsleep", 60, {}),
}


def begins(start: bytes) -> bool:
    """Whether a file that begins so is a JSON document."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_document(path: Path, stated: Stated) -> Imported:
    """Hours slept a day as a signal; of Oura also heart-rate variability and the lowest resting rate.

    Raises
    ------
    InputError
        Where the file is no such document.
    """
    document = _loaded(path)
    for kind, shape in SHAPES.items():
        records = document.get(shape.records) if isinstance(document, dict) else None
        if isinstance(records, list) and any(isinstance(r, dict) and shape.asleep in r for r in records):
            return _read(path.name, kind, shape, records, stated)
    raise InputError("is JSON, but neither Oura's (data) nor Fitbit's (sleep) records of sleep", where=path.name)


def _loaded(path: Path) -> Any:  # noqa: ANN401 # a document holds anything
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(f"is larger than {LARGEST_BYTES >> 20} MB, as no such document is", where=path.name)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError:
        raise InputError("is nested too deeply to be an export", where=path.name) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=path.name) from None
    except json.JSONDecodeError as error:
        raise InputError(f"is no whole JSON document ({error.msg})", where=path.name, row=error.lineno) from None
    except ValueError:  # a number of thousands of digits
        raise InputError("holds a number longer than any export's", where=path.name) from None


def _read(file: str, kind: str, shape: _Shape, records: list[Any], stated: Stated) -> Imported:
    tally = Tally(file)
    by_day: dict[date, list[tuple[float, dict[str, Any]]]] = {}
    for place, record in enumerate(records, start=1):
        tally.rows_in += 1
        try:
            day, seconds = _sleep(record, shape)
        except ValueError as error:
            tally.skip(place, f"record {place}: {error}")
            continue
        by_day.setdefault(day, []).append((seconds, record))
    found: list[Observation | Signal] = []
    for day, sleeps in by_day.items():
        when = When(day)
        found.append(Signal("sleep_h", when, math.fsum(s for s, _ in sleeps) / 3600, kind))
        longest = max(sleeps, key=lambda item: item[0])[1]
        for name, outcome in shape.outcomes.items():
            value = _number(longest.get(name))
            if value is not None and value > 0:
                found.append(Observation(outcome, when, value, kind))
    return observed(tally, kind, found, timezone=stated.timezone)


def _sleep(record: object, shape: _Shape) -> tuple[date, float]:
    if not isinstance(record, dict):
        raise ValueError("is no record")  # noqa: TRY004 # foreign data, told with its place
    asleep, written = _number(record.get(shape.asleep)), record.get(shape.day)
    if not isinstance(written, str):
        raise ValueError(f"{shape.day}: expected a date")  # noqa: TRY004 # likewise
    if asleep is None or not 0 <= asleep * shape.per_s <= _SECONDS_A_DAY:
        raise ValueError(
            f"{shape.asleep}: expected a length of at most a day, got {shown(str(record.get(shape.asleep)))}"
        )
    return moment(written).on, asleep * shape.per_s


def _number(value: object) -> float | None:
    """The number, None for anything else; true and false are none."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf:
        return float(value)
    return None
