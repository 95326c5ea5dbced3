"""The nights of a file, whichever diary or sleep app wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mettle.errors import InputError
from mettle.importers import plees, sleep_as_android, sleep_diary
from mettle.importers.cells import known_zone, shown
from mettle.importers.imported import Stated, Tally
from mettle.importers.tables import open_table

if TYPE_CHECKING:
    from pathlib import Path

    from mettle.importers.tables import Table
    from mettle.instruments.sleep import Sleep


class NightReader(Protocol):
    """What the module of a format of nights offers."""

    FORMAT: str

    def recognises(self, table: Table) -> bool:
        """Whether the header is this format's."""

    def nights(self, table: Table, stated: Stated, tally: Tally) -> list[Sleep]:
        """The nights in order, skipped rows told to the tally."""


READERS: tuple[NightReader, ...] = (sleep_diary, sleep_as_android, plees)


@dataclass(frozen=True, slots=True)
class NightFile:
    """A file's nights, in order, of one source, and the count of its rows."""

    source: str
    nights: tuple[Sleep, ...]
    tally: Tally


def read_nights(path: Path, *, timezone: str | None = None) -> NightFile:
    """The nights of a file.

    Raises
    ------
    InputError
        Where it is no file of nights, or none of its rows is a night.
    """
    stated = Stated(timezone=None if timezone is None else known_zone(timezone))
    with open_table(path) as table:
        for reader in READERS:
            if reader.recognises(table):
                tally = Tally(table.file)
                found = reader.nights(table, stated, tally)
                if not found:
                    first = tally.problems[0] if tally.problems else None
                    why = first.why if first else "holds no night"
                    raise InputError(why, where=table.file, row=first.row if first else None)
                return NightFile(reader.FORMAT, tuple(found), tally)
        seen = ", ".join(shown(name) for name in table.header[:6])
        why = f"expected the columns date,bed,try,sol_min,waso_min,wake,out,quality (or date,bed,wake), got {seen}"
        raise InputError(why, where=table.file, row=1)
