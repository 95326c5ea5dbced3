from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mettle.prescription import carried, moved_on, offers, on_days, onward, plan, read_profile, swaps
from mettle.prescription.blocks import as_block
from mettle.prescription.checker import check
from mettle.prescription.progression import carried_states, next_session, sessions_ahead
from mettle.training import Exercise, PerformedSession, PerformedSet
from mettle.units import Load, When

ON = date(2026, 3, 30)
DUMBBELLS: dict[str, Any] = {
    "age": 38,
    "sex": "X",
    "body_mass_kg": 74,
    "experience": "novice",
    "equipment": ["dumbbell", "bench", "band", "chair"],
    "dumbbells_kg": [4, 6, 8, 10, 12.5, 15, 20],
    "dumbbell_count": 2,
    "bands": ["yellow", "red", "green"],
    "days_per_week": 3,
    "minutes": 40,
}


def pressed(on: date, kg: float = 12.5, reps: int = 12, rir: float | None = 3, **more: Any) -> PerformedSession:
    sets = tuple(
        PerformedSet(
            Exercise("dumbbell_floor_press"), n, reps=reps, load=Load(Decimal(str(kg)), "kg"), per_hand=True, rir=rir
        )
        for n in (1, 2)
    )
    return PerformedSession("mettle", When(on), sets=sets, **more)


def first_load(made: dict[str, Any], exercise: str) -> dict[str, Any]:
    rows = [
        s
        for week in made["weeks"]
        for session in week["sessions"]
        for part in session["parts"]
        for e in part["exercises"]
        if e["exercise"] == exercise
        for s in e["sets"]
        if s["kind"] == "work"
    ]
    assert rows, f"{exercise} is not in the plan"
    return rows[0]  # type: ignore[no-any-return] # JSON


def planned(profile: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = plan(read_profile(profile), start=ON, polished=False).to_json()
    return made


def test_a_new_plan_begins_near_what_was_lifted_and_not_at_a_beginners_guess() -> None:
    log = [pressed(ON - timedelta(days=n)) for n in (12, 9, 7, 2)]
    guess = planned(DUMBBELLS)
    assert first_load(guess, "dumbbell_floor_press")["load"]["amount"] <= 6  # what the body mass alone says
    knows = planned(onward(DUMBBELLS, log, ON))
    load = first_load(knows, "dumbbell_floor_press")["load"]
    assert load["amount"] in (10, 12.5)
    assert load["per_hand"] is True
    assert not [c for c in knows["checks"] if not c["holds"]]


@pytest.mark.parametrize(("days_off", "most"), [(16, 12.5), (35, 10), (100, 8)])
def test_after_a_break_it_begins_lower_and_after_half_a_year_anew(days_off: int, most: float) -> None:
    known = onward(DUMBBELLS, [pressed(ON - timedelta(days=days_off))], ON)
    assert first_load(planned(known), "dumbbell_floor_press")["load"]["amount"] <= most
    assert known["months_off"] == pytest.approx(days_off / 28, abs=0.1)
    forgotten = onward(DUMBBELLS, [pressed(ON - timedelta(days=200))], ON)
    assert "one_rm_kg" not in forgotten


def test_pain_takes_back_what_was_lifted_before_it_and_an_easy_day_does_not() -> None:
    strong = [pressed(ON - timedelta(days=n)) for n in (9, 7)]
    easy = carried([*strong, pressed(ON - timedelta(days=5), kg=8)], ON)["one_rm_kg"]["dumbbell_floor_press"]
    assert easy == carried(strong, ON)["one_rm_kg"]["dumbbell_floor_press"]
    hurt = carried([*strong, pressed(ON - timedelta(days=5), kg=8, pain=6.0)], ON)["one_rm_kg"]["dumbbell_floor_press"]
    assert hurt < 0.6 * easy


def test_a_load_whose_hand_cannot_be_told_says_nothing_of_a_pair() -> None:
    row = PerformedSet(Exercise("dumbbell_floor_press"), 1, reps=10, load=Load(Decimal(30), "kg"), rir=2)
    assert "one_rm_kg" not in carried([PerformedSession("hevy", When(ON), sets=(row,))], ON)


def test_bands_holds_and_bodyweight_go_on_from_where_they_were() -> None:
    def did(exercise: str, **more: Any) -> PerformedSet:
        return PerformedSet(Exercise(exercise), 1, **more)

    session = PerformedSession(
        "mettle",
        When(ON - timedelta(days=2)),
        sets=(
            did("seated_band_leg_press", reps=15, load_kind="band", colour="yellow"),
            did("wall_sit", hold_s=45.0, load_kind="bodyweight"),
        ),
    )
    known = onward(DUMBBELLS | {"equipment": ["band", "chair"], "dumbbells_kg": []}, [session], ON)
    known.pop("dumbbells_kg")
    known.pop("dumbbell_count")
    made = swaps({"seated_band_leg_press": 2, "wall_sit": 1}, offers(read_profile(known)))
    press, sit = made["seated_band_leg_press"][0], made["wall_sit"][0]
    assert (press["load"]["colour"], press["reps"]) == ("yellow", [12, 16])
    assert sit["hold_s"] == 45


def test_weeks_of_training_end_the_ramp_and_make_a_novice_of_a_beginner() -> None:
    log = [pressed(ON - timedelta(weeks=w, days=1)) for w in range(8)]
    beginner = DUMBBELLS | {"experience": "none"}
    first, later = planned(beginner), planned(onward(beginner, log, ON))

    def sets(made: dict[str, Any], week: int) -> int:
        return sum(len(e["sets"]) for s in made["weeks"][week]["sessions"] for p in s["parts"] for e in p["exercises"])

    assert sets(first, 0) < sets(first, 1)  # the first week ever is eased in
    assert sets(later, 0) == sets(later, 1)
    assert onward(beginner, log, ON)["experience"] == "novice"


def test_the_slow_ramp_of_older_people_is_climbed_once() -> None:
    older = DUMBBELLS | {"age": 70}
    log = [pressed(ON - timedelta(weeks=w, days=1), kg=10, reps=12, rir=3) for w in range(4)]
    again = planned(onward(older, log, ON))
    assert first_load(again, "dumbbell_floor_press")["load"]["amount"] >= 8
    assert all(c["holds"] for c in again["checks"] if c["rule"] == "slow ramp")


def test_what_was_replaced_for_good_stays_out_and_its_stand_in_is_liked() -> None:
    known = onward(DUMBBELLS, [], ON, replaced={"dumbbell_floor_press": "push_up"})
    assert known["avoid"] == ["dumbbell_floor_press"]
    assert known["preferences"] == {"like": ["push_up"], "dislike": []}
    used = {
        e["exercise"]
        for w in planned(known)["weeks"]
        for s in w["sessions"]
        for p in s["parts"]
        for e in p["exercises"]
    }
    assert "dumbbell_floor_press" not in used


def entry(session: dict[str, Any], on: date, *, week: int | None) -> dict[str, Any]:
    """A log entry that does all that a session asks."""
    sets = [
        {
            "exercise": e["exercise"],
            "kind": s["kind"],
            "status": "done",
            "reps": s["reps"][1] if s["reps"] else None,
            "hold_s": s["hold_s"],
            "load": s["load"],
            "rir": s["rir"],
            "side": s["side"],
        }
        for p in session["parts"]
        for e in p["exercises"]
        for s in e["sets"]
    ]
    return {"id": f"{on}", "on": f"{on}", "plan": {"week": week, "session": session["id"]}, "sets": sets}


def asked(session: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [
        (e["exercise"], e["sets"][0]["load"]["amount"] or e["sets"][0]["load"]["colour"], e["sets"][0]["hold_s"])
        for p in session["parts"]
        for e in p["exercises"]
    ]


def test_the_next_block_goes_on_from_where_each_exercise_stood() -> None:
    made = as_block(planned(DUMBBELLS), {"number": 1})
    log: list[dict[str, Any]] = []
    for week in made["weeks"]:
        for session in week["sessions"]:
            on = date.fromisoformat(session["on"])
            done = sessions_ahead(made, {"sessions": log}, [session["id"]], today=on)[0]
            log.append(entry(done, on, week=week["week"]))
    second = as_block(planned(DUMBBELLS), {"number": 2}) | {"carried": carried_states(made, {"sessions": log})}
    assert {s["id"] for w in made["weeks"] for s in w["sessions"]}.isdisjoint(
        s["id"] for w in second["weeks"] for s in w["sessions"]
    )
    start = second["weeks"][0]["sessions"][0]
    begun = sessions_ahead(second, {"sessions": []}, [start["id"]], today=ON + timedelta(weeks=4))[0]
    goes_on = next_session(made, {"sessions": log}, today=ON + timedelta(weeks=4)).session
    assert goes_on is not None
    assert asked(begun) == asked(goes_on)
    assert asked(begun) != asked(start)


def test_what_another_plan_asked_for_moves_the_loads_and_not_the_place() -> None:
    made = as_block(planned(DUMBBELLS), {"number": 2})
    first = made["weeks"][0]["sessions"][0]
    strange = entry(first, ON - timedelta(days=1), week=None)
    for s in strange["sets"]:
        s["load"] = {**s["load"], "amount": 10} if s["load"]["kind"] == "kg" else s["load"]
    found = next_session(made, {"sessions": [strange]}, today=ON).session
    assert found is not None
    assert found["id"] == first["id"]
    by_load = [e for p in found["parts"] for e in p["exercises"] if e["sets"][0]["load"]["kind"] == "kg"]
    assert by_load
    assert all(e["sets"][0]["load"]["amount"] >= 10 for e in by_load)


def test_heavier_and_lighter_stay_apart_however_often_they_were_done() -> None:
    rows = [
        {"on": f"{ON + timedelta(days=2 * n)}", "part": None, "arm": arm, "phase": "trial"}
        for n, arm in enumerate(["heavier", "lighter"] * 6)
    ]
    trial = {"kind": "variant", "arms": ["heavier", "lighter"], "schedule": rows}
    profile = DUMBBELLS | {"one_rm_kg": {"dumbbell_floor_press": 20, "goblet_squat": 30}}
    made = plan(read_profile(profile), start=ON, trial=trial, polished=False).to_json()
    log: list[dict[str, Any]] = []
    shown: dict[str, list[float]] = {"heavier": [], "lighter": []}
    for week in made["weeks"]:
        for session in week["sessions"]:
            on = date.fromisoformat(session["on"])
            done = sessions_ahead(made, {"sessions": log}, [session["id"]], today=on)[0]
            log.append(entry(done, on, week=week["week"]))
            shown[session["arm"]] += [
                s["load"]["amount"]
                for p in done["parts"]
                for e in p["exercises"]
                for s in e["sets"]
                if s["load"]["amount"]
            ]
    assert sum(shown["lighter"]) < 0.9 * sum(shown["heavier"])


def test_a_plan_that_has_moved_still_passes_the_checker_and_one_squeezed_does_not() -> None:
    profile = read_profile(DUMBBELLS)
    made = planned(DUMBBELLS)
    order = [s for w in made["weeks"] for s in w["sessions"]]
    late = date.fromisoformat(order[0]["on"]) + timedelta(days=3)
    moved = on_days(made, moved_on(order, earliest=late, after=None))
    assert [s["id"] for w in moved["weeks"] for s in w["sessions"]] == [s["id"] for s in order]
    assert not [c for c in check(moved, profile) if not c.holds]
    second = date.fromisoformat(order[1]["on"])
    twice = on_days(made, {order[0]["id"]: second})
    assert [c.rule for c in check(twice, profile) if not c.holds] == ["a day between"]
    again = on_days(made, {order[0]["id"]: second - timedelta(days=1)})
    assert "a day between" in [c.rule for c in check(again, profile) if not c.holds]


def test_a_harder_exercise_comes_at_the_load_it_was_left_at_and_never_twice() -> None:
    easy, hard = "dumbbell_floor_press", "dumbbell_bench_press"
    made = as_block(planned(DUMBBELLS), {"number": 2})
    session = made["weeks"][0]["sessions"][0]
    assert first_load({"weeks": [{"sessions": [session]}]}, easy)
    stood = made | {"carried": {easy: {"intended": 20.0, "extra_reps": 5}, hard: {"intended": 12.0}}}

    def after_all_of_it(document: dict[str, Any]) -> dict[str, Any]:
        shown = sessions_ahead(document, {"sessions": []}, [session["id"]], today=ON)[0]
        log = {"sessions": [entry(shown, ON, week=1)]}
        return {"weeks": [{"sessions": sessions_ahead(document, log, [session["id"]], today=ON + timedelta(days=2))}]}

    assert first_load(after_all_of_it(stood), hard)["load"]["amount"] == 12.5  # and not the lightest pair again
    row = next(e for p in session["parts"] for e in p["exercises"] if e["exercise"] == easy)
    other = {**session, "id": "b2w9s1", "parts": [{**session["parts"][-1], "exercises": [{**row, "exercise": hard}]}]}
    both = stood | {"weeks": [*made["weeks"], {"week": 9, "deload": False, "sessions": [other]}]}
    assert first_load(after_all_of_it(both), easy)["load"]["amount"] == 20  # the harder one is in the plan already
