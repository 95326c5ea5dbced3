"""Plees Tracker's CSV: ``sid,start,stop,rating``, moments in milliseconds since 1970. Spans as tracked, no sleep time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mettle.importers.cells import shown, whole
from mettle.importers.imported import UTC_ONLY, Tally
from mettle.importers.lifts import walk
from mettle.importers.nights import from_nights
from mettle.instruments.sleep import Night, Sleep, sleep
from mettle.units import When

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table

FORMAT = "plees"

_FIRST_MS, _LAST_MS = 0, 7_258_118_400_000
"""1970 to 2200."""


def recognises(table: Table) -> bool:
    """Whether the columns are the app's."""
    return table.columns[:4] == ("sid", "start", "stop", "rating")


def read(table: Table, stated: Stated) -> Imported:
    """The tracked span, mid-sleep and rating of every night."""
    tally = Tally(table.file)
    questions = () if stated.timezone else (UTC_ONLY,)
    return from_nights(tally, nights(table, stated, tally), stated, kind=FORMAT, questions=questions)


def nights(table: Table, stated: Stated, tally: Tally) -> list[Sleep]:
    """The nights in order, in the stated zone, else in UTC."""
    found: list[Sleep] = []
    for row, cells in walk(table, tally):
        try:
            rating = whole(cells["rating"])
            quality = rating if rating is not None and 1 <= rating <= 5 else None  # 0: not rated
            bed, wake = (_when(cells[name], stated.timezone) for name in ("start", "stop"))
            found.append(sleep(Night(bed, wake, quality=quality, source=FORMAT)))
        except ValueError as error:
            tally.skip(row, str(error))
    return sorted(found, key=lambda n: n.wake.sort_key)


def _when(cell: str, zone: str | None) -> When:
    ms = whole(cell)
    if ms is None or not _FIRST_MS <= ms <= _LAST_MS:
        raise ValueError(f"expected milliseconds since 1970, up to 2200, got {shown(cell)}")
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return When.aware(moment.astimezone(ZoneInfo(zone)) if zone else moment)
