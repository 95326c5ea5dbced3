"""The level that the model sees behind the observations, for pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mettle.inference.nof1.design import Design, Floats
    from mettle.inference.nof1.posterior import Posterior


@dataclass(frozen=True, slots=True)
class Level:
    """Posterior mean and sd of the level at given times, units of the design, each of shape (m,)."""

    mean: Floats
    sd: Floats


def level(design: Design, posterior: Posterior, at: Floats, x: Floats) -> Level:
    """Intercept, trend, random walk and Ornstein-Uhlenbeck process together, without weekdays, doses or noise.

    Evaluated at the posterior mean of the hyperparameters (on the log scale): a picture, not an estimate. Dense, O(n^3).

    Parameters
    ----------
    design
        Rows in time order.
    posterior
        Of ``design``.
    at
        Times, days, shape (m,).
    x
        The design's columns at these times, shape (m, p); 0 in those that the picture leaves out.
    """
    scales = _Scales.of(design, posterior)
    full = scales.columns(design)
    shown = np.column_stack([x, np.zeros((len(at), len(design.kernels)))])
    origin = min(float(design.t.min()), float(at.min()))
    variance = design.prior_sd**2
    cross = (shown * variance) @ full.T + scales.latent(at, design.t, origin)
    # numpy's own solver: scipy's, which knows that the matrix is symmetric, would cost a serving machine 27 MB
    known = np.column_stack([cross.T, design.y - full @ design.prior_mean])
    solved = np.linalg.solve(covariance(design, posterior, origin=origin), known)
    mean = shown @ design.prior_mean + cross @ solved[:, -1]
    own = np.sum(shown**2 * variance, axis=1) + scales.step**2 * (at - origin) + scales.ou**2
    return Level(mean, np.sqrt(np.maximum(own - np.sum(cross.T * solved[:, :-1], axis=0), 0.0)))


def covariance(design: Design, posterior: Posterior, *, origin: float | None = None) -> Floats:
    """Covariance of the observations with everything but the hyperparameters integrated out, (n, n).

    At the posterior mean of the hyperparameters (log scale); the coefficients have their priors.
    """
    scales = _Scales.of(design, posterior)
    full = scales.columns(design)
    origin = float(design.t.min()) if origin is None else origin
    return np.asarray(
        (full * design.prior_sd**2) @ full.T
        + scales.latent(design.t, design.t, origin)
        + scales.noise**2 * np.eye(len(design.t))
    )


@dataclass(frozen=True, slots=True)
class _Scales:
    noise: float
    ou: float
    time: float
    step: float
    tau: tuple[float, ...]

    @classmethod
    def of(cls, design: Design, posterior: Posterior) -> _Scales:
        hyper = np.exp(posterior.weights @ posterior.hyper)
        by_name = dict(zip(posterior.hyper_names, hyper.tolist(), strict=True))
        noise, ou, time, step = (by_name[f"log_{n}"] for n in ("noise", "ou", "ou_time", "level"))
        return cls(noise, ou, time, step, tuple(by_name[f"log_tau_{k.name}"] for k in design.kernels))

    def columns(self, design: Design) -> Floats:
        kernels = zip(design.kernels, self.tau, strict=True)
        return np.column_stack([design.x, *(k.column(design.t, np.array([tau]))[:, 0] for k, tau in kernels)])

    def latent(self, a: Floats, b: Floats, origin: float) -> Floats:
        walk = self.step**2 * np.minimum(a[:, None] - origin, b[None, :] - origin)
        return np.asarray(walk + self.ou**2 * np.exp(-np.abs(a[:, None] - b[None, :]) / self.time))
