"""Invitations: the one who runs a shared instance hands out places, each for one account and a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mettle.web import models, signin

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Make one, and see which are open; for the one who runs this instance alone."""
    if not signin.is_owner(request.user):
        raise Http404
    fresh = None
    if request.method == "POST":
        made = models.Invitation.objects.create(made_by=signin.owner())
        fresh = request.build_absolute_uri(reverse("join", args=[made.token]))
    open_now = models.Invitation.objects.still_open().order_by("until")
    return render(request, "mettle/invitations.html", {"fresh": fresh, "open": open_now})


@require_GET
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Open an invitation: the next step is an account."""
    if not models.Invitation.objects.usable(token).exists():
        return render(request, "mettle/welcome.html", {"expired": True}, status=410)
    request.session["invitation"] = token
    return redirect("account_signup")
