"""App lock: a PIN after a while away, so that somebody else who picks up the phone reads nothing.

It keeps curious eyes out; whoever owns the device and its files is not stopped by a PIN. Records that a locked phone sends are
taken all the same: nothing may be lost for want of a PIN. Whoever forgot it signs in with a fresh link from the machine itself.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import check_password, make_password
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from mettle.web.people import person_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from mettle.web.models import Person

ITERATIONS = 200_000
TRIES, WAIT_S = 5, 60
FREE = (
    "/static/",
    "/sw.js",
    "/manifest.webmanifest",
    "/favicon.ico",
    "/help-now/",
    "/away/",
    "/offline/",
    "/unlock/",
    "/accounts/logout/",
    "/sign-in/",
)
"""Pages with nothing personal in them, and the ways in and out."""
SHELLS = ("/workout/", "/check-in/", "/questionnaire/", "/reaction/")
"""Empty until the browser fills them from its own store, which asks for the PIN itself."""
_NOTED_EVERY_S = 30


def set_pin(person: Person, pin: str, *, minutes: int) -> None:
    """Lock this person's app after so many minutes away; an empty PIN takes the lock off.

    Raises
    ------
    ValueError
        Where the PIN is not 4 to 8 digits.
    """
    choices = dict(person.choices)
    choices.pop("lock", None)
    if pin:
        if not (pin.isdigit() and 4 <= len(pin) <= 8):
            raise ValueError("a PIN is 4 to 8 digits")
        salt = secrets.token_hex(16)
        check = hashlib.pbkdf2_hmac("sha256", pin.encode(), bytes.fromhex(salt), ITERATIONS).hex()
        choices["lock"] = {"pin": make_password(pin), "salt": salt, "check": check, "minutes": minutes}
    person.choices = choices
    person.save()


def for_the_phone(person: Person) -> dict[str, Any] | None:
    """What the browser needs to ask for the PIN where there is no network; kept in its encrypted store."""
    lock = person.choices.get("lock")
    return (
        None
        if not lock
        else {"salt": lock["salt"], "check": lock["check"], "minutes": lock["minutes"], "iterations": ITERATIONS}
    )


def is_locked(request: HttpRequest) -> bool:
    """Whether this session has been away for longer than the person allows."""
    lock = person_of(request).choices.get("lock")
    return bool(lock) and time.time() - request.session.get("active_at", 0) > 60 * lock["minutes"]


def seen(request: HttpRequest) -> None:
    """The person is here."""
    if time.time() - request.session.get("active_at", 0) > _NOTED_EVERY_S:
        request.session["active_at"] = int(time.time())


def opened(request: HttpRequest, pin: str) -> bool:
    """Try a PIN; after five wrong ones the next counts only after a minute."""
    if time.time() < request.session.get("lock_until", 0):
        return False
    lock = person_of(request).choices.get("lock") or {}
    if check_password(pin, lock.get("pin", "")):
        request.session["active_at"], request.session["lock_fails"] = int(time.time()), 0
        return True
    fails = request.session.get("lock_fails", 0) + 1
    request.session["lock_fails"] = fails
    if fails % TRIES == 0:
        request.session["lock_until"] = int(time.time()) + WAIT_S
    return False


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send a locked session to the PIN; what a phone sends is still taken."""

    def guarded(request: HttpRequest) -> HttpResponse:
        path = request.path
        free = path.startswith((*FREE, *SHELLS)) or path == "/api/v1/sync"
        if free or not request.user.is_authenticated or "lock" not in person_of(request).choices:
            return get_response(request)
        if is_locked(request):
            if path.startswith("/api/"):
                return JsonResponse({"detail": "locked"}, status=403)
            return redirect(f"{reverse('unlock')}?{urlencode({'next': path})}")
        seen(request)
        return get_response(request)

    return guarded
