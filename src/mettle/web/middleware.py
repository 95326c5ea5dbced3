"""What every request gets: safe headers, the signed-in person, and what the page frame shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from mettle.web.models import Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


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


def person(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """``request.person``: whose data this request is about; None where nobody is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.person = SimpleLazyObject(lambda: _person(request))  # type: ignore[attr-defined] # views read it
        return get_response(request)

    return middleware


def _person(request: HttpRequest) -> Person | None:
    return Person.of(request.user) if request.user.is_authenticated else None


def page(request: HttpRequest) -> dict[str, Any]:
    """What the page frame shows on every screen."""
    return {
        "static_version": settings.STATIC_VERSION,
        "person": getattr(request, "person", None),
        "hosted": settings.PLACE.hosted,
        "secure_context": request.is_secure()
        or request.get_host().split(":")[0] in ("localhost", "127.0.0.1", "[::1]"),
    }
