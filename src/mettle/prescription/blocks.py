"""A mesocycle among others: ids of its own, the days of its sessions, and where they go when one was missed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_GAP_DAYS = 2
"""Days between two sessions that a moved plan keeps where the plan had them: one of rest is enough to go on."""


def as_block(document: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """A PLAN document as one block of several, so that no session of it shares an id with another block's.

    Parameters
    ----------
    about
        ``number`` of the block, from 1, and what else is to be known of it. Sessions of a trial are named by their dates already.
    """
    prefix = f"b{about['number']}"
    weeks = [
        {
            **week,
            "sessions": [
                s if s["arm"] or s["id"].startswith(prefix) else {**s, "id": prefix + s["id"]} for s in week["sessions"]
            ],
        }
        for week in document["weeks"]
    ]
    return {**document, "weeks": weeks, "block": dict(about)}


def sessions_in_order(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every session with the number of its week and whether it eases, in the order of their days."""
    rows = [s | {"week": w["week"], "deload": w["deload"]} for w in document["weeks"] for s in w["sessions"]]
    return sorted(rows, key=lambda s: s["on"] or "")


def moved_on(
    left: Sequence[Mapping[str, Any]], *, earliest: date, after: date | None, weekdays: Collection[str] = ()
) -> dict[str, date]:
    """New days for the sessions that are left: the same order, nothing added on top, and rest where there was rest.

    A session stays on its day where it can. Otherwise it comes as soon as the one before it allows: a day of rest between two
    stays where the plan had one, and days that follow each other only where they did before.

    Parameters
    ----------
    left
        Sessions with their days, in order.
    earliest
        The first day that can be had.
    after
        Day of the last session done; None where there is none.
    weekdays
        The person's own days; empty where any will do.

    >>> week = [{"id": "b", "on": "2026-01-07"}, {"id": "c", "on": "2026-01-09"}, {"id": "d", "on": "2026-01-12"}]
    >>> found = moved_on(week, earliest=date(2026, 1, 8), after=date(2026, 1, 5))  # Wednesday was missed
    >>> [f"{day:%a}" for day in found.values()]
    ['Thu', 'Sat', 'Mon']
    >>> found = moved_on(week, earliest=date(2026, 1, 8), after=date(2026, 1, 5), weekdays=("Mon", "Wed", "Fri"))
    >>> [f"{day:%a}" for day in found.values()]
    ['Fri', 'Mon', 'Wed']
    """
    days: dict[str, date] = {}
    before, planned_before = after, None
    for session in left:
        planned = date.fromisoformat(session["on"])
        day = max(planned, earliest)
        if before is not None:
            usual = (planned - planned_before).days if planned_before is not None else MOST_GAP_DAYS
            day = max(day, before + timedelta(days=max(1, min(MOST_GAP_DAYS, usual))))
        while weekdays and WEEKDAYS[day.weekday()] not in weekdays:
            day += timedelta(days=1)
        days[session["id"]] = day
        before, planned_before = day, planned
    return days


def on_days(document: Mapping[str, Any], days: Mapping[str, date]) -> dict[str, Any]:
    """The document with some of its sessions on other days."""

    def on(session: dict[str, Any]) -> dict[str, Any]:
        day = days.get(session["id"])
        return session if day is None else {**session, "on": day.isoformat(), "day": WEEKDAYS[day.weekday()]}

    weeks = [
        {**w, "sessions": sorted((on(s) for s in w["sessions"]), key=lambda s: s["on"] or "")}
        for w in document["weeks"]
    ]
    return {**document, "weeks": weeks}
