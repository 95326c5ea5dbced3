"""What the web server calls."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mettle.web.settings")
_answer = get_wsgi_application()

from mettle.web import serving, ticking  # noqa: E402 # needs the apps that the line above loads

serving.end_with_parent()
serving.tell_restores()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One request; the clock's thread waits meanwhile, and this for it."""
    with ticking.DATABASE:
        return _answer(environ, start_response)


if os.environ.get("METTLE_TICK_S"):
    ticking.start(every_s=float(os.environ["METTLE_TICK_S"]))
