"""A drawn trial rehearsed on a simulated person whose truth is known: files as a real one would have."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mettle.trials.people import Person
    from mettle.trials.schedule import Schedule


def rehearse(
    person: Person, schedule: Schedule, *, seed: int
) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """Check-ins (time, 0-100) and doses (time, 1), as `mettle answer` reads them.

    The person does what the schedule says, at about 17:30, and rates at about 08:00, two hours after that hour, and 22:00.
    Under two ways of training the first arm has the lift, the second none.

    Parameters
    ----------
    seed
        Of the person's days; the schedule has its own.
    """
    rng = np.random.default_rng(seed)
    with_lift = {on for on, arm in schedule.session_days.items() if arm == schedule.arms[0]}
    trained = {a.on for a in schedule.assignments if a.session and a.arm not in ("", "rest")}
    first, last = schedule.assignments[0].on, schedule.assignments[-1].on
    level = state = 0.0
    ratings: list[tuple[str, float]] = []
    doses: list[tuple[str, float]] = []
    ends: list[datetime] = []
    for day in range((last - first).days + 1):
        on = first + timedelta(days=day)
        level += 0.05 * float(rng.normal())
        state = float(np.exp(-0.5)) * state + 0.6 * float(np.sqrt(1 - np.exp(-1.0))) * float(rng.normal())
        begin = datetime.combine(on, time(17, 30)) + timedelta(minutes=int(rng.integers(-20, 40)))
        if on in trained:
            doses.append((f"{begin:%Y-%m-%d %H:%M}", 1.0))
        if on in with_lift:
            ends.append(begin)
        for clock in (datetime.combine(on, time(8)), begin + timedelta(minutes=120), datetime.combine(on, time(22))):
            at = clock + timedelta(minutes=int(rng.integers(-12, 13)))
            clean = 58 + _lift(person, at, ends) + person.sd * (level + state)
            value = float(np.clip(round(clean + 0.6 * person.sd * float(rng.normal())), 0, 100))
            if rng.random() >= person.missing:
                ratings.append((f"{at:%Y-%m-%d %H:%M}", value))
    return ratings, doses


def _lift(person: Person, at: datetime, ends: list[datetime]) -> float:
    yesterday: date = at.date() - timedelta(days=1)
    fading = sum(person.acute * float(np.exp(-(at - end) / timedelta(hours=person.tau_h))) for end in ends if end < at)
    return fading + (person.next_day if any(end.date() == yesterday for end in ends) else 0.0)
