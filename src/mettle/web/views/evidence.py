"""Evidence: what is published, claim by claim, and the way to test it on oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from mettle import evidence
from mettle.reports import intervals
from mettle.reports.claims import LEVEL_NAMES, SIGNS, record, verdict_name
from mettle.web import trialing
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FORESTS = (
    ("after_treatment", _("All exercise trials: a medium effect, and trials that disagree")),
    ("resistance", _("The four of resistance training: a large effect, from few people")),
    ("low_risk", _("The six best guarded against bias: a small effect, perhaps none")),
)
"""Pictures that `validation/pictures/forest.py` draws."""


FILTERS = ("section", "verdict", "mine")
STUCK = "evidence"
"""In the session: the filters last chosen, and the section of the claim last opened."""
WIDE = 300
"""Pixels that an axis of a claim's figures is drawn over."""
FEW = 12
"""With this many claims or fewer, every group stands open."""


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The claims in groups that open, by section, verdict and whether they can be tried; under the overall finding, so that nobody is
    handed a list of refusals. What was chosen stays chosen until something else is.
    """
    trialing.has_read(person_of(request))
    stuck = request.session.get(STUCK, {})
    if any(name in request.GET for name in FILTERS):
        known = {
            "section": [str(s.number) for s in _sections()],
            "verdict": evidence.VERDICTS,
            "mine": ("testable", "answered"),
        }
        stuck = {name: said for name in FILTERS if (said := request.GET.get(name)) in known[name]} | {
            "at": stuck.get("at")
        }
        request.session[STUCK] = stuck
    section, verdict, mine = (stuck.get(name, "") for name in FILTERS)
    own = _answers(request)
    rows = [
        {"claim": c, "verdict": verdict_name(c.verdict), "sign": SIGNS[c.verdict], "own": _own(c, own)}
        for c in evidence.claims().values()
        if (not section or str(c.section.number) == section)
        and (not verdict or c.verdict == verdict)
        and (not mine or (_own(c, own) if mine == "answered" else c.design != "none"))
    ]
    context = {
        "groups": _groups(rows, at=stuck.get("at")),
        "count": len(rows),
        "overall": evidence.overall(),
        "forests": FORESTS,
        "static_url": settings.STATIC_URL,
        "sections": _sections(),
        "section": section,
        "verdict": verdict,
        "mine": mine,
        "chosen": section or verdict or mine,
        "verdicts": [(v, verdict_name(v), SIGNS[v]) for v in evidence.VERDICTS],
    }
    return render(request, "mettle/evidence.html", context)


def _sections() -> list[Any]:
    return sorted({c.section for c in evidence.claims().values()}, key=lambda s: s.number)


def _groups(rows: list[dict[str, Any]], *, at: int | None) -> list[dict[str, Any]]:
    """The rows by section, each with its signs in one line; open where there are few, or where the reader was last."""
    order = list(evidence.VERDICTS)
    found = []
    for section in _sections():
        inside = [r for r in rows if r["claim"].section == section]
        signs = "".join(SIGNS[v] for v in order for r in inside if r["claim"].verdict == v)
        if inside:
            found.append(
                {"section": section, "rows": inside, "signs": signs, "open": len(rows) <= FEW or section.number == at}
            )
    return found


@login_required
@require_GET
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """One claim: what is published, how sure one may be, what it means for the reader, how to test it."""
    found = evidence.claims().get(number)
    if found is None:
        raise Http404
    trialing.has_read(person_of(request))
    own = _answers(request)
    request.session[STUCK] = request.session.get(STUCK, {}) | {"at": found.section.number}
    context = {
        "code": f"claim-{number.replace('.', '-')}",
        "claim": found,
        "record": record(found),
        "verdict": verdict_name(found.verdict),
        "sure": LEVEL_NAMES[found.certainty.level],
        "own": _own(found, own),
        "figures": _figures(found),
        "axes": intervals.axes(found.figures),
    }
    return render(request, "mettle/claim.html", context)


def _figures(found: evidence.Claim) -> list[dict[str, Any]]:
    """Each published figure, and where it lies on its axis in pixels of a picture 300 wide."""
    axes = {axis.unit: axis for axis in intervals.axes(found.figures)}
    rows = []
    for figure in found.figures:
        axis = axes.get(figure.unit)
        at = axis.intervals.get(figure.id) if axis else None
        places = {k: round(WIDE * v, 1) for k in ("at", "low", "high") if at and (v := getattr(at, k)) is not None}
        rows.append({"study": figure, "drawn": places})
    return rows


def _answers(request: HttpRequest) -> dict[str, dict[str, object]]:
    return {a.key: a.told for a in person_of(request).answers.all()}


def _own(found: evidence.Claim, answers: dict[str, dict[str, object]]) -> object:
    """The sentence that the person's own data say about the claim's outcome, where there is an answer."""
    kept = answers.get(found.measure) or answers.get(found.instrument)
    headline = kept.get("headline") if kept else None
    return headline.get("text") if isinstance(headline, dict) else None
