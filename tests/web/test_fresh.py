"""What is next is always that of the records as they stand now, and asking costs a fixed number of queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mettle import prescription
from mettle.web import bundle, days, export, kit, models, programme
from tests.web.conftest import PROFILE
from tests.web.test_data import hevy, upload
from tests.web.test_sync import op, send

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

TABLET = "00000000-0000-0000-0000-0000000000bb"
DUMBBELLS = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20)
AT_HOME: dict[str, Any] = PROFILE | {
    "equipment": ["dumbbell", "bench", "chair"],
    "dumbbells_kg": list(DUMBBELLS),
    "dumbbell_count": 2,
    "minutes": 40,
}


@cache
def planned(start: date) -> dict[str, Any]:
    return prescription.plan(prescription.read_profile(AT_HOME), weeks=4, start=start, seed=0, polished=False).to_json()


@pytest.fixture
def person(alice: User) -> models.Person:
    found = models.Person.of(alice)
    found.profile = AT_HOME
    found.save()
    plan = planned(days.today(found))
    models.Plan.objects.create(person=found, plan=plan, profile=AT_HOME)
    return found


def told(client: Client) -> tuple[dict[str, Any], dict[str, Any]]:
    """The session ahead as a script is told it, and as the phone is."""
    following = client.get("/api/v1/next").json()["session"]
    sent = client.get("/api/v1/bundle").json()
    assert sent["sessions"][0]["id"] == following["id"]
    return following, sent


def last(sent: dict[str, Any], exercise: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(e["last"] for e in sent["sessions"][0]["exercises"] if e["exercise"] == exercise)
    return found


def asked(session: dict[str, Any], exercise: str) -> list[Any]:
    """Load and repetitions of an exercise's sets, as the script is told them."""
    found = [e for p in session["parts"] for e in p["exercises"] if e["exercise"] == exercise]
    return [(s["load"]["amount"], s["reps"]) for e in found for s in e["sets"]]


def shown(sent: dict[str, Any], exercise: str) -> list[Any]:
    """The same as the phone is sent them."""
    found = [e for e in sent["sessions"][0]["exercises"] if e["exercise"] == exercise]
    return [(float(s["amount"]), s["reps"]) for e in found for s in e["sets"]]


@dataclass(frozen=True)
class Done:
    """A first session that was easy: an exercise that comes again in the next one, what the plan asks of it then, its sets as sent."""

    exercise: str
    planned: list[Any]
    top: int
    session: str
    sets: list[dict[str, Any]]


@pytest.fixture
def done(as_alice: Client, person: models.Person) -> Done:
    plan = programme.current(person)
    assert plan is not None
    first, second = programme.planned_sessions(plan)[:2]
    again = [e["exercise"] for p in second["parts"] for e in p["exercises"]]
    exercise, work = next(
        (e["exercise"], [s for s in e["sets"] if s["kind"] == "work"])
        for p in first["parts"]
        for e in p["exercises"]
        if e["exercise"] in again and e["sets"][-1]["load"]["kind"] == "kg"
    )
    top, load = work[0]["reps"][1], work[0]["load"]
    session = op("session.put", on=str(days.today(person)), plan_session=first["id"], finished=True)
    fields = {"session": session["entity"], "exercise": exercise, "reps": top, "rir": 4}
    fields |= {"amount": f"{load['amount']:g}", "unit": "kg", "per_hand": load["per_hand"]}
    sets = [op("set.put", ordinal=n, **fields) for n in range(1, 1 + len(work))]
    assert {r["status"] for r in send(as_alice, session, *sets)} == {"accepted"}
    return Done(exercise, asked(second, exercise), top, session["entity"], sets)


def test_a_log_an_edit_and_another_devices_edit_count_at_once(as_alice: Client, done: Done) -> None:
    up, sent = told(as_alice)
    assert asked(up, done.exercise) > done.planned  # easy: the next session asks for more
    assert shown(sent, done.exercise) == asked(up, done.exercise)
    edits = [op("set.put", s["entity"], 2, TABLET, reps=max(1, done.top - 7), rir=0) for s in done.sets]
    send(as_alice, *edits, device=TABLET)
    edited, sent = told(as_alice)
    assert asked(edited, done.exercise) <= done.planned
    assert shown(sent, done.exercise) == asked(edited, done.exercise)
    assert [s["reps"] for s in last(sent, done.exercise)] == [max(1, done.top - 7)] * len(done.sets)
    send(as_alice, *(op("set.delete", s["entity"], 3) for s in done.sets))
    deleted, sent = told(as_alice)
    assert asked(deleted, done.exercise) == done.planned
    assert last(sent, done.exercise) == []


def test_a_new_plan_and_new_kit_count_at_once(as_alice: Client, person: models.Person) -> None:
    def settable() -> set[str]:
        sent = told(as_alice)[1]
        return {s["amount"] for e in sent["sessions"][0]["exercises"] for s in e["settable"]}

    assert settable() == {str(kg) for kg in DUMBBELLS}
    person.profile = AT_HOME | {"dumbbells_kg": [3, 5]}
    person.save()
    programme.make(person)
    assert settable() == {"3", "5"}


def test_an_import_and_its_taking_back_count_at_once(as_alice: Client, person: models.Person) -> None:
    plan = programme.current(person)
    assert plan is not None
    exercise = plan.plan["weeks"][0]["sessions"][0]["parts"][-1]["exercises"][0]["exercise"]

    def reps() -> list[Any]:
        return [s["reps"] for s in last(told(as_alice)[1], exercise)]

    assert reps() == []
    upload(as_alice, hevy(1).replace(b"Squat", exercise.encode()))
    assert reps() == [5, 6]
    as_alice.post(reverse("data_revert", args=[models.ImportBatch.objects.get().pk]))
    assert reps() == []


def test_a_restored_export_counts_at_once(
    as_alice: Client, as_bob: Client, bob: User, person: models.Person, done: Done
) -> None:
    document = json.loads(json.dumps(export.document(person)))
    here, _ = told(as_alice)
    assert asked(here, done.exercise) > done.planned
    other = models.Person.of(bob)
    other.profile = {}
    other.save()
    assert as_bob.get("/api/v1/next").json() == {"session": None}
    person.user.delete()
    export.restore(other, document)
    assert told(as_bob)[0] == here


def test_the_last_time_is_the_latest_day_whatever_the_month(as_alice: Client, person: models.Person) -> None:
    plan = programme.current(person)
    assert plan is not None
    exercise = programme.planned_sessions(plan)[0]["parts"][-1]["exercises"][0]["exercise"]
    for on, reps in ((date(2026, 9, 30), 7), (date(2026, 11, 2), 12), (date(2026, 10, 15), 9)):
        session = op("session.put", on=str(on))
        send(as_alice, session, op("set.put", session=session["entity"], exercise=exercise, reps=reps))
    sent = as_alice.get("/api/v1/bundle").json()
    assert [s["reps"] for s in last(sent, exercise)] == [12]


def test_an_exercise_of_ones_own_moves_nothing_and_stops_nothing(as_alice: Client, done: Done) -> None:
    before, _ = told(as_alice)
    send(as_alice, op("set.put", session=done.session, exercise="carrying the piano", reps=1))
    assert told(as_alice)[0] == before


@pytest.mark.parametrize(("page", "most"), [("/", 16), ("/api/v1/next", 9), ("/api/v1/bundle", 18)])
def test_a_long_history_takes_no_more_queries(
    as_alice: Client, person: models.Person, done: Done, page: str, most: int
) -> None:
    today = days.today(person)

    def queries_asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_alice.get(page).status_code == 200
        return len(queries)

    begun = today - timedelta(days=14)  # the words of last week stand on Today for whoever has been here that long
    models.Observation.objects.create(person=person, on=begun, outcome="mood", value=5)
    few = queries_asked()
    for n in range(1, 40):
        on = today - timedelta(days=n)
        session = models.Session.objects.create(person=person, on=on, finished=True)
        models.Set.objects.create(
            person=person, session=session.pk, exercise=done.exercise, reps=8, amount="4", unit="kg"
        )
        models.Observation.objects.create(person=person, on=on, outcome="mood", value=5)
    assert queries_asked() <= max(few, most)


def test_what_is_kept_of_a_kit_is_not_changed_by_who_asks(person: models.Person) -> None:
    plan = programme.current(person)
    assert plan is not None
    key = kit.key_of(plan.profile)
    exercise = programme.planned_sessions(plan)[0]["parts"][-1]["exercises"][0]["exercise"]
    before = json.dumps(kit.shown(exercise, key))
    first, second = json.dumps(bundle.of(person), default=str), json.dumps(bundle.of(person), default=str)
    assert first == second
    assert json.dumps(kit.shown(exercise, key)) == before


def test_who_has_no_questionnaires_yet_reads_how_to_get_them(as_alice: Client) -> None:
    assert "<code>mettle text fetch</code>" in as_alice.get("/questionnaires/").content.decode()
    trials = as_alice.get("/trials/").content.decode()
    assert 'You can answer it first, or compare two ways of training. <a href="/questionnaires/">' in trials
