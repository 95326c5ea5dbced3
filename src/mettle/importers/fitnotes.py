"""FitNotes for Android: dates without times, units in the header or in a column, names with commas left unquoted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mettle.importers.cells import length_s, moment, number, shown, whole
from mettle.importers.imported import Tally
from mettle.importers.lifts import METRES, UNITS, Lifted, Logbook, first_stated, named, walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = "fitnotes"


def recognises(table: Table) -> bool:
    """Whether the header is that of FitNotes' workout export."""
    return table.columns[:3] == ("date", "exercise", "category") and "reps" in table.columns


def read(table: Table, stated: Stated) -> Imported:
    """Every row a set; the sets of one date are one session."""
    in_header = first_stated(table.columns, "weight (", UNITS)
    unit = in_header or stated.unit
    load = next((name for name in table.columns if name.startswith("weight") and name != "weight unit"), "")
    tally = Tally(table.file)
    book = Logbook(FORMAT, tally)
    for row, cells in walk(table, tally, loose=table.columns.index("exercise")):
        far_unit = cells.get("distance unit", "").strip().lower()
        try:
            far = number(cells.get("distance", ""))
            seconds = length_s(cells.get("time", ""))
            lifted = Lifted(
                row,
                moment(cells["date"], stated.timezone),
                "",
                named(cells["exercise"]),
                amount=number(cells.get(load, "")),
                unit=UNITS.get(cells.get("weight unit", "").strip().lower(), unit),
                reps=whole(cells["reps"]),
                seconds=None if seconds is None else Decimal(seconds),
                distance_m=far * METRES[far_unit] if far and far_unit in METRES else None,
                notes=cells.get("comment", ""),
            )
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if far and lifted.distance_m is None:
            tally.note(row, f"a distance of {far} in {shown(far_unit)}, which is no unit of length; left out")
        unit = lifted.unit or unit
        book.add(lifted)
    return book.imported(table, unit=unit, timezone=stated.timezone)
