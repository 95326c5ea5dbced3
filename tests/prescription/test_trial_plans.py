from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mettle.errors import InputError
from mettle.prescription import Plan, check, plan, read_profile

PROFILES = Path(__file__).parent / "profiles"


def trial(arms: list[str], kind: str = "variant", days: int = 24) -> dict[str, Any]:
    start = date(2026, 1, 5)
    return {
        "version": 1,
        "kind": kind,
        "arms": arms,
        "seed": 1,
        "schedule": [
            {"on": (start + timedelta(days=2 * n)).isoformat(), "part": None, "arm": arms[n % 2], "phase": "trial"}
            for n in range(days // 2)
        ],
    }


def made(name: str, arms: list[str], kind: str = "variant") -> Plan:
    return plan(read_profile(PROFILES / f"{name}.json"), trial=trial(arms, kind), polished=False)


@pytest.mark.parametrize(
    ("name", "arms"),
    [
        ("strength_told_maxima", ["heavier", "lighter"]),
        ("low_mood_novice_gym", ["morning", "evening"]),
        ("low_mood_novice_gym", ["compound_first", "isolation_first"]),
        ("anxiety_dumbbells_at_home", ["alone", "partner"]),
        ("low_mood_novice_gym", ["circuit", "straight"]),
        ("low_mood_novice_gym", ["free_weights", "machines"]),
        ("../home_and_gym", ["free_weights", "machines"]),
        ("../home_and_gym", ["cables", "bands"]),
        ("../home_and_gym", ["bands", "machines"]),
        ("../home_and_gym", ["two_sided", "one_sided"]),
    ],
    ids=lambda x: "_".join(x) if isinstance(x, list) else x,
)
def test_arms_of_a_variant_trial_are_matched_and_differ_in_one_thing(name: str, arms: list[str]) -> None:
    found = made(name, arms)
    checks = {c.rule: c for c in found.checks}
    for rule in ("arms matched: sets", "arms matched: minutes", "arms differ in one thing"):
        assert checks[rule].holds, checks[rule].figure
    sessions = [s for w in found.weeks for s in w.sessions]
    assert [s.arm for s in sessions] == [arms[n % 2] for n in range(12)]
    assert all(s.on is not None for s in sessions)


def test_unmatched_arms_are_seen() -> None:
    document = made("low_mood_novice_gym", ["morning", "evening"]).to_json()
    second = document["weeks"][0]["sessions"][1]
    for part in second["parts"]:
        for e in part["exercises"]:
            e["sets"] = e["sets"][:1]
    failed = {c.rule for c in check(document, read_profile(PROFILES / "low_mood_novice_gym.json")) if not c.holds}
    assert {"arms matched: sets", "arms differ in one thing"} <= failed


def test_a_day_of_the_resting_arm_has_no_session() -> None:
    found = made("low_mood_novice_gym", ["train", "rest"], "days")
    assert [s.on for w in found.weeks for s in w.sessions] == [
        date(2026, 1, 5) + timedelta(days=4 * n) for n in range(6)
    ]
    assert {s.arm for w in found.weeks for s in w.sessions} == {"train"}


def test_arms_that_no_plan_can_tell_apart_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"arms happy, sad cannot be planned; allowed: train, rest; load: heavier"):
        made("low_mood_novice_gym", ["happy", "sad"])
