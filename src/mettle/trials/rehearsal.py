"""A drawn trial rehearsed on a simulated person whose truth is known: files as a real one would have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from mettle import instruments
from mettle.trials.claims import asked_every

if TYPE_CHECKING:
    from collections.abc import Callable

    from mettle.trials.contrasts import EffectName
    from mettle.trials.people import Person
    from mettle.trials.schedule import Assignment, Schedule
    from mettle.trials.verdict import Direction

NEXT_DAY, SLOW = 10.0, 28.0
"""Benefit built in where a claim is about the next day, or about months: points of 100; the slow one for a session every day, 12 at three a week."""
SLOW_DAYS = 14.0
_BEGINS = {"am": time(7, 30), "pm": time(17, 30), None: time(17, 30)}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a simulated person wrote down.

    Parameters
    ----------
    ratings
        Time and value, on the outcome's own scale (0-100 where it is a slider or a record of one's own).
    doses
        Time, 1, and the arm that was done.
    """

    ratings: list[tuple[str, float]]
    doses: list[tuple[str, float, str]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """How an outcome is asked: every so many days, at which of the three moments, and how 0-100 turns into its values."""

    every: int
    moments: tuple[int, ...]
    value: Callable[[float, np.random.Generator], float]


def suited(person: Person, effect: EffectName) -> Person:
    """The same person with the benefit, where there is any, in what the claim speaks of.

    >>> from mettle.trials.people import PEOPLE
    >>> suited(PEOPLE["benefits"], "chronic").slow, suited(PEOPLE["no_effect"], "chronic").slow
    (28.0, 0.0)
    """
    if person.acute == person.next_day == person.slow == 0:
        return person
    if effect == "next_day":
        return replace(person, next_day=NEXT_DAY)
    return replace(person, slow=SLOW) if effect in ("chronic", "total") else person


def rehearse(person: Person, schedule: Schedule, *, seed: int, higher_is: Direction = "better") -> Rehearsed:
    """Check-ins and doses as `mettle answer` reads them.

    The person does what the schedule says, at about 17:30 (07:30 where the morning was drawn), and rates in the morning, two hours
    after that hour, and at 22:00. A questionnaire is filled in as often as it may be, about the days that it asks for. Under two
    ways of training the first arm has the lift, the second none.

    Parameters
    ----------
    seed
        Of the person's days; the schedule has its own.
    higher_is
        Of the outcome; a person who benefits moves it towards better.
    """
    rng = np.random.default_rng(seed)
    outcome = schedule.outcome or "mood"
    asked = _asked(outcome, higher_is)
    with_lift = {on for on, arm in schedule.session_days.items() if arm == schedule.arms[0]}
    sessions = {a.on: a for a in schedule.assignments if a.session and a.arm not in ("", "rest")}
    first, last = schedule.assignments[0].on, schedule.assignments[-1].on
    level = state = slow = 0.0
    keeps = float(np.exp(-1 / SLOW_DAYS))
    found = Rehearsed([], [])
    ends: list[datetime] = []
    felt: list[float] = []
    for day in range((last - first).days + 1):
        on = first + timedelta(days=day)
        level += 0.05 * float(rng.normal())
        state = float(np.exp(-0.5)) * state + 0.6 * float(np.sqrt(1 - np.exp(-1.0))) * float(rng.normal())
        begin = _begin(on, sessions.get(on), rng)
        if on in sessions:
            found.doses.append((f"{begin:%Y-%m-%d %H:%M}", 1.0, sessions[on].arm))
        if on in with_lift:
            ends.append(begin)
        due = (day + 1) % asked.every == 0
        wake = min(datetime.combine(on, time(8)), begin - timedelta(minutes=30))
        for moment, clock in enumerate((wake, begin + timedelta(minutes=120), datetime.combine(on, time(22)))):
            at = clock + timedelta(minutes=int(rng.integers(-12, 13)))
            felt.append(58 + slow + _lift(person, at, ends) + person.sd * (level + state))
            clean = felt[-1] if asked.every == 1 else float(np.mean(felt[-3 * asked.every :]))
            value = asked.value(clean + 0.6 * person.sd * float(rng.normal()), rng)
            if rng.random() >= person.missing and due and moment in asked.moments:
                found.ratings.append((f"{at:%Y-%m-%d %H:%M}", value))
        slow = keeps * slow + (1 - keeps) * person.slow * (on in with_lift)
    return found


def _begin(on: date, assigned: Assignment | None, rng: np.random.Generator) -> datetime:
    hour = _BEGINS[assigned.part if assigned else None]
    return datetime.combine(on, hour) + timedelta(minutes=int(rng.integers(-20, 40)))


def _lift(person: Person, at: datetime, ends: list[datetime]) -> float:
    yesterday: date = at.date() - timedelta(days=1)
    fading = sum(person.acute * float(np.exp(-(at - end) / timedelta(hours=person.tau_h))) for end in ends if end < at)
    return fading + (person.next_day if any(end.date() == yesterday for end in ends) else 0.0)


def _asked(outcome: str, higher_is: Direction) -> _Asked:
    low, high, every = 0.0, 100.0, 1
    moments: tuple[int, ...] = (0, 1, 2)
    if outcome in instruments.ids():
        known = instruments.load(outcome)
        low, high = float(known.range[0]), float(known.range[1])
        every, moments = asked_every(outcome), (2,)
    elif outcome not in instruments.measures():
        moments = (2,)

    def value(clean: float, rng: np.random.Generator) -> float:
        share = min(max(clean / 100, 0.0), 1.0)
        share = share if higher_is == "better" else 1 - share
        if outcome == "attended":
            return float(rng.random() < share)
        return float(round(low + share * (high - low)))

    return _Asked(every, moments, value)
