"""FitNotes' backup for Android (``.fitnotes``, an SQLite file), opened read-only and trusting nothing that stands in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from mettle.errors import InputError
from mettle.importers.cells import moment, number, shown, whole
from mettle.importers.imported import Imported, Tally
from mettle.importers.lifts import Lifted, Logbook, named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mettle.importers.imported import Stated

FORMAT = "fitnotes"

_TABLES = {"training_log", "exercise"}
_SETS = """
    SELECT log._id, log.date, exercise.name, log.metric_weight, log.reps, log.distance, log.duration_seconds,
           log.exercise_id
    FROM training_log AS log LEFT JOIN exercise ON exercise._id = log.exercise_id
    ORDER BY log.date, log._id
"""
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_STEPS, _MOST_STEPS = 10_000, 50_000
"""A look every so many steps of SQLite's machine, and so many looks before a file is given up: years of sets take a few."""


def begins(start: bytes) -> bool:
    """Whether a file that begins so is an SQLite file."""
    return start.startswith(b"SQLite format 3\0")


def read_backup(path: Path, stated: Stated) -> Imported:
    """Every set of the log; ``row`` of a problem is the set's own number. Loads are in kg, as the backup keeps them.

    Raises
    ------
    InputError
        Where it is no FitNotes backup, or is damaged.
    """
    tally = Tally(path.name)
    book = Logbook(FORMAT, tally)
    unnamed: dict[str, int] = {}
    for row, cells in _rows(path):
        tally.rows_in += 1
        try:
            book.add(_lifted(row, cells, stated))
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        if not cells[1].strip():
            unnamed[cells[6]] = unnamed.get(cells[6], 0) + 1
        if cells[4] not in ("", "0"):
            tally.note(row, f"a distance of {shown(cells[4])}, whose unit is not known; left out")
    for exercise, sets in unnamed.items():
        tally.note(None, f"{sets} sets of exercise number {shown(exercise)}, which the backup does not name")
    return Imported(
        path.name,
        FORMAT,
        book.diary(stated.timezone),
        tally.rows_in,
        tuple(tally.problems),
        tuple(tally.notes),
        unit="kg",
        timezone=stated.timezone,
    )


def _lifted(row: int, cells: tuple[str, ...], stated: Stated) -> Lifted:
    date, name, load, reps, _, seconds, exercise = cells
    lasted = whole(seconds)
    return Lifted(
        row,
        moment(date, stated.timezone),
        "",
        named(name if name.strip() else f"exercise {whole(exercise)}"),
        amount=number(load),
        unit="kg",
        reps=whole(reps),
        seconds=None if lasted is None else Decimal(lasted),
    )


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Number and cells, as text, of every set."""
    looks = 0

    def enough() -> int:
        nonlocal looks
        looks += 1
        return int(looks > _MOST_STEPS)

    def allowed(action: int, *_: object) -> int:
        return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY

    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            database.set_authorizer(allowed)
            database.set_progress_handler(enough, _STEPS)
            tables = {str(name) for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables >= _TABLES:
                raise InputError("is an SQLite file, but no FitNotes backup (no training_log)", where=path.name)
            for place, (number_, *cells) in enumerate(database.execute(_SETS), start=1):
                row = number_ if isinstance(number_, int) else place
                yield row, tuple("" if cell is None else str(cell) for cell in cells)
    except sqlite3.Error:
        raise InputError(
            "the backup is damaged or of another version; export as CSV instead", where=path.name
        ) from None
