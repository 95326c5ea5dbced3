"""The plan as a calendar, and what a person may change in it: everything goes before the independent checker."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from mettle import prescription
from mettle.web import bundle, following, models, plan_edits, programme, trialing
from tests.web.conftest import PROFILE
from tests.web.walking import START, Clock, live

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
MON, TUE, WED = START, START + timedelta(days=1), START + timedelta(days=2)


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


def plan_of(person: models.Person) -> models.Plan:
    found = programme.current(person)
    assert found is not None
    return found


def order(person: models.Person) -> list[dict[str, Any]]:
    return programme.planned_sessions(plan_of(person))


def failing(plan: models.Plan) -> list[str]:
    """Rules that the stored plan breaks, by a check made now and by the one stored beside it."""
    now = [c.rule for c in prescription.check(plan.plan, prescription.read_profile(plan.profile)) if not c.holds]
    assert now == [c["rule"] for c in plan.plan["checks"] if not c["holds"]]
    return now


def post(client: Client, **said: str) -> str:
    return client.post(reverse("plan_change"), said, follow=True).content.decode()


def uses(person: models.Person, exercise: str) -> int:
    document = plan_of(person).plan
    sessions = [s for w in document["weeks"] for s in w["sessions"]]
    sessions += [document["minimum_version"], document["when_upset"]]
    return sum(
        exercise in (e["exercise"], *e["alternatives"]) for s in sessions for p in s["parts"] for e in p["exercises"]
    )


def test_a_session_goes_to_another_day_and_the_plan_stays_checked(person: models.Person, as_alice: Client) -> None:
    first = order(person)[0]
    assert first["on"] == MON.isoformat()
    last = order(person)[-1]
    saturday = date.fromisoformat(last["on"]) + timedelta(days=1)
    assert "Moved." in post(as_alice, act="move", session=last["id"], to=saturday.isoformat())
    moved = order(person)[-1]
    assert (moved["id"], moved["on"], moved["day"]) == (last["id"], saturday.isoformat(), saturday.strftime("%a"))
    assert failing(plan_of(person)) == []


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (WED, "There is a session on that day already."),
        (TUE, "on two days in a row. Leave a day between."),
        (START - timedelta(days=1), "Choose a day from today to"),
        (START + timedelta(days=200), "Choose a day from today to"),
    ],
)
def test_a_day_that_will_not_do_is_refused_in_one_line(
    person: models.Person, as_alice: Client, to: date, why: str
) -> None:
    before = order(person)
    assert why in post(as_alice, act="move", session=before[0]["id"], to=to.isoformat())
    assert order(person) == before


def test_no_day_at_all_is_told(person: models.Person, as_alice: Client) -> None:
    before = order(person)
    assert "Choose a day." in post(as_alice, act="move", session=before[0]["id"], to="tomorrow")
    assert "no longer in the plan" in post(as_alice, act="move", session="b9w1s1", to=WED.isoformat())
    assert order(person) == before


def test_the_day_after_something_was_done_early_needs_its_rest_too(person: models.Person, clock: Clock) -> None:
    first, second = order(person)[:2]
    person.sessions.create(on=TUE, plan_session=first["id"], finished=True)  # Monday's was done on Tuesday
    clock.on = TUE
    with pytest.raises(plan_edits.RefusedError, match="trained on that day already"):
        plan_edits.move(person, second["id"], TUE)
    third = order(person)[2]
    plan_edits.move(person, third["id"], date.fromisoformat(third["on"]) + timedelta(days=1))
    plan_edits.move(person, second["id"], WED + timedelta(days=1))
    assert [s["on"] for s in order(person)[1:3]] == ["2026-03-05", "2026-03-07"]


def test_a_trials_days_stay_as_drawn_and_a_session_may_be_left_out(person: models.Person, as_alice: Client) -> None:
    offer = trialing.offer(person, "clock")
    assert offer is not None
    trialing.enrol(person, trialing.drawn(person, offer, outcome="mood", weeks=4), expected=5)
    first = order(person)[0]
    day = date.fromisoformat(first["on"]) + timedelta(days=1)
    page = post(as_alice, act="move", session=first["id"], to=day.isoformat())
    assert "its days were drawn by chance, and stay" in page
    assert 'value="move"' not in page
    assert "Left out. Nothing is made up for." in post(as_alice, act="skip", session=first["id"])
    assert order(person)[0] == first
    assert programme.due(person, plan_of(person), date.fromisoformat(first["on"])) is None


def test_what_is_left_out_moves_nothing_and_can_be_taken_back(
    person: models.Person, as_alice: Client, clock: Clock
) -> None:
    first, second = order(person)[:2]
    post(as_alice, act="skip", session=first["id"])
    assert programme.due(person, plan_of(person), MON) is None
    assert person.sessions.get(deleted="").skipped == "rest"
    clock.on = TUE
    assert "moved" not in plan_of(person).plan
    assert bundle.of(person)["sessions"][0]["id"] == second["id"]
    assert "in the plan again" in post(as_alice, act="take_back", session=first["id"])
    assert following.left(person, plan_of(person), TUE)[0]["id"] == first["id"]


def test_an_exercise_is_replaced_for_good_in_this_plan_the_next_block_and_every_plan_after(
    person: models.Person, as_alice: Client, clock: Clock
) -> None:
    live(person, clock, span=22, trains=lambda _: True, opens=lambda _: True)
    assert programme.upcoming(person) is not None
    old = "dumbbell_floor_press"
    before = uses(person, old)
    assert before
    row = next(e for s in order(person) for p in s["parts"] for e in p["exercises"] if e["exercise"] == old)
    new = row["alternatives"][0]
    page = post(as_alice, act="replace", old=old, new=new)
    assert "Replaced, in this plan and in those to come." in page
    assert uses(person, old) == 0
    assert uses(person, new) > 0
    for plan in plan_edits.blocks(person):
        assert failing(plan) == []
    sent = bundle.of(person)["sessions"]
    assert old not in {e["exercise"] for s in sent for e in s["exercises"]}
    person.refresh_from_db()
    programme.make(person)
    assert uses(person, old) == 0
    assert "Allow Dumbbell floor press again" in page
    post(as_alice, act="allow", old=old)
    person.refresh_from_db()
    programme.make(person)
    assert uses(person, old) > 0


def test_a_stand_in_that_is_none_is_refused(person: models.Person, as_alice: Client) -> None:
    before = plan_of(person).plan
    old = order(person)[0]["parts"][-1]["exercises"][0]["exercise"]
    for new in ("barbell_back_squat", old, "", "<script>"):
        assert "no alternative in your plan" in post(as_alice, act="replace", old=old, new=new)
    assert plan_of(person).plan == before


def test_the_calendar_shows_every_day_of_the_plan_and_what_became_of_it(
    person: models.Person, as_alice: Client, clock: Clock
) -> None:
    live(person, clock, span=3, trains=lambda _: True, opens=lambda _: True)
    third = order(person)[2]
    post(as_alice, act="skip", session=third["id"])
    page = as_alice.get(reverse("plan")).content.decode()
    table = re.sub(r"\s+", " ", page[page.index("<table class=") : page.index("</table>")])
    assert table.count("<tr>") == 1 + 4
    assert table.count('class="mark done"') == 2
    assert table.count('class="mark skipped"') == 1
    assert table.count('class="mark open"') == 9
    assert table.count('aria-current="date"') == 1
    for session in order(person):
        assert f'href="#s-{session["id"]}"' in table
        assert f'id="s-{session["id"]}"' in page


def test_a_better_plan_that_comes_late_does_not_undo_a_change(person: models.Person) -> None:
    from concurrent.futures import Future  # only here

    plan = plan_of(person)
    better: Future[dict[str, Any]] = Future()
    better.set_result(dict(plan.plan))
    plan_edits.move(person, order(person)[-1]["id"], date(2026, 3, 28))
    programme._better[plan.pk] = better
    assert order(person)[-1]["on"] == "2026-03-28"
