"""Keys for a person's own scripts: made, shown once, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mettle.web import models, tokens
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The keys that there are; a fresh one stands on the page once."""
    person = person_of(request)
    fresh = None
    if request.method == "POST":
        fresh = tokens.make(
            person, "".join(c for c in request.POST.get("name", "") if c.isprintable()).strip()[:80] or _("a script")
        )
    context = {"keys": person.api_tokens.order_by("-made_at"), "fresh": fresh}
    return render(request, "mettle/keys.html", context)


@login_required
@require_POST
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    """From now on this key opens nothing."""
    get_object_or_404(models.ApiToken, pk=key, person=person_of(request)).delete()
    messages.success(request, _("That key opens nothing any more."))
    return redirect("keys")
