"""Network meta-analysis: many treatments, compared directly and through each other.

Each study gives its contrasts against its own first arm, with their joint covariance, so that a trial of three arms counts
its shared arm once. Contrasts within a study share half of the between-study variance.

Source: Salanti 2012, doi:10.1002/jrsm.1037; contrasts and multi-arm trials: Franchini et al. 2012, doi:10.1002/jrsm.1049;
design-by-treatment interaction: Higgins et al. 2012, doi:10.1002/jrsm.1044; node splitting: Dias et al. 2010,
doi:10.1002/sim.3767, split evenly between the two arms as in White 2015, doi:10.1177/1536867X1501500403; P-scores:
Rucker & Schwarzer 2015, doi:10.1186/s12874-015-0060-8; standardised contrasts: Gleser & Olkin 2009.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit

from mettle.inference.heterogeneity import GRID, Method, Terms, likelihood_score, q_score, solve

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mettle.inference.meta_analysis import PiDf, Test
    from mettle.inference.network_data import Network

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Treatment against reference.

    Parameters
    ----------
    treatment, reference
        Names.
    estimate, se, ci_low, ci_high, p
        Of the difference.
    pi_low, pi_high
        Where it may lie in a new setting; NaN where too few studies say.
    """

    treatment: str
    reference: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float
    pi_low: float
    pi_high: float


@dataclass(frozen=True, slots=True)
class NodeSplit:
    """What the studies of one comparison say, against what the rest of the network says of it.

    Parameters
    ----------
    treatment, reference
        The comparison.
    direct, indirect, difference
        The two estimates and direct less indirect.
    se, statistic, p
        Of the difference.
    """

    treatment: str
    reference: str
    direct: float
    indirect: float
    difference: float
    se: float
    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """The design-by-treatment test: do sets of treatments that were compared together agree with each other?

    Parameters
    ----------
    q, df, p
        A Wald test; df 0 and p NaN where no loop is closed by different designs.
    tau2
        Within designs.
    """

    q: float
    df: int
    p: float
    tau2: float


@dataclass(frozen=True, slots=True)
class NetworkMetaAnalysis:
    """A network meta-analysis.

    Parameters
    ----------
    studies
        Number of studies.
    method, test, level
        How it was done.
    treatments
        In order; the first is the reference of ``against_reference``.
    against_reference
        One contrast for each other treatment.
    league
        Every pair, each once.
    tau2, tau2_low, tau2_high, i2, h2
        Heterogeneity, assumed the same for all comparisons.
    q, q_df, q_p
        Heterogeneity and inconsistency together.
    p_scores
        Mean probability of being better than another treatment, 0 to 1, in the order of ``treatments``.
    inconsistency, node_splits
        The checks.
    covariance
        Of ``against_reference``, shape (t - 1, t - 1).
    warnings
        In words.
    """

    studies: int
    method: Method
    test: Test
    level: float
    treatments: tuple[str, ...]
    against_reference: tuple[Contrast, ...]
    league: tuple[Contrast, ...]
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    pi_df: PiDf | None
    p_scores: tuple[float, ...]
    inconsistency: Inconsistency
    node_splits: tuple[NodeSplit, ...]
    covariance: Floats = field(repr=False)
    warnings: tuple[str, ...] = ()


def network_meta_analysis(
    network: Network,
    *,
    method: Method = "REML",
    test: Test = "z",
    pi_df: PiDf = "k-2",
    level: float = 0.95,
    higher_is: Literal["better", "worse"] = "worse",
    checks: bool = True,
) -> NetworkMetaAnalysis:
    """All treatments against each other, ranked, with the two checks of consistency.

    Parameters
    ----------
    network
        From :mod:`mettle.inference.network_data`.
    method
        ``REML``, ``ML``, ``DL``, ``PM`` or ``EE``.
    test
        ``z``, ``knha`` (the covariance times the residual dispersion, t) or ``adhoc`` (never less than z's).
    pi_df
        Degrees of freedom of prediction intervals: studies less treatments plus 1 (``k-1``) or less treatments
        (``k-2``).
    level
        Of all intervals.
    higher_is
        Whether a higher outcome is better or worse, for the ranking.
    checks
        Whether to do the design-by-treatment test and the node splits.
    """
    X = network.X
    tau2, warnings = _tau2(network, X, method)
    fit = _gls(network, X, tau2)
    start = _gls(network, X, 0.0)
    n, p = int(network.present.sum()), X.shape[2]
    df = n - p
    spread = fit.q / df if df > 0 else float("nan")
    covariance, used = fit.inverse, test
    if test != "z":
        if df < 1 or not spread > 0:
            used = "z"
            warnings.append("no degree of freedom is left for Hartung-Knapp: z was used instead")
        else:
            covariance = covariance * (max(1.0, spread) if test == "adhoc" else spread)
    t_df = None if used == "z" else df
    new_df = network.studies - len(network.treatments) + (1 if pi_df == "k-1" else 0)
    if method == "EE":
        new_df = 0
    elif new_df < 1:
        warnings.append(f"too few studies for prediction intervals on {pi_df}: they are left out")
    pairs = _Pairs(network.treatments, fit.beta, covariance, tau2, t_df, new_df, level)
    typical = df / _terms(network, X, 0.0).tr_p[0] if df > 0 else float("nan")
    low, high = _interval(network, X, df, level) if method != "EE" and df > 0 else (float("nan"), float("nan"))
    reference = network.treatments[0]
    return NetworkMetaAnalysis(
        studies=network.studies,
        method=method,
        test=used,
        level=level,
        treatments=network.treatments,
        against_reference=tuple(pairs.contrast(t, reference) for t in network.treatments[1:]),
        league=tuple(pairs.contrast(b, a) for a, b in combinations(network.treatments, 2)),
        tau2=tau2,
        tau2_low=low,
        tau2_high=high,
        i2=float(100 * tau2 / (typical + tau2)) if method != "EE" else max(0.0, 100 * (start.q - df) / start.q),
        h2=float(tau2 / typical + 1) if method != "EE" else start.q / df if df else float("nan"),
        q=start.q,
        q_df=df,
        q_p=float(chdtrc(df, start.q)) if df > 0 else float("nan"),
        pi_df=pi_df if new_df >= 1 else None,
        p_scores=pairs.p_scores(-1.0 if higher_is == "worse" else 1.0),
        inconsistency=_design_by_treatment(network, method) if checks else _NOT_DONE,
        node_splits=_node_splits(network, method, tau2) if checks else (),
        covariance=covariance,
        warnings=tuple(warnings),
    )


_NOT_DONE = Inconsistency(float("nan"), 0, float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class _Fit:
    beta: Floats
    inverse: Floats
    q: float


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Differences of any two treatments from the coefficients against the first."""

    treatments: tuple[str, ...]
    beta: Floats
    covariance: Floats
    tau2: float
    t_df: int | None
    new_df: int
    level: float

    def difference(self, one: str, other: str) -> tuple[float, float]:
        c = np.zeros(len(self.beta))
        for name, sign in ((one, 1.0), (other, -1.0)):
            at = self.treatments.index(name)
            if at:
                c[at - 1] += sign
        return float(c @ self.beta), float(np.sqrt(c @ self.covariance @ c))

    def contrast(self, treatment: str, reference: str) -> Contrast:
        estimate, se = self.difference(treatment, reference)
        share = 0.5 + self.level / 2
        reach = se * float(ndtri(share) if self.t_df is None else stdtrit(self.t_df, share))
        z = estimate / se
        p = float(2 * (ndtr(-abs(z)) if self.t_df is None else stdtr(self.t_df, -abs(z))))
        new = float("nan") if self.new_df < 1 else float(stdtrit(self.new_df, share) * np.sqrt(se**2 + self.tau2))
        return Contrast(
            treatment, reference, estimate, se, estimate - reach, estimate + reach, p, estimate - new, estimate + new
        )

    def p_scores(self, sign: float) -> tuple[float, ...]:
        scores = []
        for one in self.treatments:
            against = [self.difference(one, other) for other in self.treatments if other != one]
            scores.append(float(np.mean([ndtr(sign * d / se) for d, se in against])))
        return tuple(scores)


def _gls(network: Network, X: Floats, tau2: float) -> _Fit:
    B = np.linalg.inv(network.V + tau2 * network.H)
    BX = B @ X
    inverse = np.linalg.inv(np.einsum("smp,smq->pq", X, BX))
    beta = inverse @ np.einsum("smp,sm->p", BX, network.y)
    e = network.y - X @ beta
    return _Fit(beta, inverse, float(np.einsum("sm,smn,sn->", e, B, e)))


def _terms(network: Network, X: Floats, tau2: float) -> Terms:
    """The same building blocks as for pairs of treatments, with H in the place of the identity."""
    H = network.H
    B = np.linalg.inv(network.V + tau2 * H)
    BX = B @ X
    A = np.linalg.inv(np.einsum("smp,smq->pq", X, BX))
    BH = B @ H
    BHBX = BH @ BX
    A2 = A @ np.einsum("smp,smq->pq", BX, H @ BX)
    A3 = A @ np.einsum("smp,smq->pq", BHBX, H @ BX)
    e = network.y - X @ (A @ np.einsum("smp,sm->p", BX, network.y))
    u = np.einsum("smn,sn->sm", B, e)
    Hu = np.einsum("smn,sn->sm", H, u)
    XBHu = np.einsum("smp,sm->p", BX, Hu)
    tr_w = float(np.einsum("smm->", BH))
    tr_ww = float(np.einsum("smn,snm->", BH, BH))
    return Terms(
        y_p_y=np.array([np.vdot(u, e)]),
        y_pp_y=np.array([np.vdot(u, Hu)]),
        y_ppp_y=np.array([np.einsum("sm,smn,sn->", Hu, B, Hu) - XBHu @ A @ XBHu]),
        tr_p=np.array([tr_w - np.trace(A2)]),
        tr_pp=np.array([tr_ww - 2 * np.trace(A3) + np.trace(A2 @ A2)]),
        tr_w=np.array([tr_w]),
        tr_ww=np.array([tr_ww]),
    )


def _log_likelihood(network: Network, X: Floats, tau2: float, *, restricted: bool) -> float:
    S = network.V + tau2 * network.H
    fit = _gls(network, X, tau2)
    log_det = float(np.linalg.slogdet(S)[1].sum())
    log_det_x = -float(np.linalg.slogdet(fit.inverse)[1])
    return -0.5 * (log_det + fit.q + (log_det_x if restricted else 0.0))


def _tau2(network: Network, X: Floats, method: Method, *, near: float | None = None) -> tuple[float, list[str]]:
    """The between-study variance, searched from ``near`` or from the best of a few points, and warnings."""
    df = int(network.present.sum()) - X.shape[2]
    if method == "EE":
        return 0.0, []
    if df < 1:
        return 0.0, ["no study is left over to say how much studies differ: tau2 was taken as 0"]
    first = _terms(network, X, 0.0)
    moment = max(0.0, float((first.y_p_y[0] - df) / first.tr_p[0]))
    if method == "DL":
        return moment, []
    scale = df / float(first.tr_p[0])
    if method == "PM":
        found, reached = solve(_generalised_q(network, X, float(df)), np.array([moment]), np.array([scale]))
    else:
        restricted = method == "REML"
        grid = np.array([near]) if near else GRID * max(moment, 0.1 * scale)
        heights = (
            [_log_likelihood(network, X, float(t), restricted=restricted) for t in grid] if len(grid) > 1 else [0.0]
        )
        start = grid[[int(np.argmax(heights))]]
        found, reached = solve(_likelihood(network, X, restricted=restricted), start, np.array([scale]))
    ended = [] if reached[0] else [f"the search for tau2 by {method} did not end: the value shown is no root"]
    return float(found[0]), ended


def _generalised_q(
    network: Network, X: Floats, target: float
) -> Callable[[Floats, NDArray[np.intp]], tuple[Floats, Floats, Floats]]:
    def score(tau2: Floats, _rows: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        return q_score(_terms(network, X, float(tau2[0])), np.array([target]))

    return score


def _likelihood(
    network: Network, X: Floats, *, restricted: bool
) -> Callable[[Floats, NDArray[np.intp]], tuple[Floats, Floats, Floats]]:
    def score(tau2: Floats, _rows: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
        return likelihood_score(_terms(network, X, float(tau2[0])), restricted=restricted)

    return score


def _interval(network: Network, X: Floats, df: int, level: float) -> tuple[float, float]:
    scale = np.array([df / float(_terms(network, X, 0.0).tr_p[0])])
    ends = [
        float(solve(_generalised_q(network, X, float(chdtri(df, tail))), np.zeros(1), scale)[0][0])
        for tail in ((1 - level) / 2, (1 + level) / 2)
    ]
    return ends[0], ends[1]


def _design_by_treatment(network: Network, method: Method) -> Inconsistency:
    """Every design its own contrasts (with tau2 within designs), then: do they fit one set of treatment effects?"""
    designs = sorted(set(network.designs))
    columns = sum(len(d) - 1 for d in designs)
    D = np.zeros((*network.present.shape, columns))
    consistent = np.zeros((columns, network.X.shape[2]))
    at = 0
    for design in designs:
        width = len(design) - 1
        members = [i for i, d in enumerate(network.designs) if d == design]
        for slot in range(width):
            D[members, slot, at + slot] = 1.0
            consistent[at + slot] = network.X[members[0], slot]
        at += width
    df = columns - network.X.shape[2]
    if df == 0:
        return Inconsistency(0.0, 0, float("nan"), float("nan"))
    tau2, _ = _tau2(network, D, method)
    fit = _gls(network, D, tau2)
    root = np.linalg.inv(np.linalg.cholesky(fit.inverse))
    q = float(
        np.sum((root @ fit.beta - root @ consistent @ np.linalg.lstsq(root @ consistent, root @ fit.beta)[0]) ** 2)
    )
    return Inconsistency(q, df, float(chdtrc(df, q)), tau2)


def _node_splits(network: Network, method: Method, near: float) -> tuple[NodeSplit, ...]:
    """For each pair with evidence of both kinds: one more coefficient for what its own studies say beyond the rest."""
    splits = []
    p = network.X.shape[2]
    for a, b in combinations(range(len(network.treatments)), 2):
        holders = [i for i, d in enumerate(network.designs) if a in d and b in d]
        if not holders:
            continue
        extra = np.zeros((*network.present.shape, 1))
        for i in holders:
            share = dict.fromkeys(network.designs[i], 0.0) | {a: -0.5, b: 0.5}
            base, *others = network.designs[i]
            extra[i, : len(others), 0] = [share[t] - share[base] for t in others]
        X = np.concatenate([network.X, extra], axis=2)
        rows = X[network.present]
        if np.linalg.matrix_rank(rows) <= p:
            continue
        tau2, _ = _tau2(network, X, method, near=near)
        fit = _gls(network, X, tau2)
        indirect = (fit.beta[b - 1] if b else 0.0) - (fit.beta[a - 1] if a else 0.0)
        delta, se = float(fit.beta[p]), float(np.sqrt(fit.inverse[p, p]))
        z = delta / se
        splits.append(
            NodeSplit(
                network.treatments[b],
                network.treatments[a],
                float(indirect) + delta,
                float(indirect),
                delta,
                se,
                z,
                float(2 * ndtr(-abs(z))),
            )
        )
    return tuple(splits)
