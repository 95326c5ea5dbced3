from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from mettle.inference.bayesian import TauPrior, random_effects
from mettle.inference.meta_analysis import meta_analysis

Y = np.array([-0.60, -1.19, -0.98, -1.45, 0.10])
V = np.array([0.093, 0.109, 0.146, 0.141, 0.060])
AGREE = 1e-6  # relative to the posterior sd: adaptive quadrature in two dimensions is asked for 1e-9


def brute(prior: TauPrior, y: np.ndarray, v: np.ndarray) -> tuple[object, object, object]:
    """CDFs of mean, prediction and tau by adaptive quadrature of the joint density: shares no line with the engine."""
    tau_density = (
        stats.halfnorm(scale=prior.scale) if prior.family == "halfnormal" else stats.halfcauchy(scale=prior.scale)
    )
    far = np.inf

    def marginal(tau: float) -> float:
        # the flat prior of the mean, integrated analytically through the multivariate normal of contrasts
        C = np.hstack([-np.ones((len(y) - 1, 1)), np.eye(len(y) - 1)])
        return float(
            stats.multivariate_normal(np.zeros(len(y) - 1), C @ np.diag(v + tau**2) @ C.T).pdf(C @ y)
            * tau_density.pdf(tau)
        )

    def over(f: object) -> float:
        return float(
            integrate.quad(lambda t: f(t) * marginal(t), 0, 1, epsabs=1e-13, epsrel=1e-10, limit=300)[0]  # type: ignore[operator]
            + integrate.quad(lambda t: f(t) * marginal(t), 1, far, epsabs=1e-13, epsrel=1e-10, limit=300)[0]  # type: ignore[operator]
        )

    area = over(lambda _t: 1.0)

    def given(tau: float) -> tuple[float, float]:
        w = 1 / (v + tau**2)
        return float((w * y).sum() / w.sum()), float(1 / w.sum())

    def mean_cdf(x: float) -> float:
        return over(lambda t: stats.norm.cdf(x, given(t)[0], np.sqrt(given(t)[1]))) / area

    def new_cdf(x: float) -> float:
        return over(lambda t: stats.norm.cdf(x, given(t)[0], np.sqrt(given(t)[1] + t * t))) / area

    def tau_cdf(x: float) -> float:
        return float(integrate.quad(marginal, 0, x, epsabs=1e-13, epsrel=1e-10, limit=300)[0]) / area

    return mean_cdf, new_cdf, tau_cdf


@pytest.mark.parametrize("text", ["halfnormal:0.3", "halfcauchy:0.3"])
def test_agrees_with_adaptive_quadrature_of_the_joint_density(text: str) -> None:
    mean_cdf, new_cdf, tau_cdf = brute(TauPrior.parse(text), Y, V)
    fit = meta_analysis(Y, V, tau_prior=text)
    assert fit.bayes is not None
    for cdf, low, high in ((mean_cdf, fit.ci_low, fit.ci_high), (new_cdf, fit.pi_low, fit.pi_high)):
        assert cdf(low) == pytest.approx(0.025, abs=AGREE)  # type: ignore[operator]
        assert cdf(high) == pytest.approx(0.975, abs=AGREE)  # type: ignore[operator]
    assert mean_cdf(fit.estimate) == pytest.approx(0.5, abs=AGREE)  # type: ignore[operator]
    assert 1 - mean_cdf(0.0) == pytest.approx(fit.bayes.p_positive, abs=AGREE)  # type: ignore[operator]
    for share, tau2 in ((0.025, fit.tau2_low), (0.5, fit.tau2), (0.975, fit.tau2_high)):
        assert tau_cdf(np.sqrt(tau2)) == pytest.approx(share, abs=AGREE)  # type: ignore[operator]


def test_one_study_leaves_tau_to_its_prior() -> None:
    post = random_effects(np.array([0.4]), np.array([0.05]), TauPrior("halfnormal", 0.3))
    for q in (0.025, 0.5, 0.975):
        assert post.tau_quantile(q) == pytest.approx(float(stats.halfnorm(scale=0.3).ppf(q)), rel=1e-8)
    cauchy = random_effects(np.array([0.4]), np.array([0.05]), TauPrior("halfcauchy", 0.3))
    assert cauchy.tau_quantile(0.5) == pytest.approx(0.3, rel=1e-6)


def test_a_tight_prior_gives_the_equal_effects_answer_and_many_studies_overrule_it() -> None:
    tight = meta_analysis(Y, V, tau_prior="halfnormal:0.00001")
    fixed = meta_analysis(Y, V, method="EE", test="z")
    assert tight.estimate == pytest.approx(fixed.estimate, abs=1e-6)
    assert tight.ci_low == pytest.approx(fixed.ci_low, abs=1e-5)
    rng = np.random.default_rng(3)
    v = rng.uniform(0.01, 0.02, 400)
    y = rng.normal(0.3, np.sqrt(0.5**2 + v))
    many = meta_analysis(y, v, tau_prior="halfcauchy:0.3")
    reml = meta_analysis(y, v, test="z")
    assert many.estimate == pytest.approx(reml.estimate, abs=0.01)
    assert many.tau2 == pytest.approx(reml.tau2, rel=0.02)


def test_twice_the_nodes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from mettle.inference import bayesian

    def quantiles() -> np.ndarray:
        posts = [
            random_effects(Y[:k], V[:k], TauPrior.parse(p))
            for k in (1, 2, 3, 5)
            for p in ("halfnormal:0.3", "halfcauchy:0.3")
        ]
        return np.array([[d.quantile(q) for q in (0.025, 0.5, 0.975)] for p in posts for d in (p.mean, p.predictive)])

    before = quantiles()
    bayesian._legendre.cache_clear()
    monkeypatch.setattr(bayesian, "NODES", 400)
    try:
        np.testing.assert_allclose(quantiles(), before, rtol=1e-7, atol=1e-8)
    finally:
        bayesian._legendre.cache_clear()


def test_a_heavy_tailed_prior_and_two_studies_leave_no_standard_error() -> None:
    fit = meta_analysis([0.1, 0.6], [0.04, 0.05], tau_prior="halfcauchy:0.3")
    assert np.isnan(fit.se)
    assert fit.ci_low < 0.1
    assert fit.ci_high > 0.6
    assert any("without a standard error" in w for w in fit.warnings)


@pytest.mark.parametrize(
    "text", ["halfnormal", "normal:0.3", "halfnormal:-1", "halfcauchy:0", "halfcauchy:nan", "halfnormal:x"]
)
def test_a_prior_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"halfnormal|above 0"):
        TauPrior.parse(text)
