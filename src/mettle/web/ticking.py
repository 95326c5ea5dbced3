"""What happens by itself: every minute, who is to be prompted? ``python -m mettle.web tick`` does it once, for cron.
What the computing process has ready is kept at once.

In the serving process the lock lets either a request or a tick use the database, so that on SQLite one connection writes
at a time. The network is used outside the lock.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import close_old_connections, transaction

from mettle.web import answering, checkins, computing, days, models, programme, prompts, serving, store, uploads

log = logging.getLogger("mettle.tick")

DATABASE = threading.Lock()
EVERY_S = 60
LOOK_BACK = timedelta(days=2)


def start(*, every_s: float = EVERY_S) -> None:
    """Tick every minute in a thread of this process."""
    threading.Thread(target=_forever, args=(every_s,), name="tick", daemon=True).start()


def _forever(every_s: float) -> None:
    computing.DONE.set()  # there may be something to begin with
    following = time.monotonic() + every_s
    while True:
        finished = computing.DONE.wait(max(0.0, following - time.monotonic()))
        try:
            if finished:
                collect()
            else:
                following = time.monotonic() + every_s
                serving.tell_restores()
                tick(datetime.now(UTC))
                uploads.sweep()
        except Exception:
            log.exception("a tick failed; the next one comes in a minute")
        finally:
            close_old_connections()


def collect() -> None:
    """Keep what the computing process has ready, and begin what nobody should have to wait for."""
    computing.DONE.clear()
    with DATABASE:
        answering.collect()
        answering.prepare()
        programme.collect()


def tick(now: datetime) -> int:
    """Send what is due now; the number of prompts sent. A prompt is noted before it goes out, so none goes out twice."""
    with DATABASE:
        people = models.Person.objects.filter(push_subscriptions__isnull=False).distinct()
        waiting = [(person, prompt) for person in people for prompt in _noted(person, now)]
        letters = [(s, message(p, prompt)) for p, prompt in waiting for s in p.push_subscriptions.all()]
    gone = _gone(letters) if letters else []
    if gone:
        with DATABASE:
            models.PushSubscription.objects.filter(pk__in=gone).delete()
    return len(waiting)


def _gone(letters: list[tuple[models.PushSubscription, dict[str, Any]]]) -> list[int]:
    """Send each; the subscriptions of browsers that have gone for good."""
    from mettle.web import push  # noqa: PLC0415 # requests and cryptography: only where something is sent

    return [s.pk for s, text in letters if not push.send({"endpoint": s.endpoint, "keys": s.keys}, text)]


def _noted(person: models.Person, now: datetime) -> list[prompts.Prompt]:
    with transaction.atomic():
        models.Person.objects.select_for_update().get(pk=person.pk)
        sent = list(person.sent_prompts.filter(due_at__gte=now - LOOK_BACK).values_list("occasion", "due_at"))
        found = prompts.due(
            prompts.habits(person), now=now, sessions_ended=_ended(person, now), done=_done(person), sent=sent
        )
        models.SentPrompt.objects.bulk_create(
            models.SentPrompt(person=person, occasion=p.key[:40], due_at=p.due) for p in found
        )
    return found


def _ended(person: models.Person, now: datetime) -> list[tuple[str, datetime]]:
    since = (now - LOOK_BACK).date()
    found = []
    for row in person.sessions.filter(deleted="", finished=True, on__gte=since, clock_time__isnull=False):
        start = store.when(row)
        if start.instant is None and person.timezone:
            start = start.assume(person.timezone)
        if start.instant is not None:
            found.append((row.pk.hex, start.instant + timedelta(seconds=row.duration_s or 0)))
    return [(key[:12] + key[-12:], end) for key, end in found]


def _done(person: models.Person) -> set[str]:
    """Occasions answered today; any check-in before the evening counts as the morning's."""
    said = {occasion for occasion, _clock in checkins.of_day(person, days.today(person))}
    return said | ({"morning"} if said - {"evening"} else set())


def message(person: models.Person, prompt: prompts.Prompt) -> dict[str, Any]:
    """What is shown: the name that the person gave the app, and no word on health."""
    return {
        "title": person.choices.get("app_name") or "mettle",
        "body": "A minute for you?",
        "tag": "prompt",
        "url": f"/check-in/?occasion={prompt.occasion}",
    }
