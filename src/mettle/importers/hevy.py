"""Hevy: 14 quoted columns, newest first; units in the header; times to the minute without a zone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mettle.importers.cells import moment, number, shown, whole
from mettle.importers.imported import Tally
from mettle.importers.lifts import METRES, UNITS, Lifted, Logbook, first_stated, named, seconds_between, walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table
    from mettle.training.sets import SetKind

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


def read(table: Table, stated: Stated) -> Imported:
    """Every row a set; ``superset_id`` counts within its workout only."""
    unit = first_stated(table.columns, "weight", UNITS) or stated.unit
    metres = first_stated(table.columns, "distance", METRES)
    weight = next((name for name in table.columns if name.startswith("weight")), "")
    distance = next((name for name in table.columns if name.startswith("distance")), "")
    tally = Tally(table.file)
    book = Logbook(FORMAT, tally)
    for row, cells in walk(table, tally):
        if cells["set_type"].strip().lower() not in _KINDS:
            tally.note(row, f"set type {shown(cells['set_type'])} is not known; taken as a work set")
        try:
            lifted = _lifted(row, cells, stated.timezone)
            amount, far = number(cells.get(weight, "")), number(cells.get(distance, ""))
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if far and metres is None:
            tally.note(row, "a distance without a unit; left out")
        book.add(replace(lifted, amount=amount, unit=unit, distance_m=far * metres if far and metres else None))
    return book.imported(table, unit=unit, timezone=stated.timezone)


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
        duration_s=seconds_between(start, cells.get("end_time", ""), timezone),
        session_notes=cells.get("description", ""),
    )
