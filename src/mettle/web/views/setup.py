"""Setup: a few questions, then a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mettle.web import programme
from mettle.web.people import person_of
from mettle.web.setup_form import SetupForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The questions; the answers make the profile, and the plan follows from it."""
    person = person_of(request)
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person.profile = form.profile()
        person.timezone = form.cleaned_data["timezone"] or person.timezone
        person.choices = person.choices | {"one_thing": form.cleaned_data["one_thing"]}
        person.save()
        programme.make(person)
        return redirect("plan")
    parts = {name: [form[f] for f in getattr(form, name)] for name in ("quick", "body", "more")}
    return render(request, "mettle/setup.html", {"form": form, **parts}, status=400 if form.errors else 200)
