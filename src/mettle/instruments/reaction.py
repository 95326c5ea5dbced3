"""Reaction and memory tasks: scores of one session, what practice does, and the change below which nothing can be told.

Within one device only, and never held against norms: a phone's screen and touch add tens of milliseconds that differ
from phone to phone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, fmean, median, stdev
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")

FALSE_START_MS, TIMEOUT_MS = 100.0, 30_000.0
LAPSE_BRIEF_MS, LAPSE_FULL_MS = 355.0, 500.0
"""Lapses of the three-minute and of the ten-minute vigilance task begin here."""

FLANKER_FASTEST_MS, FLANKER_SLOWEST_MS = 200.0, 1500.0

PRACTICE_SESSIONS = 2
"""First sessions of a task, which are practice and count for nothing."""

FEWEST_BASELINE = 3

_T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""97.5% points of Student's t for 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Vigilance:
    """One session of the vigilance task.

    Parameters
    ----------
    speed
        Mean of 1000 / reaction time, per second: the primary figure. None where no response is valid.
    valid, false_starts, timeouts, lapses
        Counts; a lapse is a valid response at or above the limit.
    mean_ms, median_ms
        Of the valid responses.
    slowest_speed, fastest_speed
        Mean speed of the slowest and of the fastest tenth, rounded up.
    """

    speed: float | None
    valid: int
    false_starts: int
    timeouts: int
    lapses: int
    mean_ms: float | None
    median_ms: float | None
    slowest_speed: float | None
    fastest_speed: float | None


def vigilance(rt_ms: Sequence[float], *, lapse_ms: float = LAPSE_BRIEF_MS) -> Vigilance:
    """Scores of the brief vigilance task (PVT-B).

    Parameters
    ----------
    rt_ms
        Reaction times in ms, (n,). Below 100, or before the light (negative): a false start; from 30 s: a timeout.
    lapse_ms
        355 for three minutes, 500 for ten.

    Source: Basner, Mollicone and Dinges 2011, doi:10.1016/j.actaastro.2011.07.015; the primary figure: Basner and Dinges
    2011, doi:10.1093/sleep/34.5.581.

    >>> found = vigilance([212, 245, 198, 301, 267, 233, 356, 410, 222, 95, 251, 640, 218, 229, 287, 30000])
    >>> round(found.speed, 6), found.lapses, found.false_starts, found.timeouts
    (3.781851, 3, 1, 1)
    """
    _check_finite(rt_ms)
    valid = sorted(rt for rt in rt_ms if FALSE_START_MS <= rt < TIMEOUT_MS)
    speeds = [1000 / rt for rt in valid]
    tenth = -(-len(valid) // 10)
    return Vigilance(
        fmean(speeds) if speeds else None,
        len(valid),
        sum(rt < FALSE_START_MS for rt in rt_ms),
        sum(rt >= TIMEOUT_MS for rt in rt_ms),
        sum(rt >= lapse_ms for rt in valid),
        fmean(valid) if valid else None,
        median(valid) if valid else None,
        fmean(speeds[-tenth:]) if speeds else None,
        fmean(speeds[:tenth]) if speeds else None,
    )


@dataclass(frozen=True, slots=True)
class FlankerTrial:
    """One response: whether the arrows around agreed, the time in ms, and whether it was right."""

    condition: Literal["congruent", "incongruent"]
    rt_ms: float
    correct: bool


@dataclass(frozen=True, slots=True)
class Flanker:
    """One session of the arrow task.

    Parameters
    ----------
    effect_ms, effect_median_ms
        Incongruent less congruent, by means and by medians. Differences of this kind repeat poorly in one person.
    congruent_speed
        Mean of 1000 / reaction time of right congruent trials, per second: the part that repeats well.
    congruent_ms, incongruent_ms
        Means.
    accuracy
        Share of all responses that were right, 0-1.
    used
        Right responses from 200 to 1500 ms.
    trials
        All of them.
    """

    effect_ms: float | None
    effect_median_ms: float | None
    congruent_speed: float | None
    congruent_ms: float | None
    incongruent_ms: float | None
    accuracy: float | None
    used: int
    trials: int


def flanker(trials: Sequence[FlankerTrial]) -> Flanker:
    """Scores of the arrow task, from right responses of 200 to 1500 ms.

    Source: Eriksen and Eriksen 1974, doi:10.3758/BF03203267; poor repeatability of the difference: Hedge, Powell and
    Sumner 2018, doi:10.3758/s13428-017-0935-1. The limits of 200 and 1500 ms are customary.
    """
    _check_finite([t.rt_ms for t in trials])
    used = [t for t in trials if t.correct and FLANKER_FASTEST_MS <= t.rt_ms <= FLANKER_SLOWEST_MS]
    con = [t.rt_ms for t in used if t.condition == "congruent"]
    inc = [t.rt_ms for t in used if t.condition == "incongruent"]
    both = bool(con) and bool(inc)
    return Flanker(
        fmean(inc) - fmean(con) if both else None,
        median(inc) - median(con) if both else None,
        fmean(1000 / rt for rt in con) if con else None,
        fmean(con) if con else None,
        fmean(inc) if inc else None,
        sum(t.correct for t in trials) / len(trials) if trials else None,
        len(used),
        len(trials),
    )


@dataclass(frozen=True, slots=True)
class DigitSpan:
    """One session of repeating digits.

    Parameters
    ----------
    mean_span
        The length at which half of the lists come out right: half a digit below the shortest length shown, plus the
        share right at each length. None where lengths were left out.
    longest
        Longest list repeated right; 0 where none was.
    correct, lists
        Lists repeated right, and all.
    """

    mean_span: float | None
    longest: int
    correct: int
    lists: int


def digit_span(lists: Sequence[tuple[int, bool]]) -> DigitSpan:
    """Scores of repeated lists of digits.

    Parameters
    ----------
    lists
        Length (1 to 20) of each list, and whether it came out right.

    Source: mean span: Woods et al. 2011, doi:10.1080/13803395.2010.493149.

    >>> digit_span([(3, True), (4, True), (5, True), (5, False), (6, False)])
    DigitSpan(mean_span=5.0, longest=5, correct=3, lists=5)
    """
    by_length: dict[int, list[bool]] = {}
    for length, right in lists:
        if not 1 <= length <= 20:
            raise ValueError(f"a list has 1 to 20 digits, got {length}")
        by_length.setdefault(length, []).append(right)
    whole = bool(by_length) and len(by_length) == max(by_length) - min(by_length) + 1
    shares = [fmean(right) for right in by_length.values()]
    return DigitSpan(
        min(by_length) - 0.5 + math.fsum(shares) if whole else None,
        max((length for length, right in lists if right), default=0),
        sum(right for _, right in lists),
        len(lists),
    )


@dataclass(frozen=True, slots=True)
class Memory:
    """One session of the 2-back task.

    Parameters
    ----------
    d_prime
        Sensitivity: how well targets are told from the others.
    criterion
        Above 0: says "no" more readily.
    targets, others
        How many of each were shown; below 20 targets the figure is rough.
    mean_ms
        Mean time of right responses to targets; None where not recorded. Read it beside ``d_prime``.
    """

    d_prime: float
    criterion: float
    targets: int
    others: int
    mean_ms: float | None = None


def two_back(
    hits: int, misses: int, false_alarms: int, correct_rejections: int, *, hit_ms: Sequence[float] = ()
) -> Memory:
    """Sensitivity and criterion by the log-linear rule, which stays finite when every answer is right.

    With unequal numbers of targets and others the rule moves ``d_prime`` a little by itself (0.27 for a person who never
    responds to 20 targets among 60), so compare sessions of one make-up only.

    Source: Hautus 1995, doi:10.3758/BF03203619.

    >>> found = two_back(16, 4, 3, 37)
    >>> round(found.d_prime, 6), round(found.criterion, 6)
    (2.161495, 0.289109)
    """
    counts = {"hits": hits, "misses": misses, "false_alarms": false_alarms, "correct_rejections": correct_rejections}
    for name, count in counts.items():
        if count < 0:
            raise ValueError(f"{name} must be at least 0, got {count}")
    targets, others = hits + misses, false_alarms + correct_rejections
    if not targets or not others:
        raise ValueError(f"a session needs targets and others, got {targets} and {others}")
    _check_finite(hit_ms)
    z = NormalDist().inv_cdf
    hit, alarm = z((hits + 0.5) / (targets + 1)), z((false_alarms + 0.5) / (others + 1))
    return Memory(hit - alarm, -0.5 * (hit + alarm), targets, others, fmean(hit_ms) if hit_ms else None)


def after_practice(sessions: Sequence[T], *, earlier: int = 0, practice: int = PRACTICE_SESSIONS) -> Sequence[T]:
    """The sessions that count: without the first two that the person ever did.

    Parameters
    ----------
    sessions
        In time order.
    earlier
        How many sessions of this task were done before these.

    >>> after_practice(["Mon", "Tue", "Wed"]), after_practice(["Thu"], earlier=3)
    (['Wed'], ['Thu'])
    """
    return sessions[max(0, practice - earlier) :]


def learning_per_log_session(values: Iterable[float]) -> float | None:
    """Slope of a score on the natural logarithm of its session's number: what practice alone does. None below three."""
    scores = list(values)
    if len(scores) < FEWEST_BASELINE:
        return None
    logs = [math.log(n) for n in range(1, len(scores) + 1)]
    middle, level = fmean(logs), fmean(scores)
    return math.fsum((x - middle) * (y - level) for x, y in zip(logs, scores, strict=True)) / math.fsum(
        (x - middle) ** 2 for x in logs
    )


def smallest_detectable(baseline: Sequence[float]) -> float | None:
    """The difference between two single sessions below which nothing can be told: t x sqrt(2) x own baseline SD.

    Student's t in place of 1.96, because a few sessions know their own SD badly; with many the two agree.

    Parameters
    ----------
    baseline
        One score a session after practice, before anything is changed; None comes back below three.

    Source: reliable change, Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12, with the person's own SD.

    >>> round(smallest_detectable([3.8, 3.9, 4.0]), 3)
    0.609
    """
    _check_finite(baseline)
    if len(baseline) < FEWEST_BASELINE:
        return None
    free = len(baseline) - 1
    t = _T_975[free - 1] if free <= len(_T_975) else 1.96
    return t * math.sqrt(2) * stdev(baseline)


def _check_finite(values: Iterable[float]) -> None:
    for place, value in enumerate(values, start=1):
        if not math.isfinite(value):
            raise ValueError(f"value {place} must be a finite number, got {value}")
