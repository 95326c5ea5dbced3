"""When a prompt is due: at check-in times, and 1 h and 4 h after a session where a trial needs it; quiet hours, three a day.

Decided from instants in UTC, so the nights on which the clocks change need no rule of their own. A prompt that nobody
could send in time is dropped, never sent late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mettle.units import When

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from mettle.web.models import Person

MOST_A_DAY = 3
STILL_SENT = timedelta(minutes=30)
AFTER = {"after_1h": timedelta(hours=1), "after_4h": timedelta(hours=4)}
DEFAULT_TIMES = {"morning": "08:30", "evening": "20:00"}
DEFAULT_QUIET = ("22:00", "07:00")
KINDS_WITH_RATINGS_AFTER = ("session", "variant")
"""Kinds of trial whose question is what a session does within hours."""


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
    """

    zone: str
    times: dict[str, time]
    quiet: tuple[time, time]
    after_sessions: bool = False


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
    needs = person.trials.filter(ended_at=None, trial__kind__in=KINDS_WITH_RATINGS_AFTER).exists()
    return Habits(
        person.timezone or "UTC",
        {occasion: time.fromisoformat(clock) for occasion, clock in said.items() if clock},
        (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])),
        needs,
    )


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
