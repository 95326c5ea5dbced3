"""The screens that work without a network: shells, the same bytes for everyone, filled in by the browser from its own store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from mettle.web import bundle

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
@ensure_csrf_cookie
def workout(request: HttpRequest) -> HttpResponse:
    """What is the next set?"""
    return _shell(request, "workout")


@require_GET
@ensure_csrf_cookie
def check_in(request: HttpRequest) -> HttpResponse:
    """How is it right now?"""
    return _shell(request, "check_in")


@require_GET
@ensure_csrf_cookie
def questionnaire(request: HttpRequest) -> HttpResponse:
    """One item a screen."""
    return _shell(request, "questionnaire")


@require_GET
@ensure_csrf_cookie
def reaction(request: HttpRequest) -> HttpResponse:
    """A reaction test."""
    return _shell(request, "reaction")


@require_GET
def help_now(request: HttpRequest) -> HttpResponse:
    """Help: in every footer, for anyone, signed in or not."""
    return _shell(request, "help_now", card=bundle.help_card(country=None))


@require_GET
def no_connection(request: HttpRequest) -> HttpResponse:
    """What to show instead of a page that needs the network."""
    return _shell(request, "offline")


@require_GET
def away(request: HttpRequest) -> HttpResponse:
    """Where quick exit leads: a page that says nothing; on the way back the PIN is asked for."""
    if request.user.is_authenticated:
        request.session["active_at"] = 0
    return HttpResponse('<!doctype html><title>Notes</title><link rel="icon" href="data:,">', content_type="text/html")


def _shell(request: HttpRequest, template: str, **more: object) -> HttpResponse:
    context = {"person": None, "shell": True, **more}
    return render(request, f"mettle/{template}.html", context)
