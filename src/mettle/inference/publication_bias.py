"""Signs that small studies without an effect were not published, and what the answer would be with them.

None of these proves or excludes bias: small studies also differ for other reasons, and with fewer than ten studies the
tests see little.

Source: Egger et al. 1997, doi:10.1136/bmj.315.7109.629; PET-PEESE: Stanley & Doucouliagos 2014,
doi:10.1002/jrsm.1095; trim and fill: Duval & Tweedie 2000, doi:10.1111/j.0006-341X.2000.00455.x.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import stdtr, stdtrit
from scipy.stats import rankdata

from mettle.inference.heterogeneity import Method, tau2_estimate
from mettle.inference.meta_analysis import MetaAnalysis, Test, checked, meta_analysis

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Side = Literal["left", "right"]
_PET_P = 0.10  # Stanley & Doucouliagos: one-sided 5%
_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Regression:
    """An intercept or slope of a regression of effects on their standard errors or variances.

    Parameters
    ----------
    estimate, se, ci_low, ci_high
        The coefficient with its interval.
    statistic, df, p
        Its t test against 0.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class PetPeese:
    """The effect that a study with no sampling error would have, by two regressions.

    Parameters
    ----------
    pet, peese
        Intercepts of the regression on standard errors, and on variances.
    used
        ``pet``, unless PET's intercept differs from 0 (p below 0.10): then ``peese``.
    """

    pet: Regression
    peese: Regression
    used: Literal["pet", "peese"]


@dataclass(frozen=True, slots=True)
class TrimAndFill:
    """The analysis with the studies that seem to be missing.

    Parameters
    ----------
    missing
        How many.
    side
        On which side of the funnel.
    fit
        The analysis with them.
    filled_yi, filled_vi
        Their mirrored effects, shape (missing,).
    """

    missing: int
    side: Side
    fit: MetaAnalysis
    filled_yi: Floats = field(repr=False)
    filled_vi: Floats = field(repr=False)


def egger(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95) -> Regression:
    """The slope of effects on standard errors (k at least 3): away from 0, the funnel leans."""
    y, v = _enough(yi, vi)
    return _regress(y, v, np.sqrt(v), which=1, level=level)


def pet_peese(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95) -> PetPeese:
    """Precision-effect test and estimate, k at least 3."""
    y, v = _enough(yi, vi)
    pet = _regress(y, v, np.sqrt(v), which=0, level=level)
    peese = _regress(y, v, v, which=0, level=level)
    return PetPeese(pet, peese, "peese" if pet.p < _PET_P else "pet")


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: Method = "REML",
    test: Test = "knha",
    estimator: Literal["L0", "R0"] = "L0",
    side: Side | None = None,
) -> TrimAndFill:
    """The funnel made symmetric: outlying studies trimmed until their number settles, then mirrored.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,), k at least 3.
    method, test
        Of the analyses inside.
    estimator
        How the number of missing studies is estimated.
    side
        Where they are missing; None lets the regression on standard errors say.
    """
    y, v = _enough(yi, vi)
    if side is None:
        side = "right" if _slope(y, v, method) < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    ranked, variances = sign * y[order], v[order]
    k, missing, centre = len(y), 0, 0.0
    for _ in range(_ROUNDS):
        centre = meta_analysis(ranked[: k - missing], variances[: k - missing], method=method, test="z").estimate
        new = _missing(ranked - centre, estimator)
        if new == missing:
            break
        missing = new
    far = slice(k - missing, k)
    filled, filled_v = sign * (2 * centre - ranked[far]), variances[far]
    fit = meta_analysis(np.concatenate([y, filled]), np.concatenate([v, filled_v]), method=method, test=test)
    return TrimAndFill(missing, side, fit, filled, filled_v)


def _missing(centred: Floats, estimator: Literal["L0", "R0"]) -> int:
    k = len(centred)
    signed = np.sign(centred) * rankdata(np.abs(centred), method="ordinal")
    if estimator == "R0":
        left = -signed[signed < 0]
        count = k - (float(left.max()) if len(left) else 0.0) - 1
    else:
        count = (4 * float(signed[signed > 0].sum()) - k * (k + 1)) / (2 * k - 1)
    return min(max(0, round(count)), k - 2)


def _slope(y: Floats, v: Floats, method: Method) -> float:
    X = np.column_stack([np.ones_like(y), np.sqrt(v)])
    if np.ptp(v) <= 1e-12 * float(v.max()):
        return 0.0
    try:
        tau2 = float(tau2_estimate(y[None], v[None], method, X=X)[0][0])
    except np.linalg.LinAlgError:  # one study outweighs all others together: no slope can be seen
        return 0.0
    root = 1.0 / np.sqrt(v + tau2)
    return float(np.linalg.lstsq(root[:, None] * X, root * y)[0][1])


def _regress(y: Floats, v: Floats, x: Floats, *, which: int, level: float) -> Regression:
    """Least squares weighted by 1/v, its dispersion estimated; NaN where all studies are of one size."""
    df = len(y) - 2
    if np.ptp(x) <= 1e-12 * float(x.max()):
        nan = float("nan")
        return Regression(nan, nan, nan, nan, nan, df, nan)
    root = 1.0 / np.sqrt(v)
    X = root[:, None] * np.column_stack([np.ones_like(x), x])
    Q, R = np.linalg.qr(X)
    if abs(R[1, 1]) <= 1e-12 * abs(R[0, 0]):  # one study outweighs all others together
        nan = float("nan")
        return Regression(nan, nan, nan, nan, nan, df, nan)
    beta = np.linalg.solve(R, Q.T @ (root * y))
    half = np.linalg.inv(R)
    rest = root * y - X @ beta
    se = float(np.sqrt(rest @ rest / df * (half[which] @ half[which])))
    estimate = float(beta[which])
    reach = float(stdtrit(df, 0.5 + level / 2)) * se
    statistic = estimate / se if se > 0 else float("nan")
    return Regression(
        estimate, se, estimate - reach, estimate + reach, statistic, df, float(2 * stdtr(df, -abs(statistic)))
    )


def _enough(yi: ArrayLike, vi: ArrayLike) -> tuple[Floats, Floats]:
    y, v = checked(yi, vi)
    if len(y) < 3:
        raise ValueError(f"a funnel needs at least 3 studies, got {len(y)}")
    return y, v
