"""When a prompt is due: at check-in times, and 1 h and 4 h after a session where a trial needs it; quiet hours, three a day.

Decided from instants in UTC, so the nights on which the clocks change need no rule of their own. A prompt that nobody
could send in time is dropped, never sent late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median_low
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mettle.units import When
from mettle.web import stored_trials

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mettle.web.models import Person

MOST_A_DAY = 3
STILL_SENT = timedelta(minutes=30)
AFTER = {"after_1h": timedelta(hours=1), "after_4h": timedelta(hours=4)}
DEFAULT_TIMES = {"morning": "08:30", "evening": "20:00"}
DEFAULT_QUIET = ("22:00", "07:00")
KINDS_WITH_RATINGS_AFTER = ("session", "variant")
"""Kinds of trial whose question is what a session does within hours."""
LATEST_SESSIONS, USUAL_END = 9, time(18, 45)
"""From how many sessions the usual time is taken, and what is taken where none has been done."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person set.

    Parameters
    ----------
    zone
        IANA name.
    times
        Occasion of a check-in to its local time.
    quiet
        From and until, local; equal times mean no quiet hours.
    after_sessions
        Whether a running trial needs ratings after a session.
    as_if_ended
        Days of rest that such a trial compares, and when a session would have ended on them: they are asked at the same times.
    """

    zone: str
    times: dict[str, time]
    quiet: tuple[time, time]
    after_sessions: bool = False
    as_if_ended: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: what for, and the instant it is due. ``key`` is said once only."""

    occasion: str
    key: str
    due: datetime


def habits(person: Person) -> Habits:
    """What the person set, with defaults for what they did not."""
    said = person.choices.get("prompt_times", DEFAULT_TIMES)
    quiet = (
        person.choices.get("quiet_from") or DEFAULT_QUIET[0],
        person.choices.get("quiet_until") or DEFAULT_QUIET[1],
    )
    trial = person.trials.filter(ended_at=None, trial__kind__in=KINDS_WITH_RATINGS_AFTER).first()
    return Habits(
        person.timezone or "UTC",
        {occasion: time.fromisoformat(clock) for occasion, clock in said.items() if clock},
        (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])),
        trial is not None,
        _as_if_ended(person, trial.trial) if trial is not None and not stored_trials.damage(trial) else (),
    )


def _as_if_ended(person: Person, trial: dict[str, Any]) -> tuple[datetime, ...]:
    """On each day of rest that is rated, the wall time at which the person's sessions usually end."""
    rested = [
        r["on"]
        for r in trial.get("schedule", ())
        if r["arm"] == "rest" and r["phase"] == "trial" and r.get("rate", True)
    ]
    if not rested:
        return ()
    rows = person.sessions.filter(deleted="", finished=True, clock_time__isnull=False).order_by("-on", "-clock_time")
    ends = [
        datetime.combine(r.on, r.clock_time) + timedelta(seconds=r.duration_s or 0)
        for r in rows[:LATEST_SESSIONS]
        if r.on is not None and r.clock_time is not None
    ]
    usual = median_low([e.time() for e in ends]) if ends else USUAL_END
    return tuple(datetime.combine(date.fromisoformat(on), usual) for on in rested)


def due(
    habits: Habits,
    *,
    now: datetime,
    sessions_ended: Iterable[tuple[str, datetime]] = (),
    done: Collection[str] = (),
    sent: Collection[tuple[str, datetime]] = (),
) -> list[Prompt]:
    """The prompts to send at this moment.

    Parameters
    ----------
    now
        Aware.
    sessions_ended
        Id and end of recent sessions, aware.
    done
        Occasions of today that were already answered.
    sent
        Key and due instant of prompts sent in the last two days.
    """
    zone = ZoneInfo(habits.zone)
    today = _day(now, zone)
    keys = {key for key, _ in sent}
    left = MOST_A_DAY - sum(_day(at, zone) == today for _, at in sent)
    planned = [
        Prompt(occasion, f"{occasion} {on}", _instant(on, clock, zone))
        for on in (today - timedelta(days=1), today, today + timedelta(days=1))
        for occasion, clock in habits.times.items()
        if not (on == today and occasion in done)
    ]
    if habits.after_sessions:
        planned += [
            Prompt(occasion, f"{occasion} {session}", ended + wait)
            for session, ended in sessions_ended
            for occasion, wait in AFTER.items()
        ]
        planned += [
            Prompt(occasion, f"{occasion} rest {end.date()}", _instant(end.date(), end.time(), zone) + wait)
            for end in habits.as_if_ended
            for occasion, wait in AFTER.items()
        ]
    ready = [
        p
        for p in sorted(planned, key=lambda p: (p.occasion not in AFTER, p.due))
        if p.key not in keys and p.due <= now < p.due + STILL_SENT and not _quiet(now, habits, zone)
    ]
    return ready[: max(left, 0)]


def _instant(on: date, clock: time, zone: ZoneInfo) -> datetime:
    """A local time as an instant; one that the spring night skips is an hour later, of two in autumn it is the first."""
    return datetime.combine(on, clock, tzinfo=zone).astimezone(UTC)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return When.aware(at.astimezone(zone)).day


def _quiet(now: datetime, habits: Habits, zone: ZoneInfo) -> bool:
    start, end = habits.quiet
    clock = now.astimezone(zone).time()
    return start <= clock < end if start <= end else clock >= start or clock < end
