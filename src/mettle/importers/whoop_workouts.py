"""Whoop's workouts.csv: strength sessions without sets, and minutes of every other activity. Distances are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.diary import Diary, Signal
from mettle.importers.cells import number
from mettle.importers.imported import Imported, Tally
from mettle.importers.lifts import walk
from mettle.importers.whoop import local_time
from mettle.training import PerformedSession

if TYPE_CHECKING:
    from mettle.importers.imported import Stated
    from mettle.importers.tables import Table

FORMAT = "whoop_workouts"
_SOURCE = "whoop"
_STRENGTH = ("weightlifting", "powerlifting", "functional fitness", "strength trainer")
_LONGEST_MIN = 1440


def recognises(table: Table) -> bool:
    """Whether the columns are those of ``workouts.csv``."""
    return {"workout start time", "cycle timezone", "activity name", "duration (min)"} <= set(table.columns)


def read(table: Table, stated: Stated) -> Imported:
    """Every workout once: strength as a session whose sets nobody wrote down, anything else as minutes."""
    tally = Tally(table.file)
    sessions: list[PerformedSession] = []
    others: list[Signal] = []
    for row, cells in walk(table, tally):
        try:
            when = local_time(cells, "workout start time")
            minutes = number(cells["duration (min)"])
            if minutes is None or not 0 <= minutes <= _LONGEST_MIN:
                raise ValueError(
                    f"duration (min) must lie in 0-{_LONGEST_MIN}, got {cells['duration (min)'] or 'nothing'}"
                )
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        name = cells["activity name"].strip()
        if name.lower() in _STRENGTH:
            sessions.append(PerformedSession(_SOURCE, when, name, duration_s=round(minutes * 60)))
        else:
            others.append(Signal("other_activity_min", when, float(minutes), _SOURCE))
    diary = Diary(
        sessions=tuple(sorted(sessions, key=lambda s: s.start.sort_key)),
        signals=tuple(sorted(others, key=lambda s: s.when.sort_key)),
        timezone=stated.timezone,
    )
    return Imported(
        tally.file, FORMAT, diary, tally.rows_in, tuple(tally.problems), tuple(tally.notes), timezone=stated.timezone
    )
