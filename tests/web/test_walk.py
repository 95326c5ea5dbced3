"""Weeks of somebody's life with the app, day by day: there is always something sensible next, and nothing begins again from zero."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from mettle.web import bundle, following, models, news, programme, trialing
from mettle.web.views import today as today_view
from tests.web.conftest import PROFILE
from tests.web.walking import START, Clock, Day, live, train

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

DUMBBELLS: dict[str, Any] = PROFILE | {
    "equipment": ["dumbbell", "bench", "chair"],
    "dumbbells_kg": [4, 6, 8, 10, 12.5, 15, 20],
    "dumbbell_count": 2,
    "days_per_week": 3,
    "minutes": 40,
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock().moved(monkeypatch)


@pytest.fixture
def person(alice: User, clock: Clock) -> models.Person:
    assert clock.on == START
    found = models.Person.of(alice)
    found.profile = DUMBBELLS
    found.save()
    programme.make(found)
    return found


def always(_: date) -> bool:
    return True


def never(_: date) -> bool:
    return False


def nothing_is_empty(lived: list[Day]) -> None:
    """Every day something sensible is offered, and a session that is due within a week is on the phone."""
    assert {d.card["kind"] for d in lived} <= {"session", "rest", "questionnaire"}
    for day in lived:
        assert day.sent, day.on
        if day.card["kind"] == "session":
            assert day.card["id"] in {s["id"] for s in day.sent}
        assert day.sent[0]["on"] < (day.on + timedelta(days=7)).isoformat()


def test_six_weeks_with_gaps_go_over_into_the_next_block_and_loads_go_on(person: models.Person, clock: Clock) -> None:
    chance = random.Random(3)
    away = START + timedelta(days=10)
    lived = live(
        person,
        clock,
        span=44,
        trains=lambda _: chance.random() > 0.2,
        opens=lambda on: not away <= on < away + timedelta(days=7),
    )
    nothing_is_empty(lived)
    plans = list(person.plans.order_by("pk"))
    assert [p.plan["block"]["why"] for p in plans] == ["first", "next"]
    done = [d for d in lived if d.done]
    assert [d.card["id"] for d in done[:12]] == [s["id"] for s in programme.planned_sessions(plans[0])]  # none is lost
    first_of_second = next(d for d in lived if d.plan == plans[1].pk)
    assert first_of_second.line is not None
    assert "The last one brought 12 sessions." in first_of_second.line
    assert any(d.line == "The plan has moved; nothing is lost." for d in lived)
    loads: dict[str, list[float]] = {}
    for day in done:
        for exercise, kg in day.done.items():
            loads.setdefault(exercise, []).append(kg)
    own = [4, 6, 8, 10, 12.5, 15, 20]
    followed = {e: kgs for e, kgs in loads.items() if len(kgs) >= 8}
    assert followed
    for exercise, kgs in followed.items():
        steps = [own.index(b) - own.index(a) for a, b in pairwise(kgs)]
        assert max(steps) <= 1, exercise
        assert min(steps) >= 0, (exercise, kgs)
        assert kgs[-1] > kgs[0], exercise


def test_a_plan_made_anew_knows_the_loads_and_none_of_its_sessions_counts_as_done(
    person: models.Person, clock: Clock
) -> None:
    live(person, clock, span=12, trains=always, opens=always)
    for n in (4, 2):
        row = models.Session.objects.create(
            person=person, on=clock.on - timedelta(days=n), plan_session="", finished=True
        )
        for ordinal in (1, 2):
            models.Set.objects.create(
                person=person,
                session=row.id,
                exercise="dumbbell_floor_press",
                ordinal=ordinal,
                reps=12,
                amount="12.5",
                unit="kg",
                per_hand=True,
                rir=3,
                done_at=f"{row.on}T18:00:00+00:00",
            )
    plan = programme.make(person)
    order = programme.planned_sessions(plan)
    assert len(following.left(person, plan, clock.on)) == len(order)
    asked = [
        s["load"]["amount"]
        for session in order
        for part in session["parts"]
        for e in part["exercises"]
        if e["exercise"] == "dumbbell_floor_press"
        for s in e["sets"]
    ]
    assert asked
    assert set(asked) <= {10, 12.5}
    sent = bundle.of(person)["sessions"]
    on_phone = [
        s["amount"]
        for session in sent
        for e in session["exercises"]
        if e["exercise"] == "dumbbell_floor_press"
        for s in e["sets"]
    ]
    assert set(on_phone) <= {"10", "12.5"}


def test_whoever_was_away_for_weeks_comes_back_to_a_gentle_plan(person: models.Person, clock: Clock) -> None:
    before = live(person, clock, span=20, trains=always, opens=always)
    strongest = {e: kg for d in before for e, kg in d.done.items()}
    clock.on += timedelta(days=40)
    back = live(person, clock, span=3, trains=always, opens=always)
    plan = programme.current(person)
    assert plan is not None
    assert plan.plan["block"]["why"] == "back"
    assert back[0].line == "Good to have you back. The plan begins gently, below where you left off."
    nothing_is_empty(back)
    known = plan.profile["one_rm_kg"]
    assert known  # lower, and not forgotten
    again = {e: kg for d in back for e, kg in d.done.items() if e in strongest}
    assert again
    assert all(kg < strongest[e] or kg == min(DUMBBELLS["dumbbells_kg"]) for e, kg in again.items())
    sets = [sum(len(e["sets"]) for p in s["parts"] for e in p["exercises"]) for s in programme.planned_sessions(plan)]
    assert sum(sets[:3]) < sum(sets[3:6])


def test_ten_minutes_count_and_a_session_begun_is_not_asked_for_again(person: models.Person, clock: Clock) -> None:
    plan = programme.current(person)
    assert plan is not None
    first, second, third = programme.planned_sessions(plan)[:3]
    person.sessions.create(on=first["on"], plan_session="minimum_version", finished=True)
    clock.on = date.fromisoformat(second["on"])
    assert programme.due(person, plan, clock.on) == second
    begun = person.sessions.create(on=second["on"], plan_session=second["id"])  # the battery went, nothing was finished
    person.sets.create(session=begun.id, exercise="goblet_squat", reps=8)
    clock.on = date.fromisoformat(third["on"])
    plan = programme.current(person)
    assert plan is not None
    assert "moved" not in plan.plan
    assert following.left(person, plan, clock.on)[0]["id"] == third["id"]


def test_somebody_offline_on_the_last_day_has_the_next_block_on_the_phone(person: models.Person, clock: Clock) -> None:
    plan = programme.current(person)
    assert plan is not None
    for session in programme.planned_sessions(plan)[:-1]:
        person.sessions.create(on=session["on"], plan_session=session["id"], finished=True)
    last = programme.planned_sessions(plan)[-1]
    clock.on = date.fromisoformat(last["on"]) - timedelta(days=1)
    sent = [s["id"] for s in bundle.of(person)["sessions"]]
    assert sent[0] == last["id"]
    assert len(sent) >= 3
    assert sent[1].startswith("b2")
    assert (followed := programme.current(person)) is not None
    assert followed.pk == plan.pk
    train(person, bundle.of(person)["sessions"][1], clock.on + timedelta(days=4))  # what it held is taken as its own
    after = programme.upcoming(person)
    assert after is not None
    assert sent[1] not in {s["id"] for s in following.left(person, after, clock.on + timedelta(days=5))}


def test_the_days_of_a_trial_are_kept_whatever_is_planned_anew_and_a_plain_block_follows(
    person: models.Person, clock: Clock
) -> None:
    offer = trialing.offer(person, "clock")
    assert offer is not None
    trial = trialing.drawn(person, offer, outcome="mood", weeks=4)
    stored = trialing.enrol(person, trial, expected=5)
    days_drawn = {r["on"] for r in trial["schedule"] if r["arm"]}
    live(person, clock, span=9, trains=lambda on: on.toordinal() % 4 > 0, opens=always)
    again = programme.make(person)  # changed answers
    planned = programme.planned_sessions(again)
    assert planned
    assert {s["on"] for s in planned} <= days_drawn
    assert all(s["on"] >= clock.on.isoformat() and s["arm"] for s in planned)
    rest = live(person, clock, span=26, trains=lambda on: on.toordinal() % 4 > 0, opens=always)
    nothing_is_empty(rest)
    trained = {d.on.isoformat() for d in rest if d.done}
    last = trialing.last_day(stored)
    assert {on for on in trained if on <= last} <= days_drawn
    assert {on for on in trained if on > last}
    plan = programme.current(person)
    assert plan is not None
    assert "trial" not in plan.plan


def test_a_missed_day_of_a_trial_stays_missed_and_is_told_kindly(person: models.Person, clock: Clock) -> None:
    offer = trialing.offer(person, "clock")
    assert offer is not None
    trialing.enrol(person, trialing.drawn(person, offer, outcome="mood", weeks=4), expected=5)
    plan = programme.current(person)
    assert plan is not None
    first = programme.planned_sessions(plan)[0]
    clock.on = date.fromisoformat(first["on"]) + timedelta(days=1)
    plan = programme.current(person)
    assert plan is not None
    assert programme.planned_sessions(plan)[0]["on"] == first["on"]
    assert news.of(person, plan, clock.on) == (
        "Yesterday has gone by. The days of the trial stay as they were drawn; there is nothing to make up for."
    )


def test_without_a_plan_to_follow_today_says_where_one_is_made(
    person: models.Person, clock: Clock, as_alice: Client
) -> None:
    person.observations.create(on=clock.on, outcome="mood", value=5)
    person.profile = DUMBBELLS | {"blood_pressure": [190, 100]}
    person.save()
    programme.make(person)
    assert today_view.next_card(person, programme.current(person), clock.on)["kind"] == "no_plan"
    assert "There is no plan to follow now." in as_alice.get("/").content.decode()
    assert person.plans.filter(active=True).count() == 1  # and none is made again and again
    person.plans.all().delete()
    assert "Make a plan" in as_alice.get("/").content.decode()


def test_a_profile_that_no_plan_can_be_made_from_stops_no_screen(
    person: models.Person, clock: Clock, as_alice: Client
) -> None:
    person.profile = {"age": "old"}
    person.save()
    models.Plan.objects.update(profile={"age": "old"})
    clock.on = START + timedelta(days=3)  # a session was missed, and would have to be checked again
    assert programme.current(person) is not None
    assert as_alice.get("/").status_code == 200
    clock.on = START + timedelta(days=40)
    assert as_alice.get("/").status_code == 200
    assert person.plans.count() == 1
