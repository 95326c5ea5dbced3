"""What the estimator returns: a weighted mixture of exact Gaussians, and its contrasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from mettle.inference.nof1.normal import ndtr

if TYPE_CHECKING:
    from mettle.inference.nof1.design import Design, Floats
    from mettle.inference.nof1.kalman import Conditional
    from mettle.inference.nof1.sampling import Sample

_TINY = 1e-300  # keeps a contrast without any variance (all zeros) finite


@dataclass(frozen=True, slots=True)
class Mixture:
    """One number's posterior: Gaussians of one dimension, weighted.

    Parameters
    ----------
    weights, means, sds
        Shape (g,); weights sum to 1.

    >>> m = Mixture(np.array([1.0]), np.array([2.0]), np.array([3.0]))
    >>> m.mean, m.sd, round(m.quantile(0.975), 4), round(m.cdf(2.0), 4)
    (2.0, 3.0, 7.8799, 0.5)
    """

    weights: Floats
    means: Floats
    sds: Floats

    @property
    def mean(self) -> float:
        """The posterior mean."""
        return float(self.weights @ self.means)

    @property
    def sd(self) -> float:
        """The posterior standard deviation."""
        return float(np.sqrt(self.weights @ (self.sds**2 + (self.means - self.mean) ** 2)))

    def cdf(self, x: float) -> float:
        """The probability of a value of at most ``x``."""
        return float(self.weights @ ndtr((x - self.means) / np.maximum(self.sds, _TINY)))

    def density(self, x: Floats) -> Floats:
        """The density at each ``x``."""
        sds = np.maximum(self.sds, _TINY)
        z = (np.asarray(x)[..., None] - self.means) / sds
        return np.asarray(np.exp(-0.5 * z**2) @ (self.weights / sds) / np.sqrt(2 * np.pi))

    def quantile(self, q: float) -> float:
        """The value with probability ``q`` below it, to 1e-12 of an sd.

        Parameters
        ----------
        q
            Above 0 and below 1.
        """
        if not 0.0 < q < 1.0:
            raise ValueError(f"q must be above 0 and below 1, got {q}")
        centre, sd, sds = self.mean, max(self.sd, _TINY), np.maximum(self.sds, _TINY)
        # Cantelli's inequality brackets the root; Newton's steps stay inside, bisection where they would not.
        low, high = centre - sd * np.sqrt((1 - q) / q), centre + sd * np.sqrt(q / (1 - q))
        x = centre + sd * NormalDist().inv_cdf(q)  # of one Gaussian with this mean and sd
        for _ in range(200):
            z = (x - self.means) / sds
            excess = float(self.weights @ ndtr(z)) - q
            low, high = (x, high) if excess < 0 else (low, x)
            slope = float(np.exp(-0.5 * z**2) @ (self.weights / sds)) / np.sqrt(2 * np.pi)
            step = x - excess / slope if slope > 0 else np.inf
            following = step if low < step < high else 0.5 * (low + high)
            if abs(following - x) <= 1e-12 * sd or high - low <= 1e-12 * sd:
                return float(following)
            x = following
        return float(x)


@dataclass(frozen=True, slots=True)
class Trail:
    """How a posterior came about, so that ``refit`` can go on from it."""

    design: Design
    sample: Sample
    conditional: Conditional


@dataclass(frozen=True, slots=True)
class Posterior:
    """The joint posterior of all coefficients and hyperparameters.

    Parameters
    ----------
    names
        Coefficients, as in ``Design.names``.
    weights
        Of the g hyperparameter points, shape (g,); they sum to 1.
    means, covs
        Exact Gaussian posterior of the coefficients at each point, shapes (g, q) and (g, q, q), outcome units of the design.
    hyper_names, hyper
        Hyperparameters on the log scale, shape (g, h).
    log_ml
        Log marginal likelihood of the observations, hyperparameters integrated out.
    ess
        Effective sample size of the points, ``1 / sum w^2``.
    points
        How many points were used, g.
    converged
        Whether ``ess`` reached what was asked; if not, the answer is "cannot tell" for numerical reasons.
    trail
        What ``refit`` goes on from; None where it was not kept.
    """

    names: tuple[str, ...]
    weights: Floats
    means: Floats
    covs: Floats
    hyper_names: tuple[str, ...]
    hyper: Floats
    log_ml: float
    ess: float
    points: int
    converged: bool
    trail: Trail | None = field(default=None, repr=False, compare=False)

    def contrast(self, L: Floats) -> Mixture:
        """The posterior of ``L'b``.

        Parameters
        ----------
        L
            Shape (q,), or (g, q) where the contrast depends on the hyperparameters (a dose history through a kernel).
        """
        L = np.broadcast_to(np.asarray(L, float), self.means.shape)
        variances = np.einsum("gi,gij,gj->g", L, self.covs, L)
        return Mixture(self.weights, np.einsum("gi,gi->g", L, self.means), np.sqrt(np.maximum(variances, 0.0)))

    def effect(self, name: str) -> Mixture:
        """The posterior of one coefficient."""
        return self.contrast(np.eye(len(self.names))[self.names.index(name)])

    def natural(self, hyper_name: str) -> Floats:
        """One hyperparameter at each point on its natural scale (days, or own sd), shape (g,)."""
        return np.exp(self.hyper[:, self.hyper_names.index(hyper_name)])

    def hyper_quantile(self, hyper_name: str, q: float) -> float:
        """A weighted quantile of one hyperparameter on its natural scale."""
        values = self.natural(hyper_name)
        order = np.argsort(values)
        middle = np.cumsum(self.weights[order]) - 0.5 * self.weights[order]
        return float(np.interp(q, middle, values[order]))
