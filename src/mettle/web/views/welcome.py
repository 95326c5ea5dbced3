"""The first page, and how a person gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mettle.web import computing, lock, people, setup_steps, signin, throttle

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
def first_page(request: HttpRequest) -> HttpResponse:
    """What mettle is, and the two ways to begin."""
    person = people.person_of(request) if request.user.is_authenticated else None
    begun = person is not None and not person.profile and setup_steps.KEPT in person.choices
    return render(request, "mettle/welcome.html", {"begun": begun})


@require_GET
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Redeem a one-time link; the session gets a new key, so that none can be fixed beforehand."""
    user = signin.redeem(token)
    if user is None:
        if throttle.too_many(request):
            return throttle.wait(request)
        return render(request, "mettle/welcome.html", {"expired": True}, status=410)
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="link")
    lock.seen(request)
    return redirect("today")


def no_email(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001 # one page for every address below
    """Pages of an account that would send a letter: this app sends none, and says so."""
    why = _(
        "This mettle sends no e-mail. A fresh sign-in link comes from the machine that it runs on: mettle up --link"
    )
    return render(request, "mettle/refused.html", {"why": why, "back": "/"}, status=404)


@require_POST
def simulated(request: HttpRequest) -> HttpResponse:
    """Carry on as the simulated person: another account, marked as simulated everywhere; one's own waits for the way back."""
    from mettle.web.demo import simulated_user  # noqa: PLC0415 # making sixteen weeks takes numpy

    if not request.user.is_authenticated or settings.PLACE.hosted:  # there, several people would write into one account
        return redirect("welcome")
    own = {"user": request.user.pk, "active_at": request.session.get("active_at", 0)}
    other = simulated_user()
    if other.pk != request.user.pk:
        login(request, other, backend=BACKEND)
        request.session[people.OWN] = own
        computing.DONE.set()  # the clock's thread has the new person's answer made ready
    return redirect("today")


@require_POST
def come_back(request: HttpRequest) -> HttpResponse:
    """Back from the simulated person to one's own account, as it was left; its PIN is asked for where it is due."""
    own = request.session.get(people.OWN)
    user = get_user_model().objects.filter(pk=own["user"], is_active=True).first() if own else None
    if own is None or user is None or not request.user.is_authenticated:
        return redirect("welcome")
    login(request, user, backend=BACKEND)
    request.session["active_at"] = own["active_at"]
    return redirect("today")
