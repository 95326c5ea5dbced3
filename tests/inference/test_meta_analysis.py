from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT

from mettle.errors import InputError
from mettle.inference.heterogeneity import METHODS
from mettle.inference.meta_analysis import TESTS, MetaAnalysis, meta_analyses, meta_analysis

REFERENCE: dict[str, Any] = json.loads((ROOT / "validation" / "meta" / "reference.json").read_text())
SETS: dict[str, Any] = REFERENCE["sets"]

RELATIVE = 1e-6  # agreed with metafor at its own root
TAU2_ABSOLUTE = 1e-8  # below this tau2 is 0 in both, and a ratio of zeros says nothing
P_ABSOLUTE = 1e-12  # probabilities that small differ by the tail formula alone


def close(ours: float, theirs: float) -> bool:
    return bool(np.isclose(ours, theirs, rtol=RELATIVE, atol=0))


def same_tau2(ours: float, theirs: float) -> bool:
    return close(ours, theirs) or (ours < TAU2_ABSOLUTE and theirs < TAU2_ABSOLUTE)


def test_the_reference_covers_every_method_and_test_on_at_least_twelve_published_sets() -> None:
    published = [s for s in SETS.values() if not s["source"].startswith("made up")]
    assert len(published) >= 12
    for name, pinned in SETS.items():
        assert set(pinned["fits"]) == {f"{m} {t}" for m in METHODS for t in TESTS}, name
        assert len(pinned["yi"]) >= 2
        assert not [key for key, fit in pinned["fits"].items() if "error" in fit], name
    assert REFERENCE["made_with"]["metafor"].startswith("3.8")
    assert "threshold = 1e-14" in REFERENCE["made_with"]["call"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", sorted(SETS))
def test_agrees_with_metafor(name: str, method: Any) -> None:
    for test in TESTS:
        agrees(name, method, test)


def agrees(name: str, method: Any, test: Any) -> None:
    pinned = SETS[name]
    theirs = pinned["fits"][f"{method} {test}"]
    ours = {df: meta_analysis(pinned["yi"], pinned["vi"], method=method, test=test, pi_df=df) for df in ("k-1", "k-2")}
    fit = ours["k-1"]
    assert close(fit.estimate, theirs["estimate"])
    assert close(fit.se, theirs["se"])
    assert close(fit.ci_low, theirs["ci"][0])
    assert close(fit.ci_high, theirs["ci"][1])
    assert same_tau2(fit.tau2, theirs["tau2"])
    assert np.isclose(fit.p, theirs["p"], rtol=1e-5, atol=P_ABSOLUTE)
    assert close(fit.q, theirs["q"])
    assert np.isclose(fit.q_p, theirs["q_p"], rtol=1e-6, atol=P_ABSOLUTE)
    assert np.isclose(fit.i2, theirs["i2"], rtol=RELATIVE, atol=1e-5)
    assert close(fit.h2, theirs["h2"])
    np.testing.assert_allclose(fit.weights, pinned["fits"][f"{method} z"]["weights"], rtol=RELATIVE)
    if method != "EE":
        assert close(fit.pi_low, theirs["pi_k1"][0])
        assert close(fit.pi_high, theirs["pi_k1"][1])
        if len(pinned["yi"]) > 2:
            assert close(ours["k-2"].pi_low, theirs["pi_k2"][0])
            assert close(ours["k-2"].pi_high, theirs["pi_k2"][1])


@pytest.mark.parametrize("name", sorted(SETS))
def test_q_profile_interval_agrees_with_metafor(name: str) -> None:
    pinned = SETS[name]
    fit = meta_analysis(pinned["yi"], pinned["vi"], tau2_ci=True)
    low, high = pinned["tau2_ci"]
    assert same_tau2(fit.tau2_low, low)
    if high is None:  # metafor leaves it out where even 0 fits too well; ours is the point 0 and says so
        assert fit.tau2_high == 0
        assert any("the single point 0" in w for w in fit.warnings)
    else:
        assert same_tau2(fit.tau2_high, high)


def test_a_batch_is_each_analysis_alone() -> None:
    k = max(len(s["yi"]) for s in SETS.values())
    y, v, present = np.zeros((len(SETS), k)), np.ones((len(SETS), k)), np.zeros((len(SETS), k), dtype=bool)
    for row, s in enumerate(SETS.values()):
        n = len(s["yi"])
        y[row, :n], v[row, :n], present[row, :n] = s["yi"], s["vi"], True
    for method in METHODS:
        for test in TESTS:
            many = meta_analyses(y, v, present=present, method=method, test=test)
            for row, s in enumerate(SETS.values()):
                one = meta_analysis(s["yi"], s["vi"], method=method, test=test)
                for field in ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "q", "pi_low", "pi_high"):
                    np.testing.assert_allclose(getattr(many, field)[row], getattr(one, field), rtol=1e-9, atol=1e-12)
                np.testing.assert_allclose(many.weights[row, : len(s["yi"])], one.weights, rtol=1e-9)


studies = st.integers(2, 12).flatmap(
    lambda k: st.tuples(
        st.lists(st.floats(-3, 3), min_size=k, max_size=k), st.lists(st.floats(0.01, 2), min_size=k, max_size=k)
    )
)


@settings(deadline=None)  # the machine may be busy
@given(studies, st.sampled_from(METHODS), st.floats(-5, 5), st.floats(0.1, 20))
def test_shifting_and_scaling_the_effects_shifts_and_scales_the_answer(
    sample: tuple[list[float], list[float]], method: Any, shift: float, scale: float
) -> None:
    y, v = np.array(sample[0]), np.array(sample[1])
    one = meta_analysis(y, v, method=method, test="adhoc")
    other = meta_analysis(shift + scale * y, scale**2 * v, method=method, test="adhoc")
    np.testing.assert_allclose(other.estimate, shift + scale * one.estimate, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(other.se, scale * one.se, rtol=1e-6)
    np.testing.assert_allclose(other.tau2, scale**2 * one.tau2, rtol=1e-5, atol=1e-6)
    assert one.weights.sum() == pytest.approx(100)


@settings(deadline=None)  # the machine may be busy
@given(studies)
def test_reml_stands_on_the_highest_point_of_the_restricted_likelihood(sample: tuple[list[float], list[float]]) -> None:
    from mettle.inference.heterogeneity import log_likelihood

    y, v = np.array([sample[0]]), np.array([sample[1]])
    fit = meta_analysis(y[0], v[0])
    grid = np.concatenate([[0.0], np.geomspace(1e-4, 50, 400)])
    heights = log_likelihood(y, v, grid[:, None], restricted=True)
    assert log_likelihood(y, v, np.array([fit.tau2]), restricted=True)[0] >= heights.max() - 1e-9


def test_paule_mandel_is_the_exact_root() -> None:
    for pinned in SETS.values():
        y, v = np.array(pinned["yi"]), np.array(pinned["vi"])
        fit = meta_analysis(y, v, method="PM")
        w = 1 / (v + fit.tau2)
        q = w @ (y - w @ y / w.sum()) ** 2
        if fit.tau2 > 0:
            assert q == pytest.approx(len(y) - 1, rel=1e-10)
        else:
            assert q <= len(y) - 1


def test_one_study_is_that_study_and_says_so() -> None:
    fit = meta_analysis([-0.4], [0.04])
    assert (fit.estimate, fit.se, fit.test) == (-0.4, 0.2, "z")
    assert fit.ci_low == pytest.approx(-0.4 - 1.959963984540054 * 0.2)
    assert all(np.isnan(x) for x in (fit.tau2, fit.i2, fit.pi_low, fit.q_p))
    assert "one study only" in fit.warnings[0]
    assert fit.weights.tolist() == [100.0]


def test_equal_effects_are_pooled_with_a_warning_and_never_with_a_zero_interval() -> None:
    fit = meta_analysis([0.3, 0.3, 0.3], [0.04, 0.05, 0.06])
    assert fit.tau2 == 0
    assert fit.test == "adhoc"
    assert fit.ci_high - fit.ci_low > 0.5
    assert any("all effects are the same" in w for w in fit.warnings)
    assert any("ad hoc" in w for w in fit.warnings)


def test_two_studies_have_no_prediction_interval_on_k_minus_two() -> None:
    fit = meta_analysis([0.1, 0.9], [0.04, 0.09])
    assert np.isnan(fit.pi_low)
    assert fit.pi_df is None
    assert any("k-2" in w for w in fit.warnings)


@pytest.mark.parametrize(
    ("yi", "vi", "said"),
    [
        ([0.1, 0.2], [0.1, 0.0], "study 2: the variance must be a finite number above 0, got 0.0"),
        ([0.1, 0.2], [-0.1, 0.1], "study 1: the variance must be a finite number above 0, got -0.1"),
        ([float("nan"), 0.2], [0.1, 0.1], "study 1: the effect must be a finite number, got nan"),
        ([0.2, float("inf")], [0.1, 0.1], "study 2: the effect must be a finite number, got inf"),
        ([0.2], [float("inf")], "study 1: the variance must be a finite number above 0, got inf"),
        ([], [], "there is no study to pool"),
        ([0.2, 0.1], [0.1], "two lists of one length"),
    ],
)
def test_what_cannot_be_pooled_is_refused_by_position(yi: list[float], vi: list[float], said: str) -> None:
    with pytest.raises(InputError, match=r".") as caught:
        meta_analysis(yi, vi)
    assert said in str(caught.value)


def test_a_bad_study_of_a_batch_is_named() -> None:
    with pytest.raises(InputError, match="meta-analysis 1, study 2: the variance"):
        meta_analyses(np.zeros((2, 3)), np.array([[1, 1, 1], [1, 1, -1.0]]))


def test_frozen() -> None:
    fit: MetaAnalysis = meta_analysis([0.1, 0.4], [0.1, 0.1])
    with pytest.raises(AttributeError):
        fit.estimate = 1.0  # type: ignore[misc]
