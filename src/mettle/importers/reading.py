"""Which reader a file is for: its header says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mettle.errors import InputError
from mettle.importers import (
    apple_health,
    archives,
    checkins,
    daylio,
    exposures,
    fitbod,
    fitnotes,
    fitnotes_backup,
    fitnotes_ios,
    gymbook,
    hevy,
    liftosaur,
    oura,
    plees,
    reaction,
    rr,
    sleep_as_android,
    sleep_diary,
    sleep_json,
    strong,
    whoop,
    whoop_workouts,
)
from mettle.importers.cells import known_zone, shown
from mettle.importers.imported import Stated
from mettle.importers.tables import open_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mettle.importers.imported import Imported
    from mettle.importers.tables import Table
    from mettle.units import MassUnit


class Reader(Protocol):
    """What the module of a format offers."""

    FORMAT: str

    def recognises(self, table: Table) -> bool:
        """Whether the header is this format's."""

    def read(self, table: Table, stated: Stated) -> Imported:
        """The table's rows as a diary."""


FORMATS: tuple[Reader, ...] = (
    strong,
    hevy,
    fitnotes,
    fitnotes_ios,
    fitbod,
    liftosaur,
    gymbook,
    daylio,
    whoop,
    whoop_workouts,
    oura,
    sleep_diary,
    sleep_as_android,
    plees,
    reaction,
    rr,
    exposures,
    checkins,  # last: any table that begins with a date
)
"""One module a format: ``FORMAT``, ``recognises(table)``, ``read(table, stated)``. Asked in this order."""


def read(
    path: str | Path,
    *,
    unit: MassUnit | None = None,
    timezone: str | None = None,
    moods: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """One export file as a diary, every row accounted for.

    Parameters
    ----------
    path
        The file.
    unit
        Of its loads, where the file does not say: ``"kg"`` or ``"lb"``.
    timezone
        IANA name of the zone that its local times are in.
    moods
        Number of each mood's name, for diaries that hold names only.
    progress
        Told the bytes read and the bytes in all, now and then, where a file may take minutes.

    Raises
    ------
    InputError
        Where the file is none that a reader knows, or is broken as a whole; names the file and the row.
    """
    path = Path(path)
    numbers = {name.strip().lower(): value for name, value in (moods or {}).items()}
    stated = Stated(unit, None if timezone is None else known_zone(timezone), numbers)
    with path.open("rb") as file:
        start = file.read(256)
    if apple_health.begins(start):
        return _some(apple_health.read_stream(path, stated, progress=progress))
    if fitnotes_backup.begins(start):
        return _some(fitnotes_backup.read_backup(path, stated))
    if archives.begins(start):
        return _some(archives.read_archive(path, stated, progress=progress))
    if sleep_json.begins(start):
        return _some(sleep_json.read_document(path, stated))
    with open_table(path) as table:
        for code in FORMATS:
            if code.recognises(table):
                return _some(code.read(table, stated))
        seen = ", ".join(shown(name) for name in table.header[:6])
        known = ", ".join(code.FORMAT for code in FORMATS)
        why = f"no reader knows a file with these columns: {seen}; mettle reads {known} (as CSV), oura and fitbit (as JSON) and apple_health (as XML or zipped)"
        raise InputError(why, where=path.name, row=1)


def _some(imported: Imported) -> Imported:
    """The same, unless every row was skipped and no answer would help: then the file is not what its header claims."""
    if imported.rows_in and not imported.rows_imported and not imported.questions:
        first = imported.problems[0]
        why = f"{first.why}; none of the {imported.rows_in} rows could be read as {imported.format}"
        raise InputError(why, where=imported.file, row=first.row)
    return imported
