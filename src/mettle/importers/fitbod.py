"""Fitbod: kilograms with fifteen digits and UTC times since 2021, bare dates and no unit before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.importers.cells import moment, number, whole
from mettle.importers.imported import Tally
from mettle.importers.lifts import UNITS, Lifted, Logbook, first_stated, named, walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = "fitbod"


def recognises(table: Table) -> bool:
    """Whether the header is Fitbod's, old or new."""
    return {"date", "exercise", "reps", "iswarmup", "note"} <= set(table.columns)


def read(table: Table, stated: Stated) -> Imported:
    """Every row a set; a multiplier of 2 is a pair of dumbbells, each of the load written; a negative load is help."""
    unit = first_stated(table.columns, "weight(", UNITS) or stated.unit
    load = next((name for name in table.columns if name.startswith("weight")), "")
    tally = Tally(table.file)
    book = Logbook(FORMAT, tally)
    for row, cells in walk(table, tally):
        try:
            if cells.get("sets", "1").strip() not in ("", "1"):
                tally.note(row, f"says {cells['sets'].strip()} sets in one row; counted as one")
            book.add(
                Lifted(
                    row,
                    moment(cells["date"], stated.timezone),
                    "",
                    named(cells["exercise"]),
                    amount=number(cells.get(load, "")),
                    unit=unit,
                    reps=whole(cells["reps"]),
                    seconds=number(cells.get("duration(s)", "")),
                    distance_m=number(cells.get("distance(m)", "")),
                    kind="warm_up" if cells["iswarmup"].strip().lower() == "true" else "work",
                    notes=cells["note"],
                    per_hand=number(cells.get("multiplier", "")) == 2,
                )
            )
        except ValueError as error:
            tally.skip(row, str(error))
    return book.imported(table, unit=unit, timezone=stated.timezone, utc="multiplier" in table.columns)
