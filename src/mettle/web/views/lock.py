"""The PIN: asked for after a while away, set in Settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mettle.web import lock
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MINUTES = ("1", "5", "15")


@login_required
@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the PIN, then go where the person wanted to go."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = "/"
    if request.method == "POST":
        if lock.opened(request, request.POST.get("pin", "")):
            return redirect(wanted)
        return render(request, "mettle/unlock.html", {"next": wanted, "wrong": True, "shell": False}, status=403)
    return render(request, "mettle/unlock.html", {"next": wanted})


@login_required
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Set, change or take off the PIN."""
    minutes = request.POST.get("minutes", "5")
    try:
        if minutes not in MINUTES:
            raise ValueError(_("minutes must be one of %s") % ", ".join(MINUTES))
        lock.set_pin(person_of(request), request.POST.get("pin", "").strip(), minutes=int(minutes))
    except ValueError as error:
        return render(request, "mettle/refused.html", {"why": str(error), "back": "/settings/"}, status=400)
    request.session["active_at"] = 0
    lock.seen(request)
    messages.success(request, _("Kept."))
    return redirect("settings")
