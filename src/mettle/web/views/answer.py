"""Answer: the article's question as the title, one sentence as the reply, the picture, and how sure and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from mettle import instruments
from mettle.reports import svg
from mettle.web import answering, days, models, store, stored_trials, trialing, words
from mettle.web.people import person_of
from mettle.words import Sentence, mark

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

LONGEST_NAME = 80
KEPT_LONG = "private, max-age=31536000, immutable"
"""The address of the library holds the version of what is in it."""
EFFECTS = {
    "acute": _("After a session"),
    "next_day": _("The day after"),
    "chronic": _("Over weeks"),
    "total": _("A usual week"),
}
PRIORS = {
    "default": _("starting from no effect"),
    "sceptical": _("starting from careful trials"),
    "mainstream": _("starting from all trials"),
    "flat": _("starting from nothing"),
}


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The answer for one outcome; sealed while a trial of it runs, unless it is opened."""
    person = person_of(request)
    outcome = _asked(person, request.GET)
    outcomes = outcomes_of(person)
    trial = running_trial(person, outcome)
    context: dict[str, Any] = {"outcome": outcome, "outcomes": outcomes, "trial": trial, "name": name_of(outcome)}
    if trial and str(days.today(person)) not in trial.opened:
        return render(request, "mettle/answer.html", context | {"sealed": True, "left": days_left(person, trial)})
    found, newer_comes = answering.ask(person, outcome)
    context["newer_comes"] = newer_comes
    if found is None or not _estimated(found):
        context["so_far"] = person.observations.filter(deleted="", outcome=outcome).values("on").distinct().count()
    if found is None:
        return render(request, "mettle/answer.html", context | {"waiting": True})
    trialing.has_read(person)
    context["expected"] = trialing.expected(person, outcome)
    context["expected_after_reading"] = trialing.asked_after_reading(person, outcome)
    return render(request, "mettle/answer.html", context | told(found))


@login_required
@require_GET
def closer(request: HttpRequest) -> HttpResponse:
    """What the browser draws where the timeline is looked into: the spec, and which colour of it is which of the page's."""
    person = person_of(request)
    outcome = _asked(person, request.GET)
    trial = running_trial(person, outcome)
    found = answering.kept(person, outcome)
    if found is None or not found.closer or (trial and str(days.today(person)) not in trial.opened):
        raise Http404
    return JsonResponse({"spec": words.chart(found.closer), "colours": dict(svg.COLOURS)})


@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse | FileResponse:  # noqa: ARG001 # one script for everybody
    """The charting library, which the page asks for when its picture is tapped."""
    path = answering.library()
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type="text/javascript", headers={"Cache-Control": KEPT_LONG})


@login_required
@require_POST
def unseal(request: HttpRequest) -> HttpResponse:
    """Open the running answer for today; the trial's report will say so."""
    person = person_of(request)
    outcome = _asked(person, request.POST)
    trial = running_trial(person, outcome)
    if trial:
        trial.opened = sorted({*trial.opened, str(days.today(person))})
        trial.save()
    return redirect(f"/answer/?{urlencode({'outcome': outcome})}")


def _asked(person: models.Person, said: QueryDict) -> str:
    """The outcome that is asked about; nothing is worked out for one that this person has not."""
    outcome = said.get("outcome") or answering.DEFAULT_OUTCOME
    if len(outcome) > LONGEST_NAME or "\0" in outcome or not answering.asked_about(person, outcome):
        raise Http404
    return outcome


def outcomes_of(person: models.Person) -> list[dict[str, str]]:
    """What has been observed, by name, the most observed first."""
    from django.db.models import Count  # noqa: PLC0415 # one query, here

    about = person.observations.filter(deleted="").exclude(outcome__in=store.ASIDE)
    rows = about.values("outcome").annotate(n=Count("id")).order_by("-n")[:12]
    return [{"id": r["outcome"], "name": name_of(r["outcome"])} for r in rows]


def name_of(outcome: str) -> str:
    """An outcome in words."""
    measures = instruments.measures()
    return (
        mark(outcome.replace("_", " "))
        if outcome in measures or outcome not in instruments.ids()
        else instruments.load(outcome).name
    )


def running_trial(person: models.Person, outcome: str) -> models.Trial | None:
    """The trial of this outcome that has not ended; None where there is none."""
    return stored_trials.running(person, outcome)


def days_left(person: models.Person, trial: models.Trial) -> int:
    """Days until the planned end."""
    last = max(row["on"] for row in trial.trial["schedule"])
    return max(0, (date.fromisoformat(last) - days.today(person)).days)


def _estimated(found: models.KeptAnswer) -> bool:
    """Whether any effect has a figure; a few days give none."""
    return any(e.get("mean") is not None for e in found.answer.get("effects", {}).values())


def told(found: models.KeptAnswer) -> dict[str, Any]:
    """A kept answer as the page shows it."""
    a = found.told
    if a.get("nothing"):
        return {"nothing": True}
    rows = [{"name": EFFECTS[key], **effect} for key, effect in a["effects"].items()]
    under = [{"name": PRIORS[key], **effect} for key, effect in a["under_priors"].items()]
    said = {str(s): s for s in (a["headline"]["text"], a.get("axis")) if isinstance(s, Sentence)}
    pictures = {name: words.picture(drawn, said) for name, drawn in found.pictures.items()}
    shown = {
        "a": a,
        "estimated": _estimated(found),
        "rows": rows,
        "under": under,
        "pictures": pictures,
        "computed_at": found.computed_at,
    }
    return shown | {"library": answering.library().name if found.closer else ""}
