"""Adaptive multiple importance sampling: where to put the hyperparameter points, and what each is worth.

The first points are drawn from the prior, each further round from a Gaussian fitted to what all earlier points say of the
posterior; every point is weighted against the mixture of all rounds, so that none is wasted and the prior's share keeps
the weights bounded. Source: Cornuet et al. 2012, Adaptive multiple importance sampling, doi 10.1111/j.1467-9469.2011.00756.x.

Everything carries a leading axis over people, so that many are served by the same few array operations. Units: those in
which the prior is N(0, I).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from mettle.inference.nof1 import sobol
from mettle.inference.nof1.normal import ndtri

if TYPE_CHECKING:
    from collections.abc import Callable

    from mettle.inference.nof1.design import Floats, Ints

    LogLikelihood = Callable[[Ints, Floats], Floats]

ROUND = 64
LARGE_ROUND = 512
TEMPERED_ESS = 16.0
"""While fewer points than this carry the weight, a proposal is fitted to flattened weights: all to the same small power."""
PRIOR_WORTH = 2.0
"""A fitted covariance is shrunk towards half the prior's as if that were this many effective points."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A Gaussian for each person, from which ``count`` points were drawn: ``mean`` (b, h), ``root`` (b, h, h) with root root' the covariance."""

    mean: Floats
    root: Floats
    count: int

    @classmethod
    def prior(cls, people: int, dimensions: int) -> Proposal:
        """The first round."""
        return cls(np.zeros((people, dimensions)), np.tile(np.eye(dimensions), (people, 1, 1)), ROUND)

    def at(self, normal: Floats) -> Floats:
        """Standard normal points (count, h) taken to each person's proposal, (b, count, h)."""
        return np.asarray(self.mean[:, None] + normal @ self.root.transpose(0, 2, 1))

    def share(self, z: Floats) -> Floats:
        """``count`` times the density over the prior's, at ``z`` (b, n, h)."""
        inverse = np.linalg.inv(self.root)
        scaled = (z - self.mean[:, None]) @ inverse.transpose(0, 2, 1)
        log_det = np.log(np.diagonal(inverse, axis1=1, axis2=2)).sum(axis=1)[:, None]
        return np.asarray(self.count * np.exp(0.5 * (np.sum(z**2, axis=2) - np.sum(scaled**2, axis=2)) + log_det))

    def of(self, people: Ints) -> Proposal:
        """For some of the people."""
        return Proposal(self.mean[people], self.root[people], self.count)


@dataclass(frozen=True, slots=True)
class Sample:
    """Points ``z`` (b, g, h), what was found there ``log_likelihood`` (b, g), and the rounds they came from.

    ``mixture`` (b, g) is the sum over rounds of ``Proposal.share``.
    """

    z: Floats
    log_likelihood: Floats
    mixture: Floats
    proposals: tuple[Proposal, ...]

    @property
    def log_weights(self) -> Floats:
        """Posterior over proposals, (b, g), not normalised: their mean estimates the marginal likelihood."""
        return np.asarray(self.log_likelihood - np.log(self.mixture / self.z.shape[1]))

    @property
    def log_ml(self) -> Floats:
        """Log marginal likelihood, hyperparameters integrated out, (b,)."""
        log_weights = self.log_weights
        top = log_weights.max(axis=1)
        return np.asarray(top + np.log(np.exp(log_weights - top[:, None]).mean(axis=1)))

    def weights(self, power: Floats | float = 1.0) -> Floats:
        """Normalised weights raised to a power, (b, g)."""
        log_weights = self.log_weights
        weights = np.exp(power * (log_weights - log_weights.max(axis=1, keepdims=True)))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    @property
    def ess(self) -> Floats:
        """Effective sample size, ``1 / sum w^2``, (b,)."""
        return _ess(self.weights())

    def of(self, people: Ints) -> Sample:
        """For some of the people."""
        return Sample(
            self.z[people],
            self.log_likelihood[people],
            self.mixture[people],
            tuple(p.of(people) for p in self.proposals),
        )

    def next_proposal(self, count: int) -> Proposal:
        """Gaussians with the weighted means and covariances."""
        power = np.ones((len(self.z), 1))
        while np.any(narrow := _ess(weights := self.weights(power)) < TEMPERED_ESS):
            power[narrow] *= 0.75
        worth = _ess(weights)[:, None, None]
        mean = (weights[:, None] @ self.z)[:, 0]
        centred = self.z - mean[:, None]
        cov = (weights[:, :, None] * centred).transpose(0, 2, 1) @ centred
        cov = (worth * cov + PRIOR_WORTH * 0.5 * np.eye(self.z.shape[2])) / (worth + PRIOR_WORTH)
        return Proposal(mean, np.asarray(np.linalg.cholesky(cov), np.float64), count)

    def extended(self, proposal: Proposal, z: Floats, log_likelihood: Floats) -> Sample:
        """With one more round."""
        mixture = np.concatenate([self.mixture + proposal.share(self.z), proposal.share(z)], axis=1)
        for earlier in self.proposals:
            mixture[:, self.z.shape[1] :] += earlier.share(z)
        return Sample(
            np.concatenate([self.z, z], axis=1),
            np.concatenate([self.log_likelihood, log_likelihood], axis=1),
            mixture,
            (*self.proposals, proposal),
        )


def _ess(weights: Floats) -> Floats:
    return np.asarray(1.0 / np.sum(weights**2, axis=1))


@lru_cache(maxsize=256)
def _normal(start: int, count: int, dimensions: int, seed: int) -> Floats:
    return np.asarray(ndtri(sobol.uniform(start, count, dimensions, shift=seed)))


def begin(log_likelihood: LogLikelihood, people: int, dimensions: int, *, seed: int) -> Sample:
    """The round from the prior, the same points for everybody."""
    prior = Proposal.prior(people, dimensions)
    z = prior.at(_normal(0, prior.count, dimensions, seed))
    return Sample(z, log_likelihood(np.arange(people), z), prior.share(z), (prior,))


def go_on(
    log_likelihood: LogLikelihood, sample: Sample, *, seed: int, ess: float, points: int, ceiling: int
) -> list[Sample]:
    """Further rounds until each person's effective sample size is reached; a sample of one for each person.

    Parameters
    ----------
    log_likelihood
        Takes which people (b,) and their points (b, g, h), gives (b, g).
    sample
        What there is so far.
    seed
        Of the digital shift of the Sobol points.
    ess
        The effective sample size to reach.
    points, ceiling
        Rounds of 64 up to ``points``, of 512 beyond, up to ``ceiling``.
    """
    done: dict[int, Sample] = {}
    people = np.arange(len(sample.z))
    while True:
        g, h = sample.z.shape[1:]
        stop = (sample.ess >= ess) | (g >= ceiling)
        for i in np.flatnonzero(stop):
            done[int(people[i])] = sample.of(np.array([i]))
        if stop.all():
            return [done[i] for i in sorted(done)]
        if stop.any():
            sample, people = sample.of(np.flatnonzero(~stop)), people[~stop]
        proposal = sample.next_proposal(min(ROUND if g < points else LARGE_ROUND, ceiling - g))
        z = proposal.at(_normal(g, proposal.count, h, seed))
        sample = sample.extended(proposal, z, log_likelihood(people, z))
