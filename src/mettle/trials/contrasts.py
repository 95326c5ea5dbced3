"""The estimands as contrasts of the model's coefficients: what a session does within hours, the day after, and over months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.inference.nof1 import Mixture, Posterior

Horizon = Literal["hours", "day"]
EffectName = Literal["acute", "next_day", "chronic", "total"]
EFFECT_NAMES: tuple[EffectName, ...] = ("acute", "next_day", "chronic", "total")
SLOW: tuple[EffectName, ...] = ("chronic", "total")
"""Effects that take weeks."""
ACUTE_TAU_H = (12.0, 1.1)
"""Decay of the acute effect: median hours and log-sd of its prior. Two thirds of it lie between four hours, which is what the
founding article says, and a day and a half; chosen by simulation, so that an effect that lasts longer is not missed
(``docs/validation.md``)."""
WINDOW_H = 4.0
"""The acute effect is the mean over these hours after a session."""
STRETCH_DAYS = 14
"""A lower dose counts as really done when it was kept up for this long."""
WORTH_COMPARING = 0.25
"""Share of the usual dose by which the lowest stretch must fall short to be compared with."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """The person's own weeks, in doses a day.

    Parameters
    ----------
    usual
        Median over all weeks.
    lowest
        Lowest mean over two weeks or more; 0 where none was low enough to compare with.
    extrapolated
        True where nothing as low as ``lowest`` was ever done for two weeks.
    """

    usual: float
    lowest: float
    extrapolated: bool


def own_weeks(daily: NDArray[np.float64]) -> Weeks:
    """The usual week, and the lowest stretch that was really done.

    >>> w = own_weeks(np.array([1., 0, 1, 0, 1, 0, 0] * 6 + [0.] * 14))
    >>> round(w.usual * 7), w.lowest, w.extrapolated
    (3, 0.0, False)
    """
    if daily.size < 7:
        usual = float(daily.mean()) if daily.size else 0.0
        return Weeks(usual, 0.0, extrapolated=True)
    weeks = np.convolve(daily, np.full(7, 1 / 7), mode="valid")
    trained = weeks[weeks > 0]
    usual = float(np.median(trained)) if trained.size else 0.0
    if daily.size < STRETCH_DAYS:
        return Weeks(usual, 0.0, extrapolated=True)
    lowest = float(np.convolve(daily, np.full(STRETCH_DAYS, 1 / STRETCH_DAYS), mode="valid").min())
    lowest = 0.0 if lowest < 1e-12 else lowest
    if usual - lowest < WORTH_COMPARING * usual:
        return Weeks(usual, 0.0, extrapolated=True)
    return Weeks(usual, lowest, extrapolated=False)


def within_window(tau_d: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of ``exp(-t / tau)`` over the first four hours, tau in days.

    >>> round(float(within_window(np.array([4 / 24]))[0]), 4)
    0.6321
    """
    window = WINDOW_H / 24
    return tau_d / window * -np.expm1(-window / tau_d)


def over_a_day(tau_d: NDArray[np.float64]) -> NDArray[np.float64]:
    """What one dose a day, kept up, leaves at any moment on average, in units of its mean over the first four hours.

    Each dose leaves ``exp(-t / tau)``, which integrates to tau.
    """
    return tau_d / within_window(tau_d)


def contrast(horizon: Horizon, posterior: Posterior, effect: EffectName, weeks: Weeks) -> Mixture:
    """The posterior of one estimand, in SD units."""
    tau = posterior.natural("log_tau_acute") if horizon == "hours" else None
    return posterior.contrast(_weights(posterior.names, effect, weeks, tau, len(posterior.weights)))


def prior_sd(horizon: Horizon, priors: Mapping[PriorEffect, Prior], effect: EffectName, weeks: Weeks) -> float:
    """Standard deviation of the same estimand under the prior, points."""
    names: tuple[PriorEffect, ...] = ("acute", "next_day", "chronic")
    tau = None
    nodes, weights = _gauss_hermite()
    if horizon == "hours":
        tau = ACUTE_TAU_H[0] / 24 * np.exp(ACUTE_TAU_H[1] * nodes)
    L = _weights(names, effect, weeks, tau, nodes.size)
    mean = np.array([priors[n].mean for n in names])
    sd = np.array([priors[n].sd for n in names])
    second = weights @ ((L**2) @ sd**2 + (L @ mean) ** 2)
    return float(np.sqrt(second - (weights @ (L @ mean)) ** 2))


@lru_cache(maxsize=1)
def _gauss_hermite() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes of a standard normal, and their weights, which sum to 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    return nodes, weights / weights.sum()


def _weights(
    names: Sequence[str], effect: EffectName, weeks: Weeks, tau: NDArray[np.float64] | None, points: int
) -> NDArray[np.float64]:
    L = np.zeros((points, len(names)))
    acute, next_day, chronic = (names.index(n) for n in ("acute", "next_day", "chronic"))
    if effect == "acute":
        L[:, acute] = 1.0
    elif effect == "next_day":
        L[:, next_day] = 1.0
    elif effect == "chronic":
        L[:, chronic] = 1.0
    else:
        more = weeks.usual - weeks.lowest
        L[:, acute] = more * (1.0 if tau is None else over_a_day(tau))
        L[:, next_day] = more
        L[:, chronic] = more
    return L
