"""What an installed web app asks for: its manifest and its service worker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest

SERVICE_WORKER = Path(__file__).resolve().parents[1] / "static" / "mettle" / "sw.js"
PROMPT = gettext_noop("A minute for you")
"""What a prompt says that brings no words of its own; a service worker has no page that could carry its language."""
ICONS = SERVICE_WORKER.parent / "icons"


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, under the neutral name that the person chose, and with a picture as neutral."""
    name, drawn = _shown_as(request)
    found = [(f"{drawn}.svg", "any", "image/svg+xml", "any")]
    for side in (192, 512):
        found.append((f"{drawn}-{side}.png", f"{side}x{side}", "image/png", "any"))
        found.append((f"{drawn}-maskable-{side}.png", f"{side}x{side}", "image/png", "maskable"))
    icons = [
        {"src": f"{settings.STATIC_URL}mettle/icons/{file}", "sizes": sizes, "type": kind, "purpose": purpose}
        for file, sizes, kind, purpose in found
    ]
    document: dict[str, object] = {
        "name": name,
        "short_name": name,
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
    }
    document |= {"icons": icons, "background_color": "#fbfaf7", "theme_color": "#14606b"}
    return JsonResponse(document, content_type="application/manifest+json")


@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for by themselves."""
    _name, drawn = _shown_as(request)
    picture = (ICONS / f"{drawn}.ico").read_bytes()
    return HttpResponse(picture, content_type="image/x-icon", headers={"Cache-Control": "private, max-age=86400"})


def _shown_as(request: HttpRequest) -> tuple[str, str]:
    """The app's name, and which picture goes with it: whoever shows it under another name has a page of notes."""
    chosen = person_of(request).choices.get("app_name") if request.user.is_authenticated else None
    return chosen or "mettle", "notes" if chosen else "mettle"


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 # Django passes it
    """The service worker from the root, so that it may serve every page; its version is that of the static files, its words the reader's."""
    script = SERVICE_WORKER.read_text().replace("{{version}}", settings.STATIC_VERSION)
    script = script.replace(json.dumps(PROMPT), json.dumps(_(PROMPT)))
    return HttpResponse(script, content_type="text/javascript")
