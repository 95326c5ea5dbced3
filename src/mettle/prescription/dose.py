"""How much, how heavy, how hard and how long: the dose that a profile asks for, from the table of sourced rows."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mettle.prescription.profile import FEWEST_MINUTES
from mettle.prescription.screening import OLDER

if TYPE_CHECKING:
    from mettle.prescription.profile import Profile
    from mettle.prescription.screening import Screening

MAJOR = ("quads", "hams", "glutes", "chest", "lats", "upper_back")
"""Muscles that each get a weekly floor."""

SHORT_MINUTES = 20
"""Sessions of at most this are circuits by default: there is no time to rest."""

SUPERSET_MINUTES = 35


@cache
def rows() -> dict[str, Any]:
    """The table of doses, each row with its source and whether it was checked."""
    return tomllib.loads(files("mettle.prescription").joinpath("data/doses.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """What a plan aims at.

    Parameters
    ----------
    level
        The row of the table.
    sets_low, sets_high
        Fractional sets a week of each major muscle.
    percents, rirs
        Relative intensity (0-100) and repetitions in reserve, one a week of the block of four.
    reps
        Range of repetitions.
    heavy
        Whether some sets go to 80% and above.
    rest_compound_s, rest_isolation_s
        Seconds.
    format
        ``straight``, ``superset`` or ``circuit``.
    days
        Sessions a week.
    minutes
        Longest session.
    start
        Wall time at which sessions begin, or None.
    """

    level: str
    sets_low: float
    sets_high: float
    percents: tuple[float, ...]
    rirs: tuple[float, ...]
    reps: tuple[int, int]
    heavy: bool
    rest_compound_s: int
    rest_isolation_s: int
    ramp: bool
    deload: bool
    format: str
    days: int
    minutes: int
    start: time | None
    progression: str
    stations: int

    @property
    def warm_up_s(self) -> int:
        """Seconds of warm-up."""
        clock = rows()["time"]
        return int(clock["warm_up_short_s"] if self.minutes <= SHORT_MINUTES else clock["warm_up_s"])


def level_of(profile: Profile, screening: Screening) -> str:
    """The row of the dose table that holds for a person."""
    if screening.light or screening.supported:
        return "light"
    if profile.age >= OLDER and profile.experience in ("none", "novice"):
        return "older"
    if profile.experience != "none" and profile.months_off >= 6:
        return "novice" if profile.experience == "advanced" else "none"
    return profile.experience


def dose(profile: Profile, screening: Screening) -> Dose:
    """The dose for a person."""
    level = level_of(profile, screening)
    row = rows()["level"][level]
    minutes, start = slot(profile)
    days = min(profile.days_per_week, 6)
    form = profile.requested.format or _format(profile, minutes)
    heavy = profile.requested.heavy if profile.requested.heavy is not None else profile.wants("strength")
    if level in ("none", "older", "light") or screening.least_rir > 2 or form == "circuit":
        heavy = False
    deload = profile.requested.deload if profile.requested.deload is not None else row["deload"]
    rest_compound, rest_isolation = row["rest_compound_s"], row["rest_isolation_s"]
    if form == "superset":
        rest_compound = rest_isolation = rows()["superset"]["rest_s"]
    elif form == "circuit":
        rest_compound = rest_isolation = rows()["circuit"]["rest_s"]
    elif profile.wants("strength") and level in ("intermediate", "advanced"):
        rest_compound = rows()["heavy"]["rest_compound_s"]
    return Dose(
        level=level,
        sets_low=row["sets"][0],
        sets_high=row["sets"][1],
        percents=_going_on(row["percent"], level, profile),
        rirs=_going_on([max(rir, screening.least_rir) for rir in row["rir"]], level, profile),
        reps=(row["reps"][0], row["reps"][1]),
        heavy=heavy,
        rest_compound_s=rest_compound,
        rest_isolation_s=rest_isolation,
        ramp=(row["ramp"] and not profile.goes_on) or profile.months_off >= 1,
        deload=deload,
        format=form,
        days=days,
        minutes=minutes,
        start=start,
        progression=profile.requested.progression or "double",
        stations=rows()["circuit"]["stations"] if form == "circuit" else 6 if profile.wants("adhd") else 8,
    )


def _going_on(weeks: list[float], level: str, profile: Profile) -> tuple[float, ...]:
    """The four weeks of the table; the slow ramp of older people is climbed once and then kept at its upper half.

    >>> from mettle.prescription.profile import read_profile
    >>> base = {"age": 70, "sex": "F", "body_mass_kg": 70, "experience": "novice"}
    >>> _going_on([50, 55, 60, 65], "older", read_profile(base | {"weeks_trained": 4}))
    (60, 60, 65, 65)
    """
    if level == "older" and profile.goes_on:
        return (weeks[2], weeks[2], weeks[3], weeks[3])
    return tuple(weeks)


def _format(profile: Profile, minutes: int) -> str:
    if profile.wants("adhd") or minutes <= SHORT_MINUTES:
        return "circuit"
    calm = profile.wants("ptsd", "falls", "independence") or profile.age >= OLDER or profile.wants("strength")
    return "superset" if minutes <= SUPERSET_MINUTES and not calm else "straight"


def slot(profile: Profile) -> tuple[int, time | None]:
    """Minutes that a session may last, and its start: the person's window, and done 90 minutes before bed.

    >>> from mettle.prescription.profile import read_profile
    >>> base = {"age": 40, "sex": "F", "body_mass_kg": 70, "experience": "novice", "minutes": 45}
    >>> slot(read_profile(base | {"time_window": ["20:00", "22:00"], "bedtime": "22:00"}))
    (30, datetime.time(20, 0))
    """
    longest = profile.minutes
    if profile.wants("adhd") and profile.requested.format is None:
        longest = min(longest, SHORT_MINUTES)
    start = profile.time_window[0] if profile.time_window else None
    if start is None:
        if profile.bedtime and profile.wants("sleep", "insomnia", "routine"):
            return longest, _before(profile.bedtime, rows()["bed"]["minutes_before"] + longest)
        return longest, None
    assert profile.time_window is not None
    ends = [_gap(start, profile.time_window[1])]
    if profile.bedtime:
        before_bed = _gap(start, profile.bedtime) - rows()["bed"]["minutes_before"]
        if before_bed < FEWEST_MINUTES:  # sleep comes before the window that was asked for
            return longest, _before(profile.bedtime, rows()["bed"]["minutes_before"] + longest)
        ends.append(before_bed)
    room = min(ends)
    return max(FEWEST_MINUTES, min(longest, room)), start


def _gap(start: time, end: time) -> int:
    """Minutes from one wall time to the next occurrence of another; a bedtime after midnight belongs to the evening."""
    day = datetime(2000, 1, 1)  # noqa: DTZ001 - wall times only
    minutes = (datetime.combine(day, end) - datetime.combine(day, start)).total_seconds() / 60
    return int(minutes if minutes >= 0 else minutes + 24 * 60)


def _before(moment: time, minutes: int) -> time:
    return (datetime.combine(datetime(2000, 1, 2), moment) - timedelta(minutes=minutes)).time()  # noqa: DTZ001 - wall time
