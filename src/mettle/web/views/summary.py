"""One page for an appointment: what was trained, what was answered, what the person's own data say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mettle import instruments
from mettle.web import days, questionnaires
from mettle.web.access import noted
from mettle.web.people import person_of
from mettle.web.views.answer import name_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

WEEKS = 12


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The last twelve weeks on a page to print; nothing on it is a finding."""
    person = person_of(request)
    today = days.today(person)
    first = today - timedelta(weeks=WEEKS)
    trained = person.sessions.filter(deleted="", on__gte=first, skipped="").values_list("on", flat=True).distinct()
    told = {instruments.load(k).name: questionnaires.trajectory(person, k) for k in instruments.ids()}
    answered = [
        (name_of(kept.key), kept.told["headline"]["text"], kept.answer["credibility"])
        for kept in person.answers.order_by("key")
        if "headline" in kept.answer
    ]
    context = {
        "first": first,
        "today": today,
        "weeks": WEEKS,
        "trained": len(set(trained)),
        "told": {name: rows for name, rows in told.items() if rows},
        "answered": answered,
        "profile": person.profile,
    }
    noted(person, request.user, "summary for an appointment")
    return render(request, "mettle/summary.html", context)
