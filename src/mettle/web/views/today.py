"""Today: what now? One card needs action at most."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mettle import instruments
from mettle.web import bundle, checkins, days, news, programme, questionnaires, stored_trials, trialing, weekly
from mettle.web.people import person_of
from mettle.words import told

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from mettle.web import models


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One card for what is next, nothing else to decide."""
    person = person_of(request)
    if not person.profile and not person.simulated:
        return redirect("welcome")
    today = days.today(person)
    plan = programme.current(person)
    begun = weekly.first_record(person)
    context = {
        "heading": date_format(today, "l, j F"),
        "kind_word": kind_word(person, today),
        "card": next_card(person, plan, today),
        "strip": (strip := fortnight(person, today, begun=begun)),
        "trained": sum(d["trained"] for d in strip),
        "checked": sum(d["checked"] for d in strip),
        "begins": begun is None or begun > strip[0]["on"],
        "upset": bool(plan and plan.plan.get("when_upset")),
        "news": news.of(person, plan, today) if plan else None,
        "plan_unreadable": plan is None and programme.unreadable(person),
        "trial_unreadable": stored_trials.unreadable(person),
        "week": weekly.of(person, today, begun=begun),
    }
    return render(request, "mettle/today.html", context)


def next_card(person: models.Person, plan: models.Plan | None, today: date) -> dict[str, Any]:
    """What is next: a check-in before the decision to train, the session of the day, else rest."""
    due = programme.due(person, plan, today) if plan else None
    trained = person.sessions.filter(deleted="", on=today, finished=True).exists()
    waits, drawn = due is not None and not trained, checkins.trial_runs(person)
    asked = checkins.due(person, today, session_waits=waits, trained=trained, drawn=drawn)
    if asked:
        told = due if waits and (asked == "evening" or not drawn) else None  # a drawn day is told once it was rated
        return {"kind": "check_in", "occasion": asked, "then": _title(told) if told else None, "session": told}
    if due and not trained:
        return {"kind": "session", "id": due["id"], "title": _title(due), "minutes": round(due["minutes"])}
    questionnaire = questionnaires.due(person, today)
    if questionnaire:
        return {"kind": "questionnaire", "id": questionnaire, "name": instruments.load(questionnaire).name}
    if plan is None or plan.plan.get("status") == "refused":
        return {"kind": "no_plan", "why": plan.told["messages"][0]["text"] if plan and plan.plan["messages"] else None}
    return {"kind": "rest"}


def kind_word(person: models.Person, today: date) -> str | None:
    """One kind card where the daily mood has fallen or the check-ins went silent, once a week; it ends any stretch without training."""
    if person.choices.get("kind_word_seen", "") > (today - timedelta(days=7)).isoformat():
        return None
    found = trialing.deteriorating(person)
    if found.card is None:
        return None
    trialing.stop_where_it_must(person)
    return found.card.text


@login_required
@require_POST
def heard(request: HttpRequest) -> HttpResponse:
    """The kind card, or the words of last week, were read; each stays away for a week."""
    person = person_of(request)
    if request.POST.get("what") == "week":
        weekly.put_away(person, days.today(person))
    else:
        person.choices = person.choices | {"kind_word_seen": days.today(person).isoformat()}
        person.save()
    return redirect("today")


def _title(session: dict[str, Any]) -> str:
    minutes = round(session["minutes"])
    parts = [p["exercises"][0] for p in session["parts"] if p["exercises"] and p["kind"] != "warm_up"]
    first = bundle.name_of(parts[0]["exercise"]) if parts else _("Session")
    return _("%(first)s and more · %(minutes)d min") % {"first": told(first), "minutes": minutes}


def fortnight(person: models.Person, today: date, *, begun: date | None) -> list[dict[str, Any]]:
    """The last fourteen days: which had a check-in, which a session, and which were before the first record."""
    first = today - timedelta(days=13)
    checked = set(person.observations.filter(deleted="", on__gte=first).values_list("on", flat=True))
    trained = set(person.sessions.filter(deleted="", on__gte=first, skipped="").values_list("on", flat=True))
    span = [first + timedelta(days=n) for n in range(14)]
    return [
        {"on": d, "before": d < (begun or today), "checked": d in checked, "trained": d in trained, "x": 4 + 20 * n}
        for n, d in enumerate(span)
    ]
