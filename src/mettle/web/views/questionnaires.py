"""Questionnaires: which there are, what they added up to, and what a change means. Never a diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mettle import instruments
from mettle.instruments import text
from mettle.web import days, models, questionnaires, withheld
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The list, with the last score of each."""
    person = person_of(request)
    rows = []
    for key in instruments.ids():
        instrument = instruments.load(key)
        told = questionnaires.trajectory(person, key)
        askable = "en" in text.languages(key) and key in questionnaires.OFFERED
        rows.append(
            {
                "instrument": instrument,
                "last": told[-1] if told else None,
                "askable": askable,
                "withheld": withheld.why_withheld(key) if withheld.is_withheld(key) else None,
                "low": instrument.range[0],
                "high": instrument.range[1],
            }
        )
    ready, others = ([r for r in rows if bool(r["askable"] or r["last"]) is wanted] for wanted in (True, False))
    groups = [(_("To answer here"), ready), (_("Only a total from paper"), others)]
    context = {"groups": [g for g in groups if g[1]], "wordless": not text.all_fetched()}
    return render(request, "mettle/questionnaires.html", context)


@login_required
@require_GET
def result(request: HttpRequest, response: str) -> HttpResponse:
    """One administration: its total, the published range, the change since last time in words."""
    row = get_object_or_404(models.Response, pk=response, person=person_of(request), deleted="")
    instrument = instruments.load(row.score["instrument"] if row.score else row.instrument)
    told = questionnaires.trajectory(person_of(request), row.instrument)
    this = next((t for t in told if t["id"] == row.pk), None)
    band = instrument.shown_band(this["band"]) if this and this["band"] else None
    flagged = this is not None and any(
        f"item{i}" in this["flags"] for i in withheld.safety_items().get(row.instrument, ())
    )
    context = {
        "help": _help(row) if flagged else None,
        "row": row,
        "instrument": instrument,
        "this": this,
        "band": band,
        "told": told[-8:],
    }
    return render(request, "mettle/questionnaire_result.html", context)


def _help(row: models.Response) -> dict[str, Any]:
    """The card for an answer on self-harm, or for a total that none could reach without it."""
    from mettle.web import bundle  # noqa: PLC0415 # it reads catalogues: only where the card is shown

    stored = models.SafetyPlan.objects.filter(person=row.person).first()
    card: dict[str, Any] = bundle.help_cards(row.person, stored)["safety_item"]["1"]["first"]
    return card


@login_required
@require_POST
def total(request: HttpRequest, instrument: str) -> HttpResponse:
    """A total that was added up elsewhere: "I filled it in on paper: 14"."""
    person = person_of(request)
    found = instruments.load(instrument) if instrument in instruments.ids() else None
    try:
        if found is None:
            raise ValueError(_("unknown questionnaire"))
        if withheld.is_withheld(found.id):
            raise ValueError(withheld.why_withheld(found.id))
        scored = instruments.score_total(found.id, float(request.POST.get("total", "")))
    except ValueError as error:
        return render(request, "mettle/refused.html", {"why": str(error), "back": "/questionnaires/"}, status=400)
    row = models.Response.objects.create(
        person=person,
        instrument=found.id,
        on=days.today(person),
        finished=True,
        score=scored.to_json(),
        form={"form": "total"},
    )
    messages.success(request, _("Kept."))
    return redirect("questionnaire_result", response=row.pk)
