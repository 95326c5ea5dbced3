"""Setup: one question a screen, then a plan. Each answer is kept as it is given; changing one's mind goes the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mettle.web import checkins, days, programme, setup_steps, trialing
from mettle.web.people import person_of
from mettle.web.setup_kit import KIT_HINTS
from mettle.web.views import plan as plan_view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from mettle.web import models
    from mettle.web.setup_steps import Said, Step


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Where one is: at the first question that is open, or at the list of answers, from which a new plan is made."""
    person = person_of(request)
    known = setup_steps.said(person)
    open_step = setup_steps.missing(known)
    if request.method == "POST":
        return redirect("setup_step", open_step.key) if open_step else _planned(request, person, known)
    if not person.profile:
        if not known and not checkins.of_day(person, days.today(person)):
            return redirect("setup_now")
        return redirect("setup_step", (open_step or setup_steps.STEPS[-1]).key)
    rows = [
        {"step": step, "answer": setup_steps.in_words(step, known[step.key]) if step.key in known else None}
        for step in setup_steps.asked(known)
    ]
    told = open_step is None and setup_steps.KEPT in person.choices
    changed = told and setup_steps.profile(known, person.profile) != person.profile
    return render(request, "mettle/setup.html", {"rows": rows, "changed": changed, "open": open_step})


@login_required
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """The first check-in, before anything else is asked or told: the browser keeps it as any other."""
    count = len(setup_steps.asked({})) + 1
    return render(request, "mettle/setup_now.html", {"number": 1, "count": count})


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, key: str) -> HttpResponse:
    """One question; an answer is kept and leads to the next one, or back to the list where a plan is there already."""
    person = person_of(request)
    known = setup_steps.said(person)
    found = next((s for s in setup_steps.asked(known) if s.key == key), None)
    if found is None:
        raise Http404
    form = found.form(request.POST) if request.method == "POST" else found.form(known.get(key))
    if request.method == "POST" and form.is_valid():
        _zone(person, request.POST.get("timezone", ""))
        setup_steps.keep(person, found, form)
        return _onwards(request, person, found)
    context = _shown(found, form, known, person)
    wrong = request.method == "POST"
    return render(request, "mettle/setup_question.html", context | {"wrong": wrong}, status=400 if wrong else 200)


def _zone(person: models.Person, told: str) -> None:
    """The browser's zone where it is one that we know; otherwise none is assumed."""
    if told in available_timezones() and not (person.timezone and person.profile):
        person.timezone = told


def _onwards(request: HttpRequest, person: models.Person, found: Step) -> HttpResponse:
    known = setup_steps.said(person)
    if person.profile:
        own = found.key == "kit" and known["kit"]["kit"] == "own"
        return redirect("setup_step", "own_kit") if own else redirect("setup")
    if setup_steps.missing(known) is None:
        return _planned(request, person, known)
    following = setup_steps.after(found, known) or setup_steps.missing(known)
    assert following is not None  # something is missing
    return redirect("setup_step", following.key)


def _planned(request: HttpRequest, person: models.Person, known: Said) -> HttpResponse:
    first = not person.profile
    person.profile = setup_steps.profile(known, person.profile)
    person.save()
    programme.make(person)
    if not first:
        messages.success(request, _("A new plan from today. What you did is kept."))
    return redirect("setup_ready")


def _shown(found: Step, form: Any, known: Said, person: models.Person) -> dict[str, Any]:
    order = setup_steps.asked(known)
    options = []
    if found.kind == "choose":
        (field,) = form
        chosen = known.get(found.key, {}).get(field.name)
        options = [
            {
                "name": field.name,
                "value": value,
                "label": label,
                "hint": KIT_HINTS.get(value),
                "chosen": value == chosen,
            }
            for value, label in field.field.choices
        ]
    return {
        "step": found,
        "form": form,
        "fields": [bound for bound in form if not bound.is_hidden],
        "options": options,
        "icons": found.key == "kit",
        "answered": found.key in known,
        "none_said": bool(known.get(found.key, {}).get("none")),
        "number": order.index(found) + 2,
        "count": len(order) + 1,
        "back": None if person.profile else setup_steps.before(found, known),
        "changing": bool(person.profile),
    }


@login_required
@require_GET
def ready(request: HttpRequest) -> HttpResponse:
    """The plan in a glance, what could not be met, and the choice: just train, or find out if it works for me."""
    person = person_of(request)
    plan = programme.current(person)
    if plan is None:
        return redirect("setup")
    sessions = programme.planned_sessions(plan)
    told = [m | {"asks": m["code"] in plan_view.ASKS} for m in plan.plan["messages"]]
    offered = trialing.offers(person)[0]
    context = {
        "first": plan_view.session_shown(sessions[0]) if sessions else None,
        "count": len(sessions),
        "weeks": len(plan.plan["weeks"]),
        "today": days.today(person),
        "messages_of_plan": sorted(told, key=lambda m: not m["asks"]),
        "shortfalls": plan.plan.get("shortfalls", []),
        "refused": plan.plan["status"] == "refused",
        "offer": offered,
        "prospects": trialing.prospects(person, offered, outcome=offered.outcome or "mood"),
    }
    return render(request, "mettle/setup_ready.html", context)
