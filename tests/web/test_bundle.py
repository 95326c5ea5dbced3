from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mettle import instruments
from mettle.web import bundle, models, programme, store
from tests.web.conftest import PROFILE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

GYM = PROFILE | {
    "equipment": ["barbell", "rack", "bench"],
    "plates_kg": [20, 20, 10, 10, 5, 5, 2.5, 2.5],
    "bar_kg": 20,
    "experience": "intermediate",
    "minutes": 40,
}


def test_every_loaded_bar_of_the_session_is_drawn_once(alice: User) -> None:
    person = models.Person.of(alice)
    person.profile = GYM
    programme.make(person)
    sent = bundle.of(person)
    asked = {
        s["set_up"] for session in sent["sessions"] for e in session["exercises"] for s in (*e["sets"], *e["settable"])
    }
    loaded = {words for words in asked if "a side" in words}
    assert loaded
    assert loaded <= set(sent["plates"])
    for words, drawn in sent["plates"].items():
        assert drawn.count("<text") == words.count(" + "), words
        assert "style=" not in drawn


def test_a_stand_in_comes_with_its_own_steps_in_the_rounds_of_what_it_replaces(alice: User) -> None:
    person = models.Person.of(alice)
    person.profile = PROFILE | {"equipment": ["dumbbell", "band", "chair"], "dumbbells_kg": [4, 6, 8], "minutes": 45}
    programme.make(person)
    sides = set()
    for session in (sent := bundle.of(person))["sessions"] + sent["short"]:
        for place, planned in enumerate(session["exercises"]):
            own = [s for s in session["steps"] if s["exercise"] == place and s["round"]]
            for other in planned["alternatives"]:
                assert [s["set"] for s in other["steps"]] == list(range(len(other["sets"])))  # each set once, in order
                assert {s["round"] for s in other["steps"]} == {s["round"] for s in own}
                assert {s["label"] for s in other["steps"]} == {s["label"] for s in own}
                assert all(("clock" in s) == ("clock" in own[0]) for s in other["steps"])
                of_both = {planned["sets"][own[-1]["set"]]["side"], other["sets"][-1]["side"]}
                sides.add(len(of_both))
                if of_both == {"both", "right"} and other["sets"][-1]["side"] == "right":
                    assert len(other["steps"]) == 2 * len(own)
    assert sides == {1, 2}, "the plan must have a two-handed exercise with a one-sided stand-in, or the other way round"


def test_the_ladder_and_the_gentle_format_come_with_the_wish(alice: User) -> None:
    person = models.Person.of(alice)
    person.profile = PROFILE | {"goals": ["ptsd", "social_anxiety"]}
    programme.make(person)
    sent = bundle.of(person)
    assert sent["gentle"] is True
    assert len(sent["ladder"]["steps"]) >= 5
    assert {s["id"] for s in sent["short"]} == {"minimum_version", "when_upset"}
    person.profile = PROFILE
    programme.make(person)
    plain = bundle.of(person)
    assert (plain["gentle"], plain["ladder"]) == (False, None)


def test_every_answer_that_asks_for_help_has_its_card(alice: User) -> None:
    cards = bundle.help_cards(models.Person.of(alice), None)["safety_item"]
    for key in instruments.ids():
        for item in instruments.load(key).safety:
            asked = {str(value) for value in instruments.load(key).values if value >= item.lowest}
            assert asked <= set(cards), key
    assert "blank" in cards


def visit(person: models.Person, day: int, before: int, after: int, *, step: int = 2) -> None:
    """One visit as the Workout screen writes it: the step and the tension in the same second, the tension again later."""
    for outcome, value, clock, occasion in (
        ("suds", before, "17:00:00", "before"),
        ("ladder_step", step, "17:00:00", "before"),
        ("suds", after, "17:40:00", "after"),
    ):
        person.observations.create(
            on=f"2026-11-{day:02d}", clock_time=clock, outcome=outcome, value=value, occasion=occasion
        )


def test_the_next_step_is_asked_about_after_three_calm_visits_and_a_stay_is_kept(alice: User) -> None:
    person = models.Person.of(alice)
    person.profile = PROFILE | {"goals": ["social_anxiety"]}
    programme.make(person)
    for day, (before, after) in enumerate([(8, 3), (6, 3), (5, 2)], start=1):
        assert bundle.of(person)["ladder"]["ask"] is None
        visit(person, day, before, after)
    sent = bundle.of(person)["ladder"]
    assert (sent["at"], sent["ask"]["from"], sent["ask"]["step"]) == (2, 2, 3)
    person.observations.create(on="2026-11-04", clock_time="17:00:00", outcome="ladder_stay", value=2)
    visit(person, 4, 5, 2)
    assert bundle.of(person)["ladder"]["ask"] is None
    assert {o.outcome for o in store.diary(person).observations} == {"suds"}  # a step is no outcome


def test_a_circuit_comes_with_its_seconds_and_straight_sets_without(alice: User) -> None:
    person = models.Person.of(alice)
    person.profile = PROFILE | {"equipment": ["chair", "band"], "bands": ["red"], "goals": ["adhd"], "minutes": 20}
    programme.make(person)
    sent = bundle.of(person)
    steps = sent["sessions"][0]["steps"]
    assert {s["part"] for s in steps} == {"circuit"}
    assert all(s["clock"]["work_s"] > 0 for s in steps)
    assert sum(sum(s["clock"].values()) for s in steps) / 60 == pytest.approx(sent["sessions"][0]["minutes"] - 3, abs=1)
    person.profile = GYM
    programme.make(person)
    assert not any("clock" in s for s in bundle.of(person)["sessions"][0]["steps"])
