"""FitNotes for iPhone: times in UTC, decimal commas, and a status that tells a failed set from a done one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mettle.importers.cells import length_s, moment, number, shown, whole
from mettle.importers.imported import Tally
from mettle.importers.lifts import Lifted, Logbook, named, seconds_between, walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = "fitnotes_ios"


def recognises(table: Table) -> bool:
    """Whether the header is that of the iPhone app."""
    return {"starttime", "endtime", "exercise", "status", "iswarmup"} <= set(table.columns)


def read(table: Table, stated: Stated) -> Imported:
    """Every row a set, apart from those that were never begun."""
    tally = Tally(table.file)
    book = Logbook(FORMAT, tally)
    for row, cells in walk(table, tally):
        status = cells["status"].strip().lower()
        if status == "notstarted":
            tally.skip(row, "planned, not done")
            continue
        if status not in ("done", "failed"):
            tally.note(row, f"status {shown(cells['status'])} is not known; taken as done")
        try:
            book.add(_lifted(row, cells, stated, failed=status == "failed"))
        except ValueError as error:
            tally.skip(row, str(error))
    return book.imported(table, unit=stated.unit, timezone=stated.timezone, utc=True)


def _lifted(row: int, cells: dict[str, str], stated: Stated, *, failed: bool) -> Lifted:
    start = moment(cells["starttime"], stated.timezone)
    reps = whole(cells.get("reps", ""))
    seconds = length_s(cells.get("time", ""))
    rpe, rir = number(cells.get("rpe", ""), comma=True), number(cells.get("rir", ""), comma=True)
    name, kit = named(cells["exercise"]), cells.get("equipment", "").strip()
    return Lifted(
        row,
        start,
        cells.get("name", ""),
        f"{name} ({kit})" if kit else name,
        amount=number(cells.get("weight", ""), comma=True),
        unit=stated.unit,
        reps=reps,
        seconds=None if seconds is None else Decimal(seconds),
        rpe=rpe if rir is None else 10 - rir,
        kind="warm_up" if cells["iswarmup"].strip().lower() == "true" else "work",
        status=("stopped" if reps or seconds else "missed") if failed else None,
        notes=cells.get("note", ""),
        duration_s=seconds_between(start, cells["endtime"], stated.timezone),
    )
