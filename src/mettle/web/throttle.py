"""Wrong links and keys count by the address that they come from: whoever tries one after the other is told to wait.

They are 192 random bits or more, so a limit guards the machine's time rather than the tokens. That is why a right one is always
taken: nobody locks out the household or the clinic that shares their address.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST, WITHIN_S = 30, 15 * 60


def too_many(request: HttpRequest) -> bool:
    """Count a wrong token; whether there were too many from this address in the last quarter of an hour."""
    key, now = f"wrong_tokens:{get_ip(request)}", time.time()
    count, until = cache.get(key) or (0, now + WITHIN_S)
    if count >= MOST:
        return True
    cache.set(key, (count + 1, until), max(1, until - now))
    return False


def wait(request: HttpRequest) -> HttpResponse:
    """The page that says so."""
    reply = render(request, "429.html", status=429)
    reply["Retry-After"] = str(WITHIN_S)
    return reply
