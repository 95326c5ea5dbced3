"""Meta-regression: do properties of the studies go with larger or smaller effects?

Source: Viechtbauer et al. 2015, doi:10.1037/met0000016 (models and tests); Knapp & Hartung 2003, doi:10.1002/sim.1482;
R2: Raudenbush 2009, Analyzing effect sizes: random-effects models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from mettle.errors import InputError
from mettle.inference.heterogeneity import Method, tau2_estimate, tau2_interval, terms
from mettle.inference.meta_analysis import Test, checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient: the change of the effect for one step of its moderator, the others held still."""

    name: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class MetaRegression:
    """A meta-regression. What cannot be estimated is NaN.

    Parameters
    ----------
    k, method, test, level
        Studies, and how it was done.
    coefficients
        In the order of the columns.
    df
        k less the number of coefficients.
    tau2, tau2_low, tau2_high
        What the moderators leave unexplained, with its Q-profile interval.
    i2, h2, q, q_df, q_p
        Residual heterogeneity.
    qm, qm_df, qm_p
        The test of all moderators together (chi-squared; F on qm_df and df under Hartung-Knapp).
    r2
        Share of tau2 that the moderators explain, percent, at least 0.
    weights
        Percent, shape (k,).
    covariance
        Of the coefficients, shape (p, p).
    warnings
        In words.
    """

    k: int
    method: Method
    test: Test
    level: float
    coefficients: tuple[Coefficient, ...]
    df: int
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    qm: float
    qm_df: int
    qm_p: float
    r2: float
    weights: Floats = field(repr=False)
    covariance: Floats = field(repr=False)
    warnings: tuple[str, ...] = ()


def meta_regression(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    moderators: ArrayLike,
    names: Sequence[str],
    method: Method = "REML",
    test: Test = "knha",
    level: float = 0.95,
) -> MetaRegression:
    """The effects regressed on properties of their studies, with an intercept.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,), variances above 0.
    moderators
        Shape (k, m), without the intercept.
    names
        Of the m moderators.
    method, test, level
        As in :func:`mettle.inference.meta_analysis.meta_analysis`.

    Raises
    ------
    InputError
        Where there are too few studies, or a moderator says nothing that the ones before it do not say.
    """
    y, v = checked(yi, vi)
    M = np.asarray(moderators, dtype=np.float64)
    if M.ndim != 2 or M.shape != (len(y), len(names)):
        raise InputError(f"moderators must be a table of {len(y)} studies by {len(names)} columns, got {M.shape}")
    X = np.column_stack([np.ones(len(y)), M])
    _check(X, names)
    k, p = X.shape
    df = k - p
    tau2_all, reached = tau2_estimate(y[None], v[None], method, X=X)
    tau2 = float(tau2_all[0])
    warnings = [] if reached[0] else [f"the search for tau2 by {method} did not end: the value shown is no root"]
    beta, inverse, e, w = _weighted_fit(y, v, X, tau2)
    spread = float(w @ (e * e)) / df
    factor, used = 1.0, test
    if test != "z":
        factor = max(1.0, spread) if test == "adhoc" else spread
        if test == "knha" and spread <= 1e-24 * (1.0 + float(w @ (y * y))):
            factor, used = 1.0, "adhoc"
            warnings.append("the moderators fit the effects without any rest: the ad hoc variant was used instead")
    covariance = factor * inverse
    start = terms(y[None], v[None], np.zeros(1), np.linalg.qr(X)[0])
    q = float(start.y_p_y[0])
    typical = df / float(start.tr_p[0])
    low, high = (
        (float(end[0]) for end in tau2_interval(y[None], v[None], level=level, X=X))
        if method != "EE"
        else (np.nan, np.nan)
    )
    qm = float(beta[1:] @ np.linalg.solve(covariance[1:, 1:], beta[1:]))
    if used == "z":
        qm_p = float(chdtrc(p - 1, qm))
    else:
        qm /= p - 1
        qm_p = float(fdtrc(p - 1, df, qm))
    equal = method == "EE"
    return MetaRegression(
        k=k,
        method=method,
        test=used,
        level=level,
        coefficients=_coefficients(
            ["intercept", *names], beta, covariance, df=None if used == "z" else df, level=level
        ),
        df=df,
        tau2=tau2,
        tau2_low=low,
        tau2_high=high,
        i2=(max(0.0, 100.0 * (q - df) / q) if q > 0 else 0.0) if equal else 100.0 * tau2 / (typical + tau2),
        h2=q / df if equal else tau2 / typical + 1.0,
        q=q,
        q_df=df,
        q_p=float(chdtrc(df, q)),
        qm=qm,
        qm_df=p - 1,
        qm_p=qm_p,
        r2=_explained(y, v, method, tau2),
        weights=100.0 * w / w.sum(),
        covariance=covariance,
        warnings=tuple(warnings),
    )


def _check(X: Floats, names: Sequence[str]) -> None:
    k, p = X.shape
    if not np.isfinite(X).all():
        row, column = (int(n) for n in np.argwhere(~np.isfinite(X))[0])
        raise InputError(f"moderator {names[column - 1]} must be a finite number", where=f"study {row + 1}")
    if k <= p:
        raise InputError(f"{p - 1} moderator columns need at least {p + 1} studies, got {k}")
    for columns in range(2, p + 1):
        scaled = X[:, :columns] / np.linalg.norm(X[:, :columns], axis=0).clip(min=1e-300)
        if np.linalg.matrix_rank(scaled, tol=1e-10) < columns:
            raise InputError(
                f"moderator {names[columns - 2]} says nothing new: it is constant or follows from the others"
            )


def _weighted_fit(y: Floats, v: Floats, X: Floats, tau2: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Coefficients, (X'WX)^-1, residuals and weights, through a QR of the weighted columns."""
    w = 1.0 / (v + tau2)
    root = np.sqrt(w)
    Q, R = np.linalg.qr(root[:, None] * X)
    beta = np.linalg.solve(R, Q.T @ (root * y))
    half = np.linalg.inv(R)
    return beta, half @ half.T, y - X @ beta, w


def _coefficients(
    names: Sequence[str], beta: Floats, covariance: Floats, *, df: int | None, level: float
) -> tuple[Coefficient, ...]:
    se = np.sqrt(np.diag(covariance))
    statistic = beta / se
    share = 0.5 + level / 2
    reach = float(ndtri(share) if df is None else stdtrit(df, share)) * se
    p = 2 * (ndtr(-np.abs(statistic)) if df is None else stdtr(df, -np.abs(statistic)))
    return tuple(
        Coefficient(name, *(float(x) for x in row))
        for name, row in zip(names, np.column_stack([beta, se, beta - reach, beta + reach, statistic, p]), strict=True)
    )


def _explained(y: Floats, v: Floats, method: Method, tau2: float) -> float:
    if method == "EE":
        return float("nan")
    whole = float(tau2_estimate(y[None], v[None], method)[0][0])
    return max(0.0, 100.0 * (whole - tau2) / whole) if whole > 0 else float("nan")
