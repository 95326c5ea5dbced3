"""Reaction tests in the app: what the phone is told to show, and the scores of what came back; the first two are practice."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from mettle.instruments import reaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.web.models import Person, Response

TASKS = ("pvtb", "flanker")


def words(person: Person) -> dict[str, Any]:
    """What the screen shows, with how many sessions there were; times as published for the brief vigilance task."""
    done = {task: person.responses.filter(deleted="", finished=True, instrument=task).count() for task in TASKS}
    tasks: dict[str, dict[str, Any]] = {
        "pvtb": {
            "title": _("Watching for a light"),
            "how": _(
                "A number starts to count. Tap anywhere, or press the space bar, as soon as you see it. Do not tap before. Three minutes."
            ),
            "seconds": 180,
            "gap_ms": [1000, 4000],
            "early": _("Too soon"),
        },
        "flanker": {
            "title": _("Which way points the middle one?"),
            "how": _(
                "Five arrows appear. Say which way the middle one points: tap left or right, or use the arrow keys. Quick, and right if you can. About two minutes."
            ),
            "trials": 60,
            "gap_ms": [500, 1000],
            "left": _("left"),
            "right": _("right"),
        },
    }
    return {
        task: told | {"id": task, "done": done[task], "practice": reaction.PRACTICE_SESSIONS}
        for task, told in tasks.items()
    }


def add_up(person: Person, task: str) -> None:
    """Score every session of a task in time order; whichever arrives late, the same two come out as practice."""
    rows = person.responses.filter(deleted="", finished=True, instrument=task, on__isnull=False)
    in_order = sorted(rows, key=lambda row: (row.on or date.min, row.clock_time or time.min, row.pk))
    for number, row in enumerate(in_order):
        score = _score(task, row.answers.get("trials", []), practice=number < reaction.PRACTICE_SESSIONS)
        if row.score != score:
            row.score = score
            row.save(update_fields=["score"])


def _score(task: str, trials: Sequence[dict[str, Any]], *, practice: bool) -> dict[str, Any]:
    if task == "pvtb":
        watched = reaction.vigilance([t["rt_ms"] for t in trials])
        value, details = watched.speed, asdict(watched)
    else:
        arrows = reaction.flanker([reaction.FlankerTrial(t["condition"], t["rt_ms"], t["correct"]) for t in trials])
        value, details = arrows.congruent_speed, asdict(arrows)
    counted = None if practice or value is None else value
    return {"instrument": task, "score": counted, "value": value, "practice": practice, "details": details}


def sessions(person: Person, task: str) -> list[Response]:
    """The sessions of a task in time order."""
    rows = person.responses.filter(deleted="", finished=True, instrument=task, score__has_key="value")
    return list(rows.order_by("on", "clock_time", "id"))


def told(rows: Sequence[Response]) -> dict[str, Any]:
    """Sessions in figures: each with its speed, and the smallest difference that could be told from one's own spread."""
    counted = [r.score["score"] for r in rows if r.score["score"] is not None]
    return {
        "rows": [
            {"on": r.on, "value": r.score["value"], "practice": r.score["practice"], "details": r.score["details"]}
            for r in rows
        ],
        "smallest": reaction.smallest_detectable(counted) if len(counted) >= reaction.FEWEST_BASELINE else None,
    }
