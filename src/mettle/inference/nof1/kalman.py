"""The exact Gaussian part: one Kalman pass over the outcome and all regression columns, for many hyperparameter points at once.

Given hyperparameters the model is linear and Gaussian. Filtering is linear in the data, so the same gains whiten the
outcome and every column; with ``w_i`` the whitened rows, ``S = sum w_i w_i'`` holds all that the coefficients' posterior
and the marginal likelihood need. Source: Durbin & Koopman 2012, Time Series Analysis by State Space Methods, section 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mettle.inference.nof1.design import Design, Floats, Ints


@dataclass(frozen=True, slots=True)
class Rows:
    """A design as the kernels take it: times ascending, priors of the coefficients made standard normal.

    With ``b = m0 + sd beta``, ``beta ~ N(0, I)``: the outcome loses ``x m0`` and every column is multiplied by its prior sd.
    """

    t: Floats
    columns: Floats  # (n, 1 + p): the outcome, then the fixed columns
    shapes: Floats  # (k, n, g): kernel columns of each point
    traces: Floats  # (k, g): what the kernels' events leave at the last row
    level: Floats
    ou: Floats
    noise: Ints


@dataclass(frozen=True, slots=True)
class Points:
    """Hyperparameter points on their natural scale, each of shape (g,) but ``noise`` (groups, g) and ``tau`` (k, g)."""

    noise: Floats
    ou: Floats
    ou_time: Floats
    level: Floats
    tau: Floats

    @classmethod
    def of(cls, design: Design, hyper: Floats) -> Points:
        """From log-scale points of shape (g, h) in the order of ``hyper_prior(design).names``."""
        groups = design.noise_groups
        log_noise = hyper[:, :1] + np.concatenate([np.zeros((len(hyper), 1)), hyper[:, 4 : 3 + groups]], axis=1)
        ou, ou_time, level = np.exp(hyper[:, 1:4].T)
        return cls(np.exp(log_noise.T), ou, ou_time, level, np.exp(hyper[:, 3 + groups :].T))


@dataclass(frozen=True, slots=True)
class State:
    """Where a pass ended, so that tomorrow's rows can be added without running the old ones again.

    ``mean`` (2, m, g): level and OU part of each column; ``cov`` (3, g): their variances and covariance (ll, lu, uu);
    ``traces`` (k, g): what the kernels' events had left; ``n``: rows seen; ``t``: time of the last.
    """

    mean: Floats
    cov: Floats
    traces: Floats
    n: int
    t: float

    @classmethod
    def start(cls, points: Points, columns: int) -> State:
        """Before the first row: the level is 0 (the intercept takes its place), the OU process is stationary."""
        g = len(points.ou)
        cov = np.stack([np.zeros(g), np.zeros(g), points.ou**2])
        return cls(np.zeros((2, columns, g)), cov, np.zeros((len(points.tau), g)), 0, -np.inf)


@dataclass(frozen=True, slots=True)
class Conditional:
    """For each point: exact Gaussian posterior of the coefficients, exact log marginal likelihood, and where the pass ended.

    ``log_ml`` (g,), ``means`` (g, q), ``covs`` (g, q, q).
    """

    log_ml: Floats
    means: Floats
    covs: Floats
    state: State


def rows(design: Design, points: Points, state: State) -> Rows:
    """Rows of a sorted design that ``state`` has not seen, scaled by the priors of the coefficients."""
    k, start = len(design.kernels), state.n
    p = len(design.names) - k
    m0, sd = design.prior_mean, design.prior_sd
    t, x = design.t[start:], design.x[start:]
    columns = np.concatenate([(design.y[start:] - x @ m0[:p])[:, None], x * sd[:p]], axis=1)
    shapes = np.empty((k, len(t), len(points.ou)))
    traces = state.traces.copy()
    for j, kernel in enumerate(design.kernels):
        tau = points.tau[j]
        trace = kernel.trace(t, tau, since=state.t, left=state.traces[j])
        shapes[j] = trace * kernel.gain(tau)
        if len(t):
            traces[j] = trace[-1]
    assert design.reach is not None
    shapes *= design.reach[start:].T[:, :, None]
    assert design.level is not None
    assert design.ou is not None
    assert design.noise is not None
    return Rows(t, columns, shapes, traces, design.level[start:], design.ou[start:], design.noise[start:])


def steps(new: Rows, points: Points, state: State) -> tuple[Floats, Floats, Floats, Floats]:
    """Of each new row and point, (n, g): what is kept of the OU process, what is added to its variance and to the level's, noise variance."""
    gap = np.diff(new.t, prepend=new.t[:1] if state.n == 0 else state.t)[:, None]
    a = np.exp(-gap / points.ou_time)
    return a, points.ou**2 * -np.expm1(-2.0 * gap / points.ou_time), points.level**2 * gap, points.noise[new.noise] ** 2


def whiten(design: Design, points: Points, state: State | None = None) -> tuple[Floats, Floats, State]:
    """Filter the rows that ``state`` has not seen yet; everything is vectorised over points.

    Time update over ``d`` days, ``a = exp(-d / T)``: ``u <- a u``, ``Var l += q^2 d``, ``Var u <- a^2 Var u + s_u^2 (1 - a^2)``.
    Row update with loadings ``h``: ``v = z - h m``, ``F = h P h' + s_e^2``, ``m += P h' v / F``, ``P -= P h' h P / F``.

    Returns
    -------
    Whitened rows ``v / sqrt F`` (n, m, g), ``F`` (n, g), and the new state.
    """
    state = State.start(points, 1 + len(design.names)) if state is None else state
    new = rows(design, points, state)
    n, g = len(new.t), len(points.ou)
    z = _columns(design, new, g)
    a, ou_step, level_step, r = steps(new, points, state)
    ll, lu, uu = state.cov
    gain, f = np.empty((n, 2, 1, g)), np.empty((n, g))
    for i in range(n):  # the variances do not depend on the data
        ll, lu, uu = ll + level_step[i], a[i] * lu, a[i] ** 2 * uu + ou_step[i]
        to_l, to_u = new.level[i] * ll + new.ou[i] * lu, new.level[i] * lu + new.ou[i] * uu
        f[i] = new.level[i] * to_l + new.ou[i] * to_u + r[i]
        gain[i, 0, 0], gain[i, 1, 0] = to_l / f[i], to_u / f[i]
        ll, lu, uu = ll - to_l * gain[i, 0, 0], lu - to_l * gain[i, 1, 0], uu - to_u * gain[i, 1, 0]
    level, ou = state.mean
    w = np.empty_like(z)
    for i in range(n):  # the means of all columns at once
        ou = a[i] * ou
        w[i] = z[i] - new.level[i] * level - new.ou[i] * ou
        level, ou = level + gain[i, 0] * w[i], ou + gain[i, 1] * w[i]
    w /= np.sqrt(f)[:, None, :]
    t = float(new.t[-1]) if n else state.t
    return w, f, State(np.stack([level, ou]), np.stack([ll, lu, uu]), new.traces, state.n + n, t)


def _columns(design: Design, new: Rows, g: int) -> Floats:
    """Outcome, fixed columns and kernel columns of every point, scaled by the priors: (n, m, g)."""
    n, fixed = new.columns.shape
    k = len(new.shapes)
    z = np.empty((n, fixed + k, g))
    z[:, :fixed] = new.columns[:, :, None]
    for j, (m0, sd) in enumerate(zip(design.prior_mean[fixed - 1 :], design.prior_sd[fixed - 1 :], strict=True)):
        z[:, fixed + j] = sd * new.shapes[j]
        z[:, 0] -= m0 * new.shapes[j]
    return z


def condition(design: Design, hyper: Floats) -> Conditional:
    """The conditional posterior at each hyperparameter point.

    With ``beta = (b - m0) / sd ~ N(0, I)``, ``S = sum w w'`` and ``P = I + S_xx``: ``beta | y ~ N(P^-1 S_xy, P^-1)`` and
    ``log ml = -(n log 2 pi + sum log F + S_yy - S_yx P^-1 S_xy + log det P) / 2``.

    Parameters
    ----------
    design
        Sorted (``Design.sorted``).
    hyper
        Points on the log scale, shape (g, h), in the order of ``hyper_prior(design).names``.
    """
    w, f, state = whiten(design, Points.of(design, hyper))
    by_point = np.ascontiguousarray(w.transpose(2, 1, 0))
    S = by_point @ by_point.transpose(0, 2, 1)
    precision = S[:, 1:, 1:] + np.eye(S.shape[1] - 1)
    covs = np.asarray(np.linalg.inv(precision), np.float64)
    means = np.einsum("gij,gj->gi", covs, S[:, 1:, 0])
    left = S[:, 0, 0] - np.einsum("gi,gi->g", S[:, 1:, 0], means) + np.linalg.slogdet(precision)[1]
    log_ml = -0.5 * (state.n * np.log(2 * np.pi) + np.log(f).sum(axis=0) + left)
    sd = design.prior_sd
    return Conditional(log_ml, design.prior_mean + sd * means, covs * np.outer(sd, sd), state)


def advance(design: Design, hyper: Floats, earlier: Conditional) -> Conditional:
    """The conditional posterior after further rows of the same design, one at a time, without the earlier ones.

    Each whitened row, taken back to the coefficients' own units (``x``, ``e``), changes mean ``b`` and covariance ``C`` of the
    coefficients: ``s = 1 + x C x'``, ``r = e - x b``, ``b += C x' r / s``, ``C -= C x' x C / s``. It adds
    ``-(log 2 pi + log F + log s + r^2 / s) / 2`` to the log marginal likelihood.
    """
    w, f, state = whiten(design, Points.of(design, hyper), earlier.state)
    log_ml, means, covs = earlier.log_ml, earlier.means, earlier.covs
    for row, f_row in zip(w.transpose(0, 2, 1), f, strict=True):
        x = row[:, 1:] / design.prior_sd
        gain = (covs @ x[:, :, None])[:, :, 0]
        s = 1.0 + np.sum(x * gain, axis=1)
        left = row[:, 0] + x @ design.prior_mean - np.sum(x * means, axis=1)
        means = means + gain * (left / s)[:, None]
        covs = covs - gain[:, :, None] * (gain / s[:, None])[:, None, :]
        log_ml = log_ml - 0.5 * (np.log(2 * np.pi * f_row * s) + left**2 / s)
    return Conditional(log_ml, means, covs, state)
