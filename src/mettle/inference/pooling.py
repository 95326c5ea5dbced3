"""Many people, or many claims of one person: separate posteriors pooled into population and partially pooled effects.

Each separate posterior was made with a Gaussian prior; divided by that prior it is what the data alone say, a *message*.
Messages stay mixtures, because a single normal loses coverage. The hierarchy is ``theta_j ~ N(mu, tau^2)``, with
``mu ~ N(0, mean_sd^2)`` and ``tau ~ half-normal(tau_sd)``; ``mu`` and ``tau`` are integrated on a grid, everything else is exact.
Source: Lunn et al. 2013, Fully Bayesian hierarchical modelling in two stages, doi 10.1111/rssc.12007.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mettle.inference.nof1.posterior import Mixture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.inference.nof1.design import Floats
    from mettle.inference.nof1.posterior import Posterior

MESSAGE_COMPONENTS = 16
PERSONAL_COMPONENTS = 64
TOGETHER = 512
"""People whose messages are multiplied at once: memory does not grow with their number."""
OWN_DATA_SPOKE = 0.8
"""Posterior over prior sd, from the person's own data: below this a pooled slow effect may be called the person's own."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one person's data say of one effect.

    Parameters
    ----------
    posterior
        From the person's own data, with the prior below.
    prior_mean, prior_sd
        The Gaussian prior that ``posterior`` was made with; the same outcome scale for everybody who is pooled.
    """

    posterior: Mixture
    prior_mean: float
    prior_sd: float

    @property
    def sd_ratio(self) -> float:
        """Posterior over prior sd: 1 where the data said nothing."""
        return self.posterior.sd / self.prior_sd


def message(posterior: Posterior, L: Floats, *, prior_mean: Floats, prior_sd: Floats) -> Message:
    """The message of a contrast ``L'b``.

    Parameters
    ----------
    posterior
        Of one person.
    L
        Shape (q,).
    prior_mean, prior_sd
        Of all coefficients, shape (q,), as in the design.
    """
    spread = float(np.sqrt(np.sum((L * prior_sd) ** 2)))
    return Message(compressed(posterior.contrast(L), MESSAGE_COMPONENTS), float(L @ prior_mean), spread)


def compressed(mixture: Mixture, components: int) -> Mixture:
    """A mixture of at most about so many components with the same mean and variance: like is merged with like.

    Components are sorted by sd into groups of equal weight, each group by mean into four.

    >>> many = Mixture(np.full(100, 0.01), np.linspace(-1, 1, 100), np.linspace(1, 2, 100))
    >>> few = compressed(many, 16)
    >>> len(few.weights) <= 16, abs(few.mean - many.mean) < 1e-12, abs(few.sd - many.sd) < 1e-12
    (True, True, True)
    """
    if len(mixture.weights) <= components:
        return mixture
    group = np.zeros(len(mixture.weights), np.int64)
    for keys, parts in ((mixture.sds, max(components // 4, 1)), (mixture.means, 4)):
        order = np.lexsort((keys, group))
        weight = mixture.weights[order]
        starts = np.r_[0, np.flatnonzero(np.diff(group[order])) + 1]
        sizes = np.add.reduceat(weight, starts)
        which = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(order)]))
        before = np.cumsum(weight) - np.r_[0.0, np.cumsum(sizes)[:-1]][which] - 0.5 * weight
        part = np.minimum((parts * before / np.maximum(sizes[which], 1e-300)).astype(np.int64), parts - 1)
        group[order] = which * parts + np.maximum(part, 0)
    names, group = np.unique(group, return_inverse=True)
    k = len(names)
    weights = np.bincount(group, mixture.weights, k)
    safe = np.maximum(weights, 1e-300)
    means = np.bincount(group, mixture.weights * mixture.means, k) / safe
    second = np.bincount(group, mixture.weights * (mixture.sds**2 + (mixture.means - means[group]) ** 2), k) / safe
    kept = weights > 0
    return Mixture(weights[kept] / weights[kept].sum(), means[kept], np.sqrt(second[kept]))


@dataclass(frozen=True, slots=True)
class Pooled:
    """The population and its members.

    Parameters
    ----------
    mean
        The population's mean effect.
    heterogeneity, heterogeneity_weights
        Grid of ``tau`` (t,) and its posterior weights.
    predicted
        The effect of a further person.
    personal
        Partially pooled effect of each person, in order.
    """

    mean: Mixture
    heterogeneity: Floats
    heterogeneity_weights: Floats
    predicted: Mixture
    personal: tuple[Mixture, ...]

    @property
    def tau(self) -> float:
        """Posterior mean of the sd between people."""
        return float(self.heterogeneity @ self.heterogeneity_weights)


def pool(messages: Sequence[Message], *, mean_sd: float = 1.0, tau_sd: float = 0.5) -> Pooled:
    """Population and partially pooled effects.

    Parameters
    ----------
    messages
        One for each person (or one for each claim of one person), at least one.
    mean_sd
        Prior sd of the population mean around 0.
    tau_sd
        Scale of the half-normal prior of the sd between people. For claims within one person 0.2 is the default of
        ``pool_claims``.
    """
    if not messages:
        raise ValueError("pooling needs at least one message, got none")
    r, b, log_c = _canonical(messages)
    tau = tau_sd * np.sqrt(2.0) * _half_normal_nodes()
    grid, log_posterior = np.linspace(-4 * mean_sd, 4 * mean_sd, 81), np.zeros(0)
    for _ in range(3):  # the second and third grids cover where the mass is
        log_posterior = -0.5 * (grid[:, None] / mean_sd) ** 2 + _log_likelihood(grid, tau, r, b, log_c)
        weights = np.exp(log_posterior - log_posterior.max())
        weights /= weights.sum()
        centre = float(weights.sum(axis=1) @ grid)
        spread = float(np.sqrt(weights.sum(axis=1) @ (grid - centre) ** 2))
        step = float(grid[1] - grid[0])
        grid_used, half = grid, max(6 * spread, 2 * step)
        grid = np.linspace(centre - half, centre + half, 81)
    step = float(grid_used[1] - grid_used[0])
    i, j = np.nonzero(weights > 1e-6)
    node, mu, tau_at = weights[i, j] / weights[i, j].sum(), grid_used[i], tau[j]
    half_cell = np.full(len(grid_used), step / np.sqrt(12.0))
    return Pooled(
        mean=Mixture(weights.sum(axis=1), grid_used, half_cell),
        heterogeneity=tau,
        heterogeneity_weights=weights.sum(axis=0),
        predicted=compressed(Mixture(node, mu, np.hypot(tau_at, step / np.sqrt(12.0))), PERSONAL_COMPONENTS),
        personal=tuple(_personal(node, mu, tau_at, r=r[p], b=b[p], log_c=log_c[p]) for p in range(len(messages))),
    )


def pool_claims(messages: Sequence[Message]) -> Pooled:
    """Partial pooling across the claims of one person: exchangeable effects, heterogeneity half-normal(0.2).

    Effects must point the same way (positive = better) and be in units of the person's own sd.
    """
    return pool(messages, mean_sd=0.5, tau_sd=0.2)


def personal_wording(effect: str, own: Message) -> bool:
    """Whether a pooled effect may be told as the person's own; otherwise it is of "people like you".

    A slow (chronic or total) effect is the population's unless the person's own data narrowed the prior below 0.8.
    """
    return effect not in {"chronic", "total"} or own.sd_ratio < OWN_DATA_SPOKE


def benjamini_hochberg(p: Floats, *, q: float = 0.10) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Adjusted p values, and which stay below ``q``.

    Source: Benjamini & Hochberg 1995, doi 10.1111/j.2517-6161.1995.tb02031.x.

    Parameters
    ----------
    p
        Of each claim, 0 to 1, shape (k,).
    q
        False discovery rate.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5]))[0].round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    order = np.argsort(p)[::-1]
    scaled = p[order] * len(p) / np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted, adjusted <= q


def _half_normal_nodes() -> Floats:
    """Equally probable values of ``tau / (sqrt 2 tau_sd)``, so that the prior needs no weights."""
    from scipy.special import erfinv  # noqa: PLC0415 # one use

    return np.asarray(erfinv((np.arange(40) + 0.5) / 40))


def _canonical(messages: Sequence[Message]) -> tuple[Floats, Floats, Floats]:
    """Each message as ``sum_g exp(log_c - r theta^2 / 2 + b theta)``: arrays (people, components), padded with log_c = -inf."""
    size = max(len(m.posterior.weights) for m in messages)
    r, b = np.zeros((2, len(messages), size))
    log_c = np.full((len(messages), size), -np.inf)
    for p, one in enumerate(messages):
        k = slice(0, len(one.posterior.weights))
        m, s2, m0, s02 = one.posterior.means, one.posterior.sds**2, one.prior_mean, one.prior_sd**2
        r[p, k] = np.maximum(1 / s2 - 1 / s02, 0.0)
        b[p, k] = m / s2 - m0 / s02
        with np.errstate(divide="ignore"):
            log_c[p, k] = np.log(one.posterior.weights) - 0.5 * (m**2 / s2 - m0**2 / s02 + np.log(s2 / s02))
    return r, b, log_c


def _log_likelihood(mu: Floats, tau: Floats, r: Floats, b: Floats, log_c: Floats) -> Floats:
    """Log of the product of messages, thetas integrated out, on the grid (mu, tau)."""
    total = np.zeros((len(mu), len(tau)))
    for start in range(0, len(r), TOGETHER):
        some = slice(start, start + TOGETHER)
        total += _log_likelihood_of(mu, tau, r[some], b[some], log_c[some])
    return total


def _log_likelihood_of(mu: Floats, tau: Floats, r: Floats, b: Floats, log_c: Floats) -> Floats:
    total = np.zeros((len(mu), len(tau)))
    for j, t in enumerate(tau):
        f = 1 + r * t**2
        constant = log_c - 0.5 * np.log(f) + 0.5 * b**2 * t**2 / f
        terms = constant + mu[:, None, None] * (b / f) - 0.5 * mu[:, None, None] ** 2 * (r / f)
        top = terms.max(axis=2)
        total[:, j] = np.sum(top + np.log(np.exp(terms - top[:, :, None]).sum(axis=2)), axis=1)
    return total


def _personal(node: Floats, mu: Floats, tau: Floats, *, r: Floats, b: Floats, log_c: Floats) -> Mixture:
    """One person's effect given everybody: a component for each grid node and each of the person's own."""
    f = 1 + r * tau[:, None] ** 2
    log_w = log_c - 0.5 * np.log(f) + 0.5 * (b**2 * tau[:, None] ** 2 + 2 * b * mu[:, None] - r * mu[:, None] ** 2) / f
    w = np.exp(log_w - log_w.max(axis=1, keepdims=True))
    w *= (node / w.sum(axis=1))[:, None]
    means, sds = (b * tau[:, None] ** 2 + mu[:, None]) / f, tau[:, None] / np.sqrt(f)
    kept = w.ravel() > 1e-9
    whole = Mixture(w.ravel()[kept] / w.ravel()[kept].sum(), means.ravel()[kept], sds.ravel()[kept])
    return compressed(whole, PERSONAL_COMPONENTS)
