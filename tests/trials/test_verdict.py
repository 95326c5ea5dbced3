from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle.inference.nof1 import Mixture
from mettle.trials.caveats import about_priors
from mettle.trials.verdict import Direction, Effect, decide, effect_of, headline, times_as_long, unknown
from mettle.trials.wording import Comparison


def normal(mean: float, sd: float) -> Mixture:
    return Mixture(np.array([1.0]), np.array([mean]), np.array([sd]))


@pytest.mark.parametrize(
    ("mean", "sd", "prior_sd", "expected"),
    [
        (1.0, 0.2, 1.0, ("better", "clear")),
        (-1.0, 0.2, 1.0, ("worse", "clear")),
        (0.5, 0.3, 1.0, ("better", "probable")),
        (-0.5, 0.3, 1.0, ("worse", "probable")),
        (0.0, 0.05, 1.0, ("no_worthwhile_difference", "clear")),
        (0.0, 0.13, 1.0, ("no_worthwhile_difference", "probable")),
        (0.2, 0.4, 1.0, ("cannot_tell", None)),
        (1.0, 0.2, 0.21, ("cannot_tell", None)),  # the prior speaks, not the data
    ],
)
def test_the_rules_in_order(mean: float, sd: float, prior_sd: float, expected: tuple[str, str | None]) -> None:
    directions: tuple[tuple[Direction, float], ...] = (("better", 1.0), ("worse", -1.0))
    for higher_is, sign in directions:
        found = effect_of(
            normal(sign * mean, sd),
            scale=1,
            prior_sd=prior_sd,
            swc=0.2,
            higher_is=higher_is,
            estimand="",
            data_alone=normal(sign * mean, sd),
        )
        assert (found.verdict, found.strength) == expected


def test_a_narrow_prior_alone_does_not_say_that_there_is_no_difference() -> None:
    def told(alone: Mixture | None) -> tuple[str, str | None]:
        found = effect_of(
            normal(0.05, 0.13), scale=1, prior_sd=0.25, swc=0.2, higher_is="better", estimand="", data_alone=alone
        )
        return found.verdict, found.strength

    assert told(normal(0.06, 0.13)) == ("no_worthwhile_difference", "probable")
    assert told(normal(0.10, 0.17)) == ("cannot_tell", None)
    assert told(None) == ("cannot_tell", None)


@pytest.mark.parametrize("mean", [0.5, -0.5, 0.0])
def test_of_a_slow_effect_only_what_is_clear_is_told(mean: float) -> None:
    def told(sd: float) -> tuple[str, str | None]:
        one = normal(mean, sd)
        found = effect_of(one, scale=1, prior_sd=1, swc=0.2, higher_is="better", estimand="", data_alone=one, slow=True)
        return found.verdict, found.strength

    assert told(0.3 if mean else 0.13) == ("cannot_tell", None)
    assert told(0.1 if mean else 0.05)[1] == "clear"


@given(st.floats(-3, 3), st.floats(0.05, 2), st.floats(0.05, 1), st.sampled_from(["better", "worse"]))
def test_probabilities_are_consistent(mean: float, sd: float, swc: float, higher_is: Direction) -> None:
    found = effect_of(normal(mean, sd), scale=2.0, prior_sd=5, swc=swc, higher_is=higher_is, estimand="")
    assert found.p_worthwhile is not None
    assert found.p_harmful is not None
    assert found.p_negligible is not None
    assert found.p_better is not None
    assert abs(found.p_worthwhile + found.p_harmful + found.p_negligible - 1) < 1e-9
    assert found.p_worthwhile <= found.p_better + 1e-12
    assert (found.q025 or 0) <= (found.median or 0) <= (found.q975 or 0)


def test_a_claim_must_hold_under_every_prior_and_is_as_strong_as_under_the_weakest() -> None:
    clear = replace(unknown(""), verdict="better", strength="clear")
    probable = replace(clear, strength="probable")
    nothing = unknown("")
    assert headline(clear, [clear, clear, clear]) == ("better", "clear")
    assert headline(clear, [clear, probable, clear]) == ("better", "probable")
    assert headline(clear, [clear, nothing, clear]) == ("depends_on_prior", None)
    assert headline(nothing, [clear, nothing, clear]) == ("cannot_tell", None)


def test_an_endless_ratio_is_no_answer() -> None:
    assert decide(low=1, high=2, worthwhile=1, harmful=0, sd_ratio=float("nan")) == ("cannot_tell", None)


@pytest.mark.parametrize(
    ("interval", "worthwhile", "harmful", "ratio", "expected"),
    [
        ((0.1, 1.2), 0.97, 0.0, 0.80, ("better", "clear")),
        ((0.1, 1.2), 0.97, 0.0, 0.81, ("cannot_tell", None)),
        ((0.1, 1.2), 0.80, 0.0, 0.5, ("better", "clear")),
        ((0.1, 1.2), 0.79, 0.0, 0.5, ("cannot_tell", None)),
        ((-1.2, -0.1), 0.0, 0.80, 0.5, ("worse", "clear")),
        ((-1.2, -0.1), 0.0, 0.79, 0.5, ("cannot_tell", None)),
        ((-0.1, 1.2), 0.80, 0.0, 0.5, ("better", "probable")),
        ((-0.1, 1.2), 0.79, 0.0, 0.5, ("cannot_tell", None)),
        ((-1.2, 0.1), 0.0, 0.80, 0.5, ("worse", "probable")),
        ((-0.2, 0.2), 0.025, 0.02, 0.5, ("no_worthwhile_difference", "clear")),
        ((-0.2, 0.2), 0.035, 0.02, 0.5, ("no_worthwhile_difference", "probable")),
        ((-0.2, 0.2), 0.10, 0.09, 0.5, ("no_worthwhile_difference", "probable")),
        ((-0.2, 0.2), 0.11, 0.10, 0.5, ("cannot_tell", None)),
        ((0.01, 0.2), 0.02, 0.0, 0.5, ("no_worthwhile_difference", "clear")),
    ],
)
def test_the_limits_of_the_rules_are_those_that_are_published(
    interval: tuple[float, float], worthwhile: float, harmful: float, ratio: float, expected: tuple[str, str | None]
) -> None:
    low, high = interval
    rest = 1.0 - worthwhile - harmful  # under the flat prior too
    found = decide(low=low, high=high, worthwhile=worthwhile, harmful=harmful, sd_ratio=ratio, negligible_alone=rest)
    assert found == expected


def test_what_would_settle_it_is_told_where_the_starting_point_decides() -> None:
    alone = Effect(5.9, 2.2, 1.6, 5.9, 10.2, 1.0, 0.95, 0.05, 0.0, 0.05, "better", "clear", "")
    times = times_as_long(alone, (0.0, 2.7), swc=2.2, higher_is="better")
    assert times == 1.5
    assert times_as_long(replace(alone, mean=-5.9), (0.0, 2.7), swc=2.2, higher_is="worse") == times
    assert times_as_long(replace(alone, mean=0.5), (0.0, 2.7), swc=2.2, higher_is="better") is None
    small = replace(alone, mean=3.8, q025=-0.4, q975=6.1, verdict="cannot_tell", strength=None)
    c = Comparison("mood", "points", "better", "day", ("morning", "evening"), True, False, 2.2)
    under = {"default": alone, "sceptical": small, "flat": alone}
    spread = {"default": (0.0, 5.4), "sceptical": (0.0, 2.7), "flat": (0.0, 40.0)}
    (told,) = about_priors(under, spread, "depends_on_prior", c, chosen="default")
    assert "expects small effects only would read +3.8 (95% interval −0.4 to +6.1), which settles nothing" in told.text
    assert "about 1.5 times as many days would settle it" in told.text
    assert about_priors(under, spread, "better", c, chosen="default") == []
