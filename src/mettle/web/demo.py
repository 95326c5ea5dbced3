"""The simulated person: sixteen weeks of training and check-ins with a known effect, marked as simulated everywhere."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from django.contrib.auth import get_user_model
from django.db import transaction

from mettle import instruments
from mettle.training import catalogue
from mettle.trials.admissible import Rules
from mettle.trials.design import Wish, draw
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.schedule import schedule_from
from mettle.web import days, models, programme

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import User

USERNAME = "simulated"
WEEKS, SEED, ZONE = 16, 4, "Europe/London"
PROFILE: dict[str, Any] = {
    "age": 38,
    "sex": "X",
    "body_mass_kg": 74,
    "experience": "novice",
    "active_now": True,
    "equipment": ["dumbbell", "bench", "band", "chair"],
    "dumbbells_kg": [4, 6, 8, 10, 12.5, 15, 20],
    "dumbbell_count": 2,
    "bands": ["yellow", "red", "green"],
    "days_per_week": 3,
    "minutes": 40,
    "goals": ["depression", "energy"],
}
SESSIONS = (
    (("goblet_squat", 10), ("dumbbell_floor_press", 8), ("one_arm_dumbbell_row", 10)),
    (("dumbbell_romanian_deadlift", 10), ("seated_dumbbell_shoulder_press", 6), ("band_row", 0)),
)
"""Exercise and the load in kilograms, each hand's of a pair, that the simulated person began with."""


def simulated_user() -> User:
    """The simulated person's account, made with its history at first call."""
    users: Any = get_user_model().objects
    user, made = users.get_or_create(username=USERNAME)
    if made:
        with transaction.atomic():
            user.set_unusable_password()
            user.save()
            person = models.Person.objects.create(user=user, simulated=True, timezone=ZONE, profile=PROFILE)
            live_through(person)
    return user  # type: ignore[no-any-return] # Django's manager is untyped here


def live_through(person: models.Person) -> None:
    """Give a person sixteen simulated weeks that end yesterday, a trial that ended with them, and a plan from today."""
    today = days.today(person)
    start = today - timedelta(weeks=WEEKS)
    trial = _trial(start)
    diary, _ = simulate(PEOPLE["benefits"], seed=SEED, plan=schedule_from(trial))
    rng = np.random.default_rng(11)
    for number, session in enumerate(diary.sessions):
        _session(person, session.start.wall or datetime.combine(session.start.on, datetime.min.time()), number, rng)
    rows = []
    for seen in diary.observations:
        mood = seen.value / 10
        moment = {"on": seen.when.on, "clock_time": seen.when.clock, "source": "mettle", "occasion": "any"}
        for outcome, value in (
            ("mood", mood),
            ("calm", mood + rng.normal(0, 1.2)),
            ("energy", mood + rng.normal(0, 1)),
        ):
            rows.append(
                models.Observation(person=person, outcome=outcome, value=float(np.clip(round(value), 0, 10)), **moment)
            )
    models.Observation.objects.bulk_create(rows)
    _nights(person, start, {s.start.on for s in diary.sessions})
    _questionnaires(person, start, today)
    models.Trial.objects.create(
        person=person,
        trial=trial,
        expected_benefit=6,
        ended_at=days.now(person),
        end={"code": "planned_end"},
    )
    programme.make(person, polish=False)  # `mettle demo` does this in a process that does not serve


def _session(person: models.Person, begin: datetime, number: int, rng: np.random.Generator) -> None:
    row = models.Session.objects.create(
        person=person,
        on=begin.date(),
        clock_time=begin.time(),
        title="Lower and pull" if number % 2 else "Push and legs",
        duration_s=int(rng.integers(34, 46)) * 60,
        session_rpe=float(rng.integers(5, 8)),
        finished=True,
        place="home",
        company="alone",
    )
    sets = []
    for order, (exercise, kg) in enumerate(SESSIONS[number % 2]):
        loads = [float(x) for x in PROFILE["dumbbells_kg"]]
        place = min(loads.index(min(loads, key=lambda x: abs(x - kg))) + number // 14, len(loads) - 1) if kg else 0
        for ordinal in range(1, 4):
            amount = f"{loads[place]:g}" if kg else ""
            sets.append(
                models.Set(
                    person=person,
                    session=row.id,
                    exercise=exercise,
                    ordinal=ordinal,
                    reps=int(rng.integers(8, 13)),
                    amount=amount,
                    unit="kg" if amount else "",
                    load_kind="external" if amount else "band",
                    colour="" if amount else "red",
                    per_hand=bool(amount) and catalogue.exercises()[exercise].implements == 2,
                    rir=float(rng.integers(2, 5)),
                    done_at=f"{order:02d}{ordinal:02d}",
                ),
            )
    models.Set.objects.bulk_create(sets)


def _nights(person: models.Person, start: date, trained: set[date]) -> None:
    """A sleep diary as the morning check-in writes it: a night after training is half a point better and no longer.

    One morning in eight nothing is told.
    """
    rng = np.random.default_rng(23)
    signals, slept = [], []
    for on in (start + timedelta(days=n) for n in range(1, 7 * WEEKS)):
        hours, told, after = rng.normal(7.1, 0.6), rng.random() >= 0.125, on - timedelta(days=1) in trained
        quality = float(np.clip(round(6 + 0.9 * (hours - 7.1) + 0.5 * after + rng.normal(0, 1.1)), 0, 10))
        if not told:
            continue
        woke = {"person": person, "on": on, "clock_time": time(7, int(rng.integers(0, 50))), "source": "mettle"}
        signals.append(models.Signal(name="sleep_h", value=round(60 * float(np.clip(hours, 4, 10))) / 60, **woke))
        signals.append(models.Signal(name="sleep_quality", value=1 + min(4, int(quality // 2)), **woke))
        slept.append(models.Observation(outcome="sleep_quality", value=quality, occasion="morning", **woke))
    models.Signal.objects.bulk_create(signals)
    models.Observation.objects.bulk_create(slept)


def _questionnaires(person: models.Person, start: date, today: date) -> None:
    for week, total in zip(range(0, WEEKS + 1, 4), (13, 12, 10, 9, 9), strict=True):
        on = min(start + timedelta(weeks=week), today - timedelta(days=1))
        score = instruments.score_total("phq9", total).to_json()
        models.Response.objects.create(
            person=person, instrument="phq9", on=on, finished=True, score=score, form={"form": "total"}
        )


def _trial(start: date) -> dict[str, Any]:
    """Drawn as the app draws it for somebody who trains three days a week."""
    asked = Wish(
        "days",
        ("train", "rest"),
        start,
        7 * WEEKS,
        rules=Rules(per_week=(PROFILE["days_per_week"] - 1, PROFILE["days_per_week"])),
        outcome="mood",
        timezone=ZONE,
    )
    return draw(asked, seed=SEED)
