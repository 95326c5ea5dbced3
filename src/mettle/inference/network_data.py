"""Studies of two or more treatments as one network: contrasts of each study with their joint covariance.

Source: Gleser & Olkin 2009 (standardised contrasts that share an arm); Rucker & Schwarzer 2014, doi:10.1002/sim.6236
(the covariance of contrasts from their pairwise variances).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from mettle.errors import InputError
from mettle.inference.effect_sizes import SmdVariance, small_sample_factor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


_ROUNDED = 0.02  # contrasts of one trial may disagree by this much through rounding in print


@dataclass(frozen=True, slots=True)
class Network:
    """Contrasts of every study against its first arm, padded to the widest study.

    Parameters
    ----------
    treatments
        The first is the reference.
    names
        Of the studies, in order of appearance.
    designs
        For each study the numbers of its treatments, ascending; contrasts are against the first of them.
    present
        Shape (s, m), true where a contrast is, m = widest study's arms - 1.
    y
        Contrasts, shape (s, m); 0 where none is.
    V, H
        Their sampling covariance, and the pattern of their between-study covariance (1 and 1/2), shape (s, m, m); the
        identity and 0 where none is.
    X
        Which treatments each compares, shape (s, m, t - 1).
    """

    treatments: tuple[str, ...]
    names: tuple[str, ...]
    designs: tuple[tuple[int, ...], ...]
    present: NDArray[np.bool_] = field(repr=False)
    y: Floats = field(repr=False)
    V: Floats = field(repr=False)
    H: Floats = field(repr=False)
    X: Floats = field(repr=False)

    @property
    def studies(self) -> int:
        """How many studies."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class StudyContrasts:
    """One study: its treatments, contrasts of all others against the first, and their covariance."""

    name: str
    treatments: tuple[str, ...]
    y: Floats
    V: Floats


def build(studies: Sequence[StudyContrasts], *, reference: str | None = None) -> Network:
    """The network of some studies.

    Parameters
    ----------
    studies
        Each with at least two treatments.
    reference
        The treatment that others are shown against; None: the first in alphabetical order.

    Raises
    ------
    InputError
        Where the network falls apart into parts that no study connects, naming them; or the reference is unknown.
    """
    names = sorted({t for s in studies for t in s.treatments})
    if reference is not None and reference not in names:
        raise InputError(f"reference must be one of {', '.join(names)}, got {reference!r}")
    if reference is not None:
        names = [reference, *(n for n in names if n != reference)]
    _connected(studies, names)
    number = {name: i for i, name in enumerate(names)}
    s, m = len(studies), max(len(x.treatments) for x in studies) - 1
    present = np.zeros((s, m), dtype=np.bool_)
    y, X = np.zeros((s, m)), np.zeros((s, m, len(names) - 1))
    V, H = np.tile(np.eye(m), (s, 1, 1)), np.zeros((s, m, m))
    designs = []
    for i, study in enumerate(studies):
        arms, contrasts, covariance = _rebased(study, number)
        w = len(arms) - 1
        present[i, :w], y[i, :w], V[i, :w, :w] = True, contrasts, covariance
        H[i, :w, :w] = 0.5 * (np.ones((w, w)) + np.eye(w))
        for slot, arm in enumerate(arms[1:]):
            X[i, slot, arm - 1] += 1.0
            if arms[0]:
                X[i, slot, arms[0] - 1] -= 1.0
        designs.append(arms)
    return Network(tuple(names), tuple(x.name for x in studies), tuple(designs), present, y, V, H, X)


def from_means(
    name: str,
    arms: Mapping[str, tuple[float, float, float]],
    *,
    measure: Literal["MD", "SMD"],
    smd_variance: SmdVariance = "ls",
) -> StudyContrasts:
    """A study from the mean, SD and size of each arm.

    Parameters
    ----------
    name
        Of the study.
    arms
        Treatment -> (mean, SD above 0, size at least 2).
    measure
        Raw or standardised mean differences; the latter by the SD pooled over all arms.
    smd_variance
        As in :func:`mettle.inference.effect_sizes.standardised_mean_difference`.
    """
    treatments = tuple(arms)
    m, sd, n = (np.array(column, dtype=np.float64) for column in zip(*arms.values(), strict=True))
    if measure == "MD":
        each = sd**2 / n
        return StudyContrasts(name, treatments, m[1:] - m[0], np.diag(each[1:]) + each[0])
    total, df = float(n.sum()), float(n.sum()) - len(n)
    j = float(small_sample_factor(df)) if smd_variance == "ls" else 1 - 3 / (4 * df - 1)
    g = j * (m[1:] - m[0]) / np.sqrt(((n - 1) @ sd**2) / df)
    size = total if smd_variance == "ls" else total - 3.94
    return StudyContrasts(name, treatments, g, np.diag(1 / n[1:]) + 1 / n[0] + np.outer(g, g) / (2 * size))


def from_counts(
    name: str, arms: Mapping[str, tuple[float, float]], *, measure: Literal["OR", "RR", "RD"], add: float = 0.5
) -> StudyContrasts:
    """A study from events and size of each arm; ``add`` goes into every cell of a study with an empty one.

    Parameters
    ----------
    name
        Of the study.
    arms
        Treatment -> (events, size).
    measure
        Log odds ratio, log risk ratio or risk difference.
    add
        The correction, at least 0.
    """
    events, n = (np.array(column, dtype=np.float64) for column in zip(*arms.values(), strict=True))
    if ((events == 0) | (events == n)).any():
        events, n = events + add, n + 2 * add
    risk = events / n
    if measure == "OR":
        value, each = np.log(events / (n - events)), 1 / events + 1 / (n - events)
    elif measure == "RR":
        value, each = np.log(risk), 1 / events - 1 / n
    else:
        value, each = risk, risk * (1 - risk) / n
    return from_arms(name, {t: (float(a), float(b)) for t, a, b in zip(arms, value, each, strict=True)})


def from_arms(name: str, arms: Mapping[str, tuple[float, float]]) -> StudyContrasts:
    """A study from an estimate and its variance (above 0) in each arm, arms independent."""
    value, each = (np.array(column, dtype=np.float64) for column in zip(*arms.values(), strict=True))
    return StudyContrasts(name, tuple(arms), value[1:] - value[0], np.diag(each[1:]) + each[0])


def from_contrasts(name: str, contrasts: Sequence[tuple[str, str, float, float]]) -> StudyContrasts:
    """A study from all its pairwise contrasts.

    Parameters
    ----------
    name
        Of the study.
    contrasts
        (treatment, against, estimate, variance above 0) of each pair, each pair once. A study of m arms needs all
        m (m - 1) / 2 pairs: their variances are what says how they hang together.

    Raises
    ------
    InputError
        Where pairs are missing, given twice, contradict each other, or their variances cannot belong together.
    """
    treatments = tuple(dict.fromkeys(t for a, b, _, _ in contrasts for t in (b, a)))
    m = len(treatments)
    value: dict[tuple[str, str], tuple[float, float]] = {}
    for a, b, y, v in contrasts:
        if a == b:
            raise InputError(f"study {name} compares {a} with itself")
        if (a, b) in value:
            raise InputError(f"study {name} gives {a} against {b} twice")
        value[a, b], value[b, a] = (y, v), (-y, v)
    if len(contrasts) != m * (m - 1) // 2:
        raise InputError(
            f"study {name} has {m} arms and needs all {m * (m - 1) // 2} pairwise contrasts (or one row an arm), got "
            f"{len(contrasts)}"
        )
    base, others = treatments[0], treatments[1:]
    value[base, base] = (0.0, 0.0)
    effects = np.array([value[t, base][0] for t in others])
    variances = np.array([value[t, base][1] for t in others])
    V = np.diag(variances)
    for i, one in enumerate(others):
        for j, other in enumerate(others):
            if i != j:
                V[i, j] = 0.5 * (variances[i] + variances[j] - value[one, other][1])
    for a, b, given, variance in contrasts:
        implied = value[a, base][0] - value[b, base][0]
        if abs(given - implied) > _ROUNDED * (1 + np.sqrt(variance)):
            raise InputError(f"study {name}: {a} against {b} is {given:g}, but its other contrasts make it {implied:g}")
    if float(np.linalg.eigvalsh(V)[0]) <= 1e-10 * float(variances.max()):
        raise InputError(f"study {name}: the variances of its contrasts cannot belong to one trial")
    return StudyContrasts(name, treatments, effects, V)


def _rebased(study: StudyContrasts, number: Mapping[str, int]) -> tuple[tuple[int, ...], Floats, Floats]:
    """Arms in ascending number, contrasts and covariance against the lowest."""
    ids = [number[t] for t in study.treatments]
    order = np.argsort(ids)
    m = len(ids)
    to_arms = np.vstack([np.zeros(m - 1), np.eye(m - 1)])[order]  # each arm against the study's own first
    T = to_arms[1:] - to_arms[0]
    return tuple(int(ids[i]) for i in order), T @ study.y, T @ study.V @ T.T


def _connected(studies: Sequence[StudyContrasts], names: Sequence[str]) -> None:
    parts = [{n} for n in names]
    for study in studies:
        touched = [p for p in parts if p & set(study.treatments)]
        parts = [p for p in parts if p not in touched] + [set().union(*touched)]
    if len(parts) > 1:
        told = "; ".join(sorted(", ".join(sorted(p)) for p in parts))
        raise InputError(f"the network falls apart into {len(parts)} parts that no study connects: {told}")
