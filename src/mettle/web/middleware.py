"""What every request gets: safe headers, and what the page frame shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mettle.web import words
from mettle.web.people import OWN, person_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Sessions(SessionMiddleware):
    """Sessions, except that a request which came too late signs nobody out.

    Signing in gives the session a new key. A request that left the browser just before, with the old key (a poll, the service
    worker fetching its shells), would be answered with "remove the cookie", which by then is the new one.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Remove the cookie only where this very request ended its session."""
        if not request.session.modified and request.session.is_empty():
            return response
        return super().process_response(request, response)


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No request to another origin, no inline script or style, no cached page of personal data."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(status=400) if _holds_no_text(request) else get_response(request)
        response.setdefault("Content-Security-Policy", CSP)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _holds_no_text(request: HttpRequest) -> bool:
    """Whether an address holds a zero byte, which is no text and which PostgreSQL does not take in a question either."""
    return "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")


TABS = (
    ("today", _("Today"), "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z"),
    ("plan", _("Plan"), "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4"),
    ("answer", _("Answer"), "M3 19c5 0 5-13 9-13s4 13 9 13M3 21h18"),
    ("progress", _("Progress"), "M4 20V13M10 20V9M16 20v-8M22 20V5"),
    ("more", _("More"), "M5 12h.01M12 12h.01M19 12h.01"),
)
"""The tabs: the address, its name, and the line of its picture in a square of 24."""


def page(request: HttpRequest) -> dict[str, Any]:
    """What the page frame shows on every screen."""
    tabs = [
        {"href": reverse(name), "label": label, "here": request.path == reverse(name), "icon": icon}
        for name, label, icon in TABS
    ]
    host = request.get_host().rsplit(":", 1)[0]
    return {
        "static_version": settings.STATIC_VERSION,
        "person": person_of(request) if request.user.is_authenticated else None,
        "own_waits": OWN in request.session,
        "hosted": settings.PLACE.hosted,
        "mailing": settings.MAILING,
        "tabs": tabs,
        "words": words.catalogue(get_language() or "en"),
        "secure_context": request.is_secure() or host in ("localhost", "127.0.0.1", "[::1]"),
    }
