"""The person's answer: computed in another process once a day, or when the records changed, and kept."""

from __future__ import annotations

import hashlib
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now

from mettle.units import When
from mettle.web import computing, days, models, store, trialing

if TYPE_CHECKING:
    from concurrent.futures import Future

DEFAULT_OUTCOME = "mood"
_running: dict[tuple[int, str], Future[dict[str, Any]]] = {}


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


def ask(person: models.Person, outcome: str) -> tuple[models.KeptAnswer | None, bool]:
    """The kept answer, and whether a newer one is being computed.

    An answer is computed once a day; where the records changed in the meantime, the older one stands until the new one
    is ready.
    """
    found, wanted = kept(person, outcome), fingerprint(person, outcome)
    today = days.today(person)
    if found and (
        found.fingerprint == wanted or When.aware(found.computed_at.astimezone(days.zone(person))).day == today
    ):
        return found, False
    key = (person.pk, outcome)
    running = _running.get(key)
    if running is None:
        trial = trialing.read_with(person, outcome)
        _running[key] = computing.pool().submit(computing.compute, store.diary(person), outcome, trial, str(today))
        return found, True
    if not running.done():
        return found, True
    del _running[key]
    try:
        made = running.result()
    except BrokenProcessPool:  # the process was killed: a new one next time, nothing is lost
        computing.pool.cache_clear()
        return found, True
    done = {"fingerprint": wanted, "answer": made["answer"], "pictures": made["pictures"], "computed_at": now()}
    return models.KeptAnswer.objects.update_or_create(person=person, key=outcome, defaults=done)[0], False
