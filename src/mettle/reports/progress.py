"""How it goes: strength with its doubt, sets by muscle, days trained, sleep. Figures only; `progress_charts` draws them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from mettle.training import catalogue, records, strength
from mettle.words import Figure, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.diary import Diary
    from mettle.training import PerformedSet

WEEKS = 4
FEWEST_POINTS = 2


@dataclass(frozen=True, slots=True)
class StrengthOn:
    """The one-repetition maximum as known on a day: median and 95% band, kilograms."""

    on: date
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class StrengthLine:
    """One exercise over time.

    Parameters
    ----------
    exercise, name
        As the log names it, and as shown.
    points
        One a day that says something of the maximum, in time order.
    rough
        True where the last estimate rests on many repetitions.
    """

    exercise: str
    name: str
    points: tuple[StrengthOn, ...]
    rough: bool

    @property
    def moved_kg(self) -> float:
        """Last median less the first, kilograms."""
        return self.points[-1].median - self.points[0].median

    @property
    def told(self) -> str:
        """What the line says; a rise inside the band is not called one.

        >>> early, late = date(2026, 9, 1), date(2026, 11, 1)
        >>> StrengthLine("x", "Squat", (StrengthOn(early, 90, 100, 111), StrengthOn(late, 91, 101, 112)), False).told
        'Squat: about the same'
        """
        first, last = self.points[0], self.points[-1]
        if last.median > first.high or last.median < first.low:
            by = Figure(f"{abs(self.moved_kg):.1f}")
            if self.moved_kg > 0:
                return say("{name}: up by about {by} kg", name=self.name, by=by)
            return say("{name}: down by about {by} kg", name=self.name, by=by)
        return say("{name}: about the same", name=self.name)


@dataclass(frozen=True, slots=True)
class MuscleWeek:
    """Sets a week for a muscle: done on average, and planned (None without a plan)."""

    muscle: str
    done: float
    planned: float | None


@dataclass(frozen=True, slots=True)
class Volume:
    """Sets by muscle, and how many work sets could not be counted because the catalogue does not know the exercise.

    ``weeks`` is what they were divided by: four, fewer for somebody who has just begun, at least one.
    """

    rows: tuple[MuscleWeek, ...]
    unknown: int
    weeks: float


@dataclass(frozen=True, slots=True)
class NightOn:
    """Hours slept before a day."""

    on: date
    hours: float


def name_of(exercise: str) -> str:
    """An exercise as shown: the catalogue's name, else as written."""
    found = catalogue.exercises().get(exercise)
    return found.name if found else exercise.replace("_", " ")


def strength_lines(diary: Diary, *, since: date, most: int = 6) -> list[StrengthLine]:
    """Strength day by day of the exercises trained most often since a day; an exercise needs two days that say something."""
    sets: dict[str, dict[date, list[PerformedSet]]] = defaultdict(lambda: defaultdict(list))
    for session in diary.sessions:
        if session.start.day >= since:
            for one in session.sets:
                sets[one.exercise.name][session.start.day].append(one)
    found = []
    for exercise, by_day in sets.items():
        said = [(day, s) for day, of_day in sorted(by_day.items()) if (s := strength.from_sets(of_day)) is not None]
        if len(said) < FEWEST_POINTS:
            continue
        followed = strength.follow([day.toordinal() for day, _ in said], [s for _, s in said])
        points = tuple(
            StrengthOn(day, s.quantile(0.025), s.median_kg, s.quantile(0.975))
            for (day, _), s in zip(said, followed, strict=True)
        )
        found.append(StrengthLine(exercise, name_of(exercise), points, not followed[-1].close))
    return sorted(found, key=lambda line: -len(line.points))[:most]


def volume(diary: Diary, *, today: date, plan: Mapping[str, Any] | None = None) -> Volume:
    """Sets a week by muscle over the last four weeks, or since the first record, each set counted by the share that it trains the muscle.

    Parameters
    ----------
    plan
        A PLAN.json; its weeks that are not deloads say what was meant.
    """
    first = today - timedelta(days=7 * WEEKS)
    counted: Counter[str] = Counter()
    unknown = 0
    for session in diary.sessions:
        if not first < session.start.day <= today:
            continue
        for one in session.sets:
            if one.kind == "warm_up" or one.status == "missed":
                continue
            shares = _shares(one.exercise.name)
            unknown += not shares
            counted.update(_scaled(shares, 0.5 if one.side != "both" else 1.0))
    meant = _planned(plan) if plan else None
    weeks = max(1.0, min(7 * WEEKS, (today - (begun(diary) or today)).days + 1) / 7)
    muscles = set(counted) | set(meant or ())
    rows = [MuscleWeek(m, counted[m] / weeks, meant.get(m, 0.0) if meant is not None else None) for m in muscles]
    return Volume(tuple(sorted(rows, key=lambda r: (-max(r.done, r.planned or 0), r.muscle))), unknown, weeks)


def _shares(exercise: str) -> Mapping[str, float]:
    found = catalogue.exercises().get(exercise) or catalogue.exercises().get(exercise.strip().lower().replace(" ", "_"))
    return found.muscles if found else {}


def _scaled(shares: Mapping[str, float], by: float) -> dict[str, float]:
    return {muscle: share * by for muscle, share in shares.items()}


def _planned(plan: Mapping[str, Any]) -> dict[str, float]:
    weeks = [w for w in plan["weeks"] if not w["deload"]] or list(plan["weeks"])
    total: Counter[str] = Counter()
    for week in weeks:
        for session in week["sessions"]:
            for part in session["parts"]:
                for planned in part["exercises"]:
                    for one in planned["sets"]:
                        if one["kind"] == "work":
                            total.update(
                                _scaled(_shares(planned["exercise"]), 0.5 if one["side"] in ("left", "right") else 1.0)
                            )
    return {muscle: sets / max(len(weeks), 1) for muscle, sets in total.items()}


def begun(diary: Diary) -> date | None:
    """The day of the first session or rating; None before there is one."""
    return min(
        (r.day for r in (*(s.start for s in diary.sessions), *(o.when for o in diary.observations))), default=None
    )


def days_trained(diary: Diary, *, today: date, weeks: int = 8) -> list[tuple[date, int]]:
    """Monday of each of the last weeks since the first record, and on how many of its days there was training."""
    trained = {s.start.day for s in diary.sessions if not s.skipped}
    this_monday, first = today - timedelta(days=today.weekday()), begun(diary) or today
    mondays = [this_monday - timedelta(weeks=n) for n in reversed(range(weeks))]
    return [
        (monday, sum(monday + timedelta(days=n) in trained for n in range(7)))
        for monday in mondays
        if monday == this_monday or monday + timedelta(days=6) >= first
    ]


def trained_of(diary: Diary, *, today: date, most: int = 56) -> tuple[int, int]:
    """On how many of the last days there was training, and how many days those are: counted from the first record, today too."""
    span = min(most, (today - (begun(diary) or today)).days + 1)
    trained = {s.start.day for s in diary.sessions if not s.skipped}
    return sum(today - timedelta(days=n) in trained for n in range(span)), span


def nights(diary: Diary, *, since: date) -> list[NightOn]:
    """Hours slept, one figure a day; where two sources tell of a night, the one with more nights speaks."""
    found = [s for s in diary.signals if s.name == "sleep_h" and s.when.day >= since]
    if not found:
        return []
    source = Counter(s.source for s in found).most_common(1)[0][0]
    by_day = {s.when.day: s.value for s in found if s.source == source}
    return [NightOn(day, hours) for day, hours in sorted(by_day.items())]


def wins(diary: Diary, *, since: date) -> list[records.Record]:
    """Records since a day, the newest first, one an exercise."""
    latest = {r.exercise: r for r in records.records(diary.sessions) if r.on >= since}
    return sorted(latest.values(), key=lambda r: r.on, reverse=True)
