"""Prompts: when to be reminded, on which device, or through the calendar; how to end each."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mettle.web import days, models, programme, prompts, throttle
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest

FEED = "calendar_sha256"
LOOK_BACK = timedelta(days=2)


@login_required
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Times, this device, the calendar feed."""
    person = person_of(request)
    link = None
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "times":
            if not _keep_times(request, person):
                messages.error(request, _("A time is written like 08:30."))
            return redirect("prompts")
        if act == "feed":
            token = secrets.token_urlsafe(32)
            person.choices = person.choices | {FEED: _sha256(token)}
            link = request.build_absolute_uri(reverse("prompts_feed", args=[token]))
        elif act == "no_feed":
            person.choices = {k: v for k, v in person.choices.items() if k != FEED}
        elif act == "no_push":
            person.push_subscriptions.all().delete()
        person.save()
    context = {
        "times": person.choices.get("prompt_times", prompts.DEFAULT_TIMES),
        "quiet": prompts.habits(person).quiet,
        "devices": person.push_subscriptions.count(),
        "feed": FEED in person.choices,
        "link": link,
        "after": prompts.habits(person).after_sessions,
        "most": prompts.MOST_A_DAY,
    }
    return render(request, "mettle/prompts.html", context)


def _keep_times(request: HttpRequest, person: models.Person) -> bool:
    said = {name: request.POST.get(name, "").strip() for name in prompts.DEFAULT_TIMES}
    try:
        kept = {name: time.fromisoformat(clock).strftime("%H:%M") if clock else "" for name, clock in said.items()}
    except ValueError:
        return False
    person.choices = person.choices | {"prompt_times": kept}
    person.save()
    messages.success(request, _("Kept."))
    return True


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar that a phone subscribes to; its secret address is kept only as a hash and can be ended."""
    from mettle.reports import calendar as report  # noqa: PLC0415 # icalendar, only here

    person = models.Person.objects.filter(**{f"choices__{FEED}": _sha256(token)}).first()
    if person is None:
        if throttle.too_many(request):
            return throttle.wait(request)
        raise Http404
    plan = programme.current(person)
    habits = prompts.habits(person)
    made = report.reminders_ics(
        habits.times,
        name=person.choices.get("app_name") or "mettle",
        plan=programme.in_calendar(person, plan) if plan else None,
        after=prompts.AFTER if habits.after_sessions else None,
        ended=[*_ended(person), *((f"rest {end.date()}", end) for end in habits.as_if_ended)],
        quiet=habits.quiet,
    )
    return HttpResponse(made, content_type="text/calendar")


def _ended(person: models.Person) -> list[tuple[str, datetime]]:
    """Planned sessions of the last days that were done, and when they ended by the clock on the wall."""
    rows = person.sessions.filter(
        deleted="", finished=True, on__gte=days.today(person) - LOOK_BACK, clock_time__isnull=False
    ).exclude(plan_session="")
    return [
        (r.plan_session, datetime.combine(r.on, r.clock_time) + timedelta(seconds=r.duration_s or 0))
        for r in rows
        if r.on is not None and r.clock_time is not None
    ]


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
