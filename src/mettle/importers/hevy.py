"""Hevy: 14 quoted columns, newest first; units in the header; times to the minute without a zone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mettle.importers.cells import moment, number, shown, whole
from mettle.importers.imported import Tally
from mettle.importers.lifts import METRES, UNITS, Lifted, Logbook, first_stated, named, walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported
    from mettle.importers.tables import Table
    from mettle.training.sets import SetKind
    from mettle.units import MassUnit, When

FORMAT = "hevy"

_KINDS: dict[str, SetKind] = {
    "": "work",
    "normal": "work",
    "warmup": "warm_up",
    "dropset": "drop",
    "failure": "failure",
}


def recognises(table: Table) -> bool:
    """Whether the header is Hevy's."""
    return {"start_time", "exercise_title", "set_index", "set_type"} <= set(table.columns)


def read(table: Table, *, unit: MassUnit | None = None, timezone: str | None = None) -> Imported:
    """Every row a set; ``superset_id`` counts within its workout only."""
    unit = first_stated(table.columns, "weight", UNITS) or unit
    metres = first_stated(table.columns, "distance", METRES)
    weight = next((name for name in table.columns if name.startswith("weight")), "")
    distance = next((name for name in table.columns if name.startswith("distance")), "")
    tally = Tally(table.file)
    book = Logbook(FORMAT, tally)
    for row, cells in walk(table, tally):
        if cells["set_type"].strip().lower() not in _KINDS:
            tally.note(row, f"set type {shown(cells['set_type'])} is not known; taken as a work set")
        try:
            lifted = _lifted(row, cells, timezone)
            amount, far = number(cells.get(weight, "")), number(cells.get(distance, ""))
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if far and metres is None:
            tally.note(row, "a distance without a unit; left out")
        book.add(replace(lifted, amount=amount, unit=unit, distance_m=far * metres if far and metres else None))
    return book.imported(table, unit=unit, timezone=timezone)


def _lifted(row: int, cells: dict[str, str], timezone: str | None) -> Lifted:
    start = moment(cells["start_time"], timezone)
    return Lifted(
        row,
        start,
        cells.get("title", ""),
        named(cells["exercise_title"]),
        reps=whole(cells.get("reps", "")),
        seconds=number(cells.get("duration_seconds", "")),
        rpe=number(cells.get("rpe", "")),
        kind=_KINDS.get(cells["set_type"].strip().lower(), "work"),
        superset=cells.get("superset_id", "").strip() or None,
        notes=cells.get("exercise_notes", ""),
        duration_s=_length_s(start, cells.get("end_time", ""), timezone),
        session_notes=cells.get("description", ""),
    )


def _length_s(start: When, end: str, timezone: str | None) -> int | None:
    """Seconds from start to end, an end on the next day included; None where the end is blank."""
    if not end.strip():
        return None
    until = moment(end, timezone)
    if start.instant is not None and until.instant is not None:
        return int((until.instant - start.instant).total_seconds())
    if start.wall is not None and until.wall is not None:
        return int((until.wall - start.wall).total_seconds())
    return None
