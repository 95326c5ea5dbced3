"""A published review pooled anew from the numbers of its trials, to the decimals that it prints."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from mettle.inference.effect_sizes import risk_ratio, standardised_mean_difference
from mettle.inference.meta_analysis import MetaAnalysis, meta_analysis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

REVIEWS = ("cochrane-2013",)
METHOD = (
    "DerSimonian-Laird with z; g = J d with J = 1 - 3/(4 N - 9); variance N/(n1 n2) + g^2/(2 (N - 3.94)); "
    "risk ratios with 0.5 added to the trials that have an empty cell"
)
DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Pooled:
    """One pooled result, ratios on their own scale; ``z`` as printed, without sign."""

    estimate: float
    low: float
    high: float
    tau2: float
    q: float
    i2: float
    z: float


@dataclass(frozen=True, slots=True)
class Replication:
    """One analysis of a review, computed anew beside what is printed.

    Parameters
    ----------
    id, title, unit
        Which analysis; ``SMD`` or ``RR``.
    k, n
        Trials and people.
    route
        ``arms``: from each group's mean, SD and size (or counts); ``effects``: from the printed effect of each trial.
    computed
        By that route.
    by_arms
        From the groups' numbers, whichever route was taken.
    printed
        What the review prints.
    note
        Why the route is not ``arms``; else empty.
    """

    id: str
    title: str
    unit: str
    k: int
    n: int
    route: str
    computed: Pooled
    by_arms: Pooled
    printed: Mapping[str, float]
    note: str

    @property
    def agrees(self) -> bool:
        """Whether size, estimate, both ends and tau2 are the printed ones, to the printed decimals."""
        same = (self.k, self.n) == (self.printed["k"], self.printed["n"])
        names = [name for name in ("estimate", "low", "high", "tau2") if name in self.printed]
        return same and all(round(getattr(self.computed, name), DECIMALS) == self.printed[name] for name in names)


@dataclass(frozen=True, slots=True)
class Review:
    """A review with its analyses."""

    name: str
    citation: str
    doi: str
    inferred: tuple[str, ...]
    analyses: tuple[Replication, ...]


@cache
def replicate(name: str = "cochrane-2013") -> Review:
    """The review pooled anew.

    >>> [(a.id, round(a.computed.estimate, 2), a.agrees) for a in replicate().analyses][:3]
    [('after_treatment', -0.62, True), ('resistance', -1.03, True), ('low_risk', -0.18, True)]
    """
    if name not in REVIEWS:
        raise ValueError(f"unknown review {name!r}, allowed: {', '.join(REVIEWS)}")
    data = _review()
    return Review(
        name=data["name"],
        citation=data["citation"],
        doi=data["doi"],
        inferred=tuple(data["inferred"]),
        analyses=tuple(_replication(row) for row in data["analysis"]),
    )


def trials(analysis: str) -> tuple[list[str], Floats, Floats]:
    """Names, effects and variances of the trials of one analysis, from their groups' numbers.

    Parameters
    ----------
    analysis
        ``after_treatment``, ``resistance``, ``low_risk``, ``follow_up`` or ``completed`` (log risk ratios).
    """
    row = next((one for one in _review()["analysis"] if one["id"] == analysis), None)
    if row is None:
        raise ValueError(f"unknown analysis {analysis!r}, allowed: {', '.join(a['id'] for a in _review()['analysis'])}")
    rows = _rows(row)
    yi, vi = _by_arms(rows)
    return [one["study"] for one in rows], yi, vi


def _replication(row: dict[str, Any]) -> Replication:
    rows = _rows(row)
    by_arms = _pooled(*_by_arms(rows), ratio=row["unit"] == "RR")
    computed = by_arms
    if row["route"] == "effects":
        computed = _pooled(*_by_effects(rows), ratio=False)
    return Replication(
        id=row["id"],
        title=row["title"],
        unit=row["unit"],
        k=len(rows),
        n=int(sum(_column(rows, "n1") + _column(rows, "n2"))),
        route=row["route"],
        computed=computed,
        by_arms=by_arms,
        printed=row["printed"],
        note=row.get("why", ""),
    )


def _by_arms(rows: list[dict[str, str]]) -> tuple[Floats, Floats]:
    n1, n2 = _column(rows, "n1"), _column(rows, "n2")
    if "completed1" in rows[0]:
        a, c = _column(rows, "completed1"), _column(rows, "completed2")
        found = risk_ratio(a, n1 - a, c, n2 - c)
    else:
        mean1, sd1, mean2, sd2 = (_column(rows, name) for name in ("mean1", "sd1", "mean2", "sd2"))
        found = standardised_mean_difference(mean1, sd1, n1, mean2, sd2, n2, variance="revman")
    return found.yi, found.vi


def _by_effects(rows: list[dict[str, str]]) -> tuple[Floats, Floats]:
    g, n1, n2 = (_column(rows, name) for name in ("effect_printed", "n1", "n2"))
    total = n1 + n2
    return g, total / (n1 * n2) + g**2 / (2 * (total - 3.94))


def _pooled(yi: Floats, vi: Floats, *, ratio: bool) -> Pooled:
    fit: MetaAnalysis = meta_analysis(yi, vi, method="DL", test="z")
    estimate, low, high = fit.estimate, fit.ci_low, fit.ci_high
    if ratio:
        estimate, low, high = (float(np.exp(value)) for value in (estimate, low, high))
    return Pooled(estimate, low, high, fit.tau2, fit.q, fit.i2, abs(fit.statistic))


def _rows(analysis: dict[str, Any]) -> list[dict[str, str]]:
    text = files("mettle.evidence").joinpath("data/cochrane2013", analysis["file"]).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    only = analysis.get("only")
    return [row for row in rows if only is None or row[only] == "1"]


def _column(rows: list[dict[str, str]], name: str) -> Floats:
    return np.array([float(row[name]) for row in rows])


@cache
def _review() -> dict[str, Any]:
    text = files("mettle.evidence").joinpath("data/cochrane2013/review.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
