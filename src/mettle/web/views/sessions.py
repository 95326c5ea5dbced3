"""Sessions: what was done, to look at and put right; a set or a whole session added afterwards."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mettle.reports.progress import name_of
from mettle.training import catalogue
from mettle.web import days, own_edits
from mettle.web.people import person_of
from mettle.words import Figure, mark, say, together, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict

    from mettle.web import models

A_PAGE = 30
SKIPPED = {
    "missed": gettext_lazy("not this day"),
    "illness": gettext_lazy("ill"),
    "rest": gettext_lazy("a day of rest"),
}
NUMBERS = {"reps": int, "hold_s": float, "rir": float}
SESSION_NUMBERS = {"duration_min": int, "session_rpe": float, "pain": float}


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Sessions, the latest first."""
    person = person_of(request)
    asked = request.GET.get("page", "1")
    page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
    rows = person.sessions.filter(deleted="", on__isnull=False).order_by("-on", "-clock_time", "id")
    shown = list(rows[(page - 1) * A_PAGE : page * A_PAGE + 1])
    sets = _sets(person, [r.id for r in shown])
    listed = [
        {"row": r, "names": _names(sets[r.id]), "count": len(sets[r.id]), "skipped": SKIPPED.get(r.skipped)}
        for r in shown[:A_PAGE]
    ]
    more = page + 1 if len(shown) > A_PAGE else None
    return render(request, "mettle/sessions.html", {"listed": listed, "more": more, "page": page})


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """A session that was done and not logged: for yesterday, unless changed on its page."""
    person = person_of(request)
    new, on = uuid.uuid4(), days.today(person) - timedelta(days=1)
    fields = {"on": on.isoformat(), "zone": person.timezone, "title": _("Added afterwards"), "finished": True}
    own_edits.write(person, [("session.put", new, fields)])
    messages.success(request, _("Added for yesterday. Now put in what you did."))
    return redirect("session", session=new)


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, session: UUID) -> HttpResponse:
    """One session with its sets, each to be changed, removed or added to."""
    person = person_of(request)
    row = get_object_or_404(person.sessions.filter(deleted=""), pk=session)
    if request.method == "POST":
        return _changed(request, person, row)
    sets = [{"row": s, "name": name_of(s.exercise), "words": set_in_words(s)} for s in _sets(person, [row.id])[row.id]]
    context = {
        "row": row,
        "sets": sets,
        "minutes": round(row.duration_s / 60) if row.duration_s else None,
        "names": sorted({told(e.name) for e in catalogue.exercises().values()} | {told(s["name"]) for s in sets}),
        "last": sets[-1] if sets else None,
        "yesterday": days.today(person) - timedelta(days=1),
    }
    return render(request, "mettle/session.html", context)


def _changed(request: HttpRequest, person: models.Person, row: models.Session) -> HttpResponse:
    said, act = request.POST, request.POST.get("act", "")
    try:
        if act == "delete":
            sets = _sets(person, [row.id])[row.id]
            own_edits.write(person, [("session.delete", row.id, {}), *(("set.delete", s.id, {}) for s in sets)])
            messages.success(request, _("That session is removed."))
            return redirect("sessions")
        own_edits.write(person, [_edit(act, said, person, row)])
    except ValueError as error:
        back = request.path
        return render(request, "mettle/refused.html", {"why": str(error), "back": back}, status=400)
    messages.success(request, _("Kept."))
    return redirect("session", session=row.id)


def _edit(
    act: str, said: QueryDict, person: models.Person, row: models.Session
) -> tuple[str, uuid.UUID, dict[str, Any]]:
    if act == "session":
        return "session.put", row.id, _changed_only(_session_fields(said), said, _session_fields)
    if act == "add":
        exercise = _id_of(said.get("exercise", ""))
        before = person.sets.filter(deleted="", session=row.id, exercise=exercise).count()
        at = f"{row.on}T{row.clock_time or '12:00:00'}"
        new = {"session": str(row.id), "exercise": exercise, "ordinal": before + 1, "done_at": at}
        fields = _set_fields(said)
        known = catalogue.exercises().get(exercise)
        pair = bool(fields["amount"]) and known is not None and known.implements == 2  # one in each hand
        return "set.put", uuid.uuid4(), new | fields | {"per_hand": pair}
    its = get_object_or_404(person.sets.filter(deleted="", session=row.id), pk=_uuid(said.get("set", "")))
    if act == "remove":
        return "set.delete", its.id, {}
    if act == "set":
        return "set.put", its.id, _changed_only(_set_fields(said), said, _set_fields)
    raise ValueError(_("nothing to do"))


def _changed_only(
    fields: dict[str, Any], said: QueryDict, read: Callable[[QueryDict], dict[str, Any]]
) -> dict[str, Any]:
    """The fields that the person changed; what a phone wrote meanwhile to the others stands.

    The form sends along what it showed, under ``was_`` and the field's name.
    """
    was = [name.removeprefix("was_") for name in said if name.startswith("was_")]
    if not was:
        return fields
    shown = said.copy()
    for name in was:
        shown[name] = said.get(f"was_{name}", "")
    before = read(shown)
    return {name: value for name, value in fields.items() if value != before[name]}


def _session_fields(said: QueryDict) -> dict[str, Any]:
    numbers = {name: _number(said, name, kind) for name, kind in SESSION_NUMBERS.items()}
    minutes = numbers.pop("duration_min")
    return {
        "title": said.get("title", "")[:200],
        "on": said.get("on", ""),
        "clock_time": said.get("clock_time") or None,
        "notes": said.get("notes", "")[:4000],
        "duration_s": minutes * 60 if minutes is not None else None,
        **numbers,
    }


def _set_fields(said: QueryDict) -> dict[str, Any]:
    amount = said.get("amount", "").strip().replace(",", ".")
    kind = said.get("load_kind") or ("external" if amount else "bodyweight")
    if amount and kind in ("band", "none"):
        kind = "external"
    fields = {name: _number(said, name, of) for name, of in NUMBERS.items()}
    return {
        **fields,
        "amount": amount,
        "unit": said.get("unit", "kg") if amount else "",
        "load_kind": kind,
        "status": said.get("status") or "done",
    }


def _number(said: QueryDict, name: str, kind: type[int | float]) -> int | float | None:
    written = said.get(name, "").strip().replace(",", ".")
    if not written:
        return None
    try:
        return kind(written)
    except ValueError:
        label = name.removesuffix("_min").removesuffix("_s").replace("_", " ")
        raise ValueError(_("%(name)s is a number, got %(got)s") % {"name": label, "got": written[:40]}) from None


def _uuid(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        raise ValueError(_("unknown set")) from None


def _id_of(written: str) -> str:
    """The catalogue's id for a name, else the name as written.

    >>> _id_of("Goblet squat"), _id_of("My own lift")
    ('goblet_squat', 'My own lift')
    """
    name = written.strip()
    if not name:
        raise ValueError(_("say which exercise"))
    known = {name.lower(): e.id for e in catalogue.exercises().values() for name in (e.name, told(e.name))}
    return known.get(name.lower(), name[:200])


def _sets(person: models.Person, sessions: Iterable[UUID]) -> dict[UUID, list[models.Set]]:
    found: dict[UUID, list[models.Set]] = defaultdict(list)
    for one_set in person.sets.filter(deleted="", session__in=list(sessions)).order_by("done_at", "ordinal", "id"):
        assert one_set.session is not None
        found[one_set.session].append(one_set)
    return found


def _names(sets: list[models.Set]) -> str:
    return together(*dict.fromkeys(name_of(s.exercise) for s in sets), between=", ")


def set_in_words(row: models.Set) -> str:
    """One set in a line: ``10 × 16 kg, 3 left``."""
    if row.status == "missed":
        return _("left out")
    amount, unit = Figure(row.amount), row.unit
    load = say("{amount} {unit}", amount=amount, unit=unit) if row.amount else mark(row.colour)
    if row.amount and row.per_hand:
        load = say("{amount} {unit} each hand", amount=amount, unit=unit)
    much = Figure(f"{row.hold_s:g} s" if row.hold_s else (str(row.reps) if row.reps is not None else ""))
    words = together(much, load, between=" × ")
    return words if row.rir is None else say("{set}, {left} left", set=words, left=Figure(f"{row.rir:g}"))
