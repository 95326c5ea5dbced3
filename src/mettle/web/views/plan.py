"""Plan: the weeks ahead, why each exercise, what could not be met; change it, print it, put it in a calendar."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from mettle import prescription
from mettle.training import catalogue
from mettle.web import bundle, days, following, plan_calendar, plan_edits, programme
from mettle.web.computing import without_style
from mettle.web.middleware import CSP
from mettle.web.people import person_of
from mettle.words import mark, together

if TYPE_CHECKING:
    from django.http import HttpRequest

    from mettle.web import models


PARTS = {
    "warm_up": _("Warm-up"),
    "straight": _("Set after set"),
    "superset": _("Two in turn"),
    "circuit": _("Circuit"),
    "power": _("Quick and light"),
    "balance": _("Balance"),
    "mobility": _("Mobility"),
}
ASKS = ("help_item9", "clearance_advised", "refused_symptoms", "refused_blood_pressure", "refused_age")
"""Messages of a plan that ask something of the person; the others only tell."""


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The mesocycle as a calendar, and each session to come with what can be changed."""
    person = person_of(request)
    plan = programme.current(person)
    if plan is None and programme.unreadable(person):
        return render(request, "mettle/plan_unreadable.html")
    if plan is None:
        return redirect("setup" if not person.simulated else "today")
    today, plans = days.today(person), plan_edits.blocks(person)
    shown = [s for p in plans for s in _sessions(person, p, today)]
    replaced = person.choices.get("replaced") or {}
    context = {
        "plan": plan.plan,
        "calendar": plan_calendar.months(shown, today),
        "coming": [s for s in shown if s["state"] == "open"],
        "gone": [s for s in shown if s["state"] != "open"],
        "on_trial": bool(plan.plan.get("trial")),
        "last_day": plan_edits.last_day(person, plans),
        "replaced": [(old, bundle.name_of(old), bundle.name_of(new)) for old, new in replaced.items()],
        "messages_of_plan": [m | {"asks": m["code"] in ASKS} for m in plan.told["messages"]],
        "shortfalls": plan.told.get("shortfalls", []),
        "checks": plan.told.get("checks", []),
        "today": today,
    }
    return render(request, "mettle/plan.html", context)


def _sessions(person: models.Person, plan: models.Plan, today: date) -> list[dict[str, Any]]:
    """Every session of a block with what became of it; those to come with each exercise where the log has brought it."""
    order = prescription.sessions_in_order(plan.told)
    rows = person.sessions.filter(deleted="", plan_session__in=[s["id"] for s in order])
    known = {planned: (skipped, on) for planned, skipped, on in rows.values_list("plan_session", "skipped", "on")}
    open_now = {s["id"] for s in following.left(person, plan, today)}
    moved = {s["id"]: s for s in programme.brought(person, plan, [s for s in order if s["id"] in open_now], today)}
    shown = []
    for session in order:
        skipped, on = known.get(session["id"], ("", None))
        state = "open" if session["id"] in open_now else "skipped" if skipped else "done" if on else "passed"
        told = session_shown(moved.get(session["id"], session))
        when = on if state == "done" and on else told["on"]
        shown.append(told | {"state": state, "on": when, "deload": session["deload"]})
    return shown


@login_required
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Plan anew from today, from the same answers."""
    programme.make(person_of(request))
    messages.success(request, gettext("A new plan from today. What you did is kept."))
    return redirect("plan")


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Move a session, leave it out or take it back, replace an exercise for good or allow it again; what will not do is told in one line."""
    person, said = person_of(request), request.POST
    act, session = said.get("act", ""), said.get("session", "")[:64]
    try:
        if act == "move":
            plan_edits.move(person, session, _day(said.get("to", "")))
            messages.success(request, gettext("Moved."))
        elif act == "skip":
            plan_edits.skip(person, session)
            messages.success(request, gettext("Left out. Nothing is made up for."))
        elif act == "take_back":
            plan_edits.take_back(person, session)
            messages.success(request, gettext("It is in the plan again."))
        elif act == "replace":
            plan_edits.replace(person, said.get("old", ""), said.get("new", ""))
            messages.success(request, gettext("Replaced, in this plan and in those to come."))
        elif act == "allow":
            plan_edits.allow_again(person, said.get("old", ""))
            messages.success(request, gettext("It may come again, from the next plan on."))
    except plan_edits.RefusedError as refused:
        messages.error(request, str(refused))
    return redirect("plan")


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise plan_edits.RefusedError(gettext("Choose a day.")) from None


@login_required
@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """The plan on one page, to print."""
    from mettle.reports import plan as report  # noqa: PLC0415 # pictures and templates, only here

    plan = _current(request)
    if plan is None:
        return redirect("plan")
    page = without_style(report.html(plan.told))
    response = HttpResponse(page)
    response["Content-Security-Policy"] = CSP.replace("style-src 'self'", f"style-src 'self' {_own_styles(page)}")
    return response


def _own_styles(page: str) -> str:
    """The style sheets that stand in a page of ours, as the content policy names them: by their hash and nothing else."""
    sheets = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() for sheet in sheets)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """The sessions as a calendar file; names are neutral."""
    from mettle.reports import calendar as report  # noqa: PLC0415 # icalendar, only here

    plan = _current(request)
    if plan is None:
        return redirect("plan")
    told = programme.in_calendar(person_of(request), plan)
    if told["weeks"] and not any(s["on"] for w in told["weeks"] for s in w["sessions"]):
        return redirect("plan")  # every session was left out
    response = HttpResponse(report.ics(told), content_type="text/calendar")
    response["Content-Disposition"] = 'attachment; filename="plan.ics"'
    return response


def _current(request: HttpRequest) -> models.Plan | None:
    return programme.current(person_of(request))


def session_shown(session: dict[str, Any]) -> dict[str, Any]:
    """A planned session in the words of a page."""
    names = catalogue.exercises()
    return {
        "id": session["id"],
        "on": date.fromisoformat(session["on"]) if session["on"] else None,
        "day": mark(str(session["day"])),
        "start": session["start"],
        "minutes": round(session["minutes"]),
        "arm": mark(session["arm"].replace("_", " ")) if session["arm"] else None,
        "names": together(
            *(names[e["exercise"]].name for p in session["parts"] if p["kind"] != "warm_up" for e in p["exercises"]),
            between=", ",
        ),
        "parts": [
            {
                "kind": PARTS.get(part["kind"], part["kind"]),
                "rounds": part.get("rounds"),
                "text": part.get("text", ""),
                "exercises": [
                    {
                        "id": e["exercise"],
                        "name": names[e["exercise"]].name,
                        "sets": bundle.sets_in_words(e["sets"]),
                        "reason": e["reason"],
                        "cue": e["cue"],
                        "alternatives": [names[a].name for a in e["alternatives"]],
                        "others": [(a, names[a].name) for a in e["alternatives"]],
                    }
                    for e in part["exercises"]
                ],
            }
            for part in session["parts"]
        ],
    }
