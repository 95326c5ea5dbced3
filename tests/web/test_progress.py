from __future__ import annotations

import time
import uuid
from datetime import date, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from mettle import instruments
from mettle.reports import progress
from mettle.web import days, models, own_edits, store
from tests.web.test_sync import a_session, op, send

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


@pytest.fixture
def trained(alice: User) -> models.Person:
    """Six sessions of a squat that grows from 40 to 60 kg, one every week; two PHQ-9 totals; two nights."""
    person = models.Person.of(alice)
    today = days.today(person)
    for week in range(6):
        on = today - timedelta(weeks=5 - week)
        session = models.Session.objects.create(person=person, on=on, title="Legs", finished=True)
        for n in range(3):
            models.Set.objects.create(
                person=person,
                session=session.id,
                exercise="goblet_squat",
                ordinal=n + 1,
                reps=8,
                amount=str(40 + 4 * week),
                unit="kg",
                rir=2,
            )
    for on, total in ((today - timedelta(weeks=4), 16), (today, 6)):
        models.Response.objects.create(
            person=person,
            instrument="phq9",
            on=on,
            finished=True,
            score={"instrument": "phq9", "score": total, "band": "moderate", "flags": []},
        )
    for back in (1, 2):
        models.Signal.objects.create(person=person, on=today - timedelta(days=back), name="sleep_h", value=7)
    return person


def test_the_page_tells_strength_volume_days_change_and_sleep(as_alice: Client, trained: models.Person) -> None:
    page = as_alice.get(reverse("progress")).content.decode()
    assert "Goblet squat: up by about" in page
    assert "You trained on 6 of the last 36 days; the others were rest." in page  # counted from the first session
    assert "quads 3.0" in page  # three sets a week, each a whole one for the quads
    assert "7.0 hours a night on 2 nights" in page
    assert instruments.change("phq9", 16, 6).words in unescape(page)
    assert "your heaviest" in page


def begun(person: models.Person, ago: int, *, trained: tuple[int, ...]) -> None:
    """A rating on the first day, sessions of three push-ups so many days ago."""
    today = days.today(person)
    person.observations.create(on=today - timedelta(days=ago), clock_time="08:00", outcome="mood", value=5)
    for back in trained:
        session = person.sessions.create(on=today - timedelta(days=back), finished=True)
        for n in range(3):
            person.sets.create(session=session.pk, exercise="push_up", reps=8, ordinal=n + 1)


@pytest.mark.parametrize(
    ("ago", "trained", "words"),
    [
        (0, (0,), "You trained today, on your first day here."),
        (2, (2, 0), "You trained on 2 of the last 3 days; the other was rest."),
        (1, (1, 0), "You trained on every one of the last 2 days."),
        (7, (7, 3), "You trained on 2 of the last 8 days; the others were rest."),
        (200, (199,), "No session in the last 56 days; what you did before is kept."),
        (200, (3,), "You trained on 1 of the last 56 days; the others were rest."),
    ],
)
def test_days_are_counted_from_the_first_record(
    as_alice: Client, alice: User, ago: int, trained: tuple[int, ...], words: str
) -> None:
    begun(models.Person.of(alice), ago, trained=trained)
    assert words in as_alice.get(reverse("progress")).content.decode()


@pytest.mark.parametrize(("ago", "chest"), [(2, 3.0), (13, 1.5), (60, 0.75)])
def test_sets_a_week_are_those_of_the_weeks_since_one_began(alice: User, ago: int, chest: float) -> None:
    person = models.Person.of(alice)
    begun(person, ago, trained=(1,))
    found = progress.volume(store.diary(person), today=days.today(person))
    assert {r.muscle: r.done for r in found.rows}["chest"] == pytest.approx(chest)


def test_today_draws_no_days_before_the_first_and_says_what_will_come(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    page = as_alice.get("/").content.decode()
    assert "Your days come here: bars are sessions, dots are check-ins." in page
    begun(person, 2, trained=(1,))
    page = as_alice.get("/").content.decode()
    assert "Since you began: 1 day trained (bars)," in page
    assert page.count("<circle") == 3
    begun(person, 30, trained=())
    page = as_alice.get("/").content.decode()
    assert "In fourteen days: 1 day trained (bars)," in page
    assert page.count("<circle") == 14


def test_wins_are_hidden_where_a_guardrail_says_so(as_alice: Client, trained: models.Person) -> None:
    trained.profile |= {"conditions": ["eating_disorder"]}
    trained.save()
    assert "your heaviest" not in as_alice.get(reverse("progress")).content.decode()
    assert as_alice.get("/api/v1/bundle").json()["show_wins"] is False


def test_an_empty_account_is_told_kindly(as_alice: Client) -> None:
    assert "Nothing yet." in as_alice.get(reverse("progress")).content.decode()


def change(client: Client, session: uuid.UUID, **said: Any) -> int:
    return client.post(reverse("session", args=[session]), said).status_code


def test_a_session_for_yesterday_with_a_set_is_in_the_diary(as_alice: Client, alice: User) -> None:
    as_alice.post(reverse("session_add"))
    person = models.Person.of(alice)
    session = person.sessions.get()
    assert session.on == days.today(person) - timedelta(days=1)
    assert (
        change(as_alice, session.id, act="add", exercise="Goblet squat", reps="10", amount="16,5", unit="kg", rir="")
        == 302
    )
    (done,) = store.diary(person).sessions
    assert (done.sets[0].exercise.name, str(done.sets[0].load), done.sets[0].reps) == ("goblet_squat", "16.5 kg", 10)
    change(
        as_alice, session.id, act="add", exercise="Dumbbell Romanian deadlift", reps="8", amount="10", unit="kg", rir=""
    )
    assert [s.per_hand for s in person.sets.order_by("exercise")] == [True, False]


def test_an_edit_here_beats_a_phone_whose_clock_runs_ahead_and_the_old_value_is_kept(as_alice: Client) -> None:
    ahead = int(time.time() * 1000) + 40_000  # by more than a minute it would be corrected
    session, one_set = a_session(ms=ahead)
    send(as_alice, session, one_set)
    entity = uuid.UUID(session["entity"])
    assert (
        change(
            as_alice, entity, act="set", set=one_set["entity"], reps="12", amount="100", unit="lb", load_kind="external"
        )
        == 302
    )
    row = models.Set.objects.get()
    assert (row.reps, row.amount, row.unit) == (12, "100", "lb")
    assert models.LostValue.objects.get(field="reps").value == 10
    send(as_alice, op("set.put", one_set["entity"], ahead, reps=3))  # the phone's earlier write, late
    row.refresh_from_db()
    assert row.reps == 12


def test_a_page_that_is_behind_writes_only_what_was_changed_on_it(as_alice: Client, alice: User) -> None:
    session, one_set = a_session()
    send(as_alice, session, one_set)
    entity, row = uuid.UUID(session["entity"]), models.Set.objects.get()
    shown = {"was_reps": "10", "was_amount": "100", "was_rir": "", "was_status": "done", "unit": "lb"}
    send(as_alice, op("set.put", one_set["entity"], 5, amount="120"))
    change(as_alice, entity, act="set", set=str(row.pk), reps="9", amount="100", rir="", **shown)
    row.refresh_from_db()
    assert (row.reps, row.amount, row.unit) == (9, "120", "lb")
    page = as_alice.get(reverse("session", args=[entity])).content.decode()
    assert {f'name="{name}"' in page for name in shown} == {True}


def test_removing_a_session_takes_its_sets_and_stays_removed(as_alice: Client, alice: User) -> None:
    session, one_set = a_session()
    send(as_alice, session, one_set)
    change(as_alice, uuid.UUID(session["entity"]), act="delete")
    send(as_alice, op("session.put", session["entity"], 9, title="late"))
    assert store.diary(models.Person.of(alice)).sessions == ()


@pytest.mark.parametrize(
    "said",
    [
        {"act": "set", "reps": "many"},
        {"act": "set", "reps": "-1"},
        {"act": "set", "amount": "1e9"},
        {"act": "session", "on": "2026-02-30"},
        {"act": "session", "on": ""},
        {"act": "dance"},
        {"act": "set", "set": "x"},
        {"act": "add", "exercise": ""},
    ],
)
def test_what_cannot_be_is_told_in_a_line_and_changes_nothing(as_alice: Client, said: dict[str, str]) -> None:
    session, one_set = a_session()
    send(as_alice, session, one_set)
    assert change(as_alice, uuid.UUID(session["entity"]), **({"set": one_set["entity"]} | said)) == 400
    assert models.Set.objects.get().reps == 10
    assert models.Session.objects.get().on == date(2026, 11, 22)


def test_nobody_edits_anothers_session(as_alice: Client, as_bob: Client, bob: User) -> None:
    session, one_set = a_session()
    send(as_alice, session, one_set)
    assert change(as_bob, uuid.UUID(session["entity"]), act="delete") == 404
    with pytest.raises(own_edits.RefusedError, match="in use"):
        own_edits.write(models.Person.of(bob), [("set.put", uuid.UUID(one_set["entity"]), {"reps": 1})])
