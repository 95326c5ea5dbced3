"""My safety plan: written when well, one step away when not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mettle.web import models
from mettle.web.people import person_of
from mettle.web.safety_form import SafetyPlanForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Read it, change it."""
    person = person_of(request)
    stored = models.SafetyPlan.objects.filter(person=person).first()
    form = SafetyPlanForm(request.POST or None, initial=SafetyPlanForm.filled(stored.plan) if stored else {})
    if request.method == "POST" and form.is_valid():
        models.SafetyPlan.objects.update_or_create(person=person, defaults={"plan": form.plan(), "changed_at": now()})
        messages.success(request, _("Kept. It is on the help card now, offline too."))
        return redirect("safety_plan")
    return render(request, "mettle/safety_plan.html", {"form": form, "fields": [form[f] for f in form.fields]})
