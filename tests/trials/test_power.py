"""The planning arithmetic against the tables it reproduces, and against its own laws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mettle import evidence
from mettle.trials import planning
from mettle.trials.power import (
    AROUND,
    AROUND_3,
    AROUND_4,
    EVENING,
    MORNING_EVENING,
    Noise,
    Ratings,
    detectable,
    power,
    standard_errors,
)
from mettle.trials.verdict import decide

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTHS = (56, 84, 180)
PROTOTYPE = {
    # Minimal detectable acute effect, one item: medians of 12 coin schedules at three sessions a week, by a prototype.
    "evening": (EVENING, (0.76, 0.58, 0.37)),
    "morning and evening": (MORNING_EVENING, (0.65, 0.52, 0.35)),
    "before and after": (AROUND, (0.64, 0.52, 0.35)),
    "three": (AROUND_3, (0.49, 0.39, 0.27)),
    "four": (AROUND_4, (0.43, 0.35, 0.23)),
}
SAME_TABLE = 0.10
"""Other schedules, other missing days, a next-day column more than the prototype's: cells differ by up to a tenth."""
OTHER_SETTINGS = 0.20
"""The older table's columns and gaps are not wholly told; its acute cells and the coin's chronic ones agree to a fifth."""

WITHIN_PHASES = 0.25
"""Which days of a phase the prototype trained on is not told; by lot on every second one, its slow cells agree to a quarter."""


def below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def coin(days: int = 180, schedules: int = 12) -> NDArray[np.float64]:
    return (np.random.default_rng(3).random((schedules, days)) < 3 / 7).astype(float)


@pytest.mark.parametrize("name", PROTOTYPE)
def test_ways_to_a_decisive_answer_are_reproduced(name: str) -> None:
    ratings, told = PROTOTYPE[name]
    found = np.median(detectable(standard_errors(coin(), LENGTHS, ratings=ratings)), axis=0)
    assert found == pytest.approx(told, rel=SAME_TABLE)


def test_the_older_table_is_reproduced_where_its_settings_are_told() -> None:
    lengths = (56, 84, 180)
    pairs = np.zeros((12, 180))
    for s, row in enumerate(np.random.default_rng(1).integers(0, 2, (12, 90))):
        pairs[s, np.arange(90) * 2 + row] = 1
    day = np.arange(180)
    phases = np.stack([((day // 14) % 2 == s % 2) & np.isin(day % 7, (0, 2, 4)) for s in range(12)]).astype(float)
    for doses, told in ((coin(), (0.81, 0.65, 0.43)), (pairs, (0.83, 0.67, 0.45)), (phases, (1.05, 0.86, 0.59))):
        assert np.median(detectable(standard_errors(doses, lengths)), axis=0) == pytest.approx(told, rel=OTHER_SETTINGS)
    slow = np.median(detectable(standard_errors(coin(), lengths, target="chronic")), axis=0)
    assert slow == pytest.approx((2.3, 2.0, 1.3), rel=OTHER_SETTINGS)


@pytest.mark.parametrize(
    ("phase_days", "told"),
    [(14, (2.6, 1.8, 1.4, 1.2, 0.80)), (28, (2.2, 1.65, 1.17, 0.93, 0.61))],
)
def test_slow_effects_under_phases_depend_on_how_sessions_fall_within_them(
    phase_days: int, told: tuple[float, ...]
) -> None:
    lengths = (56, 84, 120, 180, 365)
    day = np.arange(365)
    phases = np.stack([(day // phase_days) % 2 == s % 2 for s in range(12)])
    by_lot = (phases & (np.random.default_rng(6).random(phases.shape) < 0.5)).astype(float)
    weekdays = (phases & np.isin(day % 7, (0, 2, 4))).astype(float)
    found = np.median(detectable(standard_errors(by_lot, lengths, target="chronic")), axis=0)
    assert found == pytest.approx(told, rel=WITHIN_PHASES)
    fixed = np.median(detectable(standard_errors(weekdays, lengths, target="chronic")), axis=0)
    assert (fixed > 1.05 * np.array(told)).all()
    assert (fixed < 1.75 * np.array(told)).all()


def test_the_standard_error_is_that_of_generalised_least_squares() -> None:
    doses = coin(days=60, schedules=1)
    noise = Noise(0.5, 0.7, 3.0, 0.1)
    found = standard_errors(doses, (60,), noise=noise, missing=0.0)[0, 0]
    t = np.arange(60) + 0.75
    V = 0.25 * np.eye(60) + 0.49 * np.exp(-np.abs(t[:, None] - t) / 3) + 0.01 * np.minimum.outer(t, t)
    X = np.column_stack(
        [np.ones(60), *((np.arange(60) % 7 == d).astype(float) for d in range(6)), doses[0], np.r_[0, doses[0, :-1]]]
    )
    assert found == pytest.approx(math.sqrt(np.linalg.inv(X.T @ np.linalg.inv(V) @ X)[7, 7]), rel=1e-8)


def test_more_days_more_ratings_and_less_noise_never_hurt() -> None:
    se = standard_errors(coin(), (28, 56, 84, 180))
    assert (np.diff(se, axis=1) < 0).all()
    assert (standard_errors(coin(), (84,), ratings=AROUND_3) < standard_errors(coin(), (84,))).all()
    assert (standard_errors(coin(), (84,), noise=Noise(item=0.3)) < standard_errors(coin(), (84,))).all()


def test_what_a_schedule_cannot_tell_is_infinite() -> None:
    same_weekdays = np.tile([1.0, 0, 1, 0, 1, 0, 0], 12)[None]
    assert np.isinf(standard_errors(same_weekdays, (84,))).all()
    with pytest.raises(ValueError, match="same length"):
        Ratings((1.0,), (True, False))


def test_power_is_four_fifths_at_the_detectable_effect() -> None:
    se = np.array([0.1, 0.5])
    assert [power(m, np.array([s]))[0] for m, s in zip(detectable(se), se, strict=True)] == pytest.approx(
        [0.8, 0.8], abs=1e-4
    )


def test_answers_follow_the_rules_of_every_answer() -> None:
    for se in (0.05, 0.15, 0.3):
        for seen in np.linspace(-1.5, 1.5, 31):
            code = int(planning._verdicts(np.array([seen]), se, 0.0, 0.5, 0.2)[0])
            precision = 1 / 0.25 + 1 / se**2
            m, s = seen / se**2 / precision, precision**-0.5
            expected = decide(
                low=m - 1.959964 * s,
                high=m + 1.959964 * s,
                worthwhile=1 - below((0.2 - m) / s),
                harmful=below((-0.2 - m) / s),
                sd_ratio=s / 0.5,
                negligible_alone=1.0,  # `answers` asks the flat prior like every other
            )
            words = {0: "cannot_tell", 1: "better", -1: "worse", 2: "no_worthwhile_difference"}
            assert (words[int(code / 10)], {0: None, 1: "probable", 2: "clear"}[abs(code) % 10]) == expected


def test_the_share_of_clear_answers_is_what_simulation_gives() -> None:
    priors = evidence.for_claim(None, "mood", own_sd=2.0)
    se = np.array([0.12])
    clear, probable = planning.answers(se, priors, target="acute", own_sd=2.0, swc=0.2)
    rng = np.random.default_rng(11)
    prior = priors.mainstream["acute"]
    seen = rng.normal(prior.mean / 2, prior.sd / 2, 40_000) + rng.normal(0, 0.12, 40_000)
    codes = np.stack(
        [
            planning._verdicts(seen, 0.12, p.mean / 2, p.sd / 2, 0.2)
            for p in (getattr(priors, n)["acute"] for n in ("default", "sceptical", "mainstream", "flat"))
        ]
    )
    same = (codes // 10 == codes[0] // 10).all(axis=0) & (codes[0] != 0)
    strong = same & (abs(codes) % 10 == 2).all(axis=0)
    assert clear[0] == pytest.approx(100 * strong.mean(), abs=1.0)  # Monte Carlo error of 40,000 is 0.25
    assert probable[0] == pytest.approx(100 * (same & ~strong).mean(), abs=1.0)


def test_a_slow_claim_is_told_to_be_out_of_reach_and_a_fast_one_is_not() -> None:
    slow = planning.plan("chronic", priors=evidence.for_claim("1.2", "phq9", own_sd=2.2), own_sd=2.2, every_days=14)
    assert not slow.feasible
    assert "No trial of one person under a year" in planning.words(slow, outcome="phq9", claim="1.2")[0]
    fast = planning.plan("acute", priors=evidence.for_claim("3.3", "mood", own_sd=2.0), own_sd=2.0)
    assert fast.feasible
    assert all("of 100 people like you about" in w for w in planning.words(fast, outcome="mood")[:3])
    offered = [c.worth for c in fast.curves if not c.candidate.arithmetic_only]
    assert offered == sorted(offered, reverse=True)
    assert fast.curves[-1].candidate.arithmetic_only
