from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, norm
from tests.inference.nof1.diaries import simulators

from mettle.inference.nof1 import Mixture, fit
from mettle.inference.pooling import (
    Message,
    benjamini_hochberg,
    compressed,
    message,
    personal_wording,
    pool,
    pool_claims,
)

QUADRATURE = 0.01
"""Grid of 81 x 40 nodes against a fine brute-force grid, in units of the posterior sd."""


def normal_message(estimate: float, se: float, *, prior_sd: float = 0.5) -> Message:
    """What a person whose data say ``estimate`` with standard error ``se`` sends, after a prior N(0, prior_sd^2)."""
    precision = se**-2 + prior_sd**-2
    return Message(
        Mixture(np.ones(1), np.array([estimate * se**-2 / precision]), np.array([precision**-0.5])), 0.0, prior_sd
    )


def test_population_and_persons_equal_brute_force() -> None:
    estimates, se = np.array([0.6, 0.1, -0.2]), np.array([0.2, 0.3, 0.25])
    pooled = pool([normal_message(e, s) for e, s in zip(estimates, se, strict=True)], mean_sd=1.0, tau_sd=0.5)
    mu, tau = np.linspace(-4, 4, 1601)[:, None], np.linspace(1e-4, 3, 1500)
    log_p = norm(0, 1).logpdf(mu) + norm(0, 0.5).logpdf(tau)
    for e, s in zip(estimates, se, strict=True):
        log_p = log_p + norm.logpdf(e, mu, np.sqrt(s**2 + tau**2))
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    mean = float((p * mu).sum())
    sd = float(np.sqrt((p * (mu - mean) ** 2).sum()))
    assert pooled.mean.mean == pytest.approx(mean, abs=QUADRATURE * sd)
    assert pooled.mean.sd == pytest.approx(sd, rel=QUADRATURE)
    assert pooled.tau == pytest.approx(float((p * tau).sum()), rel=QUADRATURE)
    for one, e, s in zip(pooled.personal, estimates, se, strict=True):
        own = (e * tau**2 + mu * s**2) / (s**2 + tau**2)
        expected = float((p * own).sum())
        variance = float((p * (s**2 * tau**2 / (s**2 + tau**2) + (own - expected) ** 2)).sum())
        assert one.mean == pytest.approx(expected, abs=QUADRATURE * variance**0.5)
        assert one.sd == pytest.approx(variance**0.5, rel=QUADRATURE)


def test_pooling_helps_and_covers() -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(0.15, 0.15, 300)
    se = rng.uniform(0.15, 0.3, 300)
    estimates = truth + se * rng.normal(size=300)
    pooled = pool([normal_message(e, s) for e, s in zip(estimates, se, strict=True)])
    assert pooled.mean.quantile(0.025) < 0.15 < pooled.mean.quantile(0.975)
    means = np.array([m.mean for m in pooled.personal])
    assert np.sqrt(np.mean((means - truth) ** 2)) < 0.75 * np.sqrt(np.mean((estimates - truth) ** 2))
    inside = [m.quantile(0.025) <= t <= m.quantile(0.975) for m, t in zip(pooled.personal, truth, strict=True)]
    assert 0.91 <= np.mean(inside) <= 0.99  # 0.95 with a standard error of 0.013


def test_diaries_are_pooled_through_their_mixtures() -> None:
    simulate, rng = simulators(), np.random.default_rng(5)
    sent = []
    for _ in range(16):
        world = simulate.World(acute=0.4 + 0.1 * rng.normal())
        design = simulate.design(simulate.diary("coin", rng, days=84, world=world), weekdays=False)
        L = np.array([float(name == "acute") for name in design.names])
        sent.append(message(fit(design), L, prior_mean=design.prior_mean, prior_sd=design.prior_sd))
    pooled = pool(sent)
    assert 0.0 < pooled.mean.quantile(0.025) < 0.4 < pooled.mean.quantile(0.975)
    assert all(one.sd < own.posterior.sd for one, own in zip(pooled.personal, sent, strict=True))


def test_a_person_without_data_gets_the_population() -> None:
    someone = [normal_message(0.3, 0.1) for _ in range(20)]
    nothing = Message(Mixture(np.ones(1), np.zeros(1), np.array([0.5])), 0.0, 0.5)
    pooled = pool([*someone, nothing])
    assert pooled.personal[-1].mean == pytest.approx(pooled.predicted.mean, abs=0.01)
    assert pooled.personal[-1].sd == pytest.approx(pooled.predicted.sd, rel=0.05)


def test_splitting_a_message_into_equal_components_changes_nothing() -> None:
    whole = [normal_message(e, 0.2) for e in (0.5, 0.0, 0.2)]
    halves = [
        Message(Mixture(np.full(2, 0.5), m.posterior.means.repeat(2), m.posterior.sds.repeat(2)), 0.0, 0.5)
        for m in whole
    ]
    a, b = pool(whole), pool(halves)
    assert b.mean.mean == pytest.approx(a.mean.mean, abs=1e-9)
    assert b.personal[0].mean == pytest.approx(a.personal[0].mean, abs=1e-9)


def test_null_claims_of_one_person_are_drawn_together() -> None:
    rng = np.random.default_rng(8)
    claims = [normal_message(0.2 * rng.normal(), 0.2) for _ in range(20)]
    pooled = pool_claims(claims)
    alone = sum(abs(m.posterior.mean) > 1.96 * m.posterior.sd for m in claims)
    together = sum(not m.quantile(0.025) < 0 < m.quantile(0.975) for m in pooled.personal)
    assert together == 0 <= alone


def test_slow_effects_are_of_people_like_you_unless_own_data_spoke() -> None:
    faint, clear = normal_message(0.2, 2.0), normal_message(0.2, 0.2)
    assert not personal_wording("chronic", faint)
    assert personal_wording("chronic", clear)
    assert personal_wording("acute", faint)


def test_benjamini_hochberg_is_that_of_scipy() -> None:
    p = np.random.default_rng(0).uniform(size=30) ** 2
    adjusted, kept = benjamini_hochberg(p)
    np.testing.assert_allclose(adjusted, false_discovery_control(p), rtol=1e-12)
    assert kept.sum() == (adjusted <= 0.1).sum()


def test_compressing_keeps_quantiles() -> None:
    rng = np.random.default_rng(1)
    weights = rng.dirichlet(np.ones(400))
    many = Mixture(weights, 0.1 * rng.normal(size=400), np.exp(0.3 * rng.normal(size=400)))
    few = compressed(many, 16)
    for q in (0.025, 0.5, 0.975):
        assert few.quantile(q) == pytest.approx(many.quantile(q), abs=0.03)


def test_no_messages_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one message"):
        pool([])
