"""One quiet line about the plan: a new block, a way back, a day that moved. Nothing in it blames or presses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mettle.units import Load
from mettle.web import bundle, following, guarded, programme
from mettle.words import told

if TYPE_CHECKING:
    from datetime import date

    from mettle.web import models

MOVED_DAYS = 6
"""How long a plan that has moved is told of, if nothing was trained since."""


def of(person: models.Person, plan: models.Plan, today: date) -> str | None:
    """What to say of the plan today, if anything."""
    why = plan.plan.get("block", {}).get("why")
    if why in ("next", "back") and not _begun(person, plan):
        return _way_back() if why == "back" else _new_block(person, plan)
    moved = plan.plan.get("moved")
    if moved and _days_ago(moved["on"], today) <= MOVED_DAYS:
        last = following.last_trained(person, today)
        if last is None or last.isoformat() < moved["on"]:
            return _("The plan has moved; nothing is lost.")
    if following.passed_in_trial(person, plan, today):
        return _(
            "Yesterday has gone by. The days of the trial stay as they were drawn; there is nothing to make up for."
        )
    return None


def _way_back() -> str:
    return _("Good to have you back. The plan begins gently, below where you left off.")


def _new_block(person: models.Person, plan: models.Plan) -> str:
    before = person.plans.filter(pk__lt=plan.pk, active=False).order_by("-pk").first()
    done, grown = _brought(person, before) if before is not None else (0, None)
    said = [_("A new block begins.")]
    if done:
        said.append(
            ngettext("The last one brought %(n)d session.", "The last one brought %(n)d sessions.", done) % {"n": done}
        )
    if grown and guarded.wins_shown(person):
        said.append(_("%(exercise)s went from %(first)s to %(last)s kg.") % grown)
    return " ".join(said)


def _brought(person: models.Person, plan: models.Plan) -> tuple[int, dict[str, Any] | None]:
    """How many sessions of a plan were done, and the lift that grew most from its first time to its last."""
    ids = [s["id"] for s in programme.planned_sessions(plan)]
    done = person.sessions.filter(deleted="", plan_session__in=ids, finished=True, skipped="").order_by("on")
    order = {key: n for n, key in enumerate(done.values_list("id", flat=True))}
    top: dict[str, dict[int, Decimal]] = {}
    rows = person.sets.filter(deleted="", session__in=list(order), kind="work", status="done").exclude(amount="")
    for session, exercise, amount, unit in rows.values_list("session", "exercise", "amount", "unit"):
        if unit in ("kg", "lb") and session is not None:
            times = top.setdefault(exercise, {})
            times[order[session]] = max(
                times.get(order[session], Decimal(0)), Load(Decimal(amount), cast("Any", unit)).kg
            )
    ends = {e: (times[min(times)], times[max(times)]) for e, times in top.items() if times[min(times)] > 0}
    best = max(ends, key=lambda e: ends[e][1] / ends[e][0], default=None)
    if best is None or ends[best][1] <= ends[best][0]:
        return len(order), None
    first, last = (f"{kg.normalize():f}" for kg in ends[best])
    return len(order), {"exercise": told(bundle.name_of(best)), "first": first, "last": last}


def _begun(person: models.Person, plan: models.Plan) -> bool:
    ids = [s["id"] for s in programme.planned_sessions(plan)]
    found: bool = person.sessions.filter(deleted="", plan_session__in=ids, skipped="").exists()
    return found


def _days_ago(day: str, today: date) -> int:
    return (today - type(today).fromisoformat(day)).days
