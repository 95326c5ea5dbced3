"""Help now: in every footer, for anyone, signed in or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The help card."""
    return render(request, "mettle/help_now.html")
