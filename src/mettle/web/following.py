"""How far a person has come with a plan: what is done, what is left, what was missed and where it goes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from mettle import prescription

if TYPE_CHECKING:
    from mettle.web import models

SHORT = ("minimum_version", "when_upset")
"""Sessions that a plan holds beside its weeks: they count as training and move no load."""


def left(person: models.Person, plan: models.Plan, today: date) -> list[dict[str, Any]]:
    """The sessions of a plan that are still to be done, in order; what a trial drew for days gone by is not among them."""
    order = prescription.sessions_in_order(plan.plan)
    gone = settled(person, order, today)
    drawn = bool(plan.plan.get("trial"))
    return [s for s in order if s["id"] not in gone and not (drawn and s["on"] < today.isoformat())]


def settled(person: models.Person, order: list[dict[str, Any]], today: date) -> set[str]:
    """Ids of sessions that nothing is owed of.

    They were done, begun on an earlier day, or skipped on purpose; or something else was trained on their day, since ten minutes
    count as much as the whole.
    """
    ids = {s["id"] for s in order}
    first = min((s["on"] for s in order if s["on"]), default=today.isoformat())
    found: set[str] = set()
    trained: set[str] = set()
    begun: dict[Any, str] = {}
    rows = person.sessions.filter(deleted="", plan_session__in=ids) | person.sessions.filter(
        deleted="", finished=True, skipped="", on__gte=first
    )
    for key, planned, on, finished, skipped in rows.values_list("id", "plan_session", "on", "finished", "skipped"):
        if planned in ids and (finished or skipped):
            found.add(planned)
        elif planned in ids and on is not None and on < today:
            begun[key] = planned
        elif finished and on is not None and on < today:
            trained.add(on.isoformat())
    if begun:
        rows_with_sets = person.sets.filter(deleted="", session__in=list(begun)).values_list("session", flat=True)
        found |= {begun[key] for key in set(rows_with_sets) if key is not None}
    return found | {s["id"] for s in order if s["on"] in trained}


def last_trained(person: models.Person, until: date) -> date | None:
    """The last day with a session, as far as a day."""
    done = person.sessions.filter(deleted="", skipped="", finished=True, on__lte=until)
    day: date | None = done.order_by("-on").values_list("on", flat=True).first()
    return day


def caught_up(person: models.Person, plan: models.Plan, today: date) -> dict[str, Any] | None:
    """The plan's document with what was missed on days to come; None where nothing was, or where a trial drew the days."""
    if plan.plan.get("trial"):
        return None
    open_now = left(person, plan, today)
    missed = [s for s in open_now if s["on"] and s["on"] < today.isoformat()]
    if not missed or any(s["on"] is None for s in open_now):
        return None
    last = last_trained(person, today)
    days = prescription.moved_on(
        open_now,
        earliest=today + timedelta(days=last == today),
        after=last,
        weekdays=plan.profile.get("weekdays", ()),
    )
    moved = {"on": today.isoformat(), "missed": len(missed)}
    return {**prescription.on_days(plan.plan, days), "moved": moved}


def kept_apart(earlier: list[dict[str, Any]], plan: models.Plan) -> dict[str, Any] | None:
    """The document of the block that follows, on later days where the one before has moved into it; None where it has not."""
    order = prescription.sessions_in_order(plan.plan)
    ends = max((s["on"] for s in earlier if s["on"]), default="")
    if plan.plan.get("trial") or not ends or not order or not order[0]["on"]:
        return None
    last = date.fromisoformat(ends)
    if order[0]["on"] >= (last + timedelta(days=prescription.MOST_GAP_DAYS)).isoformat():
        return None
    days = prescription.moved_on(
        order, earliest=last + timedelta(days=1), after=last, weekdays=plan.profile.get("weekdays", ())
    )
    return prescription.on_days(plan.plan, days)


def passed_in_trial(person: models.Person, plan: models.Plan, today: date) -> bool:
    """Whether yesterday's session of a trial was not done: its day stays as drawn, and nothing is made up for."""
    if not plan.plan.get("trial"):
        return False
    yesterday = (today - timedelta(days=1)).isoformat()
    there = [s for s in prescription.sessions_in_order(plan.plan) if s["on"] == yesterday]
    return bool(there) and not {s["id"] for s in there} & settled(person, there, today)
