"""Data: bring it in, take it along, see who read it, erase it."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mettle.errors import InputError
from mettle.importers import read
from mettle.web import export, importing, models, uploads
from mettle.web.access import noted
from mettle.web.people import person_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import HttpRequest


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What there is, and what can be done with it."""
    person = person_of(request)
    counts = {
        name: getattr(person, name).count() for name in ("sessions", "sets", "observations", "responses", "trials")
    }
    context = {
        "counts": counts,
        "holds": [
            ngettext("%d session", "%d sessions", counts["sessions"]) % counts["sessions"],
            ngettext("%d set", "%d sets", counts["sets"]) % counts["sets"],
            ngettext("%d check-in value", "%d check-in values", counts["observations"]) % counts["observations"],
            ngettext("%d questionnaire", "%d questionnaires", counts["responses"]) % counts["responses"],
        ],
        "batches": person.imports.order_by("-at")[:30],
        "accesses": person.accesses.order_by("-at")[:50],
        "lost": person.lost_values.order_by("-at")[:20],
    }
    return render(request, "mettle/data.html", context)


@login_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """A dry run: what the file holds, and what it leaves open. Nothing is kept."""
    return _with_file(
        request,
        lambda path, name: render(
            request,
            "mettle/import_look.html",
            {"seen": importing.summary(read(path, **_said(request))), "name": name, "said": _said(request)},
        ),
    )


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Import the file as one batch."""

    def kept(path: Path, name: str) -> HttpResponse:
        if zipfile.is_zipfile(path) or name.endswith(".json"):
            added = export.restore(person_of(request), _exported(path))
            messages.success(request, _("%d records came back.") % added)
        else:
            batch = importing.keep(person_of(request), path, name=name, **_said(request))
            added = batch.summary["added"]
            messages.success(request, _("%(sets)d sets and %(observations)d check-ins are new.") % added)
        return redirect("data")

    return _with_file(request, kept)


@login_required
@require_POST
def revert(request: HttpRequest, batch: str) -> HttpResponse:
    """Take one import back."""
    found = get_object_or_404(models.ImportBatch, pk=batch, person=person_of(request), reverted_at=None)
    importing.revert(found)
    messages.success(request, _("That import is taken back."))
    return redirect("data")


@login_required
@require_POST
def take_along(request: HttpRequest) -> HttpResponse:
    """Everything, as one zip."""
    person = person_of(request)
    noted(person, request.user, "export of everything")
    response = HttpResponse(export.archive(person), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="mettle.zip"'
    return response


@login_required
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase the account with all that hangs on it; the word must be typed."""
    if request.POST.get("word", "").strip().lower() != "erase":
        messages.error(request, _("To erase everything, type the word erase."))
        return redirect("data")
    user = request.user
    logout(request)
    user.delete()
    response = redirect("welcome")
    response["Clear-Site-Data"] = '"cookies", "storage", "cache"'
    return response


def _said(request: HttpRequest) -> dict[str, Any]:
    return {
        "unit": request.POST.get("unit") or None,
        "timezone": request.POST.get("timezone") or person_of(request).timezone or None,
    }


def _with_file(request: HttpRequest, use: Callable[[Path, str], HttpResponse]) -> HttpResponse:
    """Hand the uploaded file to a function under a name of our own; trouble is one line, and 400."""
    try:
        with uploads.kept_for_a_moment(request.FILES.get("file")) as (path, name):
            return use(path, name)
    except InputError as error:
        return render(request, "mettle/refused.html", {"why": str(error)}, status=400)


def _exported(path: Path) -> dict[str, Any]:
    """The document in an export of ours; a bomb or a stranger is refused before it is unpacked."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as file:
                inside = file.getinfo("mettle.json")
                if inside.file_size > 4 * settings.UPLOAD_LIMIT_BYTES:
                    raise InputError(_("unpacked, this file would be too large"), where="mettle.json")
                with file.open(inside) as member:
                    found = json.loads(member.read(4 * settings.UPLOAD_LIMIT_BYTES))
        else:
            found = json.loads(path.read_text(encoding="utf-8"))
    except (KeyError, ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise InputError(_("expected an export of mettle")) from error
    if not isinstance(found, dict):
        raise InputError(_("expected an export of mettle"))
    return found
