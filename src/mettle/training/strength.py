"""How strong a set says that somebody is: the one-repetition maximum as a distribution, and repetitions against %1RM.

No formula is right for everybody, so the estimate carries three doubts: the formulas disagree, people differ in how many
repetitions they get at the same share of their maximum, and nobody knows exactly how many were left in reserve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, fmean, pstdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mettle.training.sets import PerformedSet

CLOSE_REPS = 10
"""A set estimates well up to this many repetitions, those in reserve included."""
MOST_REPS = 20
"""Beyond this a set says too little about the maximum to be used at all."""

DAY_TO_DAY_CV = 0.042
"""Median coefficient of variation of a 1RM test repeated. Source: Grgic et al. 2020, doi 10.1186/s40798-020-00260-z."""
SPREAD_OF_REPS = 0.3
"""Between-person SD of repetitions to failure at one %1RM, as a share of their number beyond the first. A rounded reading
of 6-26 repetitions at 70% (Zourdos et al. 2021): about a third of the mean. Not a fitted figure."""
RIR_SD = 1.0
"""SD in repetitions of a stated RIR above 0. Halperin et al. 2022 found people short by 0.95 on average, with much
heterogeneity (doi 10.1007/s40279-021-01559-x); it is taken as doubt, not added, so that no load is set too high by it."""
UNSTATED_RIR, UNSTATED_RIR_SD = 1.0, 1.5
"""What is assumed of a set whose RIR nobody wrote down."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A published formula for the one-repetition maximum.

    Parameters
    ----------
    name
        As people call it.
    ratio
        Repetitions to failure, 2 or more, to 1RM / load, as published.
    source
        Where it was published.
    """

    name: str
    ratio: Callable[[float], float]
    source: str

    def factor(self, reps: float) -> float:
        """1RM / load for repetitions to failure; exactly 1 at one repetition, straight from there to two.

        Raises
        ------
        ValueError
            Outside 1-36 repetitions.

        >>> FORMULAS["brzycki"].factor(10)  # the 75% of the usual loading charts
        1.3333333333333333
        >>> FORMULAS["mayhew"].factor(1)
        1.0
        """
        if not 1 <= reps <= 36:
            raise ValueError(f"repetitions to failure must be 1-36, got {reps}")
        return self.ratio(reps) if reps >= 2 else 1 + (reps - 1) * (self.ratio(2) - 1)


FORMULAS: dict[str, Formula] = {
    formula.name: formula
    for formula in (
        Formula("epley", lambda r: 1 + r / 30, "Epley 1985, Poundage chart, Boyd Epley Workout"),
        Formula("brzycki", lambda r: 36 / (37 - r), "Brzycki 1993, doi 10.1080/07303084.1993.10606684"),
        Formula("lombardi", lambda r: r**0.1, "Lombardi 1989, Beginning weight training"),
        Formula("wathan", lambda r: 100 / (48.8 + 53.8 * math.exp(-0.075 * r)), "Wathan 1994, Load assignment"),
        Formula("oconner", lambda r: 1 + 0.025 * r, "O'Conner, Simmons, O'Shea 1989, Weight training today"),
        Formula("mayhew", lambda r: 100 / (52.2 + 41.9 * math.exp(-0.055 * r)), "Mayhew et al. 1992"),
        Formula("lander", lambda r: 100 / (101.3 - 2.67123 * r), "Lander 1985, Maximums based on reps, NSCA Journal 6"),
    )
}
"""By name. As printed, all but Brzycki's and Lombardi's miss the load itself at one repetition; here none does."""


def one_rep_max(load_kg: float, reps: float, *, rir: float = 0, formula: str = "epley") -> float:
    """The one-repetition maximum in kilograms by one named formula.

    Parameters
    ----------
    load_kg
        Load lifted, above 0.
    reps, rir
        Repetitions done and left in reserve; together 1-36.
    formula
        One of `FORMULAS`.

    >>> round(one_rep_max(100, 5), 1), one_rep_max(100, 1)
    (116.7, 100.0)
    >>> one_rep_max(100, 8, rir=2) == one_rep_max(100, 10)
    True
    """
    if formula not in FORMULAS:
        raise ValueError(f"formula must be one of {', '.join(FORMULAS)}, got {formula!r}")
    if not (load_kg > 0 and math.isfinite(load_kg)):
        raise ValueError(f"load_kg must be above 0, got {load_kg}")
    return load_kg * FORMULAS[formula].factor(reps + rir)


@dataclass(frozen=True, slots=True)
class Strength:
    """A one-repetition maximum as a distribution (log-normal).

    Parameters
    ----------
    median_kg
        As likely above as below.
    log_sd
        SD of its logarithm: roughly the relative SD.
    reps_to_failure
        Repetitions, those in reserve included, of the set that it rests on.
    close
        False where it rests on more than `CLOSE_REPS` repetitions: shown as a rough guess, not used to set loads.
    """

    median_kg: float
    log_sd: float
    reps_to_failure: float
    close: bool

    def quantile(self, p: float) -> float:
        """The value in kilograms below which the maximum lies with probability p.

        >>> strength = estimate(100, 5, rir=0)
        >>> strength.quantile(0.025) < 110 < strength.quantile(0.975)
        True
        """
        return self.median_kg * math.exp(self.log_sd * NormalDist().inv_cdf(p))

    def above(self, load_kg: float) -> float:
        """Probability that the maximum exceeds a load."""
        return 1 - NormalDist(math.log(self.median_kg), self.log_sd).cdf(math.log(load_kg))


def estimate(load_kg: float, reps: float, *, rir: float | None = None) -> Strength | None:
    """What one set says of the one-repetition maximum; None where it says too little.

    Parameters
    ----------
    load_kg
        Load lifted, above 0, the lifted share of the body included.
    reps
        Repetitions done, at least 1.
    rir
        Repetitions in reserve; 0 is failure, None is not stated.

    >>> strength = estimate(100, 5, rir=2)
    >>> round(strength.median_kg), round(strength.quantile(0.025)), round(strength.quantile(0.975))
    (122, 106, 139)
    >>> estimate(40, 25, rir=0) is None
    True
    """
    left, left_sd = (UNSTATED_RIR, UNSTATED_RIR_SD) if rir is None else (rir, RIR_SD if rir > 0 else 0.0)
    total = reps + left
    if reps < 1 or total > MOST_REPS:
        return None
    logs = [math.log(one_rep_max(load_kg, reps, rir=left, formula=name)) for name in FORMULAS]
    slope = (_log_factor(total + 0.5) - _log_factor(max(total - 0.5, 1))) / (total + 0.5 - max(total - 0.5, 1))
    person = slope * SPREAD_OF_REPS * (total - 1)
    doubt = math.hypot(pstdev(logs), person, slope * left_sd, DAY_TO_DAY_CV)
    return Strength(math.exp(fmean(logs)), doubt, total, close=total <= CLOSE_REPS)


def _log_factor(reps: float) -> float:
    return fmean(math.log(formula.factor(reps)) for formula in FORMULAS.values())


def from_sets(sets: Iterable[PerformedSet], *, body_kg: float = 0) -> Strength | None:
    """What the sets of one exercise in one session say: the strongest close set, or failing that the strongest rough one.

    Warm-ups, missed sets and assisted sets say nothing; tired later sets do not pull the estimate down.

    Parameters
    ----------
    sets
        Of one exercise.
    body_kg
        The lifted share of the body, for exercises that lift it.
    """
    found = [strength for one in sets if (strength := _of_set(one, body_kg))]
    return max(found, key=lambda s: (s.close, s.median_kg), default=None)


def _of_set(one: PerformedSet, body_kg: float) -> Strength | None:
    if (
        one.kind == "warm_up"
        or one.status == "missed"
        or not one.reps
        or one.load_kind in ("assisted", "band", "angle")
    ):
        return None
    load_kg = body_kg + (float(one.load.kg) if one.load else 0.0)
    if load_kg <= 0:
        return None
    return estimate(load_kg, one.reps, rir=0 if one.kind == "failure" else one.rir)


def follow(days: Sequence[int], strengths: Sequence[Strength], *, weekly_drift: float = 0.015) -> list[Strength]:
    """Strength day by day: each session's estimate joined to what was known, which fades as weeks pass.

    A random walk on the logarithm, filtered forward; the person's part of the doubt does not average away, because the
    same body lifts every time.

    Parameters
    ----------
    days, strengths
        (n,) day numbers, rising, and what each day's sets said.
    weekly_drift
        SD of the change in log strength over a week.

    >>> said = [estimate(100, 5, rir=1), estimate(102.5, 5, rir=1)]
    >>> together = follow([0, 7], said)
    >>> said[0].median_kg < together[1].median_kg < said[1].median_kg
    True
    """
    if len(days) != len(strengths) or any(b < a for a, b in pairwise(days)):
        raise ValueError("days must rise and be as many as strengths")
    followed: list[Strength] = []
    mean = variance = 0.0
    for i, (day, said) in enumerate(zip(days, strengths, strict=True)):
        noise = said.log_sd**2 / 2
        shared = said.log_sd**2 / 2
        if i == 0:
            mean, variance = math.log(said.median_kg), noise
        else:
            before = variance + weekly_drift**2 * (day - days[i - 1]) / 7
            gain = before / (before + noise)
            mean += gain * (math.log(said.median_kg) - mean)
            variance = (1 - gain) * before
        followed.append(Strength(math.exp(mean), math.sqrt(variance + shared), said.reps_to_failure, close=said.close))
    return followed


def percent_1rm(reps: float, *, rir: float = 0) -> float:
    """The usual share of the one-repetition maximum for a set, in percent: the formulas' geometric mean.

    >>> [round(percent_1rm(n)) for n in (1, 5, 8, 10, 12)]
    [100, 87, 80, 76, 73]
    >>> round(percent_1rm(10, rir=2)) == round(percent_1rm(12))
    True
    """
    return 100 / math.exp(_log_factor(reps + rir))


@dataclass(frozen=True, slots=True)
class Repetitions:
    """How many repetitions people get at one load: the usual number, and the range of two thirds of them."""

    usual: float
    low: float
    high: float


def repetitions_at(percent: float) -> Repetitions:
    """Repetitions to failure at a share of the one-repetition maximum.

    Parameters
    ----------
    percent
        50-100.

    >>> at = repetitions_at(70)
    >>> round(at.usual), round(at.low), round(at.high)
    (14, 10, 17)
    """
    if not 50 <= percent <= 100:
        raise ValueError(f"percent must be 50-100, got {percent}")
    low, high = 1.0, 36.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if percent_1rm(middle) > percent else (low, middle)
    spread = SPREAD_OF_REPS * (low - 1)
    return Repetitions(low, max(1.0, low - spread), low + spread)


def load_for(strength: Strength, reps: float, *, rir: float) -> float:
    """The load in kilograms for a set of so many repetitions with so many left; from the median.

    >>> strength = estimate(100, 5, rir=0)
    >>> round(load_for(strength, 5, rir=0), 6)
    100.0
    """
    return strength.median_kg * percent_1rm(reps, rir=rir) / 100
