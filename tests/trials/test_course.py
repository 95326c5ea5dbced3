"""What a trial says on its way and at its end: which day it is, the seal, the p value, the decision, and what was expected."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from mettle.answers import Answer, answer
from mettle.diary import Diary, Observation
from mettle.errors import InputError
from mettle.reports.cent import checklist
from mettle.reports.terminal import LINES, answer_lines
from mettle.trials.course import Expectancy, course
from mettle.trials.decision import decision
from mettle.trials.design import Wish, draw, sampler
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.schedule import schedule_from, together
from mettle.trials.verdict import unknown
from mettle.trials.wording import Comparison
from mettle.units import When

if TYPE_CHECKING:
    from mettle.trials.schedule import Kind, Schedule
    from mettle.trials.verdict import Verdict

START, DAYS = date(2026, 3, 2), 70
LAST = START + timedelta(days=DAYS - 1)


@cache
def drawn(kind: Kind = "days", arms: tuple[str, str] = ("train", "rest")) -> dict[str, Any]:
    return draw(Wish(kind, arms, START, DAYS, outcome="mood"), seed=4)


@cache
def at(today: date, *, person: str = "benefits", sealed: bool = False) -> Answer:
    plan = schedule_from(drawn())
    diary, _ = simulate(PEOPLE[person], plan=plan, seed=2)
    told = Expectancy(5.0, (12, 30))
    return answer("mood", diary, today=today, schedule=plan, redraw=sampler(drawn()), expectancy=told, sealed=sealed)


def test_what_was_expected_is_told_as_it_was_asked() -> None:
    plan = schedule_from(drawn())
    diary, _ = simulate(PEOPLE["benefits"], plan=plan, seed=2)
    told = answer("mood", diary, today=LAST + timedelta(days=1), schedule=plan, expectancy=Expectancy(of_ten=6.0))
    assert "Before you saw any evidence you expected it to help, 6 of 10 (0 not at all, 10 very much)" in told.text
    assert told.to_json()["expectancy"] == {"expected": None, "of_ten": 6.0, "opened_days": []}
    assert any("6 of 10" in said for _, _, said in checklist(told))


def test_on_the_way_there_is_no_p_value_and_the_text_knows_the_day() -> None:
    running = at(START + timedelta(days=41))
    assert running.randomisation_p is None
    assert running.decision is None
    assert "This is day 42 of 70 of the trial" in running.text
    assert running.to_json()["trial"]["day"] == 42
    assert at(LAST).randomisation_p is None  # the last day is not over


def test_at_the_planned_end_stand_the_test_and_a_decision() -> None:
    ended = at(LAST + timedelta(days=1))
    assert ended.randomisation_p is not None
    assert ended.randomisation_p <= 0.05
    assert ended.verdict == "better"
    assert ended.decision is not None
    assert ended.decision.choice == "keep"
    assert ended.decision.if_wrong in ended.text
    lines = answer_lines(ended)
    assert len(lines) <= LINES
    assert any(line.startswith("What now: Keep") for line in lines)


def test_a_running_answer_is_sealed_and_says_nothing_but_the_day() -> None:
    found = at(START + timedelta(days=41), sealed=True)
    assert found.verdict == "cannot_tell"
    assert [c.code for c in found.caveats] == ["sealed"]
    assert "day 42 of 70" in found.sentence
    assert all(e.mean is None for e in found.effects.values())
    assert at(LAST + timedelta(days=1), sealed=True).verdict == "better"


def test_what_was_expected_and_when_it_was_opened_are_reported() -> None:
    found = at(LAST + timedelta(days=1))
    assert "Before, you expected +5.0 points" in found.text
    assert "opened 2 times (day 12, 30)" in found.text
    assert found.to_json()["expectancy"] == {"expected": 5.0, "of_ten": None, "opened_days": [12, 30]}


@pytest.mark.parametrize("verdict", ["better", "worse", "no_worthwhile_difference", "cannot_tell", "depends_on_prior"])
@pytest.mark.parametrize("arms", [None, ("heavier", "lighter")])
def test_a_decision_never_stops_training_and_says_what_it_is_not_about(
    verdict: Verdict, arms: tuple[str, str] | None
) -> None:
    c = Comparison("mood", "points", "better", "day", arms, assigned=True, dated_only=True, swc=2.0, kind="days")
    told = decision(
        c, replace(unknown("x"), p_worthwhile=0.004, p_negligible=0.1, p_harmful=0.896), verdict, name="acute"
    )
    assert "stop" not in (told.text + told.if_wrong).lower()
    assert "nothing about any treatment" in told.not_about
    assert "about mood" in told.not_about
    assert told.choice == {"better": "keep", "worse": "change", "no_worthwhile_difference": "drop"}.get(verdict, "keep")


def test_overlapping_trials_are_refused_and_apart_they_are_one() -> None:
    one = schedule_from(drawn())
    shifted = replace(one, assignments=tuple(replace(a, on=a.on + timedelta(days=60)) for a in one.assignments))
    later = replace(one, assignments=tuple(replace(a, on=a.on + timedelta(days=100)) for a in one.assignments))
    with pytest.raises(InputError, match=r"two trials overlap: a\.json and b\.json both assign 10 days"):
        together([("a.json", one), ("b.json", shifted)])
    with pytest.raises(InputError, match="compare different things"):
        together([("a.json", one), ("b.json", replace(later, arms=("heavier", "lighter")))])
    assert len(together([("b.json", later), ("a.json", one)]).trial_days) == 2 * len(one.trial_days)


def follow(schedule: Schedule, person: str, *, seed: int = 1) -> Diary:
    diary, _ = simulate(PEOPLE[person], plan=schedule, seed=seed)
    return diary


def test_a_session_trial_is_about_the_difference_of_changes() -> None:
    document = drawn("session")
    plan = schedule_from(document)
    found = answer(
        "mood", follow(plan, "benefits", seed=4), today=date(2027, 1, 1), schedule=plan, redraw=sampler(document)
    )
    assert found.effects["acute"].estimand.startswith("the change from before to the hours after a session, against")
    assert found.changes is not None
    assert abs(found.changes.difference - (found.changes.with_session - found.changes.without)) < 1e-9
    assert found.changes.difference > 2 * found.changes.se > 0
    assert found.randomisation_p is not None
    assert found.randomisation_p < 0.05
    rated = {a.on for a in plan.assignments if a.rate}
    assert found.changes.days_with + found.changes.days_without <= len(rated)


def ratings(value: dict[date, float], hours: tuple[int, ...] = (8, 20)) -> tuple[Observation, ...]:
    """Noise-like but fixed ratings on all days of a trial, lifted in the evening."""
    days = [START + timedelta(days=d) for d in range(DAYS)]
    return tuple(
        Observation(
            "mood",
            When.parse(f"{on}T{h:02}:00"),
            50 + 7 * ((i * 37 + h * 11) % 13 - 6) / 6 + value.get(on, 0.0) * (h > 12),
        )
        for i, on in enumerate(days)
        for h in hours
    )


def test_two_ways_of_training_are_compared_with_each_other_not_with_days_without() -> None:
    plan = schedule_from(drawn("variant", ("heavier", "lighter")))
    lift = dict.fromkeys(plan.session_days, 12.0)  # any session lifts as much: the two ways do not differ
    found = answer("mood", Diary(observations=ratings(lift)), today=date(2027, 1, 1), schedule=plan)
    names = [c.name for c in found.table.columns]
    assert "any_session" in names
    acute = found.effects["acute"]
    assert acute.q025 is not None
    assert acute.q975 is not None
    assert acute.q025 < 0 < acute.q975
    assert abs(acute.mean or 0) < 4
    assert acute.estimand == "session days assigned to heavier, against session days assigned to lighter"


def test_a_halved_day_is_two_halves() -> None:
    days = [START + timedelta(days=d) for d in range(DAYS)]
    rows = [
        {
            "on": str(on),
            "part": part,
            "arm": "train" if (i * 7 + (part == "pm") * 3) % 5 < 2 else "rest",
            "phase": "trial",
        }
        for i, on in enumerate(days)
        for part in ("am", "pm")
    ]
    plan = schedule_from({"version": 1, "kind": "am_pm", "arms": ["train", "rest"], "schedule": rows})
    found = answer("mood", Diary(observations=ratings({}, (8, 11, 16, 20))), today=date(2027, 1, 1), schedule=plan)
    starts = [b.start for b in found.table.bouts]
    assert len(starts) == sum(row["arm"] == "train" for row in rows)
    assert {round(((s or 0) % 1) * 24 + 3) for s in starts} == {9, 18}
    assert "half of the day" in found.effects["acute"].estimand


def test_morning_against_evening_parts_when_the_morning_session_begins() -> None:
    plan = schedule_from(drawn("am_pm", ("morning", "evening")))
    found = answer("mood", Diary(observations=ratings({})), today=date(2027, 1, 1), schedule=plan)
    assert found.comparison.arms == ("morning", "evening")
    assert {round(((b.start or 0) % 1) * 24) for b in found.table.bouts} == {0}
    assert found.effects["acute"].estimand == "days assigned to morning, against days assigned to evening"


def test_pairs_are_told_as_pairs_and_redrawn_as_pairs() -> None:
    document = drawn("pairs")
    plan = schedule_from(document)
    found = answer("mood", follow(plan, "benefits"), today=date(2027, 1, 1), schedule=plan, redraw=sampler(document))
    assert found.randomisation_p is not None
    assert found.randomisation_p < 0.05
    assert found.verdict == "better"


def test_a_move_across_time_zones_is_told_and_days_stay_days() -> None:
    days = [START + timedelta(days=d) for d in range(40)]
    moved = START + timedelta(days=20)
    seen = tuple(
        Observation("mood", When.parse(f"{on}T{h:02}:00{'+01:00' if on < moved else '+10:00'}"), 50 + (i * 7 + h) % 11)
        for i, on in enumerate(days)
        for h in (8, 20)
    )
    rows = [{"on": str(on), "arm": "train" if i % 3 else "rest", "phase": "trial"} for i, on in enumerate(days)]
    plan = schedule_from({"version": 1, "kind": "days", "arms": ["train", "rest"], "schedule": rows})
    found = answer("mood", Diary(observations=seen), today=date(2027, 1, 1), schedule=plan)
    told = [c.text for c in found.caveats if c.code == "zone_moved"]
    assert told == [
        f"Your clock moved by +9 hours on {moved}. Local times are compared; the days around a journey differ in other ways too."
    ]
    assert [int(t) for t in found.table.t] == found.table.day.tolist()


def test_summer_time_is_no_move() -> None:
    days = [date(2026, 3, 20) + timedelta(days=d) for d in range(20)]
    change = date(2026, 3, 29)
    seen = tuple(
        Observation("mood", When.parse(f"{on}T20:00{'+01:00' if on < change else '+02:00'}"), 50 + (i * 7) % 11)
        for i, on in enumerate(days)
    )
    rows = [{"on": str(on), "arm": "train" if i % 3 else "rest", "phase": "trial"} for i, on in enumerate(days)]
    plan = schedule_from({"version": 1, "kind": "days", "arms": ["train", "rest"], "schedule": rows})
    found = answer("mood", Diary(observations=seen), today=date(2027, 1, 1), schedule=plan)
    assert "zone_moved" not in [c.code for c in found.caveats]
    assert found.table.axis.base is not None


def test_a_bad_event_hurts_less_after_a_session() -> None:
    plan = schedule_from(drawn())
    diary, _ = simulate(PEOPLE["no_effect"], plan=plan, seed=5)
    bad = {START + timedelta(days=d) for d in range(0, DAYS, 3)}
    trained = {on for on, arm in plan.trial_days.items() if arm == "train"}
    seen = tuple(
        replace(
            o,
            value=o.value
            - 25
            * (o.when.day in bad)
            * (0.0 if o.when.day in trained and o.when.clock and o.when.clock.hour > 17 else 1.0),
        )
        for o in diary.observations
    )
    events = tuple(Observation("bad_event", When(on), float(on in bad)) for on in plan.trial_days)
    found = answer("mood", replace(diary, observations=(*seen, *events)), today=date(2027, 1, 1), schedule=plan)
    assert found.reactivity is not None
    assert found.reactivity.events == len(bad)
    assert found.reactivity.after_event < -10
    assert found.reactivity.q025 > 0
    assert json.dumps(found.to_json(), allow_nan=False)


def test_where_a_trial_stands() -> None:
    plan = schedule_from(drawn())
    assert course(plan, START - timedelta(days=3)).words == "not begun; 70 days are planned"
    assert course(plan, START).day == 1
    assert course(plan, LAST).ended is False
    assert (course(plan, LAST + timedelta(days=9)).day, course(plan, LAST + timedelta(days=9)).ended) == (70, True)
