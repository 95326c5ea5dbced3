from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle.instruments import safety

FIT = {"phq9": 9, "item9": 0, "phq9_age_days": 3}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"phq9": 15}, "phq9_high"),
        ({"item9": 1}, "item9"),
        ({"item9": None}, "item9_missing"),
        ({"phq9": None, "item9": None, "phq9_age_days": None}, "phq9_absent"),
        ({"phq9_age_days": 15}, "phq9_old"),
        ({"conditions": ["bipolar"]}, "condition"),
        ({"age": 17}, "minor"),
        ({"deteriorating": True}, "deterioration"),
    ],
)
def test_no_day_without_training_where(change: dict[str, Any], reason: str) -> None:
    limit = safety.withholding_limit(**(FIT | change))
    assert limit == safety.WithholdingLimit(0, (reason,))


@pytest.mark.parametrize("change", [{"phq9": 14}, {"phq9_age_days": 14}, {"age": 18}])
def test_fourteen_days_otherwise(change: dict[str, Any]) -> None:
    assert safety.withholding_limit(**(FIT | change)).max_days == 14


@given(st.lists(st.booleans()))
def test_longest_stretch_against_splitting_the_text(allowed: list[bool]) -> None:
    text = "".join("x" if a else "-" for a in allowed)
    assert safety.longest_stretch(allowed) == max(map(len, text.split("x")))


@pytest.mark.parametrize(
    ("now", "item9", "codes"),
    [(10, 0, []), (11, 0, ["stop_phq9_rise"]), (6, 1, ["stop_item9"]), (12, 2, ["stop_phq9_rise", "stop_item9"])],
)
def test_a_trial_stops(now: int, item9: int, codes: list[str]) -> None:
    assert [m.code for m in safety.trial_must_stop(phq9_at_start=6, phq9_now=now, item9_now=item9)] == codes


def test_a_schedule_stores_the_rules_that_are_checked() -> None:
    stored = {m.code for m in safety.stopping_rules()}
    met = safety.trial_must_stop(phq9_at_start=0, phq9_now=9, item9_now=3, injured=True, deteriorating=True)
    assert {m.code for m in met} == stored


def test_a_total_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="0-27"):
        safety.withholding_limit(phq9=28, item9=0, phq9_age_days=1)
