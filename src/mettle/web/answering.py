"""The person's answer: computed in another process once a day, or when the records changed, and kept."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now

from mettle import instruments
from mettle.web import days, models, store

if TYPE_CHECKING:
    from mettle.diary import Diary

DEFAULT_OUTCOME = "mood"
_running: dict[tuple[int, str], Future[dict[str, Any]]] = {}


@cache
def pool() -> ProcessPoolExecutor:
    """One process that computes; the web process writes."""
    import multiprocessing  # noqa: PLC0415 # only where something is computed

    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def kept(person: models.Person, outcome: str) -> models.KeptAnswer | None:
    """The kept answer, fresh or old."""
    found: models.KeptAnswer | None = person.answers.filter(key=outcome).first()
    return found


def fingerprint(person: models.Person, outcome: str) -> str:
    """What an answer rests on: when this changes, it is computed anew."""
    seen = [
        str(days.today(person)),
        outcome,
        *(
            str(getattr(person, name).filter(deleted="").count())
            for name in ("sessions", "sets", "observations", "signals", "doses")
        ),
        str(person.operations.order_by("-pk").values_list("pk", flat=True).first()),
        str(person.imports.order_by("-at").values_list("pk", "reverted_at").first()),
        str(person.trials.order_by("-pk").values_list("pk", "ended_at").first()),
    ]
    return hashlib.sha256("|".join(seen).encode()).hexdigest()


def ask(person: models.Person, outcome: str) -> models.KeptAnswer | None:
    """The answer if it is ready; otherwise its computation is under way and None comes back."""
    found, wanted = kept(person, outcome), fingerprint(person, outcome)
    if found and found.fingerprint == wanted:
        return found
    key = (person.pk, outcome)
    running = _running.get(key)
    if running is None:
        trial = person.trials.order_by("-enrolled_at").first()
        schedule = trial.trial if trial and trial.trial["outcome"] == outcome else None
        _running[key] = pool().submit(compute, store.diary(person), outcome, schedule, str(days.today(person)))
        return None
    if not running.done():
        return None
    del _running[key]
    made = running.result()
    return models.KeptAnswer.objects.update_or_create(
        person=person,
        key=outcome,
        defaults={"fingerprint": wanted, "answer": made["answer"], "pictures": made["pictures"], "computed_at": now()},
    )[0]


def compute(diary: Diary, outcome: str, schedule: dict[str, Any] | None, today: str) -> dict[str, Any]:
    """The answer and its pictures, as JSON; runs in a process of its own and touches no database."""
    from datetime import date  # noqa: PLC0415 # this process is new

    from mettle import answers  # noqa: PLC0415 # likewise
    from mettle.reports import answer as report  # noqa: PLC0415 # likewise
    from mettle.trials.schedule import schedule_from  # noqa: PLC0415 # likewise

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
