from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle.training.sets import Exercise, PerformedSet
from mettle.training.strength import (
    CLOSE_REPS,
    FORMULAS,
    Strength,
    estimate,
    follow,
    from_sets,
    load_for,
    one_rep_max,
    percent_1rm,
    repetitions_at,
)
from mettle.units import Load

REFERENCE = json.loads((Path(__file__).parent / "reference" / "one_rep_max.json").read_text())
SAME_ARITHMETIC = 1e-12
"""Both sides evaluate the same closed formula in double precision."""


@pytest.mark.parametrize("name", sorted(REFERENCE["one_rep_max"]))
def test_formulas_agree_with_software_that_we_did_not_write(name: str) -> None:
    for reps, value in REFERENCE["one_rep_max"][name].items():
        assert one_rep_max(REFERENCE["load_kg"], int(reps), formula=name) == pytest.approx(value, rel=SAME_ARITHMETIC)


def test_formulas_that_the_reference_lacks_give_their_printed_figures() -> None:
    assert one_rep_max(100, 5, formula="oconner") == pytest.approx(112.5)
    assert one_rep_max(100, 5, formula="wathan") == pytest.approx(116.58, abs=0.01)  # 48.8 + 53.8 exp(-0.375) = 85.776
    assert one_rep_max(100, 10, formula="lander") == pytest.approx(100 * 100 / (101.3 - 26.7123))


@pytest.mark.parametrize("name", sorted(FORMULAS))
@given(load=st.floats(1, 500))
def test_a_single_is_its_own_maximum(name: str, load: float) -> None:
    assert one_rep_max(load, 1, formula=name) == load


@pytest.mark.parametrize("name", sorted(FORMULAS))
@given(reps=st.floats(1, 30), more=st.floats(0.01, 5))
def test_more_repetitions_never_mean_less_strength(name: str, reps: float, more: float) -> None:
    factor = FORMULAS[name].factor
    assert factor(reps) <= factor(reps + more)


@given(st.integers(1, 10), st.floats(0, 5))
def test_repetitions_in_reserve_count_as_repetitions(reps: int, rir: float) -> None:
    assert one_rep_max(80, reps, rir=rir) == pytest.approx(one_rep_max(80, reps + rir))


def test_doubt_grows_with_repetitions_and_with_what_nobody_wrote_down() -> None:
    doubts = [estimate(100, reps, rir=0) for reps in (1, 3, 5, 8, 10, 12, 15)]
    widths = [s.log_sd for s in doubts if s]
    assert widths == sorted(widths)
    assert len(widths) == 7
    known, left, unstated = estimate(100, 5, rir=0), estimate(100, 5, rir=2), estimate(100, 5)
    assert known is not None
    assert left is not None
    assert unstated is not None
    assert known.log_sd < left.log_sd
    assert known.log_sd < unstated.log_sd


def test_only_close_sets_set_loads_and_long_ones_are_not_used_at_all() -> None:
    close, rough = estimate(60, 8, rir=2), estimate(60, 9, rir=2)
    assert close is not None
    assert rough is not None
    assert close.close
    assert not rough.close
    assert rough.reps_to_failure > CLOSE_REPS
    assert estimate(60, 21, rir=0) is None


def _set(load: str, reps: int, **more: object) -> PerformedSet:
    return PerformedSet(Exercise("Squat"), 1, reps=reps, load=Load(Decimal(load), "kg"), **more)  # type: ignore[arg-type] # test shorthand


def test_a_session_speaks_by_its_best_close_set() -> None:
    said = from_sets(
        [
            _set("60", 5, kind="warm_up", rir=5),
            _set("100", 5, rir=2),
            _set("100", 4, rir=0),
            _set("60", 19, rir=0),
            _set("140", 0, status="missed"),
        ]
    )
    best = estimate(100, 5, rir=2)
    assert said == best


def test_help_and_bands_say_nothing_of_a_maximum() -> None:
    assert from_sets([_set("20", 8, load_kind="assisted"), _set("20", 8, load_kind="band")]) is None
    assert from_sets([PerformedSet(Exercise("Push-up"), 1, reps=8, load_kind="bodyweight", rir=1)]) is None
    body = from_sets([PerformedSet(Exercise("Pull-up"), 1, reps=5, load_kind="bodyweight", rir=0)], body_kg=70)
    assert body is not None
    assert body.median_kg > 75


def test_following_moves_slowly_keeps_the_persons_own_doubt_and_forgets() -> None:
    one = estimate(100, 5, rir=1)
    assert one is not None
    many = follow(list(range(0, 70, 7)), [one] * 10)
    assert many[-1].median_kg == pytest.approx(one.median_kg)
    assert one.log_sd / math.sqrt(2) < many[-1].log_sd < one.log_sd
    after_a_year = follow([0, 365], [one, Strength(one.median_kg * 0.8, one.log_sd, 6, close=True)])
    after_a_week = follow([0, 7], [one, Strength(one.median_kg * 0.8, one.log_sd, 6, close=True)])
    assert after_a_year[1].median_kg < after_a_week[1].median_kg
    with pytest.raises(ValueError, match="days must rise"):
        follow([7, 0], [one, one])


@given(st.floats(52, 99))
def test_tables_there_and_back(percent: float) -> None:
    at = repetitions_at(percent)
    assert percent_1rm(at.usual) == pytest.approx(percent, abs=1e-4)
    assert at.low <= at.usual <= at.high


def test_at_seventy_percent_most_people_lie_where_they_were_seen() -> None:
    # 6-26 repetitions at 70% in trained lifters (Zourdos et al. 2021)
    at = repetitions_at(70)
    assert 6 < at.low < at.high < 26


def test_a_load_for_a_set_gives_the_set_back() -> None:
    strength = estimate(80, 8, rir=2)
    assert strength is not None
    assert load_for(strength, 8, rir=2) == pytest.approx(80)


@pytest.mark.parametrize(("load", "reps", "rir"), [(0, 5, 0), (-5, 5, 0), (math.nan, 5, 0), (100, 0, 0), (100, 30, 7)])
def test_nonsense_is_refused(load: float, reps: float, rir: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        one_rep_max(load, reps, rir=rir)
