"""Sleep as Android's sleep-export.csv: a header before every record, two rows a night, columns named after the clock.

Device estimates: the span that was tracked is kept as that, never as total sleep time. Places are never read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from mettle.importers.cells import known_zone, number, shown
from mettle.importers.imported import Tally
from mettle.importers.nights import from_nights
from mettle.instruments.sleep import Night, Sleep, sleep
from mettle.units import When

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = "sleep_as_android"

_HEADER = ("Id", "Tz", "From", "To", "Sched", "Hours", "Rating")
_TIME = re.compile(r"(\d{1,2})\. (\d{1,2})\. (\d{4}) (\d{1,2}):(\d{2})")


def recognises(table: Table) -> bool:
    """Whether the first record's header begins as the app's."""
    return table.header[: len(_HEADER)] == _HEADER


def read(table: Table, stated: Stated) -> Imported:
    """The tracked span, mid-sleep and rating of every night, each in its own zone."""
    tally = Tally(table.file)
    return from_nights(tally, nights(table, stated, tally), stated, kind=FORMAT)


def nights(table: Table, stated: Stated, tally: Tally) -> list[Sleep]:  # noqa: ARG001 # every reader of nights takes it
    """The nights in order. The zone stands in every record; what the person states is not needed."""
    found: list[Sleep] = []
    for row in table.rows:
        if row.cells[0] == _HEADER[0]:
            continue
        tally.rows_in += 1
        try:
            found.append(_night(row.cells))
        except ValueError as error:
            tally.skip(row.number, str(error))
    return sorted(found, key=lambda n: n.wake.sort_key)


def _night(cells: list[str]) -> Sleep:
    if len(cells) < len(_HEADER):
        raise ValueError(f"has {len(cells)} cells, expected at least {len(_HEADER)}")
    zone = known_zone(cells[1])
    rating = number(cells[6])
    quality = float(rating) if rating is not None and 1 <= rating <= 5 else None  # 0: not rated
    return sleep(Night(_when(cells[2], zone), _when(cells[3], zone), quality=quality, source=FORMAT))


def _when(cell: str, zone: str) -> When:
    match = _TIME.fullmatch(cell.strip())
    if match is None:
        raise ValueError(f"expected a time like 15. 06. 2017 1:19, got {shown(cell)}")
    day, month, year, hour, minute = (int(part) for part in match.groups())
    if not 1900 <= year <= 2200:
        raise ValueError(f"expected a year from 1900 to 2200, got {shown(cell)}")
    return When.local(datetime(year, month, day, hour, minute)).assume(zone)  # noqa: DTZ001 # its zone follows
