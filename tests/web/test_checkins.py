"""Days of training and of rest are asked the same, and what was drawn for a day is told after the first rating."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from mettle.web import bundle, days, models, programme, prompts, ticking
from tests.web.test_trials import answered, preview

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.test import Client

    Clock = Callable[[date, str], None]

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Say what day and time it is for everybody."""

    def at(on: date, said: str) -> None:
        moment = datetime.combine(on, time.fromisoformat(said), tzinfo=BERLIN)
        monkeypatch.setattr(days, "now", lambda _person: moment)

    return at


@pytest.fixture
def person(alice: User) -> models.Person:
    found = models.Person.of(alice)
    programme.make(found)
    return found


def training_day(person: models.Person) -> date:
    plan = programme.current(person)
    assert plan is not None
    return date.fromisoformat(programme.planned_sessions(plan)[0]["on"])


def rest_day(person: models.Person) -> date:
    plan = programme.current(person)
    assert plan is not None
    planned = {s["on"] for s in programme.planned_sessions(plan)}
    start = training_day(person)
    return next(d for n in range(1, 9) if (d := start + timedelta(days=n)).isoformat() not in planned)


def trained_until(person: models.Person, until: date) -> None:
    """Every planned session before a day was done, so that none has moved to it."""
    plan = programme.current(person)
    assert plan is not None
    for session in programme.planned_sessions(plan):
        if session["on"] < until.isoformat():
            person.sessions.create(
                plan_session=session["id"], on=session["on"], clock_time="10:00", duration_s=1800, finished=True
            )


def rated(person: models.Person, on: date, clock: str, occasion: str = "morning") -> None:
    person.observations.create(on=on, clock_time=clock, outcome="mood", value=5, occasion=occasion)


def occasion(client: Client) -> str | None:
    """What Today asks for; "" is a check-in of no time of day, None is no check-in."""
    found = re.search(r'id="check-in" data-occasion="(\w*)"', client.get("/").content.decode())
    return found[1] if found else None


def test_the_evening_is_asked_on_days_of_rest_as_on_days_of_training(
    as_alice: Client, person: models.Person, clock: Clock
) -> None:
    for on in (training_day(person), rest_day(person)):
        rated(person, on, "08:00")
    trained_until(person, rest_day(person))
    for on in (training_day(person), rest_day(person)):
        clock(on, "17:59")
        assert occasion(as_alice) is None
        clock(on, "18:00")
        assert occasion(as_alice) == "evening", on
        rated(person, on, "18:01", "evening")
        assert occasion(as_alice) is None


def test_who_did_not_train_after_all_is_asked_too_and_still_finds_the_session(
    as_alice: Client, person: models.Person, clock: Clock
) -> None:
    on = training_day(person)
    rated(person, on, "08:00", "before")
    clock(on, "19:59")
    assert occasion(as_alice) is None  # the session is the card: who trains late is asked afterwards
    clock(on, "20:00")
    assert occasion(as_alice) == "evening"
    assert "/workout/?session=" in as_alice.get("/").content.decode()


def test_a_first_check_in_late_on_a_day_of_rest_is_the_evenings_and_one_is_enough(
    as_alice: Client, person: models.Person, clock: Clock
) -> None:
    trained_until(person, rest_day(person))
    clock(rest_day(person), "21:00")
    assert occasion(as_alice) == "evening"
    rated(person, rest_day(person), "21:01", "any")
    assert occasion(as_alice) is None


def test_who_wants_no_evening_is_asked_only_while_a_trial_needs_it(
    as_alice: Client, person: models.Person, clock: Clock
) -> None:
    person.choices = {"prompt_times": {"morning": "08:30", "evening": ""}}
    person.save()
    on = rest_day(person)
    trained_until(person, on)
    rated(person, on, "08:00")
    clock(on, "20:30")
    assert occasion(as_alice) is None
    person.trials.create(trial={"kind": "days", "schedule": [], "outcome": "mood", "arms": ["train", "rest"]})
    assert occasion(as_alice) == "evening"


def test_what_was_rated_after_midnight_is_yesterdays(as_alice: Client, person: models.Person, clock: Clock) -> None:
    on = rest_day(person)
    trained_until(person, on)
    rated(person, on, "00:40", "evening")
    clock(on, "08:00")
    assert occasion(as_alice) == ""


@pytest.mark.parametrize("said", ["08:00", "13:00", "19:00"])
def test_in_a_trial_the_first_question_is_the_same_whatever_was_drawn_and_the_session_is_told_after_it(
    as_alice: Client, alice: User, clock: Clock, said: str
) -> None:
    person = models.Person.of(alice)
    answered(person, 5, 0)
    preview(as_alice)
    as_alice.post("/trials/start/", follow=True)
    first, rest = training_day(person), rest_day(person)

    def page(on: date) -> str:
        clock(on, said)
        assert occasion(as_alice) is not None
        found = as_alice.get("/").content.decode()
        return re.sub(r'<h1.*?</h1>|<figure.*?</figure>|name="csrf\w+" value="\w+"', "", found, flags=re.DOTALL)

    drawn_to_train = page(first)
    assert "Then" not in drawn_to_train
    rated(person, first, said)
    assert "/workout/?session=" in as_alice.get("/").content.decode()
    trained_until(person, rest)
    assert page(rest) == drawn_to_train


def test_the_phone_knows_that_a_trial_asks_before_a_session_and_whether_that_was_done(
    person: models.Person, clock: Clock
) -> None:
    on = training_day(person)
    clock(on, "09:00")
    assert not bundle.check_in(person)["first"]
    person.trials.create(trial={"kind": "days", "schedule": [], "outcome": "mood", "arms": ["train", "rest"]})
    sent = bundle.check_in(person)
    assert sent["first"]
    assert sent["told_on"] is None
    rated(person, on, "08:59")
    assert bundle.check_in(person)["told_on"] == on.isoformat()


def test_a_trial_of_sessions_asks_at_the_same_clock_on_the_days_of_rest_that_it_compares(
    client: Client, as_alice: Client, person: models.Person
) -> None:
    rows = [
        {"on": "2026-11-18", "arm": "train", "phase": "trial", "part": None},
        {"on": "2026-11-19", "arm": "rest", "phase": "trial", "part": None, "rate": False},
        {"on": "2026-11-20", "arm": "rest", "phase": "trial", "part": None, "rate": True},
    ]
    drawn = {"kind": "session", "start": "2026-11-18", "schedule": rows, "outcome": "mood", "arms": ["train", "rest"]}
    person.trials.create(trial=drawn)
    person.sessions.create(on="2026-11-18", clock_time="12:00", duration_s=1800, finished=True)
    habits = prompts.habits(person)

    def asked(on: str) -> list[str]:
        start = datetime.fromisoformat(f"{on} 03:00").replace(tzinfo=BERLIN)
        sent: list[tuple[str, datetime]] = []
        for minute in range(0, 24 * 60, 5):
            sent += [(p.key, p.due) for p in prompts.due(habits, now=start + timedelta(minutes=minute), sent=sent)]
        return [f"{due.astimezone(BERLIN):%H:%M}" for _key, due in sent]

    assert asked("2026-11-20") == ["08:30", "13:30", "16:30"]
    assert asked("2026-11-19") == ["08:30", "20:00"]
    page = as_alice.post("/prompts/", {"act": "feed"}).content.decode()
    address = re.search(r"/calendar/([\w-]+)\.ics", page)
    assert address is not None
    events: list[Any] = list(icalendar.Calendar.from_ical(client.get(address[0]).content).walk("VEVENT"))
    once = [e for e in events if "rrule" not in e and str(e["dtstart"].dt.date()) == "2026-11-20"]
    assert sorted(f"{e['dtstart'].dt:%H:%M}" for e in once) == ["13:30", "16:30"]


def test_a_prompt_of_the_evening_comes_on_every_day(person: models.Person) -> None:
    rested = {on.weekday() for on in (training_day(person), rest_day(person))}
    assert len(rested) == 2
    for on in (training_day(person), rest_day(person)):
        now = datetime.combine(on, time(20, 1), tzinfo=BERLIN)
        assert [p.occasion for p in prompts.due(prompts.habits(person), now=now, done=ticking._done(person))] == [
            "evening"
        ]
