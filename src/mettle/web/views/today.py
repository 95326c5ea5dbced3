"""Today: what now?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from mettle.web import days

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One card for what is next, nothing else to decide."""
    person = request.person  # type: ignore[attr-defined] # the middleware's
    if not person.profile and not person.simulated:
        return redirect("welcome")
    return render(request, "mettle/today.html", {"heading": f"{days.today(person):%A, %-d %B}"})
