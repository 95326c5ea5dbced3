"""The person's programme: made from the profile, followed day by day, moved on by what was really done."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from mettle import prescription
from mettle.errors import InputError
from mettle.prescription.progression import carried_states, sessions_ahead
from mettle.training.catalogue import exercises
from mettle.web import computing, days, following, models, store, stored_plans, stored_trials
from mettle.words import kept, recalled

if TYPE_CHECKING:
    from concurrent.futures import Future
    from uuid import UUID

WEEKS = 4
AHEAD_DAYS = 7
"""The next block is made when what is planned ends within so many days: the phone is sent ahead as far."""
BACK_DAYS = 28
"""So long without training, and a new plan takes the place of the old one; after less the old one goes on, lower."""
REMADE_DAYS = 14
"""A plan made for coming back stands for so long, begun or not."""
_better: dict[int, Future[dict[str, Any]]] = {}


def make(
    person: models.Person, *, trial: dict[str, Any] | None = None, polish: bool = True, why: str = ""
) -> models.Plan:
    """A plan from today, from the profile and from what was done; the ones before are kept but no longer followed.

    The quick answer is followed at once. A process of its own looks for a better one, which takes its place as long as
    nothing of it has been trained. Where a trial runs, its days stay as they were drawn.
    """
    why = why or ("asked" if person.plans.exists() else "first")
    return _stored(person, days.today(person), why=why, trial=trial, polish=polish, alone=True)


def _stored(
    person: models.Person,
    start: date,
    *,
    why: str,
    trial: dict[str, Any] | None = None,
    polish: bool = True,
    alone: bool = False,
) -> models.Plan:
    """A block from a day on; ``alone`` puts it in the place of every other, else it follows the newest."""
    trial = _from(trial or _running(person), start)
    profile = profile_of(person)
    made = prescription.plan(
        prescription.read_profile(profile), weeks=WEEKS, start=start, seed=0, trial=trial, polished=False
    )
    before = _active(person) or list(person.plans.order_by("-pk")[:1])
    newest = before[-1].pk if before else 0
    carried = carried_states(before[-1].plan, log(person, before[-1])) if before and _whole(before[-1]) else {}
    with transaction.atomic():
        models.Person.objects.select_for_update().get(pk=person.pk)
        if not alone:
            other: models.Plan | None = person.plans.filter(active=True, pk__gt=newest).first()
            if other is not None:  # another request was quicker
                return other
        about = {"number": person.plans.count() + 1, "start": start.isoformat(), "why": why}
        document = kept(prescription.as_block(made.to_json(), about)) | {"carried": carried}
        if alone:
            person.plans.filter(active=True).update(active=False)
        plan = models.Plan.objects.create(person=person, plan=document, profile=profile, made_at=days.now(person))
    if polish and made.status != "refused" and settings.LOOK_FOR_BETTER_PLANS:
        asked = (profile, start.isoformat(), WEEKS, trial, about)
        transaction.on_commit(lambda: _look_for_better(plan.pk, *asked))  # a plan that is taken back has none
    return plan


def _look_for_better(plan: int, *asked: Any) -> None:
    _better[plan] = computing.submit(computing.polished, *asked)


def _whole(plan: models.Plan) -> bool:
    return stored_plans.readable(plan.plan)


def profile_of(person: models.Person) -> dict[str, Any]:
    """The person's profile with what the diary knows: loads, repetitions, weeks trained, and what they replaced for good."""
    replaced = person.choices.get("replaced") or {}
    return prescription.onward(person.profile, store.sessions(person), days.today(person), replaced=replaced)


def _running(person: models.Person) -> dict[str, Any] | None:
    """The schedule of the trial that runs."""
    found = person.trials.filter(ended_at=None).order_by("-pk").first()
    return found.trial if found is not None and not stored_trials.damage(found) else None


def drawn_days(person: models.Person) -> set[str]:
    """The days that a running trial has drawn, with training or without."""
    running = _running(person)
    return {str(row["on"]) for row in running["schedule"]} if running else set()


def _from(trial: dict[str, Any] | None, start: date) -> dict[str, Any] | None:
    """What is left of a trial's schedule from a day on; None where none of it trains."""
    rows = [row for row in trial["schedule"] if row["on"] >= start.isoformat()] if trial else []
    return {**trial, "schedule": rows} if trial and any(row["arm"] for row in rows) else None


def current(person: models.Person) -> models.Plan | None:
    """The plan that is followed; None where there is none, or where what is stored cannot be read.

    On the way what was missed moves on, the next block is made while this one still has days, and whoever comes back after
    weeks gets a plan to come back with.
    """
    rows = _active(person)
    if not rows:
        return None
    try:
        return _up_to_date(person, rows, days.today(person))
    except InputError:  # a profile that came from elsewhere, and that no plan can be made from: what there is stays
        return rows[0]


def _up_to_date(person: models.Person, rows: list[models.Plan], today: date) -> models.Plan:
    if _long_away(person, rows[-1], today):
        rows = [make(person, why="back")]
    _keep(rows[0], following.caught_up(person, rows[0], today))
    open_now = following.left(person, rows[0], today)
    if len(rows) > 1 and not open_now:
        return _up_to_date(person, [_taken_over(person, rows[1])], today)
    if len(rows) > 1:
        _keep(rows[1], following.kept_apart(open_now, rows[1]))
    elif _ends_soon(rows[0], open_now, today):
        after = _stored(person, _next_start(person, rows[0], today), why="next")
        return rows[0] if open_now else _taken_over(person, after)
    return rows[0]


def _taken_over(person: models.Person, plan: models.Plan) -> models.Plan:
    """The block before it is done: this one is followed from now on."""
    person.plans.filter(active=True, pk__lt=plan.pk).update(active=False)
    return plan


def upcoming(person: models.Person) -> models.Plan | None:
    """The block that follows the one that is followed, where it is made already."""
    rows = _active(person)
    return rows[1] if len(rows) > 1 else None


def _active(person: models.Person) -> list[models.Plan]:
    """The plan that is followed and the one that comes after it, each the best that was found; empty where the newest cannot be read."""
    rows = list(person.plans.filter(active=True).order_by("pk"))[-2:]
    if not rows or not stored_plans.readable(rows[-1].plan):
        return []
    rows = [row for row in rows if stored_plans.readable(row.plan)]
    for row in rows:
        if row.pk in _better and _better[row.pk].done():
            _take(row, _better.pop(row.pk))
    return rows


def _keep(plan: models.Plan, document: dict[str, Any] | None) -> None:
    """Store a plan whose days have changed, checked as it is now."""
    if document is not None:
        plan.plan = checked(plan, document)
        models.Plan.objects.filter(pk=plan.pk).update(plan=plan.plan)


def checked(plan: models.Plan, document: dict[str, Any], profile: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document with the independent checker's verdict on it."""
    said = prescription.check(document, prescription.read_profile(plan.profile if profile is None else profile))
    checks = kept({"checks": [{"rule": c.rule, "holds": c.holds, "figure": c.figure} for c in said]})
    return {**document, "checks": checks["checks"], "said": {**document.get("said", {}), **checks["said"]}}


def _long_away(person: models.Person, plan: models.Plan, today: date) -> bool:
    """Whether somebody who has trained before comes back after weeks to a plan made for who they were then."""
    if plan.plan.get("trial") or plan.plan.get("status") == "refused":
        return False
    last = following.last_trained(person, today)
    made = plan.made_at.astimezone(days.zone(person)).date()
    return last is not None and (today - last).days >= BACK_DAYS and (today - made).days >= REMADE_DAYS


def _ends_soon(plan: models.Plan, open_now: list[dict[str, Any]], today: date) -> bool:
    """Whether the last session planned comes within the days that the phone is sent ahead; a plan that was refused has no end."""
    if plan.plan.get("status") == "refused" or any(s["on"] is None for s in open_now):
        return False
    last = max((s["on"] for s in open_now), default="")
    return last < (today + timedelta(days=AHEAD_DAYS)).isoformat()


def _next_start(person: models.Person, plan: models.Plan, today: date) -> date:
    """The first day of the next block: a day after the last session, never on a day that a trial has drawn."""
    drawn = [date.fromisoformat(on) for on in drawn_days(person)]
    planned = [date.fromisoformat(s["on"]) for s in following.left(person, plan, today) if s["on"]]
    last = following.last_trained(person, today)
    ends = [day + timedelta(days=2) for day in (*planned, *([last] if last else []))]
    return max([today, *ends, *(day + timedelta(days=1) for day in drawn)])


def unreadable(person: models.Person) -> bool:
    """Whether a plan is stored that no screen can show: made by another version, or damaged."""
    found = person.plans.filter(active=True).order_by("-pk").first()
    return found is not None and not stored_plans.readable(found.plan)


def collect() -> None:
    """Put every better plan that is ready in the place of its quick one, whichever process its person asks next."""
    for key in [key for key, better in _better.items() if better.done()]:
        better, plan = _better.pop(key), models.Plan.objects.filter(pk=key, active=True).first()
        if plan is not None:
            _take(plan, better)


def _take(plan: models.Plan, better: Future[dict[str, Any]]) -> None:
    """Put the better plan in the place of the quick one, unless training has begun, its person changed it, or the search failed."""
    begun = plan.person.sessions.filter(plan_session__in=[s["id"] for s in planned_sessions(plan)])
    if better.exception() is None and not plan.plan.get("edited") and not begun.exists():
        same = models.Plan.objects.filter(pk=plan.pk, made_at=plan.made_at, active=True)
        document = better.result() | {"carried": plan.plan.get("carried", {})}
        if same.update(plan=document):  # not where it was made anew, or a restored one has its number
            plan.plan = document


def planned_sessions(plan: models.Plan) -> list[dict[str, Any]]:
    """Every planned session in order, with the number of its week."""
    return prescription.sessions_in_order(plan.plan)


def ahead(person: models.Person, plan: models.Plan, *, most: int | None = None) -> list[dict[str, Any]]:
    """The sessions to send ahead: those of the coming week, those of the next block included, and what is next in any case.

    Each is brought on by what was really done. ``most`` stops at so many.
    """
    found = _coming(person, plan, needed=True, most=most)
    after = upcoming(person) if most is None or len(found) < most else None
    if after is not None and after.pk != plan.pk:
        found += _coming(person, after, needed=not found, most=most)
    return found


def _coming(person: models.Person, plan: models.Plan, *, needed: bool, most: int | None) -> list[dict[str, Any]]:
    """The sessions of a block in the coming week; where there is none and one is needed, its next."""
    today = days.today(person)
    until = (today + timedelta(days=AHEAD_DAYS)).isoformat()
    open_now = following.left(person, plan, today)
    coming = [s for s in open_now if s["on"] is None or s["on"] < until]
    if needed and not coming:
        coming = open_now[:1]
    return brought(person, plan, coming[:most], today)


def in_calendar(person: models.Person, plan: models.Plan) -> dict[str, Any]:
    """The plan's document with the next block's weeks, and without what was left out: what a calendar is told."""
    after = upcoming(person)
    weeks = [w for p in (plan, after) if p is not None for w in p.plan["weeks"]]
    out = set(person.sessions.filter(deleted="").exclude(skipped="").values_list("plan_session", flat=True))
    return {**plan.plan, "weeks": [{**w, "sessions": [s for s in w["sessions"] if s["id"] not in out]} for w in weeks]}


def brought(
    person: models.Person, plan: models.Plan, sessions: list[dict[str, Any]], today: date
) -> list[dict[str, Any]]:
    """Sessions of a plan with each exercise where the log has brought it, in the order given."""
    if not sessions:
        return []
    moved = sessions_ahead(plan.plan, log(person, plan), [s["id"] for s in sessions], today=today)
    moved = recalled({"sessions": moved, "said": plan.plan.get("said")})["sessions"]
    return [m | {k: s[k] for k in ("week", "deload")} for s, m in zip(sessions, moved, strict=True)]


def log(person: models.Person, plan: models.Plan) -> dict[str, Any]:
    """What was done with this app since a plan was made, as LOG.json: what the plan's rules go by.

    What was done before is in the plan's profile already; of that only the last day counts, which tells how long a break was.
    Exercises that the catalogue does not know move none, nor do the short versions.
    """
    weeks = {s["id"]: s["week"] for s in planned_sessions(plan)}
    at = plan.made_at.astimezone(days.zone(person))
    made = at.date()
    own = person.sessions.filter(deleted="", on__isnull=False, source="mettle")
    since = own.filter(plan_session__in=list(weeks)) | own.filter(on__gte=made)
    done = [
        row[:-1]
        for row in since.order_by("on", "clock_time").values_list(*_SESSION, "clock_time")
        if row[2] in weeks or row[1] > made or (row[-1] or at.time()) >= at.time()
    ]
    by_session: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    sets = person.sets.filter(deleted="", session__in=since.values("id")).order_by("done_at", "ordinal")
    for row in sets.values("session", *_SET):
        if row["exercise"] in exercises():
            by_session[row.pop("session")].append(_set(row))
    entries = [
        {
            "id": str(key),
            "on": on.isoformat(),
            "at": None,
            "plan": {"week": weeks.get(planned), "session": planned},
            "skipped": skipped or None,
            "place": place or None,
            "company": company or None,
            "pain": pain,
            "session_rpe": rpe,
            "sets": [] if planned in following.SHORT else by_session.get(key, []),
        }
        for key, on, planned, skipped, place, company, pain, rpe in done
    ]
    last = following.last_trained(person, made - timedelta(days=1))
    before = (
        [{"id": "before", "on": last.isoformat(), "plan": {"week": None, "session": ""}, "sets": []}] if last else []
    )
    return {"sessions": [*before, *entries]}


_SESSION = ("id", "on", "plan_session", "skipped", "place", "company", "pain", "session_rpe")
_SET = (
    *("exercise", "kind", "status", "reps", "hold_s", "rir", "side"),
    *("load_kind", "amount", "unit", "colour", "per_hand"),
)


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
    return next((s for s in following.left(person, plan, on) if s["on"] == on.isoformat()), None)
