from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mettle.trials.design import Wish, draw
from mettle.trials.people import PEOPLE, simulate
from mettle.web import computing, days, models, trialing

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


def test_a_simulated_benefit_is_told_as_such_with_its_picture() -> None:
    diary, _schedule = simulate(PEOPLE["benefits"], days=60, seed=3, randomised=True)
    last = max(o.when.day for o in diary.observations)
    made = computing.compute(diary, "mood", None, str(last))
    assert made["answer"]["effects"]["acute"]["mean"] > 0
    assert made["answer"]["credibility"] != "randomised"
    assert "effect" in made["pictures"]
    assert "style=" not in "".join(made["pictures"].values())


def test_nothing_recorded_gets_no_figure() -> None:
    diary, _schedule = simulate(PEOPLE["no_effect"], days=10, seed=3)
    assert computing.compute(diary, "calm", None, "2026-11-22")["answer"] == {"nothing": True}


def test_an_ended_trial_is_read_up_to_its_end(alice: User) -> None:
    person = models.Person.of(alice)
    start = days.today(person) - timedelta(days=10)
    trial = draw(Wish("variant", ("heavier", "lighter"), start, 28, outcome="mood"), seed=1)
    stored = models.Trial.objects.create(person=person, trial=trial)
    trialing.end(stored, "stopped_early", decision="drop")
    read = trialing.read_with(person, "mood")
    assert read is not None
    assert max(r["on"] for r in read["document"]["schedule"]) < days.today(person).isoformat()
    assert trialing.read_with(person, "calm") is None


@pytest.mark.parametrize("outcome", ["mood", "nothing like it"])
def test_a_first_visit_says_what_happens(as_alice: Client, outcome: str) -> None:
    page = as_alice.get("/answer/", {"outcome": outcome}).content.decode()
    assert "Working it out" in page or "Too early to tell" in page
