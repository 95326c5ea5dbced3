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

from mettle.training import catalogue
from mettle.web import bundle, days, programme
from mettle.web.computing import without_style
from mettle.web.middleware import CSP
from mettle.web.people import person_of

if TYPE_CHECKING:
    from collections.abc import Container

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
    """The mesocycle, week by week."""
    person = person_of(request)
    plan = programme.current(person)
    if plan is None and programme.unreadable(person):
        return render(request, "mettle/plan_unreadable.html")
    if plan is None:
        return redirect("setup" if not person.simulated else "today")
    done = set(person.sessions.filter(deleted="").values_list("plan_session", flat=True))
    context = {
        "plan": plan.plan,
        "weeks": [_week(w, done) for w in plan.plan["weeks"]],
        "messages_of_plan": [m | {"asks": m["code"] in ASKS} for m in plan.plan["messages"]],
        "shortfalls": plan.plan.get("shortfalls", []),
        "checks": plan.plan.get("checks", []),
        "today": days.today(person),
    }
    return render(request, "mettle/plan.html", context)


@login_required
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Plan anew from today, from the same answers."""
    programme.make(person_of(request))
    messages.success(request, gettext("A new plan from today. What you did is kept."))
    return redirect("plan")


@login_required
@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """The plan on one page, to print."""
    from mettle.reports import plan as report  # noqa: PLC0415 # pictures and templates, only here

    plan = _current(request)
    if plan is None:
        return redirect("plan")
    page = without_style(report.html(plan.plan))
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
    response = HttpResponse(report.ics(plan.plan), content_type="text/calendar")
    response["Content-Disposition"] = 'attachment; filename="plan.ics"'
    return response


def _current(request: HttpRequest) -> models.Plan | None:
    return programme.current(person_of(request))


def _week(week: dict[str, Any], done: set[str]) -> dict[str, Any]:
    return {
        "week": week["week"],
        "deload": week["deload"],
        "sessions": [session_shown(s, done) for s in week["sessions"]],
    }


def session_shown(session: dict[str, Any], done: Container[str] = ()) -> dict[str, Any]:
    """A planned session in the words of a page."""
    names = catalogue.exercises()
    return {
        "id": session["id"],
        "on": date.fromisoformat(session["on"]) if session["on"] else None,
        "day": session["day"],
        "start": session["start"],
        "minutes": round(session["minutes"]),
        "arm": session["arm"],
        "done": session["id"] in done,
        "names": ", ".join(
            names[e["exercise"]].name for p in session["parts"] if p["kind"] != "warm_up" for e in p["exercises"]
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
                    }
                    for e in part["exercises"]
                ],
            }
            for part in session["parts"]
        ],
    }
