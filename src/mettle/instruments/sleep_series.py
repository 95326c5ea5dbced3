"""What a series of nights says: regularity, the spread of mid-sleep, social jetlag. Of one source only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from mettle.instruments.sleep import DAY_MIN, clock_min

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mettle.instruments.sleep import Sleep
    from mettle.units import When

_DAY_S = 86400.0

FEWEST_DAY_PAIRS = 5
"""Pairs of consecutive days below which no regularity index is told."""

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Regularity:
    """How alike consecutive days are.

    Parameters
    ----------
    sri
        Sleep regularity index, -100 to 100; 100: asleep and awake at the same times every day. None below
        `FEWEST_DAY_PAIRS` pairs.
    day_pairs
        Pairs of consecutive days, both written down.
    """

    sri: float | None
    day_pairs: int


def regularity(nights: Sequence[Sleep], *, fewest: int = FEWEST_DAY_PAIRS) -> Regularity:
    """The sleep regularity index: how much of the time the person is in the same state 24 hours later.

    The sum over epochs is taken to its limit, so that no epoch length has to be chosen. Days run between the points
    opposite to the person's mean mid-sleep; a day without a night is in no pair.

    Parameters
    ----------
    nights
        Of one source, in any order.
    fewest
        Pairs of days below which no index is given.

    Source: Phillips et al. 2017, doi:10.1038/s41598-017-03171-4.
    """
    check_one_source(nights)
    if not nights:
        return Regularity(None, 0)
    spans = _joined((_seconds(n.onset), _seconds(n.wake)) for n in nights)
    middles = [_seconds(n.mid_sleep) for n in nights]
    start = _mean_on_circle([m % _DAY_S for m in middles], _DAY_S) + _DAY_S / 2
    days = sorted({math.floor((m - start) / _DAY_S) for m in middles})
    pairs = [(d, d + 1) for d in days if d + 1 in set(days)]
    if len(pairs) < fewest or not pairs:
        return Regularity(None, len(pairs))
    asleep = {d: _within(spans, start + d * _DAY_S) for d in days}
    differing = fmean(_differing(asleep[one], asleep[other]) for one, other in pairs)
    return Regularity(-100 + 200 * (1 - differing / _DAY_S), len(pairs))


def mid_sleep_sd(nights: Sequence[Sleep]) -> float | None:
    """Standard deviation (n - 1) of mid-sleep's local clock, minutes; None below two nights. Midnight is no edge."""
    check_one_source(nights)
    if len(nights) < 2:
        return None
    clocks = [clock_min(n.mid_sleep) for n in nights]
    middle = _mean_on_circle(clocks, DAY_MIN)
    return stdev((c - middle + DAY_MIN / 2) % DAY_MIN for c in clocks)


def social_jetlag(nights: Sequence[Sleep], *, free: frozenset[int] = frozenset({SATURDAY, SUNDAY})) -> float | None:
    """Minutes by which mid-sleep before free days lies from mid-sleep before working days; None without both.

    Parameters
    ----------
    nights
        Of one source.
    free
        Weekdays of waking that are free (Monday is 0).

    Source: Wittmann et al. 2006, doi:10.1080/07420520500545979.
    """
    check_one_source(nights)
    off = [clock_min(n.mid_sleep) for n in nights if n.day.weekday() in free]
    on = [clock_min(n.mid_sleep) for n in nights if n.day.weekday() not in free]
    if not off or not on:
        return None
    apart = (_mean_on_circle(off, DAY_MIN) - _mean_on_circle(on, DAY_MIN)) % DAY_MIN
    return min(apart, DAY_MIN - apart)


def check_one_source(nights: Sequence[Sleep]) -> None:
    """Raise ValueError where nights of several sources are given as one series.

    A diary and a device tell of the same night with total sleep times that lie half an hour apart, so a series of both
    shows the day on which the source changed. Source: PMC8314633.
    """
    sources = sorted({n.source for n in nights})
    if len(sources) > 1:
        raise ValueError(f"nights of different sources are never one series, got {', '.join(sources)}")


def _seconds(moment: When) -> float:
    """On one time line: UTC where known, else the wall clock."""
    if moment.instant is not None:
        return moment.instant.timestamp()
    assert moment.wall is not None
    return moment.wall.replace(tzinfo=UTC).timestamp()


def _mean_on_circle(values: Sequence[float], around: float) -> float:
    """The mean of clock readings: 23:30 and 00:30 have midnight between them, not noon."""
    angles = [2 * math.pi * v / around for v in values]
    middle = math.atan2(math.fsum(map(math.sin, angles)), math.fsum(map(math.cos, angles))) / (2 * math.pi) * around
    away = [(v - middle + around / 2) % around - around / 2 for v in values]
    return middle + fmean(away)  # the mean in minutes, unrolled at the circular one


def _joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans in order, overlapping ones as one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _within(spans: Iterable[tuple[float, float]], start: float) -> list[tuple[float, float]]:
    """What of the spans lies in the day that begins here, counted from its beginning."""
    cut = [(max(a - start, 0.0), min(b - start, _DAY_S)) for a, b in spans]
    return [(a, b) for a, b in cut if b > a]


def _differing(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """Seconds of a day in which one day has sleep and the other has none."""
    both = math.fsum(max(0.0, min(b, d) - max(a, c)) for a, b in one for c, d in other)
    return math.fsum(b - a for a, b in one) + math.fsum(d - c for c, d in other) - 2 * both
