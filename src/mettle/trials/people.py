"""Simulated people whose true effect is known: to test with, to learn with, and never to be taken for data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from mettle.diary import Diary, Observation
from mettle.training import Exercise, PerformedSession, PerformedSet
from mettle.trials.schedule import Assignment, Schedule
from mettle.units import Load, When

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Person:
    """What is true of a simulated person; figures in points of a 0-100 slider unless said.

    Parameters
    ----------
    acute
        Lift right after a session, fading with ``tau_h`` hours.
    next_day
        Lift on the day after.
    slow
        What one session a day, kept up for months, comes to; only `rehearsal.rehearse` builds it in.
    sd
        Their within-person SD.
    missing
        Share of check-ins that are not made, 0-1.
    stops_after
        Day after which nothing is recorded any more; None for never.
    mood_first
        How strongly a good morning leads to a session that day (log odds a SD): reverse causation.
    """

    acute: float = 0.0
    next_day: float = 0.0
    slow: float = 0.0
    tau_h: float = 4.0
    sd: float = 12.0
    missing: float = 0.1
    stops_after: int | None = None
    mood_first: float = 0.0


PEOPLE: Mapping[str, Person] = {
    "benefits": Person(acute=14.0, next_day=3.0),
    "no_effect": Person(),
    "misses_days": Person(acute=14.0, next_day=3.0, missing=0.5),
    "drops_out": Person(acute=14.0, next_day=3.0, stops_after=20),
    "follows_mood": Person(mood_first=2.5),
}
"""One who benefits, one with no effect, one who misses days, one who drops out, one who trains when it is a good day."""


def simulate(
    person: Person,
    *,
    days: int = 84,
    seed: int = 0,
    start: date = date(2026, 3, 2),
    randomised: bool = False,
    plan: Schedule | None = None,
) -> tuple[Diary, Schedule | None]:
    """A diary of morning, evening and after-session check-ins, and of sessions; the schedule where it was a trial.

    Sessions fall on three of seven days: by coin where ``randomised``, otherwise as the person's habits and mood go.
    Check-ins come at about 08:00 and 20:30 every day, and about an hour and a half after each session's clock time.

    Parameters
    ----------
    days
        Length of the diary.
    start
        Its first day; where a plan is given, the plan's.
    plan
        A drawn schedule of days, which is then followed to the letter for as long as it lasts.
    """
    rng = np.random.default_rng(seed)
    drawn = None if plan is None else {a.on: a.arm == plan.arms[0] for a in plan.assignments}
    if plan is not None:
        start = plan.assignments[0].on
        days = (plan.assignments[-1].on - start).days + 1
    state, level = 0.0, 0.0
    sessions: list[PerformedSession] = []
    observations: list[Observation] = []
    assignments: list[Assignment] = []
    ends: list[datetime] = []
    for day in range(days):
        on = start + timedelta(days=day)
        level += 0.05 * float(rng.normal())
        state = float(np.exp(-0.5)) * state + 0.6 * float(np.sqrt(1 - np.exp(-1.0))) * float(rng.normal())
        odds = -0.3 + person.mood_first * (level + state) / 0.6
        trains = bool(rng.random() < (0.43 if randomised else 1 / (1 + np.exp(-odds))))
        trains = trains if drawn is None else drawn.get(on, False)
        assignments.append(Assignment(on, "train" if trains else "rest"))
        if person.stops_after is not None and day > person.stops_after:
            continue
        begin = datetime.combine(on, time(17, 30)) + timedelta(minutes=int(rng.integers(-20, 40)))
        if trains:
            sessions.append(_session(begin, rng))
            ends.append(begin + timedelta(minutes=45))
        clocks = [datetime.combine(on, time(8)), begin + timedelta(minutes=135), datetime.combine(on, time(22))]
        for clock in clocks:
            at = clock + timedelta(minutes=int(rng.integers(-12, 13)))
            lift = sum(
                person.acute * float(np.exp(-(at - end) / timedelta(hours=person.tau_h))) for end in ends if end < at
            )
            lift += person.next_day if any(end.date() == on - timedelta(days=1) for end in ends) else 0.0
            clean = 58 + lift + person.sd * (level + state)
            value = float(np.clip(round(clean + 0.6 * person.sd * float(rng.normal())), 0, 100))
            if rng.random() >= person.missing:
                observations.append(Observation("mood", When.local(at), value))
    diary = Diary(sessions=tuple(sessions), observations=tuple(observations))
    if plan is not None:
        return diary, plan
    return diary, Schedule("days", ("train", "rest"), tuple(assignments), "mood") if randomised else None


_LIFTS = (
    ("Squat (Barbell)", 60),
    ("Bench Press (Barbell)", 45),
    ("Bent Over Row (Barbell)", 40),
    ("Overhead Press", 25),
)


def _session(begin: datetime, rng: np.random.Generator) -> PerformedSession:
    sets = tuple(
        PerformedSet(
            Exercise(name),
            number,
            reps=int(rng.integers(6, 11)),
            load=Load(Decimal(kg), "kg"),
            rir=float(rng.integers(1, 4)),
        )
        for name, kg in _LIFTS
        for number in range(1, int(rng.integers(3, 5)) + 1)
    )
    return PerformedSession("hevy", When.local(begin), "Full body", sets, duration_s=45 * 60)
