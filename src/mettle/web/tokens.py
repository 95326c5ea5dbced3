"""Keys for a person's own scripts: drawn here, shown once, kept as a hash, taken back at any time."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import now
from ninja.errors import HttpError
from ninja.security import HttpBearer

from mettle.web import throttle
from mettle.web.access import noted_key
from mettle.web.models import ApiToken

if TYPE_CHECKING:
    from django.http import HttpRequest

    from mettle.web.models import Person

NOTED_EVERY = timedelta(minutes=10)
"""How often the use of a key is written down: each time would be one more wait for the disk."""
NOTE_THEMSELVES = ("/export", "/push/key")
"""What says more in its own line, and what holds nothing of the person."""
PREFIX = "mettle_"
"""So that a key that ends up in a file by accident is recognised."""


def make(person: Person, name: str) -> str:
    """A fresh key; this is the only time that it can be read."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(person=person, name=name[:80], token_sha256=digest(token))
    return token


def digest(token: str) -> str:
    """What is stored of a key; it is long and random, so one plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class Bearer(HttpBearer):
    """``Authorization: Bearer mettle_...``: the request is about the person who made the key."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """The person, or None where the key is unknown or was taken back."""
        found = ApiToken.objects.select_related("person__user").filter(token_sha256=digest(token)).first()
        if found is None:
            if throttle.too_many(request):
                raise HttpError(429, "too many wrong keys from here; wait a quarter of an hour")
            return None
        if found.last_used_at is None or now() - found.last_used_at > NOTED_EVERY:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now())
        request.user = found.person.user
        request.key_name = found.name  # type: ignore[attr-defined] # for what notes its reader itself
        if request.method == "GET" and not request.path.endswith(NOTE_THEMSELVES):
            noted_key(found.person, found.name)
        return found.person
