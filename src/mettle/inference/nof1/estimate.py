"""The estimator: exact conditional posteriors at adaptively placed hyperparameter points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import logsumexp

from mettle.inference.nof1 import kalman, sampling
from mettle.inference.nof1.design import hyper_prior
from mettle.inference.nof1.posterior import Posterior

if TYPE_CHECKING:
    from mettle.inference.nof1.design import Design, Floats

Backend = Literal["numpy"]


def fit(
    design: Design,
    *,
    seed: int = 0,
    ess: float = 100.0,
    points: int = 576,
    ceiling: int = 4096,
    backend: Backend = "numpy",
) -> Posterior:
    """The posterior of one person's coefficients, hyperparameters integrated out.

    Parameters
    ----------
    design
        Observations, columns, kernels and priors; rows in any order. Without rows the posterior is the prior.
    seed
        Of the hyperparameter points; same design and seed, same numbers.
    ess
        Effective sample size to reach.
    points, ceiling
        Points in rounds of 64 up to ``points``, then in larger rounds up to ``ceiling``; where ``ess`` is still not reached the
        posterior comes back with ``converged`` False.
    backend
        ``"numpy"`` loads fast and is meant for one answer.

    Examples
    --------
    One intercept and one observation of 1.0: drawn halfway between prior mean 0 and the observation, roughly.

    >>> from mettle.inference.nof1 import Design
    >>> one = np.ones(1)
    >>> posterior = fit(Design(np.zeros(1), one, np.ones((1, 1)), ("level",), np.zeros(1), one))
    >>> posterior.converged, 0.4 < posterior.effect("level").mean < 0.8
    (True, True)
    """
    if backend != "numpy":
        raise ValueError(f"backend must be numpy, got {backend!r}")
    design = design.sorted()
    prior = hyper_prior(design)
    found: list[kalman.Conditional] = []

    def log_likelihood(z: Floats) -> Floats:
        found.append(kalman.condition(design, prior.mean + prior.sd * z)[0])
        return found[-1].log_ml

    sample = sampling.integrate(log_likelihood, len(prior.names), seed=seed, ess=ess, points=points, ceiling=ceiling)
    return Posterior(
        names=design.names,
        weights=sample.weights,
        means=np.concatenate([c.means for c in found]),
        covs=np.concatenate([c.covs for c in found]),
        hyper_names=prior.names,
        hyper=prior.mean + prior.sd * sample.z,
        log_ml=float(logsumexp(sample.log_weights) - np.log(len(sample.z))),
        ess=sample.ess,
        points=len(sample.z),
        converged=sample.ess >= ess,
        sample=sample,
    )
