"""Liftosaur: what was asked beside what was done, units by row, times in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.importers.cells import moment, number, whole
from mettle.importers.imported import Tally
from mettle.importers.lifts import UNITS, Lifted, Logbook, named, walk
from mettle.training import PlannedSet
from mettle.units import Load

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table
    from mettle.training.sets import SetKind
    from mettle.units import MassUnit

FORMAT = "liftosaur"


def recognises(table: Table) -> bool:
    """Whether the header is Liftosaur's history."""
    return {"workout datetime", "exercise", "required reps", "completed reps"} <= set(table.columns)


def read(table: Table, stated: Stated) -> Imported:
    """Every completed row a set, with the planned one beside it; rows that were planned only are skipped."""
    tally = Tally(table.file)
    book = Logbook(FORMAT, tally)
    units: set[MassUnit] = set()
    for row, cells in walk(table, tally):
        if not cells["completed reps"].strip():
            tally.skip(row, "planned, not done")
            continue
        try:
            lifted = _lifted(row, cells, stated)
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if lifted.unit and lifted.amount:
            units.add(lifted.unit)
        book.add(lifted)
    unit = units.pop() if len(units) == 1 else None
    return book.imported(table, unit=unit, timezone=stated.timezone, utc=True)


def _lifted(row: int, cells: dict[str, str], stated: Stated) -> Lifted:
    kind: SetKind = "warm_up" if cells.get("is warmup set?", "").strip() == "1" else "work"
    return Lifted(
        row,
        moment(cells["workout datetime"], stated.timezone),
        " · ".join(part for part in (cells.get("program", ""), cells.get("day name", "")) if part),
        named(cells["exercise"]),
        amount=number(cells.get("completed weight value", "")),
        unit=UNITS.get(cells.get("completed weight unit", "").strip().lower(), stated.unit),
        reps=whole(cells["completed reps"]),
        rpe=number(cells.get("completed rpe", "")),
        kind=kind,
        notes=cells.get("notes", ""),
        planned=_planned(cells, kind),
    )


def _planned(cells: dict[str, str], kind: SetKind) -> PlannedSet | None:
    reps = whole(cells["required reps"])
    amount = number(cells.get("required weight value", ""))
    unit = UNITS.get(cells.get("required weight unit", "").strip().lower())
    rpe = number(cells.get("required rpe", ""))
    if reps is None and amount is None:
        return None
    load = Load(amount, unit) if amount and amount > 0 and unit else None
    return PlannedSet(kind=kind, reps=reps, load=load, rir=None if rpe is None else float(10 - rpe))
