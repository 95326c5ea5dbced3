from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from mettle import evidence, instruments
from mettle.web import days, models, programme, trialing

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


def answered(person: models.Person, total: int, item9: int | None, *, days_ago: int = 1) -> None:
    """A PHQ-9 with this total and ninth answer."""
    answers: dict[str, int | None] = dict.fromkeys(map(str, range(1, 9)), 0)
    answers["9"] = item9
    left = total - (item9 or 0)
    for i in range(1, 9):
        answers[str(i)] = min(3, left)
        left -= min(3, left)
    score = instruments.score("phq9", [answers[str(i)] for i in range(1, 10)]).to_json()
    on = days.today(person) - timedelta(days=days_ago)
    models.Response.objects.create(person=person, instrument="phq9", on=on, answers=answers, finished=True, score=score)


def preview(client: Client, code: str = "days", **said: str) -> str:
    asked = {"outcome": "mood", "weeks": "4", "expected": "7"} | said
    return client.post(reverse("trial_preview", args=[code]), asked).content.decode()


def longest_rest(trial: dict[str, object]) -> int:
    run = most = 0
    for row in trial["schedule"]:  # type: ignore[attr-defined] # a list of days
        run = 0 if row["arm"] == "train" else run + 1
        most = max(most, run)
    return most


def test_a_trial_is_drawn_started_and_planned(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    answered(person, 5, 0)
    page = preview(as_alice)
    assert "Draw again" in page
    assert "Of 100 people like you" in page
    as_alice.post(reverse("trial_start"))
    trial = person.trials.get()
    assert trial.expected_benefit == 7
    assert trial.trial["seed"] is not None
    plan = programme.current(person)
    assert plan is not None
    planned = {s["on"] for s in programme.planned_sessions(plan)}
    assigned = {r["on"] for r in trial.trial["schedule"] if r["arm"] == "train"}
    assert planned <= assigned


def test_every_redraw_before_the_start_is_counted(as_alice: Client, alice: User) -> None:
    answered(models.Person.of(alice), 5, 0)
    preview(as_alice)
    preview(as_alice, again="1")
    preview(as_alice, again="1")
    as_alice.post(reverse("trial_start"))
    assert models.Trial.objects.get().redraws == 2


@pytest.mark.parametrize(("total", "item9"), [(16, 0), (1, 1), (5, None)])
def test_nobody_is_kept_from_training_for_long_in_a_hard_time(
    as_alice: Client, alice: User, total: int, item9: int | None
) -> None:
    person = models.Person.of(alice)
    answered(person, total, item9)
    page = as_alice.get(reverse("trials")).content.decode()
    assert "two ways of training" in page or "every question" in page
    assert trialing.withholding(person, days.today(person)).max_days == 0


def test_a_positive_item_nine_during_a_trial_ends_its_days_without_training(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    answered(person, 5, 0, days_ago=3)
    preview(as_alice)
    as_alice.post(reverse("trial_start"))
    answered(person, 6, 1, days_ago=0)
    met = trialing.stop_where_it_must(person)
    assert [m.code for m in met] == ["stop_item9"]
    assert person.trials.get().ended_at is not None
    plan = programme.current(person)
    assert plan is not None
    assert all(s["arm"] is None for s in programme.planned_sessions(plan))
    assert not [
        r for r in person.trials.get().trial["schedule"] if r["on"] >= days.today(person).isoformat() and r["arm"]
    ]


def test_the_running_answer_is_sealed_until_it_is_opened_and_that_is_noted(as_alice: Client, alice: User) -> None:
    answered(models.Person.of(alice), 5, 0)
    preview(as_alice)
    as_alice.post(reverse("trial_start"))
    assert "Sealed until your trial ends" in as_alice.get("/answer/?outcome=mood").content.decode()
    as_alice.post(reverse("answer_unseal"), {"outcome": "mood"})
    assert "Sealed" not in as_alice.get("/answer/?outcome=mood").content.decode()
    assert len(models.Trial.objects.get().opened) == 1


def test_the_end_is_a_decision_and_training_goes_on(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    answered(person, 5, 0)
    preview(as_alice)
    as_alice.post(reverse("trial_start"))
    trial = person.trials.get()
    assert "stop training" not in as_alice.get(reverse("trial_decide", args=[trial.pk])).content.decode().lower()
    as_alice.post(reverse("trial_end", args=[trial.pk]), {"decision": "keep"})
    trial.refresh_from_db()
    assert trial.end == {"code": "stopped_early", "decision": "keep"}
    assert programme.current(person) is not None


def test_every_testable_claim_can_be_tested_from_its_page(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    testable = [c.id for c in evidence.claims().values() if c.design != "none"]
    made = [trialing.offer(person, f"claim-{number.replace('.', '-')}") for number in testable]
    assert len(testable) == 106
    assert None not in made
    assert not any(o.withholds and o.kind == "blocks" for o in made if o)  # without a PHQ-9 of the last two weeks
    page = as_alice.get(reverse("claim", args=["8.2"])).content.decode()
    assert reverse("trial_new", args=["claim-8-2"]) in page
    assert as_alice.get(reverse("trial_new", args=["claim-8-2"])).status_code == 200
    assert as_alice.get(reverse("trial_new", args=["claim-99-9"])).status_code == 404


@pytest.mark.parametrize("said", [{"weeks": "3"}, {"weeks": "x"}, {"outcome": "nonsense"}, {"outcome": ""}])
def test_bad_wishes_are_told(as_alice: Client, said: dict[str, str]) -> None:
    reply = as_alice.post(reverse("trial_preview", args=["days"]), {"outcome": "mood", "weeks": "4"} | said)
    assert reply.status_code == 400
