"""Find out whether it works for me: what to compare, how long, the draw, the start, and the end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from mettle import instruments
from mettle.errors import InputError
from mettle.web import burden, days, models, stored_trials, trialing
from mettle.web.people import person_of
from mettle.web.views.answer import name_of
from mettle.words import mark

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

WHY_NOT = {
    "phq9_absent": gettext_lazy(
        "Days without training are drawn only after a PHQ-9 of the last two weeks. You can answer it first, or compare two ways of training."
    ),
    "phq9_old": gettext_lazy(
        "Your last PHQ-9 is more than two weeks old. Answer it again first, or compare two ways of training."
    ),
    "phq9_high": gettext_lazy(
        "Your answers say that this is a hard time. Days without training are not drawn now; two ways of training can be compared."
    ),
    "item9": gettext_lazy("Days without training are not drawn now; two ways of training can be compared."),
    "item9_missing": gettext_lazy(
        "Days without training are drawn only where every question of the PHQ-9 was answered."
    ),
}
ANSWER_FIRST = {"phq9_absent", "phq9_old"}
DECISIONS = {
    "keep": gettext_lazy("kept as it was"),
    "change": gettext_lazy("something changed"),
    "drop": gettext_lazy("dropped"),
}


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The trials so far, and what can be compared."""
    person = person_of(request)
    limit = trialing.withholding(person, days.today(person))
    rows = [
        {
            "offer": o,
            "why_not": _why_not(limit.reasons) if o.withholds and limit.reasons else None,
            "answer_first": o.withholds and not ANSWER_FIRST.isdisjoint(limit.reasons),
        }
        for o in trialing.offers(person)
    ]
    every = person.trials.order_by("-enrolled_at")
    own = [
        {
            "trial": t,
            "arms": trialing.in_words(t.trial["arms"]),
            "about": name_of(t.trial["outcome"]),
            "first": date.fromisoformat(t.trial["start"]),
            "last": date.fromisoformat(trialing.last_day(t)),
            "over": trialing.over(t),
            "decided": DECISIONS.get(t.end.get("decision", "")),
        }
        for t in every
        if not stored_trials.damage(t)
    ]
    context = {"offers": rows, "own": own, "unreadable": [t for t in every if stored_trials.damage(t)]}
    return render(request, "mettle/trials.html", context)


@login_required
@require_GET
def new(request: HttpRequest, code: str) -> HttpResponse:
    """What you expect is asked first; where what is published was looked at before, that is said and written down. Then how long."""
    person = person_of(request)
    chosen = trialing.offer(person, code)
    if chosen is None:
        raise Http404
    measures = instruments.measures()
    asked = [chosen.outcome, *person.choices.get("check_in", instruments.daily_default())]
    context = {
        "offer": chosen,
        "outcomes": [(key, measures[key].question) for key in dict.fromkeys(asked) if key in measures],
        "weeks": trialing.WEEKS,
        "burden": _burden(chosen),
        "own": burden.of(person),
        "measured": burden.measured(),
        "scale": range(11),
        "has_read": trialing.READ in person.choices,
    }
    return render(request, "mettle/trial_new.html", context)


@login_required
@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """Draw a schedule and show it; drawing again is allowed and counted."""
    person = person_of(request)
    chosen = trialing.offer(person, code)
    if chosen is None:
        raise Http404
    try:
        asked = _asked(request)
        before = request.session.get("drawn") if request.POST.get("again") else None
        trial = trialing.drawn(
            person,
            chosen,
            outcome=asked["outcome"],
            weeks=asked["weeks"],
            claims=(chosen.claim,) if chosen.claim else (),
            previous=before,
        )
    except InputError as error:
        return render(request, "mettle/refused.html", {"why": str(error), "back": "/trials/"}, status=400)
    request.session["drawn"], request.session["expected"] = trial, asked["expected"]
    if not request.POST.get("again"):
        request.session["expected_after_reading"] = trialing.READ in person.choices
    chances = trialing.chances(person, chosen, outcome=asked["outcome"], weeks=asked["weeks"])
    weeks: dict[int, list[dict[str, Any]]] = {}
    for n, row in enumerate(trial["schedule"]):
        shown = row | {"on": date.fromisoformat(row["on"]), "named": mark((row["arm"] or "").replace("_", " "))}
        weeks.setdefault(n // 7 if chosen.kind != "am_pm" else n // 14, []).append(shown)
    return render(
        request,
        "mettle/trial_preview.html",
        {
            "offer": chosen,
            "trial": trial,
            "arms": trialing.in_words(trial["arms"]),
            "chances": chances,
            "weeks_asked": asked["weeks"],
            **asked,
            "weeks": list(weeks.values()),
        },
    )


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Enrol with the schedule that was drawn last; from here it never changes."""
    trial = request.session.pop("drawn", None)
    if trial is None:
        return redirect("trials")
    told = request.session.pop("expected", None), request.session.pop("expected_after_reading", False)
    trialing.enrol(person_of(request), trial, expected=told[0], after_reading=told[1])
    messages.success(
        request, _("Your trial starts tomorrow. The answer stays sealed until its end, unless you open it.")
    )
    return redirect("trials")


@login_required
@require_GET
def decide(request: HttpRequest, trial: int) -> HttpResponse:
    """The end: keep, change or drop, with what being wrong would cost; or stop early."""
    found = get_object_or_404(models.Trial, pk=trial, person=person_of(request))
    if stored_trials.damage(found):
        return redirect("trials")
    kept = found.person.answers.filter(key=found.trial["outcome"]).first()
    context = {
        "trial": found,
        "arms": trialing.in_words(found.trial["arms"]),
        "over": trialing.over(found),
        "answer": kept.told if kept and trialing.over(found) else None,
        "last": date.fromisoformat(trialing.last_day(found)),
    }
    return render(request, "mettle/trial_end.html", context)


@login_required
@require_GET
def raw(request: HttpRequest, trial: int) -> HttpResponse:
    """A stored trial as it is, whether it can be read or not."""
    found = get_object_or_404(models.Trial, pk=trial, person=person_of(request))
    columns = ("trial", "redraws", "expected_benefit", "enrolled_at", "opened", "ended_at", "end")
    response = JsonResponse({name: getattr(found, name) for name in columns}, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = 'attachment; filename="mettle-trial.json"'
    return response


@login_required
@require_POST
def end(request: HttpRequest, trial: int) -> HttpResponse:
    """Write the decision down. Training goes on as planned; the data so far stay."""
    found = get_object_or_404(models.Trial, pk=trial, person=person_of(request))
    decision = request.POST.get("decision", "")
    if decision not in ("keep", "change", "drop"):
        return render(
            request,
            "mettle/refused.html",
            {"why": _("decision must be one of keep, change, drop"), "back": "/trials/"},
            status=400,
        )
    over = not stored_trials.damage(found) and trialing.over(found)
    trialing.end(found, "planned_end" if over else "stopped_early", decision=decision)
    messages.success(request, _("Kept. Training goes on as planned."))
    return redirect("trials")


def _asked(request: HttpRequest) -> dict[str, Any]:
    weeks = request.POST.get("weeks", "")
    if weeks not in {str(w) for w in trialing.WEEKS}:
        raise InputError(_("weeks must be one of %s") % ", ".join(map(str, trialing.WEEKS)))
    outcome = request.POST.get("outcome", "")
    if outcome not in instruments.measures() and outcome not in instruments.ids():
        raise InputError(_("choose what to follow"))
    return {
        "weeks": int(weeks),
        "outcome": outcome,
        "expected": _of_ten(request.POST.get("expected", "")),
    }


def _of_ten(written: str) -> float | None:
    try:
        value = float(written)
    except ValueError:
        return None
    return value if 0 <= value <= 10 else None  # the scale that the page shows


def _why_not(reasons: tuple[str, ...]) -> str:
    return str(next((WHY_NOT[r] for r in reasons if r in WHY_NOT), WHY_NOT["item9"]))


def _burden(chosen: trialing.Offer) -> str:
    if chosen.kind == "variant":
        return str(_("Your sliders before each session, and one and four hours after it."))
    return str(_("Your sliders in the morning and in the evening."))
