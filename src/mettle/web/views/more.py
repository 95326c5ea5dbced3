"""More: the way to everything that is not for every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """A list of links."""
    links = [
        {"href": reverse("check_in"), "label": _("Check in")},
        {"href": reverse("trials"), "label": _("Find out if it works for me")},
        {"href": reverse("evidence"), "label": _("Evidence")},
        {"href": reverse("questionnaires"), "label": _("Questionnaires")},
        {"href": reverse("reactions"), "label": _("Reaction tests")},
        {"href": reverse("safety_plan"), "label": _("My safety plan")},
        {"href": reverse("prompts"), "label": _("Prompts")},
        {"href": reverse("settings"), "label": _("Settings")},
        {"href": reverse("burden"), "label": _("What it costs you")},
        {"href": reverse("data"), "label": _("Your data")},
    ]
    return render(request, "mettle/more.html", {"links": links})
