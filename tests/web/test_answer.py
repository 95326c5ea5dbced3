from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from mettle.cli import main
from mettle.trials.design import Wish, draw
from mettle.trials.ending import end_stretch
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.schedule import schedule_from
from mettle.web import answering, computing, days, models, store, trialing

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User
    from django.test import Client

P_APART = 0.01
"""The shell reads a stated dose where the app reads sets, so the model's scales differ a little; of 999 draws ten may change sides."""


def test_a_simulated_benefit_is_told_as_such_with_its_picture() -> None:
    diary, _schedule = simulate(PEOPLE["benefits"], days=60, seed=3, randomised=True)
    last = max(o.when.day for o in diary.observations)
    made = computing.compute(diary, "mood", None, str(last))
    assert made["answer"]["effects"]["acute"]["mean"] > 0
    assert made["answer"]["credibility"] != "randomised"
    pictures = computing.drawn(made["sketches"])
    assert "effect" in pictures
    assert "style=" not in "".join(pictures.values())


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
    diary, _ = simulate(PEOPLE["benefits"], days=10, seed=3, start=start)
    later = str(days.today(person) + timedelta(days=1))
    told = computing.compute(diary, "mood", read, later)["answer"]
    assert told["checks"]["randomisation_p"] is None  # it belongs to the planned end
    assert trialing.read_with(person, "calm") is None


def test_a_first_visit_says_what_happens(as_alice: Client) -> None:
    page = as_alice.get("/answer/").content.decode()
    assert "Working it out" in page or "Too early to tell" in page


def test_only_what_the_person_has_is_worked_out(as_alice: Client, alice: User, bob: User) -> None:
    person, other = models.Person.of(alice), models.Person.of(bob)
    today = days.today(person)
    models.Observation.objects.create(person=other, on=today, outcome="calm", value=5)
    models.Observation.objects.create(person=person, on=today, outcome="gone", value=5, deleted="x")
    models.Observation.objects.create(person=person, on=today, outcome="check_in_s", value=5)
    for outcome in ("anything", "calm", "gone", "check_in_s"):
        assert as_alice.get("/answer/", {"outcome": outcome}).status_code == 404
        assert as_alice.post("/answer/open/", {"outcome": outcome}).status_code == 404
    assert not answering._running
    models.Observation.objects.create(person=person, on=today, outcome="energy", value=5)
    models.Response.objects.create(
        person=person, on=today, instrument="gad7", finished=True, score={"instrument": "gad7", "score": 4}
    )
    trial = draw(Wish("days", ("train", "rest"), today, 28, outcome="focus"), seed=1)
    models.Trial.objects.create(person=person, trial=trial, opened=[str(today)])
    for outcome in ("energy", "gad7", "focus"):
        assert as_alice.get("/answer/", {"outcome": outcome}).status_code == 200


@pytest.mark.parametrize("reason", [None, "stop_item9"])
def test_the_app_and_the_shell_tell_the_same_p_value_also_of_a_trial_that_a_safety_rule_ended(
    reason: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = date(2025, 3, 3)
    trial = draw(Wish("days", ("train", "rest"), start, 56, outcome="mood"), seed=1)
    diary, _ = simulate(PEOPLE["benefits"], seed=3, plan=schedule_from(trial))
    if reason is not None:
        trial = end_stretch(trial, start + timedelta(days=40), reason=reason)
    shown = computing.compute(diary, "mood", {"document": trial, "opened": []}, "2026-01-01")["answer"]
    (tmp_path / "trial.json").write_text(json.dumps(trial))
    lines = [f"{o.when.on} {o.when.clock:%H:%M},{o.value:g}" for o in diary.observations]
    (tmp_path / "c.csv").write_text("at,mood\n" + "\n".join(lines) + "\n")
    done = [f"{s.start.on} {s.start.clock:%H:%M},1" for s in diary.sessions]
    (tmp_path / "e.csv").write_text("at,dose\n" + "\n".join(done) + "\n")
    given = ["--checkins", str(tmp_path / "c.csv"), "--exposures", str(tmp_path / "e.csv")]
    capsys.readouterr()
    assert main(["answer", *given, "--outcome", "mood", "--schedule", str(tmp_path / "trial.json"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert shown["checks"]["randomisation_p"] is not None
    assert told["checks"]["randomisation_p"] == pytest.approx(shown["checks"]["randomisation_p"], abs=P_APART)


def test_a_trial_of_a_claim_about_the_next_day_is_read_on_the_next_day() -> None:
    trial = draw(Wish("days", ("train", "rest"), date(2025, 3, 3), 56, outcome="sleep_quality"), seed=1) | {
        "claims": ["8.2"]
    }
    diary, _ = simulate(PEOPLE["no_effect"], seed=3, plan=schedule_from(trial))
    diary = replace(diary, observations=tuple(replace(o, outcome="sleep_quality") for o in diary.observations))
    told = computing.compute(diary, "sleep_quality", {"document": trial, "opened": []}, "2026-01-01")["answer"]
    assert told["headline"]["effect"] == "next_day"


def test_what_is_looked_into_is_sealed_as_the_answer_is_and_its_words_are_the_readers(
    alice: User, as_alice: Client, as_bob: Client
) -> None:
    diary, _schedule = simulate(PEOPLE["benefits"], days=40, seed=3, randomised=True)
    made = computing.compute(diary, "mood", None, str(max(o.when.day for o in diary.observations)))
    person = models.Person.of(alice)
    person.answers.create(key="mood", fingerprint="", answer=made["answer"], closer=made["closer"])
    address = reverse("answer_closer") + "?outcome=mood"
    told = as_alice.get(address).json()
    assert len(told["spec"]["datasets"]["rows_0"]) > 20
    assert set(told["colours"].values()) >= {"ink", "mood", "training"}
    assert as_bob.get(address).status_code == 404
    drawn = draw(Wish("days", ("train", "rest"), days.today(person), 28), seed=1)
    person.trials.create(trial=drawn | {"outcome": "mood"})
    assert as_alice.get(address).status_code == 404


def test_a_few_days_are_told_as_a_few_days_with_no_empty_tables(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    today = days.today(person)
    for ago in range(3):
        person.observations.create(on=today - timedelta(days=ago), clock_time="08:00", outcome="mood", value=5)
    person.sessions.create(on=today, clock_time="10:00", finished=True)
    made = computing.compute(store.diary(person), "mood", None, str(today))["answer"]
    models.KeptAnswer.objects.create(
        person=person, key="mood", fingerprint=answering.fingerprint(person, "mood"), answer=made
    )
    page = as_alice.get("/answer/").content.decode()
    assert "3 rated days are too few" in page
    assert "3 of 21 days" in page
    assert "Each effect, in points" not in page
    assert "Under other starting points" not in page
