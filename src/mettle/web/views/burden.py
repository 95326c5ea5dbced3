"""Burden: what mettle costs you in a day, measured, and how to make it less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mettle.web import bundle, burden
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The person's own median, beside what it is meant to cost."""
    person = person_of(request)
    context = {
        "own": burden.of(person),
        "measured": burden.measured(),
        "daily_s": burden.DAILY_BUDGET_S,
        "weekly_min": burden.WEEKLY_BUDGET_MIN,
        "items": len(bundle.check_in(person)["items"]),
    }
    return render(request, "mettle/burden.html", context)
