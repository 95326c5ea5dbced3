"""Against a dense multivariate normal: no recursion, no state, one covariance matrix written from the equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from mettle.inference.nof1 import Design, Kernel, kalman
from mettle.inference.nof1.design import hyper_prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ORACLE = 1e-8
"""Both sides work in double precision; the dense side inverts a matrix of 60 to 90 rows of condition 1e3."""


def messy(seed: int) -> Design:
    """Irregular times with ties and a gap, two noise groups, loadings, a prior that is not centred, two kernels."""
    rng = np.random.default_rng(seed)
    n = 60 + 10 * seed
    t = np.sort(np.round(rng.uniform(0, 90, n), 1))
    t[t > 40] += 25.0
    events = np.sort(rng.uniform(0, 110, 40))
    kernels = (
        Kernel("acute", "decay", events, rng.uniform(0.5, 1.5, 40), float(np.log(0.2)), 0.5, window=1 / 6),
        Kernel("chronic", "adstock", events, rng.uniform(0.5, 1.5, 40), float(np.log(14)), 0.6),
    )
    return Design(
        t,
        rng.normal(size=n),
        np.stack([np.ones(n), t / 100, rng.normal(size=n)], axis=1),
        ("intercept", "trend", "sleep", "acute", "chronic"),
        np.array([0.2, 0.0, -0.1, 0.3, 0.4]),
        np.array([3.0, 1.0, 0.5, 0.5, 1.0]),
        kernels,
        level=rng.choice([0.7, 1.0], n),
        ou=rng.choice([0.0, 1.0], n),
        noise=rng.integers(0, 2, n),
        reach=rng.choice([0.0, 0.5, 1.0], (n, 2)),
    )


def decay(kernel: Kernel, t: Floats, tau: float) -> Floats:
    """The sums of the definition, event by event."""
    total = np.zeros(len(t))
    for s, dose in zip(kernel.at, kernel.dose, strict=True):
        if kernel.kind == "decay":
            of_one = tau / kernel.window * (1 - np.exp(-kernel.window / tau))
            total += np.where(t > s, dose * np.exp(-np.maximum(t - s, 0.0) / tau) / of_one, 0.0)
        else:
            lag = np.floor(t) - np.floor(s) - 1
            total += np.where(lag >= 0, dose * (1 - np.exp(-1 / tau)) * np.exp(-np.maximum(lag, 0.0) / tau), 0.0)
    return total


def dense(design: Design, hyper: Floats) -> tuple[float, Floats, Floats]:
    """Log marginal likelihood, posterior mean and covariance at one hyperparameter point."""
    noise, ou, ou_time, level, ratio, *tau = np.exp(hyper)
    t = design.t
    assert design.level is not None
    assert design.ou is not None
    assert design.noise is not None
    walk = level**2 * np.minimum.outer(t - t[0], t - t[0])
    drift = ou**2 * np.exp(-np.abs(np.subtract.outer(t, t)) / ou_time)
    white = np.diag((noise * np.where(design.noise == 1, ratio, 1.0)) ** 2)
    V = np.outer(design.level, design.level) * walk + np.outer(design.ou, design.ou) * drift + white
    columns = [decay(k, t, tau_k) for k, tau_k in zip(design.kernels, tau, strict=True)]
    assert design.reach is not None
    X = np.concatenate([design.x, design.reach * np.stack(columns, axis=1)], axis=1)
    prior = np.diag(design.prior_sd**2)
    total = V + X @ prior @ X.T
    gain = np.linalg.solve(total, X @ prior).T
    log_ml = multivariate_normal(X @ design.prior_mean, total).logpdf(design.y)
    mean = design.prior_mean + gain @ (design.y - X @ design.prior_mean)
    return float(log_ml), mean, prior - gain @ X @ prior


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_conditional_posterior_equals_a_dense_normal(seed: int) -> None:
    design = messy(seed).sorted()
    prior = hyper_prior(design)
    hyper = prior.mean + prior.sd * np.random.default_rng(9).normal(size=(7, len(prior.names)))
    got = kalman.condition(design, hyper)
    for g in range(len(hyper)):
        log_ml, mean, cov = dense(design, hyper[g])
        assert got.log_ml[g] == pytest.approx(log_ml, abs=ORACLE)
        np.testing.assert_allclose(got.means[g], mean, atol=ORACLE)
        np.testing.assert_allclose(np.sqrt(np.diag(got.covs[g])), np.sqrt(np.diag(cov)), atol=ORACLE)
        np.testing.assert_allclose(got.covs[g], cov, atol=ORACLE)


def test_a_pass_in_two_parts_equals_one() -> None:
    design = messy(1).sorted()
    assert design.level is not None
    assert design.ou is not None
    assert design.noise is not None
    assert design.reach is not None
    prior = hyper_prior(design)
    hyper = prior.mean + prior.sd * np.random.default_rng(3).normal(size=(5, len(prior.names)))
    n = 41
    first = Design(
        design.t[:n],
        design.y[:n],
        design.x[:n],
        design.names,
        design.prior_mean,
        design.prior_sd,
        design.kernels,
        design.level[:n],
        design.ou[:n],
        design.noise[:n],
        design.reach[:n],
    )
    parts = kalman.advance(design, hyper, kalman.condition(first, hyper))
    whole = kalman.condition(design, hyper)
    np.testing.assert_allclose(parts.log_ml, whole.log_ml, atol=ORACLE)
    np.testing.assert_allclose(parts.means, whole.means, atol=ORACLE)
    np.testing.assert_allclose(parts.covs, whole.covs, atol=ORACLE)
