"""What a person changes in their plan: a session on another day or left out, an exercise replaced for good.

Whatever is changed goes before the independent checker first: a rule that held and would not any more refuses it, in one line.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from mettle import prescription
from mettle.errors import InputError
from mettle.web import days, following, models, own_edits, programme
from mettle.words import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OWN_WORD = ("weekdays",)
"""Rules about days that the person named once: moving a session is their newer word."""
AFTER_DAYS = 7
"""How long after the last session planned one may be put."""
FEWER_SETS = 2
"""Sets that a stand-in may have less of where it takes longer."""


class RefusedError(ValueError):
    """A change that cannot be made; the message says why, in one line."""


def blocks(person: models.Person) -> list[models.Plan]:
    """The plan that is followed, and the block after it where there is one."""
    plan = programme.current(person)
    after = programme.upcoming(person) if plan is not None else None
    return [p for p in (plan, after) if p is not None]


def last_day(person: models.Person, plans: list[models.Plan]) -> date:
    """The last day on which a session may be put."""
    planned = [s["on"] for p in plans for s in programme.planned_sessions(p) if s["on"]]
    last = date.fromisoformat(max(planned)) if planned else days.today(person)
    return last + timedelta(days=AFTER_DAYS)


def move(person: models.Person, session: str, to: date) -> None:
    """Put a session that is still to be done on another day.

    Raises
    ------
    RefusedError
        Where it is done, or another day will not do.
    """
    today, plans = days.today(person), blocks(person)
    plan = _open(person, plans, session, today)
    if plan.plan.get("trial"):
        raise RefusedError(_("A trial is running: its days were drawn by chance, and stay. A session can be left out."))
    if not today <= to <= last_day(person, plans):
        raise RefusedError(
            _("Choose a day from today to %(last)s.") % {"last": last_day(person, plans).strftime("%d.%m.%Y")}
        )
    if to.isoformat() in programme.drawn_days(person):
        raise RefusedError(_("A trial has drawn that day; it stays as it is."))
    if following.last_trained(person, today) == to:
        raise RefusedError(_("You have trained on that day already."))
    document = prescription.on_days(plan.plan, {session: to})
    _allowed(_whole(person, plans, {}), _whole(person, plans, {plan.pk: document}), plan.profile, plan.profile)
    _store(plan, document, plan.profile)


def skip(person: models.Person, session: str) -> None:
    """Leave a session out; nothing else moves, and nothing is made up for."""
    today = days.today(person)
    _open(person, blocks(person), session, today)
    fields = {"on": today.isoformat(), "zone": person.timezone, "plan_session": session, "skipped": "rest"}
    own_edits.write(person, [("session.put", uuid.uuid4(), fields)])


def take_back(person: models.Person, session: str) -> None:
    """A session that was left out is in the plan again."""
    rows = person.sessions.filter(deleted="", plan_session=session, finished=False).exclude(skipped="")
    own_edits.write(person, [("session.delete", row.id, {}) for row in rows])


def replace(person: models.Person, old: str, new: str) -> None:
    """Do another exercise from now on: in this plan, in the next block, and in every plan to come.

    Raises
    ------
    RefusedError
        Where the other one is no alternative, or the plan would no longer do what it promises.
    """
    plans = blocks(person)
    if not any(new in offered for plan in plans for name, offered in _offered(plan) if name == old):
        raise RefusedError(_("This exercise is no alternative in your plan."))
    said = person.choices.get("replaced") or {}
    chosen = {k: v for k, v in said.items() if k != new} | {old: new}
    changed = []
    for plan in plans:
        if old not in {name for name, _offers in _offered(plan)}:
            continue
        profile = _without(plan.profile, old, new)
        changed.append((plan, _replaced(plan, profile, old, new), profile))
    for plan, document, profile in changed:
        _store(plan, document, profile)
    person.choices = person.choices | {"replaced": chosen}
    person.save()


def allow_again(person: models.Person, old: str) -> None:
    """An exercise that was replaced for good may come again, from the next plan on."""
    said = person.choices.get("replaced") or {}
    person.choices = person.choices | {"replaced": {k: v for k, v in said.items() if k != old}}
    person.save()


def _replaced(plan: models.Plan, profile: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The plan's document with the exercise replaced: with as many sets, or with fewer where there is no time."""
    why: Exception | None = None
    for fewer in range(FEWER_SETS + 1):
        try:
            found = prescription.replaced(plan.plan, prescription.read_profile(profile), old=old, new=new, fewer=fewer)
            _allowed(plan.plan, found, plan.profile, profile)
        except InputError as error:
            raise RefusedError(_("That will not do: %(why)s.") % {"why": error.why}) from None
        except RefusedError as error:
            why = why or error
        else:
            return found
    assert why is not None
    raise why


def _without(profile: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    taste = profile.get("preferences") or {}
    return {
        **profile,
        "avoid": [*(x for x in profile.get("avoid", ()) if x not in (old, new)), old],
        "preferences": {
            "like": [*(x for x in taste.get("like", ()) if x not in (old, new)), new],
            "dislike": [x for x in taste.get("dislike", ()) if x not in (old, new)],
        },
    }


def _offered(plan: models.Plan) -> Iterator[tuple[str, list[str]]]:
    for session in programme.planned_sessions(plan):
        for part in session["parts"]:
            for row in part["exercises"]:
                yield row["exercise"], row["alternatives"]


def _open(person: models.Person, plans: list[models.Plan], session: str, today: date) -> models.Plan:
    """The plan in which a session is still to be done."""
    for plan in plans:
        if session in {s["id"] for s in following.left(person, plan, today)}:
            return plan
    raise RefusedError(_("This session is done, or no longer in the plan."))


def _whole(person: models.Person, plans: list[models.Plan], changed: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    """The blocks as one document, with what was done on the days on which it was done: rest is needed across blocks too."""
    rows = person.sessions.filter(deleted="", finished=True, skipped="").exclude(plan_session="")
    done = {planned: on for planned, on in rows.values_list("plan_session", "on") if on is not None}
    documents = [changed.get(p.pk, p.plan) for p in plans]
    weeks = [w for document in documents for w in prescription.on_days(document, done)["weeks"]]
    return {**documents[0], "weeks": weeks}


def _allowed(
    before: Mapping[str, Any], after: Mapping[str, Any], known: Mapping[str, Any], profile: Mapping[str, Any]
) -> None:
    """Nothing that held may break; a rule that did not hold before does not refuse anything now."""
    held = {c.rule for c in prescription.check(dict(before), prescription.read_profile(known)) if c.holds}
    broken = [
        c
        for c in prescription.check(dict(after), prescription.read_profile(profile))
        if not c.holds and c.rule in held and c.rule not in OWN_WORD
    ]
    if broken:
        raise RefusedError(_why(broken[0].rule, broken[0].figure))


def _why(rule: str, figure: str) -> str:
    if rule == "a day between":
        if figure.startswith("twice"):
            return _("There is a session on that day already.")
        return _("That would train the same on two days in a row. Leave a day between.")
    if rule == "spinal load spread":
        return _("That would load the back on two days in a row. Leave a day between.")
    return _("The plan would no longer hold what it promises: %(rule)s, %(figure)s.") % {"rule": rule, "figure": figure}


def _store(plan: models.Plan, document: dict[str, Any], profile: dict[str, Any]) -> None:
    told = kept({key: document[key] for key in ("weeks", "minimum_version", "when_upset") if key in document})
    document = {**document, "edited": True, "said": {**plan.plan.get("said", {}), **told["said"]}}
    plan.plan, plan.profile = programme.checked(plan, document, profile), profile
    models.Plan.objects.filter(pk=plan.pk).update(plan=plan.plan, profile=profile)
