"""Bayesian random effects by quadrature over tau: no sampling, the same answer every time.

Given tau the mean of the effects is normal (flat prior), so the posterior of the mean, and the prediction for a new
setting, are mixtures of normals over the nodes of tau.

Source: Spiegelhalter, Abrams & Myles 2004, doi:10.1002/0470092602; half-normal and half-Cauchy priors as in Röver 2020,
doi:10.18637/jss.v093.i06.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import ndtr

from mettle.inference.nof1 import Mixture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NODES = 200
"""Gauss-Legendre nodes over tau; doubling them moves no quantile by more than 1e-8 of the sd (validation/meta)."""

_SCOUT = 100  # points that find where the posterior of tau lives
_SCOUTINGS = 3  # each looks closer, so that a thousand studies' narrow peak is not stepped over
_NEGLIGIBLE = 34.0  # log units below the peak: 1e-15 of it


@dataclass(frozen=True, slots=True)
class TauPrior:
    """What is believed of tau, the standard deviation of true effects, before the studies are read.

    Parameters
    ----------
    family
        ``halfnormal`` or ``halfcauchy``.
    scale
        In units of the effect, above 0. 0.3 for standardised mean differences says that tau above 0.6 (half-normal) is
        unlikely.

    >>> TauPrior.parse("halfnormal:0.3")
    TauPrior(family='halfnormal', scale=0.3)
    """

    family: Literal["halfnormal", "halfcauchy"]
    scale: float

    def __post_init__(self) -> None:
        if self.family not in ("halfnormal", "halfcauchy"):
            raise ValueError(f"a prior of tau is halfnormal or halfcauchy, got {self.family!r}")
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"the scale of a prior of tau must be above 0, got {self.scale}")

    @classmethod
    def parse(cls, text: str) -> TauPrior:
        """From its written form, ``halfnormal:0.3`` or ``halfcauchy:0.3``."""
        family, _, scale = text.partition(":")
        try:
            amount = float(scale)
        except ValueError:
            raise ValueError(f"expected a prior like halfnormal:0.3 or halfcauchy:0.3, got {text!r}") from None
        if family == "halfnormal":
            return cls("halfnormal", amount)
        if family == "halfcauchy":
            return cls("halfcauchy", amount)
        raise ValueError(f"expected a prior like halfnormal:0.3 or halfcauchy:0.3, got {text!r}")

    def log_density(self, tau: Floats) -> Floats:
        """The log density at ``tau`` up to a constant."""
        z = tau / self.scale
        return -0.5 * z * z if self.family == "halfnormal" else -np.log1p(z * z)

    def __str__(self) -> str:
        return f"{self.family}:{self.scale:g}"


@dataclass(frozen=True, slots=True)
class TauCdf:
    """The distribution of tau = c u / (1 - u), as a Legendre series of its cumulated density in u.

    Parameters
    ----------
    c
        The scale of the map.
    low, high
        The stretch of u that the series covers.
    series
        Legendre coefficients on [-1, 1], 0 at the left end and 1 at the right.
    """

    c: float
    low: float
    high: float
    series: Floats = field(repr=False)

    def quantile(self, q: float) -> float:
        """The value below which tau lies with probability ``q``, 0 to 1."""
        left, right = -1.0, 1.0
        for _ in range(60):
            middle = 0.5 * (left + right)
            if np.polynomial.legendre.legval(middle, self.series) < q:
                left = middle
            else:
                right = middle
        u = self.low + (self.high - self.low) * 0.5 * (1 + 0.5 * (left + right))
        return self.c * u / (1 - u)


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """The posterior of a random-effects meta-analysis.

    Parameters
    ----------
    mean
        The posterior of the mean effect.
    predictive
        The true effect in a new setting like these.
    tau_cdf
        The posterior of tau.
    weights
        The mean share of each study in the mean effect, percent, shape (k,).
    """

    mean: Mixture = field(repr=False)
    predictive: Mixture = field(repr=False)
    tau_cdf: TauCdf
    weights: Floats = field(repr=False)

    def tau_quantile(self, q: float) -> float:
        """The value below which tau lies with probability ``q``."""
        return self.tau_cdf.quantile(q)

    @property
    def p_positive(self) -> float:
        """The probability that the mean effect is above 0."""
        return float(self.mean.weights @ ndtr(self.mean.means / self.mean.sds))


def random_effects(yi: Floats, vi: Floats, tau_prior: TauPrior) -> RandomEffects:
    """The posterior of mean effect and tau under a flat prior of the mean.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,), variances above 0; k at least 1. With one study the prior alone speaks for
        tau.
    tau_prior
        The prior of tau.
    """
    c, low, high = _stretch(yi, vi, tau_prior)
    x, quadrature, _ = _legendre()
    u = low + (high - low) * 0.5 * (x + 1)
    tau = c * u / (1 - u)
    log_density = _log_posterior(tau, yi, vi, tau_prior) - 2 * np.log1p(-u)
    density = np.exp(log_density - log_density.max())
    weights = quadrature * density
    area = weights.sum()
    weights /= area
    w = 1.0 / (vi + tau[:, None] ** 2)
    total = w.sum(axis=1)
    means, variances = w @ yi / total, 1.0 / total
    return RandomEffects(
        mean=Mixture(weights, means, np.sqrt(variances)),
        predictive=Mixture(weights, means, np.sqrt(variances + tau**2)),
        tau_cdf=TauCdf(c, low, high, _cumulated(density / area)),
        weights=100.0 * (weights @ (w / total[:, None])),
    )


def _log_posterior(tau: Floats, yi: Floats, vi: Floats, prior: TauPrior) -> Floats:
    total = vi + tau[:, None] ** 2
    w = 1.0 / total
    s1 = w.sum(axis=1)
    e = yi - (w @ yi / s1)[:, None]
    fit: Floats = np.log(total).sum(axis=1) + np.log(s1) + (w * e * e).sum(axis=1)
    return prior.log_density(tau) - 0.5 * fit


def _stretch(yi: Floats, vi: Floats, prior: TauPrior) -> tuple[float, float, float]:
    """Where the posterior of tau lives: c and the ends in u, of tau = c u / (1 - u), found by a scouting grid."""
    spread = float(np.std(yi)) + float(np.sqrt(np.median(vi)))
    c = min(prior.scale, spread) if prior.family == "halfnormal" else spread
    low, high = 0.0, 1.0
    for _ in range(_SCOUTINGS):
        step = (high - low) / _SCOUT
        u = low + (np.arange(_SCOUT) + 0.5) * step
        height = _log_posterior(c * u / (1 - u), yi, vi, prior) - 2 * np.log1p(-u)
        kept = np.flatnonzero(height > height.max() - _NEGLIGIBLE)
        low, high = low + max(int(kept[0]) - 1, 0) * step, low + min(int(kept[-1]) + 2, _SCOUT) * step
    return c, low, high


@cache
def _legendre() -> tuple[Floats, Floats, Floats]:
    """Nodes and weights on [-1, 1], and the matrix that turns values at the nodes into Legendre coefficients."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    vander = np.polynomial.legendre.legvander(x, NODES - 1)
    return x, w, (vander * w[:, None]).T * (np.arange(NODES) + 0.5)[:, None]


def _cumulated(density: Floats) -> Floats:
    """The Legendre series of the integral from -1 of a density given at the nodes."""
    return np.asarray(np.polynomial.legendre.legint(_legendre()[2] @ density, lbnd=-1), dtype=np.float64)
