"""Twelve weeks of everybody's life with the app, day by day, on a clock of our own: is there always something sensible next?

    python validation/web/weeks.py [PROFILE...]

Each of the stored profiles (`tests/prescription/profiles`) opens the app every day but in one week away, misses every fifth session and does
every third with a repetition less than asked; four of them are in a trial from the second week. Writes ``weeks.json`` beside this
file. All 34 take about four minutes of processor time; those named on the command line replace their own rows.
"""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.web.settings")

import django  # noqa: E402 # the path comes first

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 # after the set-up
from django.db import connection  # noqa: E402 # likewise
from tests.web.walking import START, Clock, Day, live  # noqa: E402 # likewise

from mettle import prescription  # noqa: E402 # likewise
from mettle.errors import InputError  # noqa: E402 # likewise
from mettle.web import days, models, programme, trialing  # noqa: E402 # likewise

OUT = Path(__file__).with_name("weeks.json")
PROFILES = sorted((ROOT / "tests" / "prescription" / "profiles").glob("*.json"))
SPAN, AWAY_FROM, AWAY_DAYS = 84, 38, 7
IN_A_TRIAL = {
    "low_mood_novice_gym": "days",
    "anxiety_dumbbells_at_home": "clock",
    "strength_told_maxima": "load",
    "stress_lunch_break": "company",
}
OFTEN = 8
"""Sessions of a lift from which its course is looked at."""


def main() -> None:
    connection.creation.create_test_db(verbosity=0)
    for number, path in enumerate(PROFILES):
        if len(sys.argv) > 1 and path.stem not in sys.argv[1:]:
            continue
        row = walked(json.loads(path.read_text(encoding="utf-8")), path.stem, number)
        print(path.stem, row, file=sys.stderr, flush=True)
        rows = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else {}
        OUT.write_text(json.dumps(rows | {path.stem: row}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def walked(profile: dict[str, Any], name: str, seed: int) -> dict[str, Any]:
    user = get_user_model().objects.create_user(name)
    person = models.Person.objects.create(user=user, timezone="Europe/Berlin", profile=profile)
    clock, chance = Clock(), random.Random(seed)
    days.now = clock.now  # type: ignore[assignment] # one clock for the whole app
    programme.make(person, polish=False)
    back = START + timedelta(days=AWAY_FROM)

    def lives(span: int) -> list[Day]:
        return live(
            person,
            clock,
            span=span,
            trains=lambda _: chance.random() > 0.2,
            opens=lambda on: not back <= on < back + timedelta(days=AWAY_DAYS),
            fewer=lambda on: int(on.toordinal() % 3 == 0),
        )

    lived = lives(7)
    drawn = _enrolled(person, IN_A_TRIAL[name]) if name in IN_A_TRIAL else {}
    lived += lives(SPAN - 7)
    return _looked_at(person, lived, drawn)


def _enrolled(person: models.Person, code: str) -> dict[str, str]:
    offer = trialing.offer(person, code)
    assert offer is not None
    trial = trialing.drawn(person, offer, outcome="mood", weeks=8)
    trialing.enrol(person, trial, expected=5)
    return {r["on"]: r["arm"] for r in trial["schedule"]}


def _looked_at(person: models.Person, lived: list[Day], drawn: dict[str, str]) -> dict[str, Any]:
    plans = list(person.plans.order_by("pk"))
    refused = all(p.plan["status"] == "refused" for p in plans)
    done = [d for d in lived if d.done or d.trained]
    finished = [p for p in plans if not p.active and p.plan["block"]["why"] in ("first", "next") and not drawn]
    ids = {s.plan_session for s in person.sessions.filter(finished=True)}
    lost = [s["id"] for p in finished for s in programme.planned_sessions(p) if s["id"] not in ids]
    trained_on = {d.on.isoformat() for d in done}
    broken = sorted({c["rule"] for p in plans for c in p.plan["checks"] if not c["holds"] and not _told(p, c["rule"])})
    return {
        "days": len(lived),
        "refused": refused,
        "sessions": len(done),
        "blocks": [p.plan["block"]["why"] for p in plans],
        "dead_ends": sum(d.card["kind"] == "no_plan" for d in lived),
        "phone_empty": sum(not d.sent for d in lived),
        "due_not_on_the_phone": sum(
            d.card["kind"] == "session" and d.card["id"] not in {s["id"] for s in d.sent} for d in lived
        ),
        "nothing_within_a_week": sum(
            not any(s["on"] < (d.on + timedelta(days=7)).isoformat() for s in d.sent) for d in lived if not drawn
        ),
        "lost": lost,
        "two_days_in_a_row": _squeezed(lived, plans),
        "rules_broken_and_not_told": broken,
        "on_a_day_not_drawn": sorted(on for on in trained_on if on in drawn and drawn[on] == "rest"),
        **_loads(person, done),
    }


def _told(plan: models.Plan, rule: str) -> bool:
    """Whether a plan says among its shortfalls that it could not hold a rule."""
    return any(s["target"].partition(":")[0] == rule.partition(":")[0] for s in plan.plan["shortfalls"])


def _squeezed(lived: list[Day], plans: list[models.Plan]) -> int:
    """Days trained right after a day trained, where the plan never puts two days together."""
    together = any(
        (date.fromisoformat(b["on"]) - date.fromisoformat(a["on"])).days == 1
        for p in plans
        for a, b in pairwise([s for s in programme.planned_sessions(p) if s["on"]])
    )
    done = [d.on for d in lived if d.trained]
    return 0 if together else sum((b - a).days == 1 for a, b in pairwise(done))


def _loads(person: models.Person, done: list[Day]) -> dict[str, Any]:
    course: dict[str, list[tuple[date, float]]] = {}
    for day in done:
        for exercise, kg in day.done.items():
            course.setdefault(exercise, []).append((day.on, kg))
    often = {e: c for e, c in course.items() if len(c) >= OFTEN}
    up = down = 0
    try:
        ladders = _ladders(person)
    except InputError:
        ladders = {}
    for exercise, steps in often.items():
        own = ladders.get(exercise, [])
        for (before, a), (after, b) in pairwise(steps):
            if a in own and b in own and (after - before).days < 14:
                up, down = max(up, own.index(b) - own.index(a)), max(down, own.index(a) - own.index(b))
    return {
        "lifts": len(often),
        "heavier_at_the_end": sum(c[-1][1] > c[0][1] for c in often.values()),
        "lighter_at_the_end": sum(c[-1][1] < c[0][1] for c in often.values()),
        "most_steps_up": up,
        "most_steps_down": down,
    }


def _ladders(person: models.Person) -> dict[str, list[float]]:
    found = {}
    for exercise, candidate in prescription.offers(prescription.read_profile(person.profile)).candidates.items():
        found[exercise] = [float(s.amount) for s in candidate.settings if s.amount is not None]
    return found


if __name__ == "__main__":
    main()
