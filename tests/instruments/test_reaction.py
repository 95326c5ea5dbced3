from __future__ import annotations

import math
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle.instruments.reaction import (
    FlankerTrial,
    after_practice,
    digit_span,
    flanker,
    learning_per_log_session,
    smallest_detectable,
    two_back,
    vigilance,
)

PRINTED = 5e-7
"""Oracles are printed with six decimals."""

RT = [212, 245, 198, 301, 267, 233, 356, 410, 222, 95, 251, 640, 218, 229, 287, 30000]


def test_the_vigilance_oracle() -> None:
    found = vigilance(RT)
    assert (found.valid, found.false_starts, found.timeouts, found.lapses) == (14, 1, 1, 3)
    assert vigilance(RT, lapse_ms=500).lapses == 1
    assert found.mean_ms == pytest.approx(290.643, abs=0.0005)
    assert found.median_ms == 248
    assert found.speed == pytest.approx(3.781851, abs=PRINTED)
    assert found.slowest_speed == pytest.approx(2.000762, abs=PRINTED)
    assert found.fastest_speed == pytest.approx(4.883743, abs=PRINTED)


def test_vigilance_at_its_limits() -> None:
    found = vigilance([99.9, 100, -20, 29_999, 30_000])
    assert (found.valid, found.false_starts, found.timeouts) == (2, 2, 1)
    assert vigilance([50]).speed is None
    with pytest.raises(ValueError, match="value 2 must be a finite number"):
        vigilance([300, math.nan])


@given(st.lists(st.floats(-100, 40_000), max_size=50))
def test_every_response_is_counted_once(rt: list[float]) -> None:
    found = vigilance(rt)
    assert found.valid + found.false_starts + found.timeouts == len(rt)
    if found.speed is not None and found.slowest_speed is not None and found.fastest_speed is not None:
        assert found.slowest_speed <= found.speed * (1 + 1e-12)
        assert found.speed <= found.fastest_speed * (1 + 1e-12)


@pytest.mark.parametrize(
    ("counts", "d_prime"),
    [((16, 4, 3, 37), 2.161495), ((20, 0, 0, 40), 4.231678), ((10, 10, 20, 20), 0), ((0, 20, 0, 40), 0.270173)],
)
def test_the_memory_oracles(counts: tuple[int, int, int, int], d_prime: float) -> None:
    assert two_back(*counts).d_prime == pytest.approx(d_prime, abs=PRINTED)
    assert two_back(16, 4, 3, 37).criterion == pytest.approx(0.289109, abs=PRINTED)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_memory_is_finite_and_turns_round_with_the_answers(h: int, m: int, fa: int, cr: int) -> None:
    found, turned = two_back(h, m, fa, cr), two_back(m, h, cr, fa)
    assert math.isfinite(found.d_prime)
    assert turned.d_prime == pytest.approx(-found.d_prime, abs=1e-9)
    assert turned.criterion == pytest.approx(-found.criterion, abs=1e-9)


def test_memory_needs_targets_and_others() -> None:
    with pytest.raises(ValueError, match="needs targets and others, got 0 and 3"):
        two_back(0, 0, 1, 2)
    with pytest.raises(ValueError, match="misses must be at least 0, got -1"):
        two_back(1, -1, 1, 2)


def test_the_arrow_task_uses_right_responses_of_possible_length() -> None:
    trials = [
        FlankerTrial("congruent", 400, correct=True),
        FlankerTrial("congruent", 440, correct=True),
        FlankerTrial("congruent", 150, correct=True),  # too fast to be a response
        FlankerTrial("incongruent", 500, correct=True),
        FlankerTrial("incongruent", 480, correct=True),
        FlankerTrial("incongruent", 490, correct=True),
        FlankerTrial("incongruent", 1600, correct=True),  # too slow
        FlankerTrial("incongruent", 300, correct=False),
    ]
    found = flanker(trials)
    assert (found.effect_ms, found.effect_median_ms, found.used, found.trials) == (70, 70, 5, 8)
    assert found.congruent_speed == pytest.approx((1000 / 400 + 1000 / 440) / 2)
    assert found.accuracy == 7 / 8
    assert flanker(trials[:3]).effect_ms is None
    assert flanker([]).accuracy is None


def test_span_by_the_mean_and_by_the_longest() -> None:
    lists = [(3, True), (3, True), (4, True), (4, False), (5, False), (5, False)]
    found = digit_span(lists)
    assert (found.mean_span, found.longest, found.correct, found.lists) == (4.0, 4, 3, 6)
    assert digit_span([(3, True), (5, True)]).mean_span is None, "no list of four was shown"
    assert digit_span([]).mean_span is None
    with pytest.raises(ValueError, match="1 to 20 digits, got 0"):
        digit_span([(0, True)])


def test_practice_counts_for_nothing_once() -> None:
    assert list(after_practice([1, 2, 3, 4])) == [3, 4]
    assert list(after_practice([1, 2, 3], earlier=1)) == [2, 3]
    assert list(after_practice([1, 2], earlier=9)) == [1, 2]
    assert list(after_practice([1])) == []


def test_learning_is_a_line_on_the_logarithm() -> None:
    assert learning_per_log_session([2 + 0.5 * math.log(n) for n in range(1, 9)]) == pytest.approx(0.5)
    assert learning_per_log_session([1, 2]) is None


def test_the_smallest_change_that_can_be_told() -> None:
    assert smallest_detectable([3.8, 3.9]) is None
    three = [3.8, 3.9, 4.0]
    assert smallest_detectable(three) == pytest.approx(4.303 * 2**0.5 * 0.1, rel=1e-9)
    many = [1.0, 2.0] * 50
    assert smallest_detectable(many) == pytest.approx(1.96 * 2**0.5 * stdev(many))


def test_the_pinned_points_of_students_t_are_scipys() -> None:
    from scipy.special import stdtrit

    from mettle.instruments.reaction import _T_975

    assert list(_T_975) == pytest.approx([float(stdtrit(free, 0.975)) for free in range(1, 31)], abs=0.0005001)
