"""Reaction tests: what there is, what came out, and what a difference is worth on one's own device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mettle.web import reactions
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Both tests with their past sessions, the latest first."""
    person = person_of(request)
    tasks = []
    for task, words in reactions.words(person).items():
        told = reactions.told(reactions.sessions(person, task))
        tasks.append({"id": task, "words": words, "rows": told["rows"][::-1][:12], "smallest": told["smallest"]})
    return render(request, "mettle/reactions.html", {"tasks": tasks})
