"""Somebody's days one after the other: the clock moves, Today is looked at, the phone's bundle is what is trained from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from mettle.web import bundle, days, models, news, programme
from mettle.web.views import today as today_view

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

START = date(2026, 3, 2)  # a Monday


@dataclass
class Clock:
    """What the app takes for now."""

    on: date = START
    at: time = time(9)

    def now(self, person: models.Person) -> datetime:
        """Nine in the morning where the person is."""
        return datetime.combine(self.on, self.at, tzinfo=days.zone(person))

    def moved(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        """The app goes by this clock from now on."""
        monkeypatch.setattr(days, "now", self.now)
        return self


@dataclass(frozen=True)
class Day:
    """What a day brought: the card after the check-in, the line about the plan, the sessions sent, and the usual loads done."""

    on: date
    card: dict[str, Any]
    line: str | None
    sent: list[dict[str, Any]]
    plan: int
    done: dict[str, float] = field(default_factory=dict)
    trained: bool = False


def live(
    person: models.Person,
    clock: Clock,
    *,
    span: int,
    trains: Callable[[date], bool],
    opens: Callable[[date], bool],
    fewer: Callable[[date], int] = lambda _: 0,
) -> list[Day]:
    """Days in a row; on those that ``opens`` the app is looked at, and where ``trains`` says so the session due is done.

    ``fewer`` says how many repetitions less than the top of what is asked.
    """
    lived = []
    for _ in range(span):
        on = clock.on
        if opens(on):
            models.Observation.objects.create(person=person, on=on, outcome="mood", value=5, occasion="any")
            plan = programme.current(person)
            assert plan is not None
            card = today_view.next_card(person, plan, on)
            sent = bundle.of(person)["sessions"]
            line = news.of(person, plan, on)
            done: dict[str, float] = {}
            does = card["kind"] == "session" and trains(on)
            if does:
                done = train(person, next(s for s in sent if s["id"] == card["id"]), on, reps=-fewer(on))
            lived.append(Day(on, card, line, sent, plan.pk, done, does))
        clock.on = on + timedelta(days=1)
    return lived


def train(
    person: models.Person, session: dict[str, Any], on: date, *, reps: int = 0, pain: float | None = None
) -> dict[str, float]:
    """The whole session as the phone sends it, with so many repetitions more than the top of what is asked; exercise -> its usual
    load, the least of its work sets."""
    row = models.Session.objects.create(
        person=person,
        on=on,
        clock_time=time(18),
        plan_session=session["id"],
        finished=True,
        session_rpe=6,
        pain=pain,
        duration_s=2400,
    )
    loads: dict[str, float] = {}
    rows = []
    for exercise in session["exercises"]:
        for n, one in enumerate(exercise["sets"], 1):
            asked = one["reps"][1] if isinstance(one["reps"], list) else one["reps"]
            rows.append(
                models.Set(
                    person=person,
                    session=row.id,
                    exercise=exercise["exercise"],
                    ordinal=n,
                    kind=one["kind"],
                    reps=None if asked is None else max(1, asked + reps),
                    hold_s=one["hold_s"],
                    amount=one["amount"],
                    unit=one["unit"],
                    load_kind=one["load_kind"],
                    colour=one["colour"],
                    per_hand=one["per_hand"],
                    rir=one["rir"],
                    side=one["side"],
                    done_at=datetime.combine(on, time(18, n), tzinfo=UTC).isoformat(),
                )
            )
            if one["amount"] and one["kind"] == "work":
                load = float(one["amount"])
                loads[exercise["exercise"]] = min(loads.get(exercise["exercise"], load), load)
    models.Set.objects.bulk_create(rows)
    return loads
