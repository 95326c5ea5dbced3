"""Once a week, what happened: kind, at the first opening of a new week, until it is put away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mettle.web import store

if TYPE_CHECKING:
    from datetime import date

    from mettle.web.models import Person

TOLD = "week_told"
"""Under which name a person's choices hold the Monday whose words were put away."""


def of(person: Person, today: date, *, begun: date | None) -> list[str]:
    """The week before this one in up to three sentences; empty where it was put away, or is not all recorded.

    What did not happen is left out: nothing in it blames.

    Parameters
    ----------
    begun
        The day of the first record.
    """
    monday = _monday(today)
    first = monday - timedelta(days=7)
    if person.choices.get(TOLD) == monday.isoformat():
        return []
    return words(person, first) if begun is not None and begun <= first else []


def put_away(person: Person, today: date) -> None:
    """Not to be shown again until the next week."""
    person.choices = person.choices | {TOLD: _monday(today).isoformat()}
    person.save()


def first_record(person: Person) -> date | None:
    """The first day with a session or a rating; None before there is one."""
    sessions, rated = (rows.filter(deleted="", on__isnull=False) for rows in (person.sessions, person.observations))
    first: date | None = (
        sessions.values_list("on", flat=True).union(rated.values_list("on", flat=True)).order_by("on").first()
    )
    return first


def words(person: Person, first: date) -> list[str]:
    """The sentences of the seven days from ``first``."""
    week = {"deleted": "", "on__gte": first, "on__lt": first + timedelta(days=7)}
    done = person.sessions.filter(**week, skipped="")
    trained = done.values("on").distinct().count()
    sets = person.sets.filter(deleted="", session__in=done.values("id")).exclude(status="missed").count()
    checked = person.observations.filter(**week).exclude(outcome__in=store.ASIDE).values("on").distinct().count()
    told = []
    if trained == 7:
        told.append(_("You trained on every day."))
    elif trained:
        told.append(
            ngettext(
                "You trained on %(n)d day and rested on %(rest)d.",
                "You trained on %(n)d days and rested on %(rest)d.",
                trained,
            )
            % {"n": trained, "rest": 7 - trained}
        )
    if sets:
        told.append(ngettext("You did %d set, and it is kept.", "You did %d sets, each of them kept.", sets) % sets)
    if checked:
        told.append(
            ngettext(
                "You checked in on %d day; that is what an answer is made of.",
                "You checked in on %d days; that is what an answer is made of.",
                checked,
            )
            % checked
        )
    return told


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
