from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import product
from typing import Any

import pytest

from mettle.prescription import clock, plan, read_profile, turns
from mettle.prescription.exposure import Visit, ready_for

KITS: dict[str, dict[str, Any]] = {
    "chair and bands": {"equipment": ["chair", "band"], "bands": ["yellow", "red"]},
    "a gym": {
        "equipment": ["barbell", "rack", "bench", "dumbbell"],
        "plates_kg": [20, 20, 10, 10, 5, 5, 2.5, 2.5],
        "bar_kg": 20,
        "dumbbells_kg": [5, 10, 15, 20],
        "dumbbell_count": 2,
    },
}
ROUNDED_S = 3 + 0.5 * 30
"""A plan's minutes are told to a tenth, and each set's seconds are whole."""


@cache
def made(kit: str, form: str, minutes: int, experience: str) -> dict[str, Any]:
    profile = {
        "age": 40,
        "sex": "X",
        "body_mass_kg": 70,
        "experience": experience,
        "days_per_week": 3,
        "minutes": minutes,
        "goals": ["depression"],
        "requested": {"format": form},
        **KITS[kit],
    }
    document: dict[str, Any] = plan(read_profile(profile), weeks=1, seed=0, polished=False).to_json()
    return document


@pytest.mark.parametrize(("kit", "form"), list(product(KITS, ("straight", "superset", "circuit"))))
@pytest.mark.parametrize("experience", ["novice", "advanced"])
def test_every_planned_set_comes_once_and_no_other(kit: str, form: str, experience: str) -> None:
    parts = [p for s in made(kit, form, 45, experience)["weeks"][0]["sessions"] for p in s["parts"]]
    assert any(p["kind"] == form for p in parts)
    for part in parts:
        asked = Counter((e, s) for e, x in enumerate(part["exercises"]) for s in range(len(x["sets"])))
        assert Counter((t.exercise, t.set) for t in turns(part)) == asked


def test_a_superset_changes_between_its_exercises_and_keeps_the_two_sides_together() -> None:
    left, right, both, warm = (
        {"kind": kind, "side": side}
        for kind, side in (("work", "left"), ("work", "right"), ("work", "both"), ("warm_up", "both"))
    )
    part = {"kind": "superset", "exercises": [{"sets": [warm, both, both]}, {"sets": [left, right, left, right]}]}
    order = [(t.exercise, t.set, t.round) for t in turns(part)]
    assert order == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1), (0, 2, 2), (1, 2, 2), (1, 3, 2)]


@pytest.mark.parametrize("kit", KITS)
def test_the_clock_of_a_circuit_is_the_plans_own_minutes(kit: str) -> None:
    session = made(kit, "circuit", 20, "novice")["weeks"][0]["sessions"][0]
    (circuit,) = [p for p in session["parts"] if p["kind"] == "circuit"]
    warm = sum(60 * (p["minutes"] or 0) for p in session["parts"] if p["kind"] == "warm_up")
    intervals = clock(circuit)
    assert len(intervals) == len(turns(circuit))
    total = sum(i.ready_s + i.work_s + i.rest_s for i in intervals)
    assert total == pytest.approx(60 * session["minutes"] - warm, abs=ROUNDED_S)
    assert all(i.work_s > 0 for i in intervals)


LADDER = {"steps": [{"step": n} for n in range(1, 9)], "advance": {"visits": 3, "calm_below": 4}}
CALM = [Visit(2, 7, 3), Visit(2, 5, 2), Visit(2, 4, 3)]


def test_after_three_calm_visits_the_next_step_is_asked_about() -> None:
    assert ready_for(LADDER, [Visit(1, 8, 7), *CALM]) == 3
    assert ready_for(LADDER, [Visit(2, None, 3)] * 3) == 3  # not told before: the end counts


@pytest.mark.parametrize(
    "visits",
    [
        [],
        CALM[:2],
        [*CALM[:2], Visit(2, 7, 4)],
        [*CALM[:2], Visit(2, 1, 3)],
        [*CALM[:2], Visit(2, 5, None)],
        [*CALM[:2], Visit(3, 5, 2)],
        [Visit(8, 5, 2)] * 3,
    ],
    ids=["none", "two", "tense", "rising", "not told", "another step", "the top"],
)
def test_nothing_is_asked_before_that(visits: list[Visit]) -> None:
    assert ready_for(LADDER, visits) is None


def test_a_stay_is_heard_and_not_asked_about_again_until_three_more_visits() -> None:
    stayed = [*CALM[:2], Visit(2, 4, 3, stays=True)]
    for more in range(3):
        assert ready_for(LADDER, [*stayed, *CALM[:more]]) is None
    assert ready_for(LADDER, [*stayed, *CALM]) == 3
