"""Invitations: the one who runs a shared instance hands out places, each for one account and a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mettle.web import models, signin, throttle

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Make one, and see which are open; for the one who runs this instance alone."""
    if not signin.is_owner(request.user):
        raise Http404
    fresh, sent = None, False
    to = request.POST.get("to", "").strip() if settings.MAILING else ""
    if request.method == "POST" and (not to or _is_address(to)):
        made = models.Invitation.objects.create(made_by=signin.owner())
        fresh = request.build_absolute_uri(reverse("join", args=[made.token]))
        sent = bool(to) and get_adapter().invite(to, fresh)
        if to and not sent:
            messages.error(request, _("The mail server took no letter. Send the address below yourself."))
    elif to:
        messages.error(request, _("An e-mail address is written like name@example.org."))
    open_now = models.Invitation.objects.still_open().order_by("until")
    return render(request, "mettle/invitations.html", {"fresh": fresh, "sent": sent, "open": open_now})


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@require_GET
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Open an invitation: the next step is an account."""
    if not models.Invitation.objects.usable(token).exists():
        if throttle.too_many(request):
            return throttle.wait(request)
        return render(request, "mettle/welcome.html", {"expired": True}, status=410)
    request.session["invitation"] = token
    return redirect("account_signup")
