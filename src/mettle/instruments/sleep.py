"""Sleep from a diary: the variables of one night.

Times are moments with a zone where the zone is known, and every duration is subtracted in UTC, so that midnight and the
nights on which the clocks change need no rule of their own. Variables after the Consensus Sleep Diary, in our words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mettle.units import When

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, time

LONGEST_IN_BED_MIN = 16 * 60
"""A longer stay in bed is a slip of the pen (a swapped morning and evening), so the night is refused."""

DAY_MIN = 1440


@dataclass(frozen=True, slots=True)
class Night:
    """One night as the person wrote it down.

    Parameters
    ----------
    bed, wake
        Into bed; the last waking.
    tried
        When the person began to try to sleep; None in the short form, where it is the time in bed.
    out
        Out of bed for good; None in the short form, where it is the last waking.
    sol_min, waso_min
        Minutes until asleep, and minutes awake in between; None where not asked (the short form).
    trying_after_min
        Minutes after the last waking in which sleep was still tried; None counts all of them until out of bed.
    quality
        1 (very poor) to 5 (very good); None where not asked.
    source
        The diary or device it is from; nights of different sources never stand in one series.
    """

    bed: When
    wake: When
    tried: When | None = None
    out: When | None = None
    sol_min: float | None = None
    waso_min: float | None = None
    trying_after_min: float | None = None
    quality: float | None = None
    source: str = "sleep_diary"


@dataclass(frozen=True, slots=True)
class Sleep:
    """The variables of one night. None where the night does not say enough.

    Parameters
    ----------
    day
        The date of the last waking.
    tib_min
        Time in bed, minutes: from into bed to out of it.
    sol_min, waso_min
        Sleep onset latency, and time awake after sleep onset.
    tst_min
        Total sleep time.
    twak_min
        From the last waking to out of bed.
    dse_min
        Duration of the sleep episode: latency, sleep, time awake, and the time in which sleep was tried at the end.
    se_tib, se_dse
        Sleep efficiency in percent of time in bed, and of the sleep episode; the second is the one to use.
    period_min
        From falling asleep (in the short form: from into bed) to the last waking.
    onset, mid_sleep, wake
        Moments; the middle lies halfway between the other two.
    """

    day: date
    source: str
    tib_min: float
    sol_min: float | None
    waso_min: float | None
    tst_min: float | None
    twak_min: float | None
    dse_min: float | None
    se_tib: float | None
    se_dse: float | None
    period_min: float
    onset: When
    mid_sleep: When
    wake: When
    quality: float | None

    @property
    def mid_sleep_min(self) -> float:
        """Local clock of mid-sleep, in minutes after midnight: -720 to 720, an evening is below 0."""
        minutes = clock_min(self.mid_sleep)
        return minutes - DAY_MIN if minutes >= DAY_MIN / 2 else minutes


def sleep(night: Night) -> Sleep:
    """The variables of a night.

    Raises
    ------
    ValueError
        Where times are out of order, more than 16 hours lie between into and out of bed, or more minutes awake are
        written down than there were.

    Source: Carney et al. 2012, doi:10.5665/sleep.1642; efficiency of the sleep episode: Reed and Sacco 2016,
    doi:10.5664/jcsm.5498.

    >>> when = When.parse
    >>> found = sleep(Night(when("2026-11-21T22:45"), when("2026-11-22T06:20"), when("2026-11-21T23:15"),
    ...                     when("2026-11-22T06:45"), sol_min=25, waso_min=30))
    >>> found.tib_min, found.tst_min, round(found.se_tib, 2), round(found.se_dse, 2), str(found.mid_sleep)
    (480.0, 370.0, 77.08, 82.22, '2026-11-22T03:00:00')
    """
    tried, out = night.tried or night.bed, night.out or night.wake
    tib = _minutes_in_order(night, tried, out)
    sol, waso = _count(night.sol_min, "sol_min"), _count(night.waso_min, "waso_min")
    _check_quality(night.quality)
    asleep_at = _after(tried, sol or 0.0, like=night.wake)
    trying = _minutes(tried, night.wake)
    period = trying - (sol or 0.0)
    twak = _minutes(night.wake, out) if night.out else None
    tst = dse = se_dse = se_tib = None
    if sol is not None and waso is not None:
        tst = trying - sol - waso
        after = _trying_after(night, twak or 0.0)
        dse = trying + after
    if period < 0 or (tst is not None and tst < 0):
        awake = f"{sol or 0:g} minutes until asleep and {waso or 0:g} awake in between"
        raise ValueError(f"{awake} are more than the {trying:g} minutes from trying to sleep to the last waking")
    if tst is not None and dse:
        se_tib, se_dse = 100 * tst / tib, 100 * tst / dse
    return Sleep(
        night.wake.on,
        night.source,
        tib,
        sol,
        waso,
        tst,
        twak,
        dse,
        se_tib,
        se_dse,
        period,
        asleep_at,
        _after(asleep_at, period / 2, like=night.wake),
        night.wake,
        night.quality,
    )


def night_from_clocks(
    on: date,
    clocks: Sequence[time],
    *,
    zone: str | None = None,
    sol_min: float | None = None,
    waso_min: float | None = None,
    quality: float | None = None,
    source: str = "sleep_diary",
) -> Night:
    """A night from times of day alone: counted back from the morning on which it ended.

    Parameters
    ----------
    on
        The date of getting up.
    clocks
        Into bed, tried to sleep, last waking, out of bed; or into bed and last waking only.
    zone
        IANA name; None where unknown, and then wall times are all there is.

    >>> from datetime import date, time
    >>> night = night_from_clocks(date(2026, 3, 29), [time(23), time(7)], zone="Europe/Berlin")
    >>> sleep(night).tib_min  # the clocks went forward
    420.0
    """
    if len(clocks) not in (2, 4):
        raise ValueError(f"a night has two times or four, got {len(clocks)}")
    moments: list[When] = []
    latest: When | None = None
    for clock in reversed(clocks):
        latest = _at_or_before(clock, on, zone, latest)
        moments.insert(0, latest)
    bed, wake = moments[0], moments[-1] if len(moments) == 2 else moments[2]
    tried, out = (None, None) if len(moments) == 2 else (moments[1], moments[3])
    return Night(bed, wake, tried, out, sol_min, waso_min, None, quality, source)


def _minutes_in_order(night: Night, tried: When, out: When) -> float:
    """Time in bed, the order of the four times checked."""
    steps = [("into bed", night.bed), ("trying to sleep", tried), ("last waking", night.wake), ("out of bed", out)]
    for (before, first), (after, second) in pairwise(steps):
        if _minutes(first, second) < 0:
            raise ValueError(f"{after} ({second}) lies before {before} ({first})")
    tib = _minutes(night.bed, out)
    if tib > LONGEST_IN_BED_MIN:
        raise ValueError(
            f"{tib / 60:.1f} hours in bed ({night.bed} to {out}); at most {LONGEST_IN_BED_MIN // 60} are taken"
        )
    if tib <= 0:
        raise ValueError(f"a night without length: into and out of bed at {night.bed}")
    return tib


def _trying_after(night: Night, twak: float) -> float:
    after = _count(night.trying_after_min, "trying_after_min")
    if after is None:
        return twak
    if after > twak:
        raise ValueError(f"trying_after_min must be at most the {twak:g} minutes in bed after waking, got {after:g}")
    return after


def _count(minutes: float | None, name: str) -> float | None:
    if minutes is not None and not 0 <= minutes <= LONGEST_IN_BED_MIN:
        raise ValueError(f"{name} must be minutes from 0 to {LONGEST_IN_BED_MIN}, got {minutes:g}")
    return minutes


def _check_quality(quality: float | None) -> None:
    if quality is not None and not 1 <= quality <= 5:
        raise ValueError(f"quality must lie in 1-5, got {quality:g}")


def _minutes(first: When, second: When) -> float:
    """From one moment to the other: in UTC where both are known there, by the wall clock where neither is."""
    if first.instant is not None and second.instant is not None:
        return (second.instant - first.instant).total_seconds() / 60
    if first.instant is None and second.instant is None and first.wall is not None and second.wall is not None:
        return (second.wall - first.wall).total_seconds() / 60
    if first.wall is None or second.wall is None:
        raise ValueError(f"a night needs times of day, got {first if first.wall is None else second}")
    raise ValueError(f"the times of one night have an offset all or none, got {first} and {second}")


def _after(moment: When, minutes: float, *, like: When) -> When:
    """So many minutes later; told in the zone of the moment, else with the offset of ``like``."""
    later = timedelta(minutes=minutes)
    if moment.instant is None:
        assert moment.wall is not None
        return When.local(moment.wall + later)
    instant = moment.instant + later
    if zone := moment.zone or like.zone:
        return When.aware(instant.astimezone(ZoneInfo(zone)))
    return _fixed(instant, like)


def _fixed(instant: datetime, like: When) -> When:
    shifted = instant + timedelta(seconds=like.offset_s or 0)
    return When(shifted.date(), shifted.time(), like.offset_s)


def _at_or_before(clock: time, on: date, zone: str | None, latest: When | None) -> When:
    """The clock's last occurrence that is not after ``latest``; on the date itself, where nothing is later."""
    for day in (on, on - timedelta(days=1), on - timedelta(days=2)):
        found = When(day, clock)
        if zone is not None:
            found = found.assume(zone)
        if latest is None or _minutes(found, latest) >= 0:
            return found
    raise ValueError(f"{clock:%H:%M} does not fit before {latest}")


def clock_min(moment: When) -> float:
    """Minutes since local midnight."""
    clock = moment.clock
    assert clock is not None
    return clock.hour * 60 + clock.minute + (clock.second + clock.microsecond / 1e6) / 60
