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
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - only pictures need it, and a shell answer must start fast

    hyper = np.exp(posterior.weights @ posterior.hyper)
    by_name = dict(zip(posterior.hyper_names, hyper.tolist(), strict=True))
    noise, ou, time, step = (by_name[f"log_{n}"] for n in ("noise", "ou", "ou_time", "level"))
    tau = [by_name[f"log_tau_{k.name}"] for k in design.kernels]
    full = np.column_stack(
        [design.x, *(k.column(design.t, np.array([t]))[:, 0] for k, t in zip(design.kernels, tau, strict=True))]
    )
    shown = np.column_stack([x, np.zeros((len(at), len(design.kernels)))])
    origin = min(float(design.t.min()), float(at.min()))

    def latent(a: Floats, b: Floats) -> Floats:
        walk = step**2 * np.minimum(a[:, None] - origin, b[None, :] - origin)
        return np.asarray(walk + ou**2 * np.exp(-np.abs(a[:, None] - b[None, :]) / time))

    variance = design.prior_sd**2
    seen = (full * variance) @ full.T + latent(design.t, design.t) + noise**2 * np.eye(len(design.t))
    cross = (shown * variance) @ full.T + latent(at, design.t)
    root = np.linalg.cholesky(seen)
    gain = solve_triangular(root, cross.T, lower=True)
    rest = solve_triangular(root, design.y - full @ design.prior_mean, lower=True)
    mean = shown @ design.prior_mean + gain.T @ rest
    own = np.sum(shown**2 * variance, axis=1) + step**2 * (at - origin) + ou**2
    return Level(mean, np.sqrt(np.maximum(own - np.sum(gain**2, axis=0), 0.0)))
