"""The person's programme: made from the profile, followed day by day, moved on by what was really done."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from mettle import prescription
from mettle.prescription.progression import next_session
from mettle.training.catalogue import exercises
from mettle.web import computing, days, models, stored_plans
from mettle.words import kept

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import date
    from uuid import UUID

WEEKS = 4
_better: dict[int, Future[dict[str, Any]]] = {}


def make(person: models.Person, *, trial: dict[str, Any] | None = None, polish: bool = True) -> models.Plan:
    """A plan from the person's profile, starting today; the one before is kept but no longer followed.

    The quick answer is followed at once. A process of its own looks for a better one, which takes its place as long as
    nothing of it has been trained.
    """
    start = days.today(person)
    made = prescription.plan(
        prescription.read_profile(person.profile), weeks=WEEKS, start=start, seed=0, trial=trial, polished=False
    )
    with transaction.atomic():
        person.plans.filter(active=True).update(active=False)
        plan = models.Plan.objects.create(person=person, plan=kept(made.to_json()), profile=person.profile)
    if polish and made.status != "refused" and settings.LOOK_FOR_BETTER_PLANS:
        _better[plan.pk] = computing.submit(computing.polished, person.profile, start.isoformat(), WEEKS, trial)
    return plan


def current(person: models.Person) -> models.Plan | None:
    """The plan that is followed; None where there is none, or where what is stored cannot be read."""
    found = _newest(person)
    if found is not None and not stored_plans.readable(found.plan):
        return None
    if found is not None and found.pk in _better and _better[found.pk].done():
        _take(found, _better.pop(found.pk))
    return found


def unreadable(person: models.Person) -> bool:
    """Whether a plan is stored that no screen can show: made by another version, or damaged."""
    found = _newest(person)
    return found is not None and not stored_plans.readable(found.plan)


def _newest(person: models.Person) -> models.Plan | None:
    found: models.Plan | None = person.plans.filter(active=True).order_by("-made_at").first()
    return found


def collect() -> None:
    """Put every better plan that is ready in the place of its quick one, whichever process its person asks next."""
    for key in [key for key, better in _better.items() if better.done()]:
        better, plan = _better.pop(key), models.Plan.objects.filter(pk=key, active=True).first()
        if plan is not None:
            _take(plan, better)


def _take(plan: models.Plan, better: Future[dict[str, Any]]) -> None:
    """Put the better plan in the place of the quick one, unless training has begun or the search failed."""
    begun = plan.person.sessions.filter(
        plan_session__in=[s["id"] for s in planned_sessions(plan)], on__gte=plan.made_at.date()
    )
    if better.exception() is None and not begun.exists():
        same = models.Plan.objects.filter(pk=plan.pk, made_at=plan.made_at, active=True)
        if same.update(plan=better.result()):  # not where it was made anew, or a restored one has its number
            plan.plan = better.result()


def planned_sessions(plan: models.Plan) -> list[dict[str, Any]]:
    """Every planned session in order, with the number of its week."""
    return [s | {"week": w["week"], "deload": w["deload"]} for w in plan.plan["weeks"] for s in w["sessions"]]


def ahead(person: models.Person, plan: models.Plan, *, span_days: int = 7) -> list[dict[str, Any]]:
    """The sessions to send ahead: what is next, then the rest of the coming week.

    What is next was moved on by what was really done; a missed session is not made up for: the plan has moved.
    """
    today = days.today(person)
    done = set(person.sessions.filter(deleted="", finished=True).values_list("plan_session", flat=True))
    left = [s for s in planned_sessions(plan) if s["id"] not in done]
    until = today + timedelta(days=span_days)
    coming = [s for s in left if s["on"] is None or today.isoformat() <= s["on"] < until.isoformat()]
    if not coming:
        coming = left[:1]
    if coming and done & {s["id"] for s in planned_sessions(plan)}:
        moved_on = next_session(plan.plan, log(person, plan), today=today).to_json()["session"]
        coming[0] = moved_on | {k: coming[0][k] for k in ("id", "on", "day", "week", "deload")}
    return coming


def log(person: models.Person, plan: models.Plan) -> dict[str, Any]:
    """What was done with this app, as LOG.json: what the plan's rules go by. Exercises that the catalogue does not know move none."""
    own = person.sessions.filter(deleted="", on__isnull=False, source="mettle")
    done = own.order_by("on", "clock_time").values_list(*_SESSION)
    weeks = _weeks(person, plan, {row[2] for row in done})
    by_session: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    sets = person.sets.filter(deleted="", session__in=own.values("id")).order_by("done_at", "ordinal")
    for row in sets.values("session", *_SET):
        if row["exercise"] in exercises():
            by_session[row.pop("session")].append(_set(row))
    return {
        "sessions": [
            {
                "id": str(key),
                "on": on.isoformat(),
                "at": None,
                "plan": {"week": weeks[planned], "session": planned} if planned in weeks else None,
                "skipped": skipped or None,
                "place": place or None,
                "company": company or None,
                "pain": pain,
                "session_rpe": rpe,
                "sets": by_session.get(key, []),
            }
            for key, on, planned, skipped, place, company, pain, rpe in done
        ],
    }


_SESSION = ("id", "on", "plan_session", "skipped", "place", "company", "pain", "session_rpe")
_SET = (
    *("exercise", "kind", "status", "reps", "hold_s", "rir", "side"),
    *("load_kind", "amount", "unit", "colour", "per_hand"),
)


def _weeks(person: models.Person, plan: models.Plan, named: set[str]) -> dict[str, int]:
    """Id of a planned session -> number of its week, of this plan and, where sessions name others, of the earlier ones."""
    weeks = {s["id"]: s["week"] for s in planned_sessions(plan)}
    if not named - {""} <= weeks.keys():
        before = [p for p in person.plans.exclude(pk=plan.pk).order_by("pk") if not stored_plans.damage(p.plan)]
        earlier = (s for p in before for s in planned_sessions(p))
        weeks = {s["id"]: s["week"] for s in earlier} | weeks
    return weeks


def _set(row: dict[str, Any]) -> dict[str, Any]:
    amount, unit = row.pop("amount"), row.pop("unit")
    kind, colour, per_hand = row.pop("load_kind"), row.pop("colour"), row.pop("per_hand")
    load = {
        "kind": kind if kind != "external" else (unit or "kg"),
        "amount": float(amount) if amount else None,
        "unit": unit or None,
        "colour": colour or None,
        "per_hand": per_hand,
        "set_up": "",
    }
    return {**row, "load": load}


def due(person: models.Person, plan: models.Plan, on: date) -> dict[str, Any] | None:
    """The session planned for a day and not yet done; None on a rest day."""
    done = set(
        person.sessions.filter(deleted="").exclude(finished=False, skipped="").values_list("plan_session", flat=True)
    )
    return next((s for s in planned_sessions(plan) if s["on"] == on.isoformat() and s["id"] not in done), None)
