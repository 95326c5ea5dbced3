"""Settings: what to ask, when to be quiet, who to call, how the app shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mettle.web import signin
from mettle.web.people import person_of
from mettle.web.settings_form import SettingsForm, emergency_numbers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Read them, change them."""
    person = person_of(request)
    form = SettingsForm(request.POST or None, initial=SettingsForm.filled(person.choices, person.timezone))
    if request.method == "POST" and form.is_valid():
        person.choices = person.choices | form.choices_made()
        person.timezone = form.cleaned_data["timezone"]
        person.save()
        messages.success(request, _("Kept."))
        return redirect("settings")
    status = 400 if form.errors else 200
    context = {
        "form": form,
        "sections": [(anchor, title, [form[f] for f in names]) for anchor, title, names in form.sections],
        "emergency": emergency_numbers(),
        "owner": signin.is_owner(request.user),
    }
    return render(request, "mettle/settings.html", context, status=status)
