"""Daylio: a mood by name, several times a day; the person says which number stands for which name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mettle.diary import Observation, Signal
from mettle.importers.cells import length_s, moment, number, shown
from mettle.importers.imported import MOODS, TIMEZONE, Tally, observed
from mettle.importers.lifts import walk

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table
    from mettle.units import When

FORMAT = "daylio"

_FIVE = {"rad": 5.0, "good": 4.0, "meh": 3.0, "bad": 2.0, "awful": 1.0}
"""The app's own five, best to worst, which it numbers so itself. They stand for nothing once the person gives numbers: two scales are never mixed."""


def recognises(table: Table) -> bool:
    """Whether the header is Daylio's, with or without scales and note titles."""
    return {"full_date", "time", "mood"} <= set(table.columns)


def read(table: Table, stated: Stated) -> Imported:
    """The mood of every row, and the numbers of its scales; activities and notes are not read."""
    tally = Tally(table.file)
    found: list[Observation | Signal] = []
    unknown: dict[str, int] = {}
    numbers = stated.moods or _FIVE
    for row, cells in walk(table, tally):
        label = cells["mood"].strip().lower()
        mood = numbers.get(label)
        if mood is None:
            unknown[label] = unknown.get(label, 0) + 1
        try:
            found += _values(cells, mood, stated.timezone)
        except ValueError as error:
            tally.skip(row, str(error))
    if unknown:
        names = ", ".join(f"{shown(name)} ({count})" for name, count in sorted(unknown.items())[:20])
        tally.note(None, f"moods without a number: {names}")
    questions = [MOODS] if unknown else []
    if stated.timezone is None and found:
        questions.append(TIMEZONE)
    return observed(tally, FORMAT, found, timezone=stated.timezone, questions=tuple(questions))


def _values(cells: dict[str, str], mood: float | None, timezone: str | None) -> list[Observation | Signal]:
    when = moment(f"{cells['full_date'].strip()} {cells['time'].strip()}", timezone)
    values = _scales(cells.get("scales", ""), when)
    if mood is not None:
        values.append(Observation("mood", when, mood, FORMAT))
    if not values:
        raise ValueError(f"no number is known for the mood {shown(cells['mood'])}")
    return values


def _scales(cell: str, when: When) -> list[Observation | Signal]:
    """``Sleep Quality: 8/10 points | Sleep Time: 8:00`` as a signal of sleep quality and one of hours slept."""
    values: list[Observation | Signal] = []
    for part in cell.replace("\u00a0", " ").split("|"):
        name, _, written = part.partition(":")
        outcome = re.sub(r"\W+", "_", name.strip().lower()).strip("_")
        if points := re.fullmatch(r"\s*([\d.]+)\s*/\s*\d+.*", written):
            value = number(points[1])
            if value is not None and outcome == "sleep_quality":
                values.append(Signal("sleep_quality", when, float(value), FORMAT))
            elif value is not None and outcome:
                values.append(Observation(outcome, when, float(value), FORMAT))
        elif outcome == "sleep_time" and (seconds := length_s(written)):
            values.append(Signal("sleep_h", when, seconds / 3600, FORMAT))
    return values
