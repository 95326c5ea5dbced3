"""Meta-analysis of one set of studies, or of many sets at once.

Source: Viechtbauer 2010, doi:10.18637/jss.v036.i03 (the model and its names); Knapp & Hartung 2003,
doi:10.1002/sim.1482; ad hoc variant: Rover, Knapp & Friede 2015, doi:10.1186/s12874-015-0091-1; prediction interval:
Higgins, Thompson & Spiegelhalter 2009, doi:10.1111/j.1467-985X.2008.00552.x; I2 and H2: Higgins & Thompson 2002,
doi:10.1002/sim.1186.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from mettle.errors import InputError
from mettle.inference.bayesian import RandomEffects, TauPrior, random_effects
from mettle.inference.heterogeneity import METHODS, Method, tau2_estimate, tau2_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Test = Literal["z", "knha", "adhoc"]
PiDf = Literal["k-1", "k-2"]
TESTS: tuple[Test, ...] = ("z", "knha", "adhoc")
PI_DFS: tuple[PiDf, ...] = ("k-1", "k-2")


@dataclass(frozen=True, slots=True)
class MetaAnalysis:
    """One meta-analysis. What cannot be estimated is NaN, and a warning says why.

    Parameters
    ----------
    k
        Number of studies.
    method, test, level
        How it was done; ``method`` is ``bayes`` and ``test`` None under a prior of tau.
    estimate, se, ci_low, ci_high
        The mean effect, its standard error and interval (posterior median, sd and equal-tailed interval under a prior).
    statistic, df, p
        The test of a mean effect of 0; ``df`` is infinite for z. NaN under a prior.
    tau2, tau2_low, tau2_high
        Variance of the true effects (under a prior: from the quantiles of tau). The ends are NaN unless asked for
        (``tau2_ci=True``).
    i2, h2
        Share of the variation that is between studies (percent); total over sampling variation.
    q, q_df, q_p
        The test of heterogeneity.
    pi_low, pi_high, pi_df
        The interval for the true effect in a new setting, and the degrees of freedom it uses.
    weights
        Percent, in the order given, shape (k,).
    warnings
        In words.
    bayes
        The posterior and the predictive distribution, under a prior of tau; else None.
    """

    k: int
    method: Method | Literal["bayes"]
    test: Test | None
    level: float
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    df: float
    p: float
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    pi_low: float
    pi_high: float
    pi_df: PiDf | None
    weights: Floats = field(repr=False)
    warnings: tuple[str, ...] = ()
    bayes: RandomEffects | None = None


@dataclass(frozen=True, slots=True)
class MetaAnalyses:
    """A batch: each field of :class:`MetaAnalysis` as an array of shape (b,), the weights of shape (b, k)."""

    k: NDArray[np.intp]
    estimate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    statistic: Floats
    df: Floats
    p: Floats
    tau2: Floats
    i2: Floats
    h2: Floats
    q: Floats
    q_p: Floats
    pi_low: Floats
    pi_high: Floats
    weights: Floats
    converged: NDArray[np.bool_]
    degenerate: NDArray[np.bool_]
    """Where the effects do not vary at all, so that the Hartung-Knapp standard error would be 0 and is not used."""


def meta_analysis(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: Method = "REML",
    test: Test = "knha",
    pi_df: PiDf = "k-2",
    level: float = 0.95,
    tau_prior: TauPrior | str | None = None,
    tau2_ci: bool = False,
) -> MetaAnalysis:
    """The mean effect of k studies, how much they differ, and what to expect in a new setting.

    Parameters
    ----------
    yi, vi
        Effects and their sampling variances, shape (k,), k at least 1; variances above 0.
    method
        ``REML``, ``ML``, ``DL``, ``PM`` or ``EE`` (equal effects).
    test
        ``z``, ``knha`` (Hartung-Knapp) or ``adhoc`` (Hartung-Knapp, never narrower than z's standard error).
    pi_df
        Degrees of freedom of the prediction interval.
    level
        Of all intervals, between 0 and 1.
    tau_prior
        A prior of tau (``"halfnormal:0.3"``): Bayesian random effects instead of ``method`` and ``test``.
    tau2_ci
        Also the Q-profile interval of tau2.

    Raises
    ------
    InputError
        Naming the position of an effect that is not finite or a variance that is not above 0.

    The four resistance trials of the Cochrane review of 2013, printed as -1.03 [-1.52, -0.53]
    (doi:10.1002/14651858.CD004366.pub6, analysis 5.1):

    >>> from mettle.inference.effect_sizes import standardised_mean_difference
    >>> trials = standardised_mean_difference(
    ...     [8.1, 15.1, 9.8, 8.5], [5.2, 8.5, 2.4, 5.5], [10, 23, 17, 18],
    ...     [16.7, 20.6, 13.8, 14.4], [9.1, 11.8, 2.0, 6.0], [20, 22, 15, 19], variance="revman")
    >>> fit = meta_analysis(trials.yi, trials.vi, method="DL", test="z")
    >>> [round(x, 2) for x in (fit.estimate, fit.ci_low, fit.ci_high)]
    [-1.03, -1.52, -0.53]
    """
    y, v = checked(yi, vi)
    _check_choice(method, test, pi_df, level)
    if tau_prior is not None:
        prior = TauPrior.parse(tau_prior) if isinstance(tau_prior, str) else tau_prior
        return _bayesian(y, v, prior, level=level)
    many = _fit(y[None], v[None], method=method, test=test, pi_df=pi_df, level=level)
    k = len(y)
    warnings = _warnings(k, many, method=method, test=test, pi_df=pi_df)
    low, high = np.nan, np.nan
    if tau2_ci and k > 1 and method != "EE":
        ends = tau2_interval(y[None], v[None], level=level)
        low, high = float(ends[0][0]), float(ends[1][0])
        if high == 0.0:
            warnings.append(
                "the effects differ less than chance alone would make them: the interval of tau2 is the single point 0"
            )
    used: Test = "z" if k == 1 else ("adhoc" if many.degenerate[0] and test == "knha" else test)
    return MetaAnalysis(
        k=k,
        method=method,
        test=used,
        level=level,
        estimate=float(many.estimate[0]),
        se=float(many.se[0]),
        ci_low=float(many.ci_low[0]),
        ci_high=float(many.ci_high[0]),
        statistic=float(many.statistic[0]),
        df=float(many.df[0]),
        p=float(many.p[0]),
        tau2=float(many.tau2[0]),
        tau2_low=low,
        tau2_high=high,
        i2=float(many.i2[0]),
        h2=float(many.h2[0]),
        q=float(many.q[0]),
        q_df=k - 1,
        q_p=float(many.q_p[0]),
        pi_low=float(many.pi_low[0]),
        pi_high=float(many.pi_high[0]),
        pi_df=None if np.isnan(many.pi_low[0]) else pi_df,
        weights=many.weights[0],
        warnings=tuple(warnings),
    )


def meta_analyses(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    present: ArrayLike | None = None,
    method: Method = "REML",
    test: Test = "knha",
    pi_df: PiDf = "k-2",
    level: float = 0.95,
) -> MetaAnalyses:
    """Many meta-analyses at once, each the same to rounding as :func:`meta_analysis` of its studies.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (b, k).
    present
        Shape (b, k), true where a study belongs; None where all do. At least one study a row.
    method, test, pi_df, level
        As in :func:`meta_analysis`.
    """
    y, v = np.array(yi, dtype=np.float64, ndmin=2), np.array(vi, dtype=np.float64, ndmin=2)
    if y.shape != v.shape or y.ndim != 2:
        raise ValueError(f"yi and vi must both have shape (b, k), got {y.shape} and {v.shape}")
    _check_choice(method, test, pi_df, level)
    if present is not None:
        here = np.asarray(present, dtype=np.bool_)
        if here.shape != y.shape or not here.any(axis=1).all():
            raise ValueError("present must have the shape of yi and at least one study in each row")
        y, v = np.where(here, y, 0.0), np.where(here, v, np.inf)
        bad = here & ~((np.abs(y) <= LARGEST) & (v >= SMALLEST) & (v <= LARGEST))
    else:
        bad = ~((np.abs(y) <= LARGEST) & (v >= SMALLEST) & (v <= LARGEST))
    if bad.any():
        row, study = (int(n) for n in np.argwhere(bad)[0])
        raise InputError(
            f"meta-analysis {row}, study {study}: {_what_is_wrong(float(y[row, study]), float(v[row, study]))}"
        )
    blocks = [
        _fit(y[at : at + _BLOCK], v[at : at + _BLOCK], method=method, test=test, pi_df=pi_df, level=level)
        for at in range(0, len(y), _BLOCK)
    ]
    return MetaAnalyses(**{name: np.concatenate([getattr(b, name) for b in blocks]) for name in MetaAnalyses.__slots__})


LARGEST, SMALLEST = 1e15, 1e-15
"""Beyond these the squares of effects and weights lose all digits; no measure in use comes near them."""

_BLOCK = 512  # rows at a time: 35 studies of 512 analyses stay in a core's cache


def checked(yi: ArrayLike, vi: ArrayLike) -> tuple[Floats, Floats]:
    """Effects and variances as arrays of shape (k,), or an error that names the position (counted from 1)."""
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise InputError(f"effects and variances must be two lists of one length, got {y.shape} and {v.shape}")
    if not len(y):
        raise InputError("there is no study to pool")
    good = (np.abs(y) <= LARGEST) & (v >= SMALLEST) & (v <= LARGEST)
    if not good.all():
        at = int(np.argmin(good))
        raise InputError(_what_is_wrong(float(y[at]), float(v[at])), where=f"study {at + 1}")
    return y, v


def _what_is_wrong(y: float, v: float) -> str:
    if not np.isfinite(y):
        return f"the effect must be a finite number, got {y}"
    if np.isfinite(v) and v > 0:
        return f"effects must lie within {LARGEST:g} and variances within {SMALLEST:g} and {LARGEST:g}, got {y:g} and {v:g}"
    return f"the variance must be a finite number above 0, got {v}"


def _check_choice(method: str, test: str, pi_df: str, level: float) -> None:
    for value, allowed, name in ((method, METHODS, "method"), (test, TESTS, "test"), (pi_df, PI_DFS, "pi_df")):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")


def _fit(y: Floats, v: Floats, *, method: Method, test: Test, pi_df: PiDf, level: float) -> MetaAnalyses:
    """The batch itself. One study alone is passed through with z; two cannot have a prediction interval on k - 2."""
    k = np.isfinite(v).sum(axis=1)
    df = k - 1.0
    alone = k == 1
    with np.errstate(divide="ignore", invalid="ignore"):
        w0 = 1.0 / v
        s1 = w0.sum(axis=1)
        shift = np.vecdot(w0, y) / s1
        y = np.where(w0 > 0, y - shift[:, None], 0.0)  # centred: nothing below cancels
        q = np.vecdot(w0 * y, y)
        typical = df / (s1 - np.vecdot(w0, w0) / s1)
        tau2 = np.zeros(len(y))
        converged = np.ones(len(y), dtype=np.bool_)
        some = ~alone
        if some.all():
            tau2, converged = tau2_estimate(y, v, method)
        elif some.any():
            tau2[some], converged[some] = tau2_estimate(y[some], v[some], method)
        w = 1.0 / (v + tau2[:, None])
        total = w.sum(axis=1)
        mean = np.vecdot(w, y) / total
        e = y - mean[:, None]
        var = 1.0 / total
        spread = np.vecdot(w * e, e) / df
        degenerate = ~alone & (spread <= 1e-28 * (1.0 + shift * shift * total))
        t_df = np.full(len(y), np.inf)
        if test != "z":
            factor = np.maximum(1.0, spread) if test == "adhoc" else np.where(degenerate, 1.0, spread)
            var = np.where(alone, var, var * factor)
            t_df = np.where(alone, np.inf, df)
        se = np.sqrt(var)
        estimate = mean + shift
        crit = _t_quantile(t_df, 0.5 + level / 2)
        statistic = estimate / se
        p = 2.0 * np.where(
            np.isinf(t_df), ndtr(-np.abs(statistic)), stdtr(np.where(alone, 1.0, df), -np.abs(statistic))
        )
        new_df = df if pi_df == "k-1" else df - 1.0
        reach = _t_quantile(np.where(new_df >= 1, new_df, np.nan), 0.5 + level / 2) * np.sqrt(var + tau2)
        if method == "EE":
            reach = np.full(len(y), np.nan)
            i2, h2 = np.maximum(0.0, 100.0 * (q - df) / q), q / df
            i2 = np.where(q > 0, i2, 0.0)
        else:
            i2, h2 = 100.0 * tau2 / (typical + tau2), tau2 / typical + 1.0
        undefined = np.where(alone, np.nan, 0.0)
        return MetaAnalyses(
            k=k,
            estimate=estimate,
            se=se,
            ci_low=estimate - crit * se,
            ci_high=estimate + crit * se,
            statistic=statistic,
            df=t_df,
            p=p,
            tau2=tau2 + undefined,
            i2=i2 + undefined,
            h2=h2 + undefined,
            q=q,
            q_p=np.where(alone, np.nan, chdtrc(np.maximum(df, 1.0), q)),
            pi_low=estimate - reach,
            pi_high=estimate + reach,
            weights=100.0 * w / total[:, None],
            converged=converged,
            degenerate=degenerate,
        )


def _t_quantile(df: Floats, share: float) -> Floats:
    """The t quantile for each df (infinite: the normal one), computed once for each df that occurs."""
    if (df == df[0]).all():
        return np.full(len(df), ndtri(share) if np.isinf(df[0]) else stdtrit(df[0], share))
    kinds, which = np.unique(df, return_inverse=True)
    values = np.where(np.isinf(kinds), ndtri(share), stdtrit(np.where(np.isinf(kinds), 1.0, kinds), share))
    return np.asarray(values[which])


_ALONE = (
    "one study only: the result is that study itself, with a normal interval; how much studies differ, and what to "
    "expect in a new setting, cannot be estimated"
)


def _warnings(k: int, fit: MetaAnalyses, *, method: Method, test: Test, pi_df: PiDf) -> list[str]:
    if k == 1:
        return [_ALONE]
    warnings = []
    if not fit.converged[0]:
        warnings.append(f"the search for tau2 by {method} did not end: the value shown is the last one, not a root")
    if fit.degenerate[0]:
        warnings.append("all effects are the same: tau2 is 0")
        if test == "knha":
            warnings.append(
                "Hartung-Knapp would give a standard error of 0 here, so its ad hoc variant was used instead"
            )
    if method == "EE":
        warnings.append("equal effects were assumed, so there is no prediction interval beside the interval itself")
    elif k == 2 and pi_df == "k-2":
        warnings.append("two studies leave no degree of freedom for a prediction interval on k-2: it is left out")
    return warnings


def _bayesian(y: Floats, v: Floats, prior: TauPrior, *, level: float) -> MetaAnalysis:
    post = random_effects(y, v, prior)
    below, above = (1 - level) / 2, (1 + level) / 2
    tau_low, tau_mid, tau_high = (post.tau_quantile(share) for share in (below, 0.5, above))
    k = len(y)
    endless = prior.family == "halfcauchy" and k <= 2
    w = 1.0 / v
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    nan = float("nan")
    typical = (k - 1) / (w.sum() - w @ w / w.sum()) if k > 1 else nan
    warnings = ["one study only: what is said of tau is the prior's"] if k == 1 else []
    if endless:
        warnings.append("under a half-Cauchy prior one or two studies leave the mean effect without a standard error")
    return MetaAnalysis(
        k=k,
        method="bayes",
        test=None,
        level=level,
        estimate=post.mean.quantile(0.5),
        se=nan if endless else post.mean.sd,
        ci_low=post.mean.quantile(below),
        ci_high=post.mean.quantile(above),
        statistic=nan,
        df=nan,
        p=nan,
        tau2=tau_mid**2,
        tau2_low=tau_low**2,
        tau2_high=tau_high**2,
        i2=float(100 * tau_mid**2 / (typical + tau_mid**2)),
        h2=float(tau_mid**2 / typical + 1),
        q=q,
        q_df=k - 1,
        q_p=float(chdtrc(k - 1, q)) if k > 1 else nan,
        pi_low=post.predictive.quantile(below),
        pi_high=post.predictive.quantile(above),
        pi_df=None,
        weights=post.weights,
        warnings=tuple(warnings),
        bayes=post,
    )
