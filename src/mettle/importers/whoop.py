"""Whoop's sleep and recovery cycles: local times with an offset in its own column, which changes along the file."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from mettle.diary import Observation, Signal
from mettle.importers.cells import moment, number, shown
from mettle.importers.imported import Tally, observed
from mettle.importers.lifts import walk
from mettle.units import When

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = "whoop"

_OUTCOMES = {
    "heart rate variability (ms)": "hrv_rmssd_ms",
    "resting heart rate (bpm)": "resting_heart_rate_bpm",
    "recovery score %": "recovery_percent",
}


def recognises(table: Table) -> bool:
    """Whether the header is that of ``physiological_cycles.csv``."""
    return {"cycle start time", "cycle timezone", "wake onset", "asleep duration (min)"} <= set(table.columns)


def read(table: Table, stated: Stated) -> Imported:
    """Hours slept as a signal of the morning they ended; heart-rate variability, resting rate and recovery as outcomes."""
    tally = Tally(table.file)
    found: list[Observation | Signal] = []
    for row, cells in walk(table, tally):
        if not cells["wake onset"].strip():
            tally.skip(row, "an open cycle without sleep")
            continue
        try:
            when = local_time(cells, "wake onset")
            asleep = number(cells["asleep duration (min)"])
            values = {name: number(cells.get(column, "")) for column, name in _OUTCOMES.items()}
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if asleep is not None:
            found.append(Signal("sleep_h", when, float(asleep) / 60, FORMAT))
        found += [Observation(n, when, float(v), FORMAT) for n, v in values.items() if v is not None]
        if asleep is None and all(v is None for v in values.values()):
            tally.skip(row, "holds no value")
    return observed(tally, FORMAT, found, timezone=stated.timezone)


def local_time(cells: dict[str, str], column: str) -> When:
    """The time in a column, with the offset that stands in the row."""
    found = re.fullmatch(r"UTC([+-])(\d{2}):(\d{2})|UTC(?:Z)?", cells["cycle timezone"].strip())
    if found is None:
        raise ValueError(f"expected an offset like UTC-04:00, got {shown(cells['cycle timezone'])}")
    wall = moment(cells[column]).wall
    if wall is None:
        raise ValueError(f"expected a time, got {shown(cells['wake onset'])}")
    sign, hours, minutes = found.groups()
    east = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    return When.aware(wall.replace(tzinfo=timezone(east)))
