"""The person's answer: computed in another process once a day, or when the records changed, and kept."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.utils.timezone import now

from mettle.reports import charting
from mettle.units import When
from mettle.web import computing, days, models, store, trialing

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

DEFAULT_OUTCOME = "mood"
CLAIMED_S = 600
"""For how long a process is believed to work on an answer; one that was killed leaves it to another after that."""


@dataclass(frozen=True, slots=True)
class _Work:
    """An answer on its way, and the fingerprint of the records that it was begun with."""

    wanted: str
    future: Future[dict[str, Any]]


_running: dict[tuple[int, str], _Work] = {}
_prepared: set[int] = set()


def asked_about(person: models.Person, outcome: str) -> bool:
    """Whether there is such an outcome to answer: one that was recorded, scored or is tried, or the one that everybody begins with."""
    return (
        outcome == DEFAULT_OUTCOME
        or person.observations.filter(deleted="", outcome=outcome).exclude(outcome__in=store.ASIDE).exists()
        or person.trials.filter(trial__outcome=outcome).exists()
        or person.responses.filter(deleted="", finished=True, score__instrument=outcome).exists()
    )


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
    if key in _running:
        if not _running[key].future.done():
            return found, True
        return _keep(key) or found, False
    if cache.add(_claim(key), 1, CLAIMED_S):  # else another process of this installation works it out
        trial = trialing.read_with(person, outcome)
        future = computing.answer(store.diary(person), outcome, trial, str(today), library=library())
        _running[key] = _Work(wanted, future)
    return found, True


def library() -> Path:
    """Where the script is kept that draws a picture in a browser."""
    folder: Path = settings.PLACE.data / "charts"
    return folder / charting.library_name()


def prepare() -> None:
    """Have the simulated person's answer worked out, once a run, so that whoever looks around finds it ready."""
    for person in models.Person.objects.filter(simulated=True).exclude(pk__in=_prepared):
        _prepared.add(person.pk)
        ask(person, DEFAULT_OUTCOME)


def collect() -> None:
    """Keep every answer that is ready, whichever process its person asks next."""
    for key in [key for key, work in _running.items() if work.future.done()]:
        _keep(key)


def _keep(key: tuple[int, str]) -> models.KeptAnswer | None:
    """Keep an answer that is ready; None where there is none: the process was killed, or the person has erased everything."""
    work = _running.pop(key)
    cache.delete(_claim(key))
    try:
        made = work.future.result()
    except (BrokenProcessPool, CancelledError):  # a new one next time, nothing is lost
        return None
    person, outcome = key
    if not models.Person.objects.filter(pk=person).exists():
        return None
    done = {"fingerprint": work.wanted, "computed_at": now()} | {k: made[k] for k in ("answer", "pictures", "closer")}
    return models.KeptAnswer.objects.update_or_create(person_id=person, key=outcome, defaults=done)[0]


def _claim(key: tuple[int, str]) -> str:
    """Names a piece of work for all processes of one run of the server; what a run that was killed claimed binds no other."""
    named = f"{os.environ.get('METTLE_RUN') or os.getpid()} {key[0]} {key[1]}"
    return f"computing:{hashlib.sha256(named.encode()).hexdigest()}"
