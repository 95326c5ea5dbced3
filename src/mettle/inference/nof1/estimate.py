"""The estimator: exact conditional posteriors at adaptively placed hyperparameter points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

import numpy as np

from mettle.errors import MissingExtraError
from mettle.inference.nof1 import kalman, sampling
from mettle.inference.nof1.design import Design, hyper_prior
from mettle.inference.nof1.posterior import Posterior, Trail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from mettle.inference.nof1.design import Floats, HyperPrior, Ints

Backend = Literal["numpy", "numba"]
Fit = Callable[[Design], Posterior]
"""`fit` with seed and kernel settled."""


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
        ``"numpy"`` loads fast and is meant for one answer; ``"numba"`` (extra ``batch``) compiles once and is meant for many.
        They agree to 1e-10.

    Examples
    --------
    One intercept and one observation of 1.0: drawn halfway between prior mean 0 and the observation, roughly.

    >>> from mettle.inference.nof1 import Design
    >>> one = np.ones(1)
    >>> posterior = fit(Design(np.zeros(1), one, np.ones((1, 1)), ("level",), np.zeros(1), one))
    >>> posterior.converged, 0.4 < posterior.effect("level").mean < 0.8
    (True, True)
    """
    return fit_many([design], seed=seed, ess=ess, points=points, ceiling=ceiling, backend=backend)[0]


def fit_many(
    designs: Sequence[Design],
    *,
    seed: int = 0,
    ess: float = 100.0,
    points: int = 576,
    ceiling: int = 4096,
    backend: Backend = "numba",
) -> list[Posterior]:
    """The posterior of each person, bit for bit what ``fit`` gives: the rounds of all are placed by the same array operations.

    Send some hundred people at a time, and keep of each posterior what is needed: one holds about a megabyte.
    """
    designs = [design.sorted() for design in designs]
    priors = [hyper_prior(design) for design in designs]
    posteriors: dict[int, Posterior] = {}
    for dimensions in {len(prior.names) for prior in priors}:
        chosen = [i for i, prior in enumerate(priors) if len(prior.names) == dimensions]
        group = _Group([designs[i] for i in chosen], [priors[i] for i in chosen], backend)
        sample = sampling.begin(group.log_likelihood, len(chosen), dimensions, seed=seed)
        samples = sampling.go_on(group.log_likelihood, sample, seed=seed, ess=ess, points=points, ceiling=ceiling)
        for i, one, found in zip(chosen, samples, group.found, strict=True):
            posteriors[i] = _posterior(Trail(designs[i], one, _joined(found)), ess)
    return [posteriors[i] for i in range(len(designs))]


def refit(
    posterior: Posterior,
    design: Design,
    *,
    seed: int = 0,
    ess: float = 100.0,
    points: int = 576,
    ceiling: int = 4096,
    backend: Backend = "numpy",
) -> Posterior:
    """The posterior after further rows, from yesterday's: the points stay, each takes in only the new rows.

    The result is as exact as a fit from scratch; further points are placed where the effective sample size has fallen below
    ``ess``. Where anything in the past differs (a rating, a session or a column of an earlier row, a prior), it is a fit from
    scratch; so let columns such as a trend be centred at a fixed date.

    Parameters
    ----------
    posterior
        Of the earlier rows.
    design
        All rows, the earlier ones included.
    """
    trail, design = posterior.trail, design.sorted()
    if trail is None or not _continues(trail.design, design):
        return fit(design, seed=seed, ess=ess, points=points, ceiling=ceiling, backend=backend)
    kernel = kalman if backend == "numpy" else _compiled()
    found = [kernel.advance(design, posterior.hyper, trail.conditional)]
    sample = replace(trail.sample, log_likelihood=found[0].log_ml[None])
    if sample.ess[0] < ess:
        group = _Group([design], [hyper_prior(design)], backend)
        sample = sampling.go_on(group.log_likelihood, sample, seed=seed, ess=ess, points=points, ceiling=ceiling)[0]
        found += group.found[0]
    return _posterior(Trail(design, sample, _joined(found)), ess)


class _Group:
    """People with the same number of hyperparameters, and what was found at each round of theirs."""

    def __init__(self, designs: list[Design], priors: list[HyperPrior], backend: Backend) -> None:
        self.priors = priors
        self.condition = _conditions(designs, backend)
        self.found: list[list[kalman.Conditional]] = [[] for _ in designs]

    def log_likelihood(self, people: Ints, z: Floats) -> Floats:
        log_ml = np.empty(z.shape[:2])
        for row, person in enumerate(people):
            prior = self.priors[person]
            found = self.condition[person](prior.mean + prior.sd * z[row])
            self.found[person].append(found)
            log_ml[row] = found.log_ml
        return log_ml


def _conditions(designs: list[Design], backend: Backend) -> list[Callable[[Floats], kalman.Conditional]]:
    if backend == "numpy":
        return [partial(_in_blocks, design) for design in designs]
    if backend != "numba":
        raise ValueError(f"backend must be numpy or numba, got {backend!r}")
    compiled = _compiled()
    return [partial(compiled.condition, compiled.prepare(design)) for design in designs]


def backend_for_many() -> Backend:
    """The compiled kernel where the extra ``batch`` is installed, else NumPy; nothing is loaded yet."""
    return "numba" if find_spec("numba") else "numpy"


def _compiled() -> ModuleType:
    try:
        from mettle.inference.nof1 import kalman_numba  # noqa: PLC0415 # numba takes a second to load, and is an extra
    except ImportError as absent:
        raise MissingExtraError("batch") from absent
    return kalman_numba


BLOCK = 128
"""Points run at once: more no longer fit the cache, and a long diary would need much memory (measured: 512 take 2-3 times longer)."""


def _in_blocks(design: Design, hyper: Floats) -> kalman.Conditional:
    return _joined([kalman.condition(design, hyper[i : i + BLOCK]) for i in range(0, len(hyper), BLOCK)])


def _joined(found: list[kalman.Conditional]) -> kalman.Conditional:
    """Rounds of one person put together."""
    if len(found) == 1:
        return found[0]
    last = found[-1].state
    return kalman.Conditional(
        np.concatenate([c.log_ml for c in found]),
        np.concatenate([c.means for c in found]),
        np.concatenate([c.covs for c in found]),
        kalman.State(
            np.concatenate([c.state.mean for c in found], axis=2),
            np.concatenate([c.state.cov for c in found], axis=1),
            np.concatenate([c.state.traces for c in found], axis=1),
            last.n,
            last.t,
        ),
    )


def _posterior(trail: Trail, ess: float) -> Posterior:
    design, sample, conditional = trail.design, trail.sample, trail.conditional
    prior, weights = hyper_prior(design), sample.weights()[0]
    worth = float(1.0 / np.sum(weights**2))
    return Posterior(
        names=design.names,
        weights=weights,
        means=conditional.means,
        covs=conditional.covs,
        hyper_names=prior.names,
        hyper=prior.mean + prior.sd * sample.z[0],
        log_ml=float(sample.log_ml[0]),
        ess=worth,
        points=sample.z.shape[1],
        converged=worth >= ess,
        trail=trail,
    )


def _continues(earlier: Design, later: Design) -> bool:
    """Whether the later design only adds rows, and events that no earlier row could have seen."""
    n = len(earlier.t)
    if not n or len(later.t) < n or earlier.names != later.names or len(earlier.kernels) != len(later.kernels):
        return False
    if earlier.noise_groups != later.noise_groups:
        return False
    same = [
        (getattr(earlier, name), getattr(later, name)[:n]) for name in ("t", "y", "x", "level", "ou", "noise", "reach")
    ]
    same += [(earlier.prior_mean, later.prior_mean), (earlier.prior_sd, later.prior_sd)]
    for old, new in zip(earlier.kernels, later.kernels, strict=True):
        if any(getattr(old, n) != getattr(new, n) for n in ("kind", "log_tau_mean", "log_tau_sd", "window")):
            return False
        past, before = old.at < earlier.t[-1], new.at < earlier.t[-1]
        same += [(old.at[past], new.at[before]), (old.dose[past], new.dose[before])]
    return all(np.array_equal(a, b) for a, b in same)
