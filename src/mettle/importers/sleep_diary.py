"""A sleep diary as CSV: ``date,bed,try,sol_min,waso_min,wake,out,quality``, or the short form ``date,bed,wake[,quality]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.importers.cells import clock_time, moment, number
from mettle.importers.imported import Tally
from mettle.importers.lifts import walk
from mettle.importers.nights import DIARY, from_nights
from mettle.instruments.sleep import Sleep, night_from_clocks, sleep

if TYPE_CHECKING:
    from datetime import time

    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = DIARY

_NEEDED = ("date", "bed", "wake")
_LONG_FORM = ("try", "sol_min", "waso_min", "out")


def recognises(table: Table) -> bool:
    """Whether there are a date, a time of going to bed and one of waking."""
    return set(_NEEDED) <= set(table.columns)


def read(table: Table, stated: Stated) -> Imported:
    """The variables of every night; a night that cannot be is left out with the reason."""
    tally = Tally(table.file)
    return from_nights(tally, nights(table, stated, tally), stated, kind=FORMAT)


def nights(table: Table, stated: Stated, tally: Tally) -> list[Sleep]:
    """The nights of the table in order; ``date`` is the morning on which a night ended.

    A row without ``try``, ``sol_min``, ``waso_min`` and ``out`` is of the short form. A row with some of them must have all.
    """
    comma = table.delimiter != ","
    found: list[Sleep] = []
    for row, cells in walk(table, tally):
        try:
            found.append(_night(cells, stated, comma=comma))
        except ValueError as error:
            tally.skip(row, str(error))
    days = [n.day for n in found]
    for day in sorted({d for d in days if days.count(d) > 1}):
        tally.note(None, f"{days.count(day)} nights end on {day}; all are kept")
    return sorted(found, key=lambda n: n.wake.sort_key)


def _night(cells: dict[str, str], stated: Stated, *, comma: bool) -> Sleep:
    on = moment(cells["date"]).on
    filled = [name for name in _LONG_FORM if cells.get(name, "").strip()]
    if filled and len(filled) < len(_LONG_FORM):
        missing = ", ".join(name for name in _LONG_FORM if name not in filled)
        raise ValueError(f"{missing} missing; the short form leaves all of {', '.join(_LONG_FORM)} empty")
    names = ("bed", "try", "wake", "out") if filled else ("bed", "wake")
    clocks = [_clock(cells[name], name) for name in names]
    minutes = {name: _number(cells.get(name, ""), name, comma=comma) for name in ("sol_min", "waso_min", "quality")}
    return sleep(night_from_clocks(on, clocks, zone=stated.timezone, source=FORMAT, **minutes))


def _clock(cell: str, name: str) -> time:
    try:
        return clock_time(cell)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _number(cell: str, name: str, *, comma: bool) -> float | None:
    try:
        value = number(cell, comma=comma)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return None if value is None else float(value)
