"""What every request gets: safe headers, and what the page frame shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mettle.web import words
from mettle.web.people import person_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

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
        response = get_response(request)
        response.setdefault("Content-Security-Policy", CSP)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


TABS = (
    ("today", _("Today")),
    ("plan", _("Plan")),
    ("answer", _("Answer")),
    ("progress", _("Progress")),
    ("more", _("More")),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """What the page frame shows on every screen."""
    tabs = [{"href": reverse(name), "label": label, "here": request.path == reverse(name)} for name, label in TABS]
    host = request.get_host().rsplit(":", 1)[0]
    return {
        "static_version": settings.STATIC_VERSION,
        "person": person_of(request) if request.user.is_authenticated else None,
        "hosted": settings.PLACE.hosted,
        "tabs": tabs,
        "words": words.catalogue(get_language() or "en"),
        "secure_context": request.is_secure() or host in ("localhost", "127.0.0.1", "[::1]"),
    }
