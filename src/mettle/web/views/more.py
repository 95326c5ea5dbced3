"""More: the way to everything that is not for every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


LABELS = {
    "check_in": lazy("Check in"),
    "questionnaires": lazy("Questionnaires"),
    "reactions": lazy("Reaction tests"),
    "sessions": lazy("What you did"),
    "safety_plan": lazy("My safety plan"),
    "trials": lazy("Find out if it works for me"),
    "evidence": lazy("What is published"),
    "prompts": lazy("Reminders"),
    "settings": lazy("Settings"),
    "burden": lazy("What it costs you"),
    "data": lazy("Your data"),
}


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Links in three short lists."""
    groups = [
        (_("For you"), ["check_in", "questionnaires", "reactions", "sessions", "safety_plan"]),
        (_("What works"), ["trials", "evidence"]),
        (_("The app"), ["prompts", "settings", "burden", "data"]),
    ]
    told = [(title, [(reverse(name), LABELS[name]) for name in names]) for title, names in groups]
    return render(request, "mettle/more.html", {"groups": told})
