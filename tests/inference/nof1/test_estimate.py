from __future__ import annotations

import importlib
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, qmc
from tests.inference.nof1.diaries import simulators
from tests.inference.nof1.test_oracle import messy

from mettle.inference.nof1 import Design, Kernel, Mixture, fit, fit_many, kalman, refit, sobol
from mettle.inference.nof1.design import hyper_prior

if TYPE_CHECKING:
    from mettle.inference.nof1 import Posterior

BACKENDS = 1e-10
"""Both backends do the same arithmetic in another order."""
LAW = 1e-9
"""Exact laws of the model, up to rounding through some hundred steps."""


def simulated(kind: str = "coin", seed: int = 1, days: int = 90, **truth: float) -> Design:
    simulate = simulators()
    drawn = simulate.diary(kind, np.random.default_rng(seed), days=days, world=simulate.World(**truth))
    design: Design = simulate.design(drawn)
    return design


def assert_same(a: Posterior, b: Posterior, tolerance: float) -> None:
    np.testing.assert_allclose(a.hyper, b.hyper, atol=tolerance)
    np.testing.assert_allclose(a.weights, b.weights, atol=tolerance)
    np.testing.assert_allclose(a.means, b.means, atol=tolerance)
    np.testing.assert_allclose(a.covs, b.covs, atol=tolerance)
    assert a.log_ml == pytest.approx(b.log_ml, abs=tolerance)


@pytest.mark.parametrize("design", [messy(0), simulated()], ids=["messy", "daily"])
def test_numba_and_numpy_agree(design: Design) -> None:
    pytest.importorskip("numba", reason="the batch extra is not installed")
    assert_same(fit(design, backend="numba"), fit(design, backend="numpy"), BACKENDS)


def test_a_batch_is_bit_for_bit_the_loop_of_single_fits() -> None:
    pytest.importorskip("numba", reason="the batch extra is not installed")
    designs = [simulated(seed=s, days=60 + 20 * s) for s in range(4)] + [messy(0)]
    for together, alone in zip(fit_many(designs), (fit(d, backend="numba") for d in designs), strict=True):
        assert np.array_equal(together.weights, alone.weights)
        assert np.array_equal(together.means, alone.means)
        assert together.log_ml == alone.log_ml


@settings(max_examples=5, deadline=None)
@given(shift=st.integers(-3000, 3000), seed=st.integers(0, 99))
def test_time_has_no_origin(shift: int, seed: int) -> None:
    design = simulated(days=40, seed=seed)
    moved = replace(design, t=design.t + shift, kernels=tuple(replace(k, at=k.at + shift) for k in design.kernels))
    assert_same(fit(moved), fit(design), LAW)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 99))
def test_rows_and_events_have_no_order(seed: int) -> None:
    design = messy(0)
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(design.t))
    arrays = {name: getattr(design, name)[rows] for name in ("t", "y", "x", "level", "ou", "noise", "reach")}
    events = rng.permutation(40)
    kernels = tuple(replace(k, at=k.at[events], dose=k.dose[events]) for k in design.kernels)
    assert_same(fit(replace(design, **arrays, kernels=kernels)), fit(design), LAW)


@settings(max_examples=5, deadline=None)
@given(scale=st.floats(0.1, 10.0), seed=st.integers(0, 99))
def test_a_column_in_other_units_gives_the_same_effect_in_those_units(scale: float, seed: int) -> None:
    design = simulated(days=40, seed=seed)
    j = design.names.index("acute")
    x, mean, sd = design.x.copy(), design.prior_mean.copy(), design.prior_sd.copy()
    x[:, j] /= scale
    mean[j] *= scale
    sd[j] *= scale
    scaled, plain = fit(replace(design, x=x, prior_mean=mean, prior_sd=sd)), fit(design)
    assert scaled.log_ml == pytest.approx(plain.log_ml, abs=LAW)
    assert scaled.effect("acute").mean == pytest.approx(scale * plain.effect("acute").mean, rel=1e-6, abs=LAW)
    assert scaled.effect("acute").sd == pytest.approx(scale * plain.effect("acute").sd, rel=1e-6)


def test_a_daily_refit_agrees_with_a_fit_from_scratch() -> None:
    design = simulated(days=90)
    n = len(design.t) - 3
    known = design.kernels[0].at <= design.t[n - 1]
    assert not known.all()
    sessions = replace(design.kernels[0], at=design.kernels[0].at[known], dose=design.kernels[0].dose[known])
    before = replace(design, t=design.t[:n], y=design.y[:n], x=design.x[:n], kernels=(sessions,))
    warm, cold = refit(fit(before, ess=500), design, ess=400), fit(design, ess=500)
    for name in ("acute", "next_day", "chronic"):
        assert warm.effect(name).mean == pytest.approx(cold.effect(name).mean, abs=0.05 * cold.effect(name).sd)
        assert warm.effect(name).sd == pytest.approx(cold.effect(name).sd, rel=0.05)
    assert warm.log_ml == pytest.approx(cold.log_ml, abs=0.1)


@pytest.mark.parametrize("kernel", ["kalman", "kalman_numba"])
@settings(max_examples=20, deadline=None)
@given(split=st.integers(1, 59), hours=st.sampled_from([0.0, 0.1]))
def test_rows_added_later_tell_what_they_tell_at_once(kernel: str, split: int, hours: float) -> None:
    if kernel == "kalman_numba":
        pytest.importorskip("numba", reason="the batch extra is not installed")
    module = importlib.import_module(f"mettle.inference.nof1.{kernel}")
    design = messy(0).sorted()
    assert design.noise is not None
    at = np.append(design.kernels[0].at, [design.t[split - 1], design.t[split - 1] + hours])  # also at the very split
    design = replace(
        design,
        noise=np.where(np.arange(60) == 0, 1, design.noise),  # both noise groups from the first row on
        kernels=tuple(replace(k, at=at, dose=np.append(k.dose, [1.0, 0.5])) for k in design.kernels),
    )
    seen = replace(
        design, **{name: getattr(design, name)[:split] for name in ("t", "y", "x", "level", "ou", "noise", "reach")}
    )
    prior = hyper_prior(design)
    hyper = prior.mean + prior.sd * np.random.default_rng(split).normal(size=(8, len(prior.names)))
    whole, later = kalman.condition(design, hyper), module.advance(design, hyper, kalman.condition(seen, hyper))
    for name in ("log_ml", "means", "covs"):
        np.testing.assert_allclose(getattr(later, name), getattr(whole, name), rtol=LAW, atol=LAW)


def test_both_backends_refit_alike() -> None:
    pytest.importorskip("numba", reason="the batch extra is not installed")
    design = simulated(days=60)
    before = replace(design, t=design.t[:-2], y=design.y[:-2], x=design.x[:-2])
    posterior = fit(before)
    assert_same(refit(posterior, design, backend="numba"), refit(posterior, design), BACKENDS)


def test_a_refit_after_the_past_was_mended_starts_from_scratch() -> None:
    design = simulated(days=60)
    y = design.y.copy()
    y[3] += 1.0
    mended = replace(design, y=y)
    assert_same(refit(fit(design), mended), fit(mended), LAW)


def test_without_observations_the_posterior_is_the_prior() -> None:
    design = simulated(days=40)
    none = replace(design, t=design.t[:0], y=design.y[:0], x=design.x[:0])
    posterior = fit(none)
    assert posterior.log_ml == pytest.approx(0.0, abs=0.02)  # some hundred points
    assert posterior.effect("chronic").sd == pytest.approx(1.0)
    assert posterior.converged


def test_a_large_known_effect_is_found_and_none_is_not() -> None:
    found = fit(simulated(days=180, acute=1.0)).effect("acute")
    none = fit(simulated(days=180, acute=0.0)).effect("acute")
    assert found.quantile(0.025) > 0.5
    assert none.quantile(0.025) < 0.0 < none.quantile(0.975)


def test_noise_by_arm_is_estimated() -> None:
    rng = np.random.default_rng(0)
    n = 400
    arm = rng.integers(0, 2, n)
    y = np.where(arm == 1, 1.0, 0.5) * rng.normal(size=n)
    design = Design(
        np.arange(float(n)),
        y,
        np.ones((n, 1)),
        ("intercept",),
        np.zeros(1),
        np.array([3.0]),
        noise=arm.astype(np.int64),
    )
    posterior = fit(design)
    low, high = (posterior.hyper_quantile("log_noise_ratio_1", q) for q in (0.025, 0.975))
    assert low < 2.0 < high
    assert low > 1.3


def test_too_few_points_are_said() -> None:
    posterior = fit(simulated(), ess=1000, points=64, ceiling=192)
    assert posterior.points == 192
    assert not posterior.converged


def test_bad_designs_are_refused_by_name() -> None:
    design = simulated(days=40)
    y = design.y.copy()
    y[0] = np.nan
    with pytest.raises(ValueError, match="y must be finite"):
        fit(replace(design, y=y))
    with pytest.raises(ValueError, match="x must have shape"):
        fit(replace(design, x=design.x[:, :2]))
    with pytest.raises(ValueError, match="prior_sd must be above 0"):
        fit(replace(design, prior_sd=0.0 * design.prior_sd))
    unknown = replace(design, kernels=(replace(design.kernels[0], kind="hill"),))  # type: ignore[arg-type] # on purpose
    with pytest.raises(ValueError, match="its kind is one of"):
        fit(unknown)


def test_mixture_quantiles_invert_the_cdf() -> None:
    rng = np.random.default_rng(1)
    mixture = Mixture(np.array([0.2, 0.5, 0.3]), rng.normal(size=3), np.array([0.1, 1.0, 3.0]))
    for q in (0.001, 0.025, 0.5, 0.975, 0.999):
        assert mixture.cdf(mixture.quantile(q)) == pytest.approx(q, abs=1e-9)
    single = Mixture(np.array([1.0]), np.array([0.3]), np.array([2.0]))
    assert single.quantile(0.9) == pytest.approx(norm(0.3, 2.0).ppf(0.9), abs=1e-9)


def test_contrast_may_depend_on_the_hyperparameters() -> None:
    posterior = fit(simulated(days=60))
    share = 1.0 - np.exp(-28.0 / posterior.natural("log_tau_chronic"))  # of the steady state after four weeks
    L = np.zeros((posterior.points, len(posterior.names)))
    L[:, -1] = share
    assert 0.0 < posterior.contrast(L).sd < posterior.effect("chronic").sd


def test_sobol_points_are_those_of_scipy() -> None:
    ours = sobol.uniform(0, 256, sobol.MAX_DIMENSIONS, shift=5)
    shift = sobol.uniform(0, 1, sobol.MAX_DIMENSIONS, shift=5)
    scale = 1 << sobol.BITS
    bits = (ours * scale).astype(np.int64) ^ (shift * scale).astype(np.int64)
    theirs = qmc.Sobol(sobol.MAX_DIMENSIONS, scramble=False, bits=sobol.BITS).random(256) * scale
    # scipy walks the same net in Gray-code order
    np.testing.assert_array_equal(np.sort(bits, axis=0), np.sort(theirs.astype(np.int64), axis=0))
    assert {tuple(p) for p in bits.tolist()} == {tuple(p) for p in theirs.astype(np.int64).tolist()}


def test_one_answer_loads_neither_numba_nor_scipy_stats() -> None:
    code = (
        "import sys, numpy as np; from mettle.inference.nof1 import Design, fit; one = np.ones(1);"
        "fit(Design(one, one, np.ones((1, 1)), ('level',), 0 * one, one));"
        "print(*[m for m in ('numba', 'scipy.stats', 'scipy.optimize') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []


def test_kernels_of_hours_are_recovered() -> None:
    """Four ratings a day for eight weeks; a strong effect that halves in about three hours."""
    rng = np.random.default_rng(4)
    sessions = np.flatnonzero(rng.random(56) < 0.5) + np.float64(0.5)
    t = (np.arange(56)[:, None] + np.array([0.3, 0.52, 0.6, 0.75])).ravel()
    trace = Kernel("acute", "decay", sessions, np.ones(len(sessions)), float(np.log(0.2)), 0.8)
    y = 2.0 * trace.column(t, np.array([0.18]))[:, 0] + 0.5 * rng.normal(size=len(t))
    design = Design(
        t, y, np.ones((len(t), 1)), ("intercept", "acute"), np.zeros(2), np.array([3.0, 2.0]), kernels=(trace,)
    )
    posterior = fit(design)
    assert posterior.hyper_quantile("log_tau_acute", 0.025) < 0.18 < posterior.hyper_quantile("log_tau_acute", 0.975)
    assert posterior.effect("acute").quantile(0.025) < 2.0 < posterior.effect("acute").quantile(0.975)
