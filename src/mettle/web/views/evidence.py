"""Evidence: what is published, claim by claim, and the way to test it on oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from mettle import evidence
from mettle.reports.claims import record, verdict_name
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FORESTS = (
    ("after_treatment", _("All exercise trials: a medium effect, and trials that disagree")),
    ("resistance", _("The four of resistance training: a large effect, from few people")),
    ("low_risk", _("The six best guarded against bias: a small effect, perhaps none")),
)
"""Pictures that `validation/pictures/forest.py` draws."""


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The claims, by section and verdict; under the overall finding, so that nobody is handed a list of refusals."""
    section, verdict = request.GET.get("section", ""), request.GET.get("verdict", "")
    chosen = [
        c
        for c in evidence.claims().values()
        if (not section or str(c.section.number) == section) and (not verdict or c.verdict == verdict)
    ]
    own = {a.key: a.told for a in person_of(request).answers.all()}
    rows = [{"claim": c, "verdict": verdict_name(c.verdict), "own": _own(c, own)} for c in chosen]
    sections = sorted({c.section for c in evidence.claims().values()}, key=lambda s: s.number)
    context = {
        "rows": rows,
        "overall": evidence.overall(),
        "forests": FORESTS,
        "static_url": settings.STATIC_URL,
        "sections": sections,
        "section": section,
        "verdict": verdict,
        "verdicts": [(v, verdict_name(v)) for v in evidence.VERDICTS],
    }
    return render(request, "mettle/evidence.html", context)


@login_required
@require_GET
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """One claim: what is published, how sure one may be, what it means for the reader, how to test it."""
    found = evidence.claims().get(number)
    if found is None:
        raise Http404
    own = {a.key: a.told for a in person_of(request).answers.all()}
    context = {
        "code": f"claim-{number.replace('.', '-')}",
        "claim": found,
        "record": record(found),
        "verdict": verdict_name(found.verdict),
        "own": _own(found, own),
    }
    return render(request, "mettle/claim.html", context)


def _own(found: evidence.Claim, answers: dict[str, dict[str, object]]) -> object:
    """The sentence that the person's own data say about the claim's outcome, where there is an answer."""
    kept = answers.get(found.measure) or answers.get(found.instrument)
    headline = kept.get("headline") if kept else None
    return headline.get("text") if isinstance(headline, dict) else None
