"""Whose data a request is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.web.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest


OWN = "own_account"
"""In the session of somebody who looks at the simulated person: the account that they came from."""


def person_of(request: HttpRequest) -> Person:
    """The signed-in person; views that call it require a sign-in."""
    found: Person | None = getattr(request, "_mettle_person", None)
    if found is None:
        found = Person.of(request.user)
        request._mettle_person = found  # type: ignore[attr-defined] # noqa: SLF001 # kept for the length of the request
    return found
