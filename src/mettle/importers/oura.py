"""Oura's trends as CSV: one row a night, dated by the morning, lengths in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.diary import Observation, Signal
from mettle.importers.cells import moment, number
from mettle.importers.imported import Tally, observed
from mettle.importers.lifts import walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = "oura"

_ASLEEP = ("total sleep duration", "total sleep dur")
_OUTCOMES = {
    "average hrv": "hrv_rmssd_ms",
    "avg hrv": "hrv_rmssd_ms",
    "lowest resting heart rate": "resting_heart_rate_bpm",
    "lo rhr": "resting_heart_rate_bpm",
    "sleep score": "oura_sleep_score",
}


def recognises(table: Table) -> bool:
    """Whether there is a date and a total sleep duration, as Oura calls it in full or shortened."""
    return "date" in table.columns and bool(set(_ASLEEP) & set(table.columns))


def read(table: Table, stated: Stated) -> Imported:
    """Hours slept as a signal; heart-rate variability, lowest resting rate and sleep score as outcomes."""
    asleep = next(name for name in _ASLEEP if name in table.columns)
    tally = Tally(table.file)
    found: list[Observation | Signal] = []
    for row, cells in walk(table, tally):
        try:
            when = moment(cells["date"], stated.timezone)
            seconds = number(cells[asleep])
            values = {name: number(cells[column]) for column, name in _OUTCOMES.items() if column in cells}
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if seconds is not None:
            found.append(Signal("sleep_h", when, float(seconds) / 3600, FORMAT))
        found += [Observation(n, when, float(v), FORMAT) for n, v in values.items() if v is not None]
        if seconds is None and all(v is None for v in values.values()):
            tally.skip(row, "holds no value")
    return observed(tally, FORMAT, found, timezone=stated.timezone)
