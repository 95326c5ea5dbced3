"""Effect sizes with their sampling variances, from what papers print. Every function works on arrays.

Group 1 is the intervention: a standardised mean difference below 0 means lower scores after it. Names and formulas are
those of the field; where two variance formulas are in use, both are here and named.

Source: Hedges 1981, doi:10.3102/10769986006002107; Borenstein et al. 2009, doi:10.1002/9780470743386; RevMan's
formulas: Deeks & Higgins 2010, Statistical algorithms in Review Manager 5; shared arms and crossover trials: Cochrane
Handbook 6.5, sections 23.2 and 23.3, doi:10.1002/9781119536604.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

SmdVariance = Literal["ls", "revman"]
ZeroRule = Literal["only0", "all", "if0all", "none"]


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects and their sampling variances.

    Parameters
    ----------
    yi, vi
        Shape (k,). Ratios are on the log scale, correlations on Fisher's z scale.
    """

    yi: Floats
    vi: Floats


def small_sample_factor(df: ArrayLike) -> Floats:
    """Hedges' exact correction J for a standardised mean difference on ``df`` degrees of freedom.

    Source: Hedges 1981, doi:10.3102/10769986006002107, equation 6e.

    >>> round(float(small_sample_factor(10)), 5)
    0.92275
    """
    m = np.asarray(df, dtype=np.float64)
    return np.asarray(np.exp(gammaln(m / 2) - 0.5 * np.log(m / 2) - gammaln((m - 1) / 2)))


def standardised_mean_difference(  # noqa: PLR0917 - a row of a paper's table, in its order
    m1: ArrayLike,
    sd1: ArrayLike,
    n1: ArrayLike,
    m2: ArrayLike,
    sd2: ArrayLike,
    n2: ArrayLike,
    *,
    variance: SmdVariance = "ls",
) -> Effects:
    """Hedges' g of two groups, (m1 - m2) over the pooled SD.

    Parameters
    ----------
    m1, sd1, n1, m2, sd2, n2
        Mean, standard deviation (above 0) and size (at least 2 together with the other: N at least 3) of each group.
    variance
        ``ls``: exact J and 1/n1 + 1/n2 + g^2/(2 N). ``revman``: J = 1 - 3/(4 N - 9) and
        N/(n1 n2) + g^2/(2 (N - 3.94)).

    Singh 2005 in the Cochrane review of 2013 (doi:10.1002/14651858.CD004366.pub6), printed as -1.00:

    >>> round(float(standardised_mean_difference(8.5, 5.5, 18, 14.4, 6.0, 19, variance="revman").yi), 2)
    -1.0
    """
    a1, s1, k1, a2, s2, k2 = _floats(m1, sd1, n1, m2, sd2, n2)
    total = k1 + k2
    d = (a1 - a2) / pooled_sd(s1, k1, s2, k2)
    if variance == "ls":
        g = small_sample_factor(total - 2) * d
        return Effects(g, 1 / k1 + 1 / k2 + g * g / (2 * total))
    if variance == "revman":
        g = (1 - 3 / (4 * total - 9)) * d
        return Effects(g, total / (k1 * k2) + g * g / (2 * (total - 3.94)))
    raise ValueError(f"variance must be ls or revman, got {variance!r}")


def pooled_sd(sd1: ArrayLike, n1: ArrayLike, sd2: ArrayLike, n2: ArrayLike) -> Floats:
    """The standard deviation within two groups together."""
    s1, k1, s2, k2 = _floats(sd1, n1, sd2, n2)
    return np.asarray(np.sqrt(((k1 - 1) * s1**2 + (k2 - 1) * s2**2) / (k1 + k2 - 2)))


def mean_difference(  # noqa: PLR0917 - a row of a paper's table, in its order
    m1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n2: ArrayLike
) -> Effects:
    """The raw difference of two group means, variances not assumed equal."""
    a1, s1, k1, a2, s2, k2 = _floats(m1, sd1, n1, m2, sd2, n2)
    return Effects(a1 - a2, s1**2 / k1 + s2**2 / k2)


def odds_ratio(
    ai: ArrayLike, bi: ArrayLike, ci: ArrayLike, di: ArrayLike, *, zero: ZeroRule = "only0", add: float = 0.5
) -> Effects:
    """The log odds ratio of a two-by-two table (ai events and bi without in group 1; ci and di in group 2).

    Parameters
    ----------
    ai, bi, ci, di
        Counts, at least 0.
    zero
        Where ``add`` goes into all four cells: ``only0`` (studies with an empty cell), ``all``, ``if0all`` (all studies
        as soon as one has an empty cell) or ``none`` (such a study is infinite: the caller must refuse it).
    add
        What is added, at least 0.
    """
    a, b, c, d = continuity_corrected(ai, bi, ci, di, zero=zero, add=add)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Effects(np.log(a * d) - np.log(b * c), 1 / a + 1 / b + 1 / c + 1 / d)


def risk_ratio(
    ai: ArrayLike, bi: ArrayLike, ci: ArrayLike, di: ArrayLike, *, zero: ZeroRule = "only0", add: float = 0.5
) -> Effects:
    """The log risk ratio; parameters as in :func:`odds_ratio`."""
    a, b, c, d = continuity_corrected(ai, bi, ci, di, zero=zero, add=add)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Effects(np.log(a / (a + b)) - np.log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


def risk_difference(
    ai: ArrayLike, bi: ArrayLike, ci: ArrayLike, di: ArrayLike, *, zero: ZeroRule = "only0", add: float = 0.5
) -> Effects:
    """The difference of two risks; a corrected cell counts in the difference too, as in R's metafor (RevMan corrects the
    variance alone). Parameters as in :func:`odds_ratio`.
    """
    a, b, c, d = continuity_corrected(ai, bi, ci, di, zero=zero, add=add)
    p1, p2 = a / (a + b), c / (c + d)
    return Effects(p1 - p2, p1 * (1 - p1) / (a + b) + p2 * (1 - p2) / (c + d))


def continuity_corrected(
    ai: ArrayLike, bi: ArrayLike, ci: ArrayLike, di: ArrayLike, *, zero: ZeroRule, add: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """The four cells, with ``add`` put in as the rule says (:func:`odds_ratio`)."""
    a, b, c, d = _floats(ai, bi, ci, di)
    empty = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    if zero == "only0":
        extra = np.where(empty, add, 0.0)
    elif zero == "all":
        extra = np.full(empty.shape, add)
    elif zero == "if0all":
        extra = np.full(empty.shape, add if empty.any() else 0.0)
    elif zero == "none":
        extra = np.zeros(empty.shape)
    else:
        raise ValueError(f"zero must be only0, all, if0all or none, got {zero!r}")
    return a + extra, b + extra, c + extra, d + extra


def fisher_z(r: ArrayLike, n: ArrayLike) -> Effects:
    """Fisher's z of a correlation ``r`` (-1 to 1, exclusive) of ``n`` pairs (at least 4).

    >>> e = fisher_z(0.5, 28)
    >>> round(float(e.yi), 4), float(e.vi)
    (0.5493, 0.04)
    """
    rho, k = _floats(r, n)
    return Effects(np.arctanh(rho), 1 / (k - 3))


def standardised_change(
    m_after: ArrayLike, m_before: ArrayLike, sd_before: ArrayLike, n: ArrayLike, r: ArrayLike
) -> Effects:
    """The mean change of one group over its SD before, corrected for small samples.

    Parameters
    ----------
    m_after, m_before, sd_before
        Means after and before, and the SD before (above 0).
    n
        Persons measured twice, at least 2.
    r
        Correlation of before and after.

    Source: Becker 1988, doi:10.1111/j.2044-8317.1988.tb00901.x.
    """
    a, b, s, k, rho = _floats(m_after, m_before, sd_before, n, r)
    d = small_sample_factor(k - 1) * (a - b) / s
    return Effects(d, 2 * (1 - rho) / k + d * d / (2 * k))


def change_over_its_sd(  # noqa: PLR0917 - a row of a paper's table, in its order
    m_after: ArrayLike, m_before: ArrayLike, sd_after: ArrayLike, sd_before: ArrayLike, n: ArrayLike, r: ArrayLike
) -> Effects:
    """The mean change of one group over the SD of the changes, corrected for small samples.

    Not on the scale of :func:`standardised_change` or of g: the two are never pooled together.

    Source: Gibbons, Hedeker & Davis 1993, doi:10.3102/10769986018003271.
    """
    a, b, s1, s0, k, rho = _floats(m_after, m_before, sd_after, sd_before, n, r)
    d = small_sample_factor(k - 1) * (a - b) / np.sqrt(s1**2 + s0**2 - 2 * rho * s1 * s0)
    return Effects(d, 1 / k + d * d / (2 * k))


def mean_change(  # noqa: PLR0917 - a row of a paper's table, in its order
    m_after: ArrayLike, m_before: ArrayLike, sd_after: ArrayLike, sd_before: ArrayLike, n: ArrayLike, r: ArrayLike
) -> Effects:
    """The raw mean change of one group measured twice. A crossover trial's mean difference is the same sum."""
    a, b, s1, s0, k, rho = _floats(m_after, m_before, sd_after, sd_before, n, r)
    return Effects(a - b, (s1**2 + s0**2 - 2 * rho * s1 * s0) / k)


def pre_post_control(
    change1: Effects,
    change2: Effects,
) -> Effects:
    """The difference of two groups' changes (intervention less control), from :func:`standardised_change` of each."""
    return Effects(change1.yi - change2.yi, change1.vi + change2.vi)


def crossover_smd(  # noqa: PLR0917 - a row of a paper's table, in its order
    m1: ArrayLike, sd1: ArrayLike, m2: ArrayLike, sd2: ArrayLike, n: ArrayLike, r: ArrayLike
) -> Effects:
    """The standardised mean difference of a crossover trial, on the scale of a parallel trial's g.

    Parameters
    ----------
    m1, sd1, m2, sd2
        Mean and SD under the intervention and under the control.
    n
        Persons who had both, at least 2.
    r
        Correlation of the two; where a paper does not give it, do the sum for several.

    Source: Elbourne et al. 2002, doi:10.1093/ije/31.1.140; Cochrane Handbook 6.5, section 23.2.7.2.
    """
    a1, s1, a2, s2, k, rho = _floats(m1, sd1, m2, sd2, n, r)
    g = small_sample_factor(k - 1) * (a1 - a2) / np.sqrt((s1**2 + s2**2) / 2)
    return Effects(g, (1 / k + g * g / (2 * k)) * 2 * (1 - rho))


def combined_group(n: ArrayLike, m: ArrayLike, sd: ArrayLike) -> tuple[float, float, float]:
    """Size, mean and SD of several arms taken as one group, exact: the way to count a shared control arm once.

    Source: Cochrane Handbook 6.5, section 6.5.2.10.

    >>> combined_group([10, 10], [1.0, 3.0], [1.0, 1.0])
    (20.0, 2.0, 1.4142135623730951)
    """
    k, a, s = _floats(n, m, sd)
    total = float(k.sum())
    mean = float(k @ a) / total
    ss = float((k - 1) @ s**2 + k @ (a - mean) ** 2)
    return total, mean, float(np.sqrt(ss / (total - 1)))


def _floats(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.asarray(v, dtype=np.float64) for v in values)
