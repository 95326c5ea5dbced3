"""A plan as a calendar: one event a dated session."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from icalendar import Alarm, Calendar, Event

from mettle.reports.plan import name_of, sets_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_START = time(18, 0)
EPOCH = date(2026, 1, 1)
"""The first day of what comes every day."""

_NAMESPACE = uuid.UUID("6d3c3d52-4c1b-5a55-9b55-1f2f3c7d7e10")


def ics(plan: dict[str, Any]) -> bytes:
    """The dated sessions as RFC 5545; times float with the person, sessions without a time are all-day.

    Raises
    ------
    ValueError
        Where no session has a date.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//mettle//training plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Training")
    dated = [(week, s) for week in plan["weeks"] for s in week["sessions"] if s["on"]]
    if not dated and plan["status"] != "refused":
        raise ValueError("a calendar needs dates; give the plan a start")
    for week, session in dated:
        calendar.add_component(_event(week, session))
    return bytes(calendar.to_ical())


def _event(week: dict[str, Any], session: dict[str, Any]) -> Event:
    on = date.fromisoformat(session["on"])
    event = Event()
    event.add("uid", f"{uuid.uuid5(_NAMESPACE, session['id'] + session['on'])}@mettle")
    event.add("dtstamp", datetime(on.year, on.month, on.day, tzinfo=UTC))
    arm = f" ({session['arm'].replace('_', ' ')})" if session["arm"] else ""
    event.add("summary", f"Training, {session['minutes']:.0f} min{arm}")
    if session["start"]:
        start = datetime.combine(on, time.fromisoformat(session["start"]))
        event.add("dtstart", start)
        event.add("dtend", start + timedelta(minutes=round(session["minutes"])))
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", "Training in half an hour")
        alarm.add("trigger", timedelta(minutes=-30))
        event.add_component(alarm)
    else:
        event.add("dtstart", on)
        event.add("dtend", on + timedelta(days=1))
    lines = [f"Week {week['week']}{', an easy one' if week['deload'] else ''}"]
    lines += [f"{name_of(e['exercise'])}: {sets_words(e)}" for p in session["parts"] for e in p["exercises"]]
    if session.get("note"):
        lines.append(session["note"])
    event.add("description", "\n".join(lines))
    return event


def trial_ics(trial: dict[str, Any]) -> bytes:
    """A drawn trial as RFC 5545, in names that tell a stranger who sees the calendar nothing: session A, session B, check-in.

    A is the first arm of trial.json. Days of rest without a rating have no event; no arm, outcome or claim is named.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//mettle//trial//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Plan")
    two_ways = "rest" not in trial["arms"]
    for row in trial["schedule"]:
        trains = row["arm"] not in (None, "rest") and row.get("session", True)
        letter = f" {'AB'[trial['arms'].index(row['arm'])]}" if trains and two_ways else ""
        if trains:
            calendar.add_component(_neutral(row, f"Session{letter}"))
        elif row["phase"] == "run_in" or (row["phase"] == "trial" and row.get("rate", True)):
            calendar.add_component(_neutral(row, "Check-in"))
    return bytes(calendar.to_ical())


def _neutral(row: dict[str, Any], summary: str) -> Event:
    on = date.fromisoformat(row["on"])
    part = row["part"] or ""
    event = Event()
    event.add("uid", f"{uuid.uuid5(_NAMESPACE, f'trial {on} {part} {summary}')}@mettle")
    event.add("dtstamp", datetime(on.year, on.month, on.day, tzinfo=UTC))
    event.add("summary", summary + {"am": ", morning", "pm": ", evening"}.get(part, ""))
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    return event


def reminders_ics(
    times: dict[str, time],
    *,
    name: str,
    plan: dict[str, Any] | None = None,
    after: Mapping[str, timedelta] | None = None,
    ended: Iterable[tuple[str, datetime]] = (),
    quiet: tuple[time, time] | None = None,
) -> bytes:
    """Daily reminders, the dated sessions, and what follows each session, in words that say nothing of what they are about.

    Times float with the person: 08:30 is 08:30 wherever they are, and on both sides of a change of clocks. A day with
    reminders after a session has none in the evening, so that no day has more than three.

    Parameters
    ----------
    times
        Name of a reminder to its time.
    name
        What the app calls itself.
    plan
        A PLAN.json, or None.
    after
        Name of a reminder to how long after a session's end it comes; None where nothing needs one.
    ended
        Id of the planned session and local end of those done: they count from when they really ended.
    quiet
        From and until; a reminder after a session is left out where it would fall there.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//mettle//reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    sessions = [s for week in plan["weeks"] for s in week["sessions"] if s["on"]] if plan else []
    real = dict(ended)
    ends = {s["id"]: _begin(s) + timedelta(minutes=round(s["minutes"])) for s in sessions} | real
    following = {
        (key, occasion): end + wait
        for key, end in ends.items()
        for occasion, wait in (after or {}).items()
        if not _within((end + wait).time(), quiet)
    }
    full = {at.date() for at in following.values()}
    for occasion, clock in times.items():
        event = _reminder(
            f"reminder {occasion}", datetime.combine(EPOCH, clock), timedelta(minutes=2), "A minute for you"
        )
        event.add("rrule", {"freq": "daily"})
        if occasion == "evening" and full:
            event.add("exdate", [datetime.combine(on, clock) for on in sorted(full)])
        event.add_component(_alarm(timedelta(0)))
        calendar.add_component(event)
    for session in sessions:
        if session["id"] not in real:
            length = timedelta(minutes=round(session["minutes"]))
            event = _reminder(f"{session['id']} {session['on']}", _begin(session), length, "Time for you")
            event.add_component(_alarm(timedelta(minutes=-30)))
            calendar.add_component(event)
    for (key, occasion), at in following.items():
        event = _reminder(f"{occasion} {key}", at, timedelta(minutes=2), "A minute for you")
        event.add_component(_alarm(timedelta(0)))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _begin(session: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(f"{session['on']}T{session['start'] or DEFAULT_START.isoformat()}")


def _within(clock: time, span: tuple[time, time] | None) -> bool:
    if span is None:
        return False
    start, end = span
    return start <= clock < end if start <= end else clock >= start or clock < end


def _reminder(key: str, start: datetime, length: timedelta, summary: str) -> Event:
    event = Event()
    event.add("uid", f"{uuid.uuid5(_NAMESPACE, key)}@mettle")
    event.add("dtstamp", datetime(start.year, start.month, start.day, tzinfo=UTC))
    event.add("summary", summary)
    event.add("dtstart", start)
    event.add("dtend", start + length)
    return event


def _alarm(trigger: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "A minute for you")
    alarm.add("trigger", trigger)
    return alarm
