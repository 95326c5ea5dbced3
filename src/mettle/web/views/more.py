"""More: the way to everything that is not for every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


LABELS = {
    "check_in": gettext_lazy("Check in"),
    "questionnaires": gettext_lazy("Questionnaires"),
    "reactions": gettext_lazy("Reaction tests"),
    "sessions": gettext_lazy("What you did"),
    "safety_plan": gettext_lazy("My safety plan"),
    "trials": gettext_lazy("Find out if it works for me"),
    "evidence": gettext_lazy("What is published"),
    "prompts": gettext_lazy("Reminders"),
    "settings": gettext_lazy("Settings"),
    "burden": gettext_lazy("What it costs you"),
    "data": gettext_lazy("Your data"),
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
