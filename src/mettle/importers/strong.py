"""Strong, as iPhones and Android phones wrote it from 2016 to 2025: commas or semicolons, headers in any language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mettle.importers.cells import length_s, moment, number, shown, whole
from mettle.importers.imported import Tally
from mettle.importers.lifts import METRES, UNITS, Lifted, Logbook, named, walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table
    from mettle.training.sets import SetKind
    from mettle.units import MassUnit

FORMAT = "strong"

_COLUMNS = {
    "date": "date",
    "workout #": "number",
    "workout name": "title",
    "duration": "duration",
    "exercise name": "exercise",
    "set order": "order",
    "weight": "load",
    "weight unit": "load unit",
    "reps": "reps",
    "distance": "distance",
    "distance unit": "distance unit",
    "seconds": "seconds",
    "rpe": "rpe",
    "notes": "notes",
    "workout notes": "session notes",
}
_IN_ORDER = tuple(_COLUMNS[name] for name in (
    "date", "workout name", "duration", "exercise name", "set order", "weight", "reps", "distance", "seconds",
    "notes", "workout notes", "rpe",
))  # fmt: skip
"""Since 2020 an iPhone's header is in the phone's language, but the columns keep this order and the last stays RPE."""

_KINDS: dict[str, SetKind] = {"W": "warm_up", "D": "drop", "F": "failure"}
_NOT_A_SET = {"rest timer": "rest timer, not a set", "note": "a note, not a set"}


def recognises(table: Table) -> bool:
    """Whether the header is Strong's in any of its forms."""
    return {"date", "title", "exercise", "order", "load", "reps"} <= set(_names(table))


def read(table: Table, stated: Stated) -> Imported:
    """Every row a set, apart from rest timers."""
    tally = Tally(table.file)
    book = Logbook(FORMAT, tally)
    names = _names(table)
    load, distance = (_in_header(table, names, what) for what in ("load", "distance"))
    units: set[MassUnit | None] = set()
    for row, cells in walk(table, tally, names=names):
        order = cells["order"].strip()
        if order.lower() in _NOT_A_SET:
            tally.skip(row, _NOT_A_SET[order.lower()])
            continue
        own_unit = UNITS.get(cells.get("load unit", "").strip().lower()) or UNITS.get(load) or stated.unit
        metres = METRES.get(cells.get("distance unit", "").strip().lower()) or METRES.get(distance)
        try:
            comma = table.delimiter != ","
            far = number(cells.get("distance", ""), comma=comma)
            lifted = Lifted(
                row,
                moment(cells["date"], stated.timezone),
                cells["title"],
                named(cells["exercise"]),
                amount=number(cells["load"], comma=comma),
                unit=own_unit,
                reps=whole(cells["reps"], comma=comma),
                seconds=number(cells.get("seconds", ""), comma=comma),
                distance_m=far * metres if far and metres else None,
                rpe=number(cells.get("rpe", ""), comma=comma),
                kind=_kind(order, row, tally),
                notes=cells.get("notes", ""),
                duration_s=_length_s(cells.get("duration", ""), row, tally),
                session_notes=cells.get("session notes", ""),
            )
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if far and metres is None:
            tally.note(row, f"a distance of {far} without a unit; left out")
        units.add(own_unit)
        book.add(lifted)
    return book.imported(table, unit=next(iter(units)) if len(units) == 1 else None, timezone=stated.timezone)


def _names(table: Table) -> tuple[str, ...]:
    """What each column is, whatever it is called."""
    bare = [re.sub(r"\s*\(.*\)", "", name) for name in table.columns]
    if {"kg", "lbs"} & set(bare):  # 2016: the column is called after its unit
        bare = ["weight" if n in ("kg", "lbs") else "distance" if n in ("km", "mi") else n for n in bare]
    names = tuple(_COLUMNS.get(name, name) for name in bare)
    if len(names) == len(_IN_ORDER) and names[-1] == "rpe" and "exercise" not in names:
        return _IN_ORDER
    return names


def _in_header(table: Table, names: tuple[str, ...], what: str) -> str:
    """The unit in the column's own name: ``kg`` in ``Weight (kg)``, or the name itself."""
    written = table.columns[names.index(what)] if what in names else ""
    in_brackets = re.search(r"\((.*)\)", written)
    return in_brackets[1].strip() if in_brackets else written


def _kind(order: str, row: int, tally: Tally) -> SetKind:
    """A number is a work set; newer exports mark other kinds with a letter."""
    if order.isdecimal():
        return "work"
    if marked := re.fullmatch(r"([WDF])\d*", order.upper()):
        return _KINDS[marked[1]]
    tally.note(row, f"set order {shown(order)} is not known; taken as a work set")
    return "work"


def _length_s(cell: str, row: int, tally: Tally) -> int | None:
    try:
        return length_s(cell)
    except ValueError as error:
        tally.note(row, f"{error}; left out")
        return None
