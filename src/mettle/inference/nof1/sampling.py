"""Adaptive multiple importance sampling: where to put the hyperparameter points, and what each is worth.

The first points are drawn from the prior, each further round from a Gaussian fitted to what all earlier points say of the
posterior; every point is weighted against the mixture of all rounds, so that none is wasted and the prior's share keeps
the weights bounded. Source: Cornuet et al. 2012, Adaptive multiple importance sampling, doi 10.1111/j.1467-9469.2011.00756.x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp, ndtri

from mettle.inference.nof1 import sobol

if TYPE_CHECKING:
    from collections.abc import Callable

    from mettle.inference.nof1.design import Floats

ROUND = 64
LARGE_ROUND = 512
PRIOR_WORTH = 8.0
"""The fitted covariance is shrunk towards the prior's as if the prior were this many effective points."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A Gaussian from which ``count`` points were drawn, in units in which the prior is N(0, I)."""

    mean: Floats
    root: Floats  # lower Cholesky factor of the covariance
    count: int

    def log_density(self, z: Floats) -> Floats:
        """At each row of ``z``, without the constant that every Gaussian of this dimension shares."""
        scaled = np.linalg.solve(self.root, (z - self.mean).T)
        return np.asarray(-0.5 * np.sum(scaled**2, axis=0) - np.log(np.diag(self.root)).sum())


@dataclass(frozen=True, slots=True)
class Sample:
    """Points, what was found at each, and the rounds they came from.

    ``z`` (g, h) in units of the prior; ``log_likelihood`` (g,).
    """

    z: Floats
    log_likelihood: Floats
    proposals: tuple[Proposal, ...]

    @property
    def log_weights(self) -> Floats:
        """Posterior over mixture of proposals, (g,), not normalised: their mean estimates the marginal likelihood."""
        rounds = np.stack([p.log_density(self.z) + np.log(p.count / len(self.z)) for p in self.proposals])
        return np.asarray(self.log_likelihood - 0.5 * np.sum(self.z**2, axis=1) - logsumexp(rounds, axis=0))

    @property
    def weights(self) -> Floats:
        """Normalised weights, (g,)."""
        log_weights = self.log_weights
        weights = np.exp(log_weights - log_weights.max())
        return np.asarray(weights / weights.sum())

    @property
    def ess(self) -> float:
        """Effective sample size, ``1 / sum w^2``."""
        return float(1.0 / np.sum(self.weights**2))

    def next_proposal(self, count: int) -> Proposal:
        """A Gaussian with the weighted mean and covariance, shrunk towards the prior while few points carry the weight."""
        weights, h = self.weights, self.z.shape[1]
        worth = 1.0 / np.sum(weights**2) - 1.0
        mean = weights @ self.z
        centred = self.z - mean
        cov = (weights[:, None] * centred).T @ centred
        cov = (worth * cov + PRIOR_WORTH * SHRUNK * np.eye(h)) / (worth + PRIOR_WORTH)
        return Proposal(mean, np.asarray(np.linalg.cholesky(cov), np.float64), count)


SHRUNK = 0.5


def integrate(
    log_likelihood: Callable[[Floats], Floats],
    dimensions: int,
    *,
    seed: int,
    ess: float,
    points: int,
    ceiling: int,
    start: Sample | None = None,
) -> Sample:
    """Points and weights for a posterior whose prior is N(0, I).

    Parameters
    ----------
    log_likelihood
        Takes points (g, h), gives (g,).
    dimensions
        h.
    seed
        Of the digital shift of the Sobol points.
    ess
        Stop once the effective sample size is this large.
    points
        Up to here in rounds of 64; beyond, where ``ess`` is not reached yet, in rounds of 512 up to ``ceiling``.
    ceiling
        The most points ever used.
    start
        A sample to go on from, instead of 64 points of the prior.
    """
    if start is None:
        prior = Proposal(np.zeros(dimensions), np.eye(dimensions), ROUND)
        start = _extend(None, prior, log_likelihood, seed)
    sample = start
    while sample.ess < ess and len(sample.z) < ceiling:
        count = min(ROUND if len(sample.z) < points else LARGE_ROUND, ceiling - len(sample.z))
        sample = _extend(sample, sample.next_proposal(count), log_likelihood, seed)
    return sample


def _extend(sample: Sample | None, proposal: Proposal, log_likelihood: Callable[[Floats], Floats], seed: int) -> Sample:
    seen = 0 if sample is None else len(sample.z)
    h = len(proposal.mean)
    z = proposal.mean + ndtri(sobol.uniform(seen, proposal.count, h, shift=seed)) @ proposal.root.T
    found = log_likelihood(z)
    if sample is None:
        return Sample(z, found, (proposal,))
    return Sample(
        np.concatenate([sample.z, z]), np.concatenate([sample.log_likelihood, found]), (*sample.proposals, proposal)
    )
