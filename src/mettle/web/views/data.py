"""Data: bring it in, take it along, see who read it, erase it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from mettle.errors import InputError
from mettle.instruments import safety
from mettle.web import access, export, importing, models, uploads
from mettle.web.access import noted
from mettle.web.people import OWN, person_of
from mettle.web.views.welcome import BACKEND

if TYPE_CHECKING:
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
        "accesses": access.told(person),
        "lost": person.lost_values.order_by("-at")[:20],
    }
    return render(request, "mettle/data.html", context)


@login_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """A dry run: what the file holds, and what it leaves open. It is staged for an hour, so that one tap keeps it."""
    person = person_of(request)
    try:
        token, path = uploads.stage(person, request.FILES.get("file"))
        name = path.name
        seen = importing.look(path, **_said(request))
    except InputError as error:
        uploads.erase(person)
        return _refused(request, error)
    if not seen["may_stay"]:
        uploads.erase(person)
    span = sorted({date.fromisoformat(d) for d in (seen["first_day"], seen["last_day"]) if d})
    holds = _counted(seen["sessions"], seen["sets"], seen["observations"])
    context = {"seen": seen, "name": name, "token": token if seen["may_stay"] else "", "span": span, "holds": holds}
    return render(request, "mettle/import_look.html", context)


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Import the staged file, or the one that comes with the request, as one batch."""
    person = person_of(request)
    token = request.POST.get("staged", "")
    try:
        if token:
            messages.success(request, _kept(request, uploads.staged(person, token)))
            uploads.erase(person)
        else:
            with uploads.kept_for_a_moment(request.FILES.get("file")) as (path, _name):
                messages.success(request, _kept(request, path))
    except InputError as error:
        return _refused(request, error)
    return redirect("data")


@login_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The staged file goes unread."""
    uploads.erase(person_of(request))
    return redirect("data")


def _kept(request: HttpRequest, path: Path) -> str:
    """Import a file; what is new, in words."""
    person = person_of(request)
    path = uploads.dated(path, request.POST.get("recorded", ""))
    document = export.own(path)
    if document is not None:
        return str(_("%d records came back.") % export.restore(person, document))
    batch = importing.keep(person, path, name=path.name, **_said(request))
    if importing.tells_of_self_harm(batch):
        messages.warning(request, safety.message("help_item9").text)
        messages.warning(request, _("Help now, a button on every page, has people to call and your own safety plan."))
    added = batch.summary["added"]
    values = added["observations"] + added["signals"] + added["doses"]
    return _("New: %s.") % _counted(added["sessions"], added["sets"], values)


def _counted(sessions: int, sets: int, values: int) -> str:
    """What a file holds: "1 session, 2 sets, 14 values"."""
    return ", ".join(
        (
            ngettext("%d session", "%d sessions", sessions) % sessions,
            ngettext("%d set", "%d sets", sets) % sets,
            ngettext("%d value", "%d values", values) % values,
        )
    )


def _refused(request: HttpRequest, error: InputError) -> HttpResponse:
    return render(request, "mettle/refused.html", {"why": str(error)}, status=400)


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
    uploads.erase(person_of(request))
    own, simulated = request.session.get(OWN), person_of(request).simulated
    logout(request)
    user.delete()
    response = redirect("welcome")
    if simulated:  # this browser may hold unsent records of the person's own: its store stays
        back = get_user_model().objects.filter(pk=own["user"]).first() if own else None
        if own and back is not None:
            login(request, back, backend=BACKEND)
            request.session["active_at"] = own["active_at"]
        return response
    response["Clear-Site-Data"] = '"cookies", "storage", "cache"'
    return response


def _said(request: HttpRequest) -> dict[str, Any]:
    return {
        "unit": request.POST.get("unit") or None,
        "timezone": request.POST.get("timezone") or person_of(request).timezone or None,
    }
