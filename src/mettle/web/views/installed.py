"""What an installed web app asks for: its manifest and its service worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest

SERVICE_WORKER = Path(__file__).resolve().parents[1] / "static" / "mettle" / "sw.js"


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, under the neutral name that the person chose."""
    name = (person_of(request).choices.get("app_name") if request.user.is_authenticated else None) or "mettle"
    icon = {"src": f"{settings.STATIC_URL}mettle/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    document = {"name": name, "short_name": name, "start_url": "/", "display": "standalone", "icons": [icon]}
    document |= {"background_color": "#fbfaf7", "theme_color": "#14606b"}
    return JsonResponse(document, content_type="application/manifest+json")


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 # Django passes it
    """The service worker from the root, so that it may serve every page; its version is that of the static files."""
    script = SERVICE_WORKER.read_text().replace("{{version}}", settings.STATIC_VERSION)
    return HttpResponse(script, content_type="text/javascript")
