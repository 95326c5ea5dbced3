"""Which check-in is due: morning and evening alike on every day, so that days of training and of rest are asked the same.

A comparison of the two needs both: ratings that came only after training would be compared with nothing.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from mettle.web import days, prompts, store

if TYPE_CHECKING:
    from datetime import date

    from mettle.web import models

OPENS = time(18)
"""From when the evening is asked on Today, or from the person's own time where that is earlier."""
NOON_MIN, DAY_STARTS_MIN, DAY_MIN = 720, 180, 1440
WHOLE = ("", "any")
"""Occasions of a check-in that nobody called by a time of day."""


def due(person: models.Person, today: date, *, session_waits: bool, trained: bool, drawn: bool) -> str | None:
    """The occasion to ask for now; None where nothing is due.

    Parameters
    ----------
    session_waits
        A session is planned for today and not done. The evening then waits until the person's own time, so that whoever
        trains late is asked afterwards; and who does not train after all is asked like anybody.
    trained
        A session was finished today.
    drawn
        A trial runs: the first question is worded alike on both kinds of days, so that what was drawn cannot colour it.
    """
    said = of_day(person, today)
    now = _since_three(days.now(person).time())
    evening = _evening(person, session_waits=session_waits, drawn=drawn)
    if not said:
        if drawn:
            return "morning" if now + DAY_STARTS_MIN < NOON_MIN else "any"
        if session_waits:
            return "before"
        return "evening" if evening is not None and now >= evening else "any"
    if evening is None or now < evening:
        return None
    told = any(
        occasion == "evening" or (occasion in WHOLE and not trained and _since_three(clock) >= evening)
        for occasion, clock in said
    )
    return None if told else "evening"


def of_day(person: models.Person, day: date) -> list[tuple[str, time]]:
    """Occasion and clock time of what was rated in this app on a day, which lasts until 03:00."""
    rows = person.observations.filter(deleted="", on__in=(day, day + timedelta(days=1)), source="mettle")
    return [
        (row.occasion, row.clock_time or time(12))
        for row in rows.exclude(outcome__in=store.ASIDE)
        if store.when(row).day == day
    ]


def trial_runs(person: models.Person) -> bool:
    """Whether a trial runs, whose days were drawn."""
    return bool(person.trials.filter(ended_at=None).exists())


def _evening(person: models.Person, *, session_waits: bool, drawn: bool) -> int | None:
    """From which minute of the day the evening is asked; None for a person who wants none, unless a trial needs it."""
    chosen = person.choices.get("prompt_times", prompts.DEFAULT_TIMES).get("evening")
    if not chosen and not drawn:
        return None
    own = _since_three(time.fromisoformat(chosen or prompts.DEFAULT_TIMES["evening"]))
    return own if session_waits else min(own, _since_three(OPENS))


def _since_three(clock: time) -> int:
    return (clock.hour * 60 + clock.minute - DAY_STARTS_MIN) % DAY_MIN
