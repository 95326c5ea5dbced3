"""What a process of its own computes: it imports no Django and touches no database; the web process writes the result."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from mettle import answers, instruments
from mettle.reports import answer as report
from mettle.trials.schedule import schedule_from

if TYPE_CHECKING:
    from mettle.diary import Diary


def compute(diary: Diary, outcome: str, schedule: dict[str, Any] | None, today: str) -> dict[str, Any]:
    """The answer to one outcome and its pictures, as JSON."""
    if outcome not in diary.outcomes:
        return {"answer": {"nothing": True}, "pictures": {}}
    found = answers.answer(
        outcome,
        diary,
        today=date.fromisoformat(today),
        schedule=schedule_from(schedule) if schedule else None,
        higher_is=direction(outcome),
    )
    drawn = report.pictures(found) if found.posterior is not None else {}
    return {"answer": found.to_json(), "pictures": {name: without_style(svg) for name, svg in drawn.items()}}


def without_style(svg: str) -> str:
    """A picture without style attributes, which the app's content policy would refuse; the style sheet sizes it.

    >>> without_style('<svg class="wide" style="max-width: 3px"><g/></svg>')
    '<svg class="wide"><g/></svg>'
    """
    return re.sub(r'\sstyle="[^"]*"', "", svg)


def direction(outcome: str) -> Any:
    """Whether more of it is better or worse, from our own items and the instruments."""
    measures = instruments.measures()
    if outcome in measures:
        return measures[outcome].higher_is
    return instruments.load(outcome).higher_is if outcome in instruments.ids() else "better"
