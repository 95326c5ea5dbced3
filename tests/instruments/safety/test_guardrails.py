from __future__ import annotations

from typing import Any

import pytest

from mettle.instruments import safety


@pytest.mark.parametrize(
    ("person", "ids"),
    [
        ({"age": 17}, ["under_18"]),
        ({"scoff": 1, "eai": 23}, []),
        ({"scoff": 2}, ["eating_disorder"]),
        ({"eai": 24}, ["exercise_dependence"]),
        ({"rest_distresses": True}, ["exercise_dependence"]),
        ({"sppb": 6}, ["frail"]),
        ({"sppb": 7, "tug_s": 19.9, "falls_12_months": 1, "can_stand_5_times": True}, []),
        ({"tug_s": 20}, ["frail"]),
        ({"falls_12_months": 2}, ["frail"]),
        ({"can_stand_5_times": False}, ["frail"]),
        ({"conditions": ["psychosis"]}, ["mood_episodes"]),
        ({"conditions": ["beta_blocker", "insulin"]}, ["insulin", "beta_blocker"]),
    ],
)
def test_who_gets_which_guardrail(person: dict[str, Any], ids: list[str]) -> None:
    assert [g.id for g in safety.guardrails(**person)] == ids


def test_nothing_flat_on_the_back_from_week_13() -> None:
    assert "no_supine" not in safety.guardrails(pregnant_weeks=12)[0].rules
    assert "no_supine" in safety.guardrails(pregnant_weeks=13)[0].rules


def test_every_rule_named_is_a_rule_that_means_something() -> None:
    everything = safety.guardrails(
        age=16,
        scoff=5,
        eai=30,
        sppb=0,
        pregnant_weeks=30,
        conditions=["bipolar", "recent_concussion", "insulin", "beta_blocker", "postpartum"],
    )
    assert len(everything) == 10
    assert set().union(*(g.rules for g in everything)) == set(safety.rules())


def test_the_most_urgent_flag_decides() -> None:
    flag = safety.most_urgent(["joint_pain", "fever", "dark_urine"])
    assert flag is not None
    assert (flag.id, flag.ends_session) == ("dark_urine", True)
    assert safety.most_urgent([]) is None
    with pytest.raises(ValueError, match="red flag must be one of"):
        safety.most_urgent(["itch"])


def test_red_flags_come_the_most_urgent_first() -> None:
    ranks = [f.rank for f in safety.red_flags().values()]
    assert ranks == sorted(ranks, reverse=True)
    assert {f.level for f in safety.red_flags().values()} == {"emergency", "care_today", "ease_off", "skip"}
