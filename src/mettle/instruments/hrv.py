"""Heart-rate variability from intervals between beats: which beats count, the measures, and a week beside one's own weeks.

Measured on waking, always in the same posture, before caffeine and training. A rise is no proof of recovery.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

SHORTEST_MS, LONGEST_MS = 300.0, 2000.0
"""A beat outside is an artefact: 200 and 30 beats a minute."""

LARGEST_JUMP = 0.20
"""A beat that differs by more than this share from the last accepted one is an artefact."""

WARN_SHARE, DROP_SHARE = 0.05, 0.10
"""Shares of left-out beats above which a recording is doubtful, and above which it is not used."""

SHORTEST_RECORDING_S = 60.0
"""Seconds of accepted beats below which a recording is not used as an outcome."""

WEEK_DAYS, OWN_DAYS, OWN_SPAN_DAYS = 7, 60, 30
FEWEST_IN_WEEK, FEWEST_OWN = 3, 15
BAND_SD = 0.5

_FIRST_BEATS = 5


@dataclass(frozen=True, slots=True)
class Beats:
    """Intervals, and which of them count.

    Parameters
    ----------
    accepted
        Those that count, ms, in order.
    follows
        For each accepted one, whether it directly follows the one before it in this list.
    beats
        How many there were.
    """

    accepted: tuple[float, ...]
    follows: tuple[bool, ...]
    beats: int

    @property
    def rejected(self) -> int:
        """How many were left out."""
        return self.beats - len(self.accepted)

    @property
    def rejected_share(self) -> float:
        """Share that was left out, 0-1."""
        return self.rejected / self.beats if self.beats else 0.0


@dataclass(frozen=True, slots=True)
class Hrv:
    """Measures of one recording; None where too few beats count.

    Parameters
    ----------
    rmssd_ms, ln_rmssd
        Root mean square of successive differences, and its natural logarithm (None where it is 0).
    sdnn_ms
        Standard deviation (n - 1) of the intervals. Never pooled with RMSSD.
    pnn50
        Percent of successive differences above 50 ms.
    heart_rate_bpm
        60000 over the mean interval.
    beats, rejected, differences
        Beats in the recording, beats left out, successive differences used.
    seconds
        Length of the accepted beats together.
    quality
        ``good``; ``warn`` above 5% of beats left out; ``drop`` above 10%: not used.
    """

    rmssd_ms: float | None
    ln_rmssd: float | None
    sdnn_ms: float | None
    pnn50: float | None
    heart_rate_bpm: float | None
    beats: int
    rejected: int
    differences: int
    seconds: float
    quality: Literal["good", "warn", "drop"]

    @property
    def usable(self) -> bool:
        """Whether it may stand as an outcome: long enough, and few enough beats left out."""
        return self.quality != "drop" and self.seconds >= SHORTEST_RECORDING_S and self.ln_rmssd is not None

    def to_json(self) -> dict[str, Any]:
        """What ``mettle hrv --json`` prints of it."""
        return {
            "rmssd_ms": _rounded(self.rmssd_ms),
            "ln_rmssd": _rounded(self.ln_rmssd),
            "sdnn_ms": _rounded(self.sdnn_ms),
            "pnn50": _rounded(self.pnn50),
            "heart_rate_bpm": _rounded(self.heart_rate_bpm),
            "beats": self.beats,
            "rejected": self.rejected,
            "differences": self.differences,
            "seconds": _rounded(self.seconds),
            "quality": self.quality,
            "usable": self.usable,
        }


def accept(rr_ms: Sequence[float], *, breaks: Collection[int] = ()) -> Beats:
    """The beats that count.

    A beat counts from 300 to 2000 ms and within 20% of the last one that counted. The first ones are held against the
    median of the first five possible beats, so that a recording that begins with an artefact is not lost; and where five
    beats in a row are refused although each is near the one before, the heart has changed its pace and they count.

    Parameters
    ----------
    rr_ms
        Intervals in ms, (n,).
    breaks
        Places whose interval does not follow the one before it in time (a gap, an unreadable row).

    Raises
    ------
    ValueError
        Where an interval is not a finite number.
    """
    gaps = set(breaks)
    for place, rr in enumerate(rr_ms):
        if not math.isfinite(rr):
            raise ValueError(f"interval {place + 1} must be a finite number of ms, got {rr}")
    possible = [SHORTEST_MS <= rr <= LONGEST_MS for rr in rr_ms]
    first = [rr for rr, fits in zip(rr_ms, possible, strict=True) if fits][:_FIRST_BEATS]
    if not first:
        return Beats((), (), len(rr_ms))
    last = median(first)
    kept: list[int] = []
    waiting: list[int] = []
    for place, rr in enumerate(rr_ms):
        if not possible[place]:
            waiting.clear()
        elif _near(rr, last):
            waiting.clear()
            kept.append(place)
            last = rr
        else:
            if waiting and not _near(rr, rr_ms[waiting[-1]]):
                waiting.clear()
            waiting.append(place)
            if len(waiting) == _FIRST_BEATS:
                kept += waiting
                waiting.clear()
                last = rr
    follows = [n > 0 and kept[n - 1] == place - 1 and place not in gaps for n, place in enumerate(kept)]
    return Beats(tuple(rr_ms[k] for k in kept), tuple(follows), len(rr_ms))


def hrv(rr_ms: Sequence[float], *, breaks: Collection[int] = (), raw: bool = False) -> Hrv:
    """Time-domain measures of one recording. Differences are taken only between neighbours that both count.

    Parameters
    ----------
    rr_ms
        Intervals in ms, (n,).
    breaks
        As for `accept`.
    raw
        Take every beat as it is: to show what the artefacts would have done.

    Source: Task Force 1996, doi:10.1161/01.CIR.93.5.1043.

    >>> rr = [812, 798, 823, 840, 815, 790, 805, 831, 847, 820, 799, 786, 810, 835, 842, 818, 801, 795, 822, 838]
    >>> found = hrv(rr)
    >>> round(found.rmssd_ms, 4), round(found.ln_rmssd, 4), round(found.sdnn_ms, 4), round(found.heart_rate_bpm, 3)
    (20.5093, 3.0209, 18.3741, 73.498)
    """
    if raw:
        used = Beats(tuple(rr_ms), tuple(n > 0 and n not in set(breaks) for n in range(len(rr_ms))), len(rr_ms))
    else:
        used = accept(rr_ms, breaks=breaks)
    steps = [b - a for a, b, near in zip(used.accepted, used.accepted[1:], used.follows[1:], strict=False) if near]
    rmssd = math.sqrt(fmean(s * s for s in steps)) if steps else None
    share = used.rejected_share
    return Hrv(
        rmssd,
        math.log(rmssd) if rmssd else None,
        stdev(used.accepted) if len(used.accepted) > 1 else None,
        100 * sum(abs(s) > 50 for s in steps) / len(steps) if steps else None,
        60_000 / fmean(used.accepted) if used.accepted else None,
        used.beats,
        used.rejected,
        len(steps),
        math.fsum(used.accepted) / 1000,
        "drop" if share > DROP_SHARE or not used.accepted else "warn" if share > WARN_SHARE else "good",
    )


@dataclass(frozen=True, slots=True)
class Week:
    """A week of lnRMSSD beside the person's own weeks before it.

    Parameters
    ----------
    mean, cv_percent
        Of the days of the week; None below three days.
    days
        Days with a recording.
    own_mean, own_sd
        Of the 60 days before; None below 15 days, or where they span less than 30.
    low, high
        The own mean less and plus half an own SD.
    place
        Where the week's mean lies; None where it cannot be told yet.
    """

    mean: float | None
    cv_percent: float | None
    days: int
    own_mean: float | None
    own_sd: float | None
    own_days: int
    low: float | None
    high: float | None
    place: Literal["below", "within", "above"] | None

    def to_json(self) -> dict[str, Any]:
        """What ``mettle hrv --json`` prints of it."""
        return {
            "mean_ln_rmssd": _rounded(self.mean),
            "cv_percent": _rounded(self.cv_percent),
            "days": self.days,
            "own_mean": _rounded(self.own_mean),
            "own_sd": _rounded(self.own_sd),
            "own_days": self.own_days,
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "place": self.place,
        }


def week(ln_rmssd: Mapping[date, float], on: date) -> Week:
    """The seven days that end on a date, beside the 60 days before them.

    Parameters
    ----------
    ln_rmssd
        One value a day, of one device.
    on
        Last day of the week.

    Source: weekly mean and its variation: Plews et al. 2013, doi:10.1007/s40279-013-0071-8. The band of half an own SD
    is a working rule, no norm.
    """
    begins = on - timedelta(days=WEEK_DAYS - 1)
    this = [v for d, v in ln_rmssd.items() if begins <= d <= on]
    before = {d: v for d, v in ln_rmssd.items() if begins - timedelta(days=OWN_DAYS) <= d < begins}
    mean = fmean(this) if len(this) >= FEWEST_IN_WEEK else None
    cv = 100 * stdev(this) / mean if mean else None
    long_enough = len(before) >= FEWEST_OWN and (max(before) - min(before)).days + 1 >= OWN_SPAN_DAYS
    if not long_enough:
        return Week(mean, cv, len(this), None, None, len(before), None, None, None)
    own_mean, own_sd = fmean(before.values()), stdev(before.values())
    low, high = own_mean - BAND_SD * own_sd, own_mean + BAND_SD * own_sd
    place: Literal["below", "within", "above"] | None = None
    if mean is not None:
        place = "below" if mean < low else "above" if mean > high else "within"
    return Week(mean, cv, len(this), own_mean, own_sd, len(before), low, high, place)


def _near(rr: float, other: float) -> bool:
    return abs(rr - other) <= LARGEST_JUMP * other


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
