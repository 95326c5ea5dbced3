"""Progress: strength, sets by muscle, days trained, questionnaires, sleep; each with its doubt, none with a streak."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from mettle import instruments
from mettle.reports import progress, progress_charts
from mettle.web import days, guarded, programme, questionnaires, store, words
from mettle.web.people import person_of
from mettle.words import mark, told

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    from mettle.diary import Diary
    from mettle.web import models

STRENGTH_WEEKS, SLEEP_DAYS, WIN_DAYS = 26, 28, 28


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The whole page; parts without records are left out."""
    person = person_of(request)
    today, diary = days.today(person), store.diary(person)
    context = {
        "strength": _strength(diary, today),
        "wins": _wins(person, diary, today),
        "volume": _volume(person, diary, today),
        "weeks": _weeks(diary, today) if diary.sessions else None,
        "questionnaires": _questionnaires(person),
        "sleep": _sleep(diary, today),
        "empty": not (diary.sessions or diary.observations),
    }
    return render(request, "mettle/progress.html", context)


def _strength(diary: Diary, today: date) -> list[dict[str, Any]]:
    lines = progress.strength_lines(diary, since=today - timedelta(weeks=STRENGTH_WEEKS))
    return [
        {"told": x.told, "rough": x.rough, "picture": _ours(progress_charts.strength(x.points, label=x.told))}
        for x in lines
    ]


def _wins(person: models.Person, diary: Diary, today: date) -> list[str]:
    if not guarded.wins_shown(person):
        return []
    found = progress.wins(diary, since=today - timedelta(days=WIN_DAYS))[:4]
    words = {"heaviest": _("your heaviest"), "most_reps": _("your most at this load"), "both": _("your heaviest")}
    return [
        _("%(name)s: %(reps)d × %(load)g kg on %(on)s, %(what)s")
        % {
            "name": told(progress.name_of(r.exercise)),
            "reps": r.point.reps,
            "load": round(r.point.load_kg, 2),
            "on": date_format(r.on, "j M"),
            "what": words[r.kind],
        }
        for r in found
        if r.point.load_kg > 0
    ]


def _volume(person: models.Person, diary: Diary, today: date) -> dict[str, Any] | None:
    plan = programme.current(person)
    found = progress.volume(diary, today=today, plan=plan.plan if plan else None)
    rows = [r for r in found.rows if r.done >= 0.1 or (r.planned or 0) >= 0.1]
    if not any(r.done for r in rows):
        return None
    label = _("Sets a week by muscle: %s") % ", ".join(
        f"{told(mark(r.muscle.replace('_', ' ')))} {localize(round(r.done, 1))}" for r in rows
    )
    return {
        "picture": _ours(progress_charts.volume(rows, label=label)),
        "planned": plan is not None,
        "unknown": found.unknown,
        "whole": found.weeks >= progress.WEEKS,
    }


def _weeks(diary: Diary, today: date) -> dict[str, Any]:
    words = _days_in_words(*progress.trained_of(diary, today=today))
    return {
        "words": words,
        "picture": _ours(progress_charts.weeks(progress.days_trained(diary, today=today), label=words)),
    }


def _days_in_words(trained: int, of: int) -> str:
    """Days with training out of the last ones; a rest day counts as done."""
    said = {"trained": trained, "of": of}
    if of == 1:
        return _("You trained today, on your first day here.") if trained else _("Your first day here.")
    if trained == of:
        return _("You trained on every one of the last %(of)d days.") % said
    if not trained:
        return _("No session in the last %(of)d days; what you did before is kept.") % said
    return (
        ngettext(
            "You trained on %(trained)d of the last %(of)d days; the other was rest.",
            "You trained on %(trained)d of the last %(of)d days; the others were rest.",
            of - trained,
        )
        % said
    )


def _questionnaires(person: models.Person) -> list[dict[str, Any]]:
    keys = person.responses.filter(deleted="", finished=True).values_list("instrument", flat=True).distinct()
    found = []
    for key in sorted(set(keys) & set(instruments.ids())):
        scored = [t for t in questionnaires.trajectory(person, key) if t["score"] is not None]
        if not scored:
            continue
        instrument = instruments.load(key)
        first, last = scored[0], scored[-1]
        change = instruments.change(key, first["score"], last["score"]) if len(scored) > 1 else None
        error = change.rci95 / 2**0.5 if change and change.rci95 else None
        low, high = instrument.range
        label = _("%(name)s: %(scores)s") % {
            "name": instrument.name,
            "scores": ", ".join(f"{t['score']:g}" for t in scored),
        }
        points = [(t["on"], t["score"]) for t in scored]
        found.append(
            {
                "name": instrument.name,
                "last": last,
                "words": change.words if change else None,
                "better": _("lower is better") if instrument.higher_is == "worse" else _("higher is better"),
                "since": first["on"],
                "picture": _ours(progress_charts.scores(points, low=low, high=high, error=error, label=label))
                if len(points) > 1
                else None,
            }
        )
    return found


def _sleep(diary: Diary, today: date) -> dict[str, Any] | None:
    found = progress.nights(diary, since=today - timedelta(days=SLEEP_DAYS))
    if len(found) < progress.FEWEST_POINTS:
        return None
    words = _("%(mean).1f hours a night on %(n)d nights you told of") % {
        "mean": sum(n.hours for n in found) / len(found),
        "n": len(found),
    }
    return {"words": words, "picture": _ours(progress_charts.sleep(found, label=words))}


def _ours(svg: str) -> SafeString:
    return words.picture(svg, {})
