"""GymBook: every word in the phone's language, so the columns are known by their order and the words by the header."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mettle.importers.cells import clock_time, moment, number, shown
from mettle.importers.imported import Tally
from mettle.importers.lifts import METRES, UNITS, Lifted, Logbook, named, walk
from mettle.units import When

if TYPE_CHECKING:
    from decimal import Decimal

    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table
    from mettle.units import MassUnit

FORMAT = "gymbook"

_NAMES = ("date", "title", "time", "exercise", "region", "primary", "secondary",
          "kind", "done", "load", "notes", "skipped")  # fmt: skip
_YES = {"yes", "si", "sì", "sí", "ja", "oui", "sim"}
_MINUTES = ("min",)
_NEW_SESSION = timedelta(minutes=90)


def recognises(table: Table) -> bool:
    """Whether the header has GymBook's twelve columns, three of which name two or three things with strokes between."""
    names = table.columns
    return len(names) == len(_NAMES) and [n.count(" / ") for n in names] == [0] * 7 + [2, 1, 1, 0, 0]


def read(table: Table, stated: Stated) -> Imported:
    """Every row that was not skipped a set; a pause of more than 90 minutes begins another session."""
    work, warm_up, _cool_down = table.columns[7].split(" / ")
    repetitions = table.columns[8].split(" / ")[0]
    tally = Tally(table.file)
    tally.note(None, "dates read as day, month, year")
    done: list[tuple[datetime, Lifted]] = []
    for row, cells in walk(table, tally, names=_NAMES):
        if cells["skipped"].strip().lower() in _YES:
            tally.skip(row, "skipped in the app")
            continue
        try:
            at = _moment(cells)
            lifted = _lifted(row, cells, at, repetitions)
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        kind = cells["kind"].strip().lower()
        if kind not in (work, warm_up):
            tally.note(row, f"{shown(cells['kind'])}: kept as a set that is no work set")
        done.append((at, replace(lifted, kind="work" if kind == work else "warm_up")))
    book = Logbook(FORMAT, tally)
    units: set[MassUnit] = set()
    for lifted in _with_starts(done, stated.timezone):
        if lifted.unit:
            units.add(lifted.unit)
        book.add(lifted)
    return book.imported(table, unit=units.pop() if len(units) == 1 else None, timezone=stated.timezone)


def _with_starts(done: list[tuple[datetime, Lifted]], timezone: str | None) -> list[Lifted]:
    """The sets in order of time, each with the start of the session that it belongs to."""
    placed: list[Lifted] = []
    start = last = datetime.min  # noqa: DTZ901 - wall times of the phone, whose zone is not in the file
    for at, lifted in sorted(done, key=lambda pair: pair[0]):
        if not placed or at - last > _NEW_SESSION:
            start = at
        last = at
        when = When.local(start)
        placed.append(replace(lifted, start=when if timezone is None else when.assume(timezone)))
    return placed


def _moment(cells: dict[str, str]) -> datetime:
    """Day, month, year, as every language but American English writes it."""
    parts = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})", cells["date"].strip())
    if parts is None:
        raise ValueError(f"expected a date like 09/01/25, got {shown(cells['date'])}")
    day, month, year = (int(part) for part in parts.groups())
    on = moment(f"{year + 2000 if year < 100 else year:04}-{month:02}-{day:02}").on
    return datetime.combine(on, clock_time(cells["time"]))


def _lifted(row: int, cells: dict[str, str], at: datetime, repetitions: str) -> Lifted:
    count, what = _with_unit(cells["done"])
    amount, unit = _with_unit(cells["load"])
    reps = int(count) if count is not None and what == repetitions else None
    seconds = count if reps is None else None
    return Lifted(
        row,
        When.local(at),
        cells["title"],
        named(cells["exercise"]),
        amount=amount if unit in UNITS else None,
        unit=UNITS.get(unit),
        reps=reps,
        seconds=seconds * 60 if seconds and what.startswith(_MINUTES) else seconds,
        distance_m=amount * METRES[unit] if amount and unit in METRES else None,
        notes=cells["notes"],
    )


def _with_unit(cell: str) -> tuple[Decimal | None, str]:
    """``10,00 kg`` as 10.00 and kg."""
    amount, _, unit = cell.strip().replace("\u00a0", " ").partition(" ")
    return number(amount, comma=True), unit.strip().lower()
