"""Rules about the frame of a plan: own kit, settable loads, days, minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.prescription.checked_case import exercises_of, seconds
from mettle.prescription.checked_loads import unsettable
from mettle.prescription.programme import Check
from mettle.words import Figure, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from mettle.prescription.checked_case import Case

SLACK_MIN = 0.6


def _kit(case: Case) -> Check:
    owned = set(case.profile.equipment)
    lacking = sorted(
        {
            e.id
            for s in case.sessions
            for _, _, e in exercises_of(s)
            if not all(owned & set(group) for group in e.equipment)
        }
    )
    return Check(
        say("own equipment only"),
        not lacking,
        say("all possible") if not lacking else say("not possible: {what}", what=", ".join(lacking)),
    )


def _settable(case: Case) -> Check:
    trouble = [
        f"{e.id} {s['load']['amount']}"
        for session in case.sessions
        for _, planned, e in exercises_of(session)
        for s in planned["sets"]
        if unsettable(s["load"], e, case.profile)
    ]
    total = sum(len(p["sets"]) for s in case.sessions for _, p, _ in exercises_of(s))
    return Check(
        say("settable loads only"),
        not trouble,
        say("{set} of {total} sets; not {what}", set=total - len(trouble), total=total, what=trouble[0])
        if trouble
        else say("{set} of {total} sets", set=total, total=total),
    )


def _days(case: Case) -> Check | None:
    if case.on_trial:
        return None
    asked = case.profile.days_per_week
    got = {len(w["sessions"]) for w in case.weeks}
    empty = [s["id"] for s in case.sessions if not any(p["exercises"] for p in s["parts"])]
    return Check(
        say("days a week"),
        got == {asked} and not empty,
        say("{got} of {asked} days, empty: {empty}", got=min(got, default=0), asked=asked, empty=empty[0])
        if empty
        else say("{got} of {asked} days", got=min(got, default=0), asked=asked),
    )


def _weekdays(case: Case) -> Check | None:
    if case.on_trial or not case.profile.weekdays:
        return None
    off = [s["day"] for s in case.sessions if s["day"] not in case.profile.weekdays]
    return Check(say("weekdays"), not off, say("as asked") if not off else say("{day} was not asked for", day=off[0]))


def _minutes(case: Case) -> Check:
    longest = max((seconds(s) / 60 for s in case.sessions), default=0.0)
    limit = case.profile.minutes
    if case.profile.wants("adhd") and case.profile.requested.format is None:
        limit = min(limit, 20)
    slack = SLACK_MIN if not case.on_trial else 0.1 * limit
    return Check(
        say("minutes"),
        longest <= limit + slack,
        say("longest {longest} of {limit} min", longest=Figure(f"{longest:.1f}"), limit=limit),
    )


def _told_minutes(case: Case) -> Check:
    off = max((abs(seconds(s) / 60 - s["minutes"]) for s in case.sessions), default=0.0)
    return Check(
        say("minutes as told"),
        case.on_trial or off <= 0.2,
        say("largest difference {off} min", off=Figure(f"{off:.1f}")),
    )


RULES: tuple[Callable[[Case], Check | None], ...] = (
    _kit,
    _settable,
    _days,
    _weekdays,
    _minutes,
    _told_minutes,
)
