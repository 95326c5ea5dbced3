"""How much true effects differ between studies: tau2 by REML, ML, DL and PM, its interval, Q, I2 and H2.

Everything works on a batch: ``y`` and ``v`` of shape (b, k) hold b meta-analyses of k studies. A study that is not there
has an infinite variance (it weighs nothing). ``X`` of shape (k, p) holds moderators shared by the batch; None is the
plain mean.

All estimators are roots of a score in tau2, found by Newton steps with the exact slope inside a bracket, so they are
exact to rounding; REML and ML start from the best of a few points, so that a second, lower maximum is not taken.

Source: Viechtbauer 2005 (REML, ML), doi:10.3102/10769986030003261; DerSimonian & Laird 1986,
doi:10.1016/0197-2456(86)90046-2; Paule & Mandel 1982, doi:10.6028/jres.087.022; Viechtbauer 2007 (Q-profile),
doi:10.1002/sim.2514.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import chdtri

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Method = Literal["REML", "ML", "DL", "PM", "EE"]
METHODS: tuple[Method, ...] = ("REML", "ML", "DL", "PM", "EE")

_STEP = 1e-7  # a Newton step this small, relative to tau2, leaves an error of its square
_FLOOR = 1e-15  # tau2 below this share of the typical variance is 0
_ROUNDS = 100
_TINY = 1e-150  # effects that do not vary at all divide by this, not by 0
_EPS = 4 * float(np.finfo(np.float64).eps)
_TOGETHER = 8  # weights multiplied before a logarithm is taken: safe while each lies within 1e-38 and 1e38
GRID = np.array([0.0, 0.1, 0.4, 1.0, 2.5, 10.0])
"""Where REML and ML look before they climb, in units of the spread of the effects (0 is the boundary)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The quadratic forms and traces at one tau2 that every estimator is made of, each of shape (b,).

    ``P = W - W X (X' W X)^-1 X' W`` with ``W = 1 / (v + tau2)``.
    """

    y_p_y: Floats
    y_pp_y: Floats
    y_ppp_y: Floats
    tr_p: Floats
    tr_pp: Floats
    tr_w: Floats
    tr_ww: Floats


def terms(y: Floats, v: Floats, tau2: Floats, X: Floats | None = None) -> Terms:
    """The building blocks at ``tau2`` (shape (b,)); see :class:`Terms`."""
    w = 1.0 / (v + tau2[:, None])
    ww = w * w
    s1, s2 = np.add.reduce(w, axis=1), np.add.reduce(ww, axis=1)
    if X is None:
        share = s2 / s1
        e = y - (np.vecdot(w, y) / s1)[:, None]
        u = w * e
        wu = w * u
        lost = np.add.reduce(wu, axis=1) ** 2 / s1
        tr_p = s1 - share
        tr_pp = s2 - 2.0 * np.vecdot(ww, w) / s1 + share * share
    else:
        A = np.linalg.inv(_cross(X, w))
        A2, A3 = A @ _cross(X, ww), A @ _cross(X, ww * w)
        e = y - ((w * y) @ X)[:, None, :] @ A @ X.T
        e = e[:, 0, :]
        u = w * e
        wu = w * u
        Xwu = wu @ X
        lost = np.vecdot(Xwu, (A @ Xwu[..., None])[..., 0])
        tr_p = s1 - np.trace(A2, axis1=1, axis2=2)
        tr_pp = s2 - 2.0 * np.trace(A3, axis1=1, axis2=2) + np.trace(A2 @ A2, axis1=1, axis2=2)
    return Terms(
        y_p_y=np.vecdot(u, e),
        y_pp_y=np.vecdot(u, u),
        y_ppp_y=np.vecdot(u, wu) - lost,
        tr_p=tr_p,
        tr_pp=tr_pp,
        tr_w=s1,
        tr_ww=s2,
    )


def log_likelihood(y: Floats, v: Floats, tau2: Floats, *, restricted: bool, X: Floats | None = None) -> Floats:
    """The (restricted) log likelihood up to a constant at each ``tau2`` of shape (..., b), in that shape."""
    total = v + tau2[..., None]
    w = 1.0 / total
    groups = np.arange(0, w.shape[-1], _TOGETHER)
    there = w if np.isfinite(v).all() else np.where(w > 0, w, 1.0)
    log_det = -np.add.reduce(np.log(np.multiply.reduceat(there, groups, axis=-1)), axis=-1)
    if X is None:
        s1 = np.add.reduce(w, axis=-1)
        wy = w * y
        fit = np.vecdot(wy, y) - np.add.reduce(wy, axis=-1) ** 2 / s1
        log_det_x = np.log(s1)
    else:
        XWX = _cross(X, w)
        Xwy = (w * y) @ X
        fit = np.vecdot(w * y, y) - np.vecdot(Xwy, np.linalg.solve(XWX, Xwy[..., None])[..., 0])
        log_det_x = np.linalg.slogdet(XWX)[1]
    height: Floats = -0.5 * (log_det + fit + (log_det_x if restricted else 0.0))
    return height


def _cross(X: Floats, w: Floats) -> Floats:
    """X' diag(w) X for each row of w: shape (..., p, p)."""
    crossed: Floats = X.T @ (w[..., None] * X)
    return crossed


def solve(
    score: Callable[[Floats, NDArray[np.intp]], tuple[Floats, Floats, Floats]], start: Floats, scale: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """The root of each score at or above 0, and whether it was reached.

    Parameters
    ----------
    score
        ``score(tau2, rows)`` gives value, slope and a positive curvature (used where the slope is not negative) for the
        problems numbered ``rows``. A value at or below 0 at tau2 = 0 makes 0 the answer.
    start, scale
        Shape (b,): where to begin, and the size of a typical variance.
    """
    tau2 = start.copy()
    low, high = np.full_like(tau2, -1.0), np.full_like(tau2, np.inf)  # -1: what happens at 0 is not known yet
    reached = np.zeros(tau2.shape, dtype=np.bool_)
    rows = np.arange(len(tau2))
    for _ in range(_ROUNDS):
        at, lo, hi = tau2[rows], low[rows], high[rows]
        value, slope, curvature = score(at, rows)
        lo, hi = np.where(value > 0, at, lo), np.where(value > 0, hi, at)
        newton = slope < 0
        with np.errstate(divide="ignore", invalid="ignore"):  # a flat score is settled below
            new = at - value / np.where(newton, slope, -curvature)
        outside_above = (new >= hi) & (value > 0)
        new = np.where(outside_above, 0.5 * (lo + hi), new)
        new = np.where(np.isfinite(new), new, 2.0 * at + scale[rows])
        below = new <= lo
        new = np.where(below & (lo >= 0), 0.5 * (lo + hi), np.maximum(new, 0.0))
        small = np.abs(new - at) <= _STEP * at + _FLOOR * scale[rows]
        at_zero = (at == 0) & (value <= 0)
        closed = np.isfinite(hi) & (hi - lo <= _EPS * hi)
        done = (small & newton & ~outside_above) | at_zero | closed
        tau2[rows], low[rows], high[rows] = np.where(at_zero, 0.0, new), lo, hi
        reached[rows[done]] = True
        rows = rows[~done]
        if not len(rows):
            break
    return tau2, reached


def q_score(t: Terms, target: Floats) -> tuple[Floats, Floats, Floats]:
    """Where the generalised Q meets a target, as 1 - target / Q: nearly straight in tau2, so that Newton needs few steps."""
    q = np.maximum(t.y_p_y, _TINY)
    slope = -target * t.y_pp_y / (q * q)
    return 1.0 - target / q, slope, -slope


def likelihood_score(t: Terms, *, restricted: bool) -> tuple[Floats, Floats, Floats]:
    """Where the (restricted) likelihood is level, as 1 - tr P / y'PPy (tr W for ML): straight where variances are equal."""
    first, second = (t.tr_p, t.tr_pp) if restricted else (t.tr_w, t.tr_ww)
    fit = np.maximum(t.y_pp_y, _TINY)
    return 1.0 - first / fit, (second - 2.0 * first * t.y_ppp_y / fit) / fit, second / fit


def tau2_estimate(y: Floats, v: Floats, method: Method, *, X: Floats | None = None) -> tuple[Floats, NDArray[np.bool_]]:
    """The between-study variance of each meta-analysis, and whether its search ended.

    Parameters
    ----------
    y, v
        Effects and their variances, shape (b, k); variances above 0, infinite where a study is absent.
    method
        ``REML``, ``ML``, ``DL``, ``PM`` (the exact root) or ``EE`` (equal effects: 0).
    X
        Moderators with the intercept, shape (k, p), of full column rank; None for the plain mean.
    """
    df = degrees(v, X)
    if method == "EE":
        return np.zeros(len(y)), np.ones(len(y), dtype=np.bool_)
    X = None if X is None else np.linalg.qr(X)[0]
    zero = np.zeros(len(y))
    first = terms(y, v, zero, X)
    moment = np.maximum(0.0, (first.y_p_y - df) / first.tr_p)
    if method == "DL":
        return moment, np.ones(len(y), dtype=np.bool_)
    scale = df / first.tr_p  # the typical sampling variance of Higgins & Thompson
    if method == "PM":
        return solve(_paule_mandel(y, v, df, X), moment, scale)
    restricted = method == "REML"
    start = _best_start(y, v, moment, scale, restricted=restricted, X=X)
    return solve(_likelihood_score(y, v, restricted=restricted, X=X), start, scale)


def tau2_interval(y: Floats, v: Floats, *, level: float = 0.95, X: Floats | None = None) -> tuple[Floats, Floats]:
    """The Q-profile interval of tau2: where the generalised Q meets the chi-squared quantiles; (low, high), shape (b,).

    Both ends are 0 where even tau2 = 0 fits the effects too well to belong to the interval.
    """
    df = degrees(v, X)
    X = None if X is None else np.linalg.qr(X)[0]
    scale = df / terms(y, v, np.zeros(len(y)), X).tr_p
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        target = np.asarray(chdtri(df, tail), dtype=np.float64)
        ends.append(solve(_paule_mandel(y, v, target, X), np.zeros(len(y)), scale)[0])
    return ends[0], ends[1]


def degrees(v: Floats, X: Floats | None = None) -> Floats:
    """Studies present less coefficients, shape (b,)."""
    df: Floats = np.isfinite(v).sum(axis=1).astype(np.float64) - (1 if X is None else X.shape[1])
    return df


def _of(y: Floats, v: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    return (y, v) if len(rows) == len(y) else (y[rows], v[rows])


def _paule_mandel(
    y: Floats, v: Floats, target: Floats, X: Floats | None
) -> Callable[[Floats, NDArray[np.intp]], tuple[Floats, Floats, Floats]]:
    def score(tau2: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        t = terms(*_of(y, v, rows), tau2, X)
        return q_score(t, target[rows])

    return score


def _likelihood_score(
    y: Floats, v: Floats, *, restricted: bool, X: Floats | None
) -> Callable[[Floats, NDArray[np.intp]], tuple[Floats, Floats, Floats]]:
    def score(tau2: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        t = terms(*_of(y, v, rows), tau2, X)
        return likelihood_score(t, restricted=restricted)

    return score


def _best_start(y: Floats, v: Floats, moment: Floats, scale: Floats, *, restricted: bool, X: Floats | None) -> Floats:
    grid = GRID[:, None] * np.maximum(moment, 0.1 * scale)
    unit = scale[:, None]  # in units of the typical variance no product of weights overflows
    height = log_likelihood(y / np.sqrt(unit), v / unit, grid / scale, restricted=restricted, X=X)
    best: Floats = grid[np.argmax(height, axis=0), np.arange(len(y))]
    return best
