"""A checked programme for a profile: filter, pool, greedy, polish, assemble, check; the better week is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mettle.prescription.arms import factor_of, with_trial
from mettle.prescription.assembly import (
    USUAL_DAYS,
    Template,
    expand,
    people_words,
    small_sessions,
    template,
    weekly_sets,
)
from mettle.prescription.candidates import PULL, PUSH, Candidate, pool, possible, settable_json
from mettle.prescription.checker import check
from mettle.prescription.dose import MAJOR, Dose, dose, rows
from mettle.prescription.greedy import greedy
from mettle.prescription.polish import polish
from mettle.prescription.problem import NEEDED, build, objective, within
from mettle.prescription.programme import Plan, Shortfall, session_json
from mettle.prescription.rotation import rotation
from mettle.prescription.screening import OLDER, screen
from mettle.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mettle.prescription.problem import Ints, Problem
    from mettle.prescription.profile import Profile

MOST_WEEKS = 52


@dataclass(frozen=True, slots=True)
class _Solved:
    sets: Ints
    objective: float
    bound: float | None
    method: str
    reproducible: bool


def plan(
    profile: Profile,
    *,
    weeks: int = 4,
    start: date | None = None,
    seed: int = 0,
    trial: Mapping[str, Any] | None = None,
    polished: bool = True,
) -> Plan:
    """A programme for a person, independently checked, or an honest refusal.

    Parameters
    ----------
    weeks
        1-52; blocks of four.
    start
        First day; None leaves the sessions without dates.
    trial
        A trial.json document: each date gets the session of its arm.
    polished
        False gives the greedy week at once.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise ValueError(f"weeks must lie in 1-{MOST_WEEKS}, got {weeks}")
    if trial is not None:
        factor_of(trial)  # a document that is no trial is refused before anything is searched
    screening = screen(profile)
    messages = tuple((m.code, m.text) for m in screening.messages)
    if screening.refused:
        return Plan(status="refused", messages=messages, seed=seed)
    aim = dose(profile, screening)
    everything = possible(profile, screening, aim)
    weekdays = _weekdays(profile, aim)
    problem = build(pool(everything), profile, screening, aim, weekdays=weekdays, seed=seed)
    solved = _solve(problem, polished=polished)
    days = [_chosen(problem, solved.sets, d) for d in range(problem.days)]
    made = template(days, everything, profile, screening, aim)
    small = small_sessions(everything, made)
    extras: dict[str, Any] = {name: session_json(session) for name, session in small.items()}
    extras["settable"] = settable_json(everything)
    extras["disclaimer"] = "mettle informs; it is no medical advice. Stop and ask a doctor if something feels wrong."
    if profile.wants("social_anxiety"):
        extras["ladder"] = _ladder()
    if profile.group is not None:
        open_to_all = replace(profile, limitations=())  # members differ: each limitation gets its own substitution
        extras["group"] = rotation(profile, made, possible(open_to_all, screen(open_to_all), aim))
    if not solved.reproducible:
        messages += (
            ("not_reproducible", say("The search was stopped by the clock; another run may give another plan.")),
        )
    messages += (("minimum_version", people_words()["minimum"]["text"]),)
    made_plan = Plan(
        status="ok",
        messages=messages,
        shortfalls=tuple(_shortfalls(profile, aim, made, everything)),
        weeks=expand(made, weeks=weeks, start=start),
        objective=round(solved.objective, 3),
        bound=None if solved.bound is None else round(solved.bound, 3),
        gap=_gap(solved),
        method=solved.method,
        seed=seed,
        extras=extras,
    )
    if trial is not None:
        made_plan = with_trial(made_plan, made, everything, trial)
    return _judged(made_plan, profile)


def _weekdays(profile: Profile, aim: Dose) -> tuple[str, ...]:
    return profile.weekdays[: aim.days] if profile.weekdays else USUAL_DAYS[aim.days]


def _solve(problem: Problem, *, polished: bool) -> _Solved:
    quick = greedy(problem)
    value = objective(problem, quick)
    if not polished:
        return _Solved(quick, value, None, "greedy", reproducible=True)
    found = polish(problem)
    if found.sets is not None and within(problem, found.sets):
        better = objective(problem, found.sets)
        if better > value:
            return _Solved(found.sets, better, found.bound, "milp", found.reproducible)
    bound = found.bound if np.isfinite(found.bound) else None
    return _Solved(quick, value, bound, "greedy", found.reproducible)


def _gap(solved: _Solved) -> float | None:
    if solved.bound is None or solved.bound <= 0:
        return None
    return round(max(0.0, (solved.bound - solved.objective) / solved.bound), 5)


def _chosen(problem: Problem, sets: Ints, day: int) -> list[tuple[Candidate, int]]:
    return [(problem.candidates[e], int(sets[e, day])) for e in np.flatnonzero(sets[:, day])]


def _ladder() -> dict[str, Any]:
    rule = rows()["ladder"]
    return {
        "steps": [{"step": n, **step} for n, step in enumerate(people_words()["ladder"], 1)],
        "advance": {
            "visits": rule["visits"],
            "calm_below": rule["calm_below"],
            "confirmed_by_person": True,
            "text": say(
                "After {visits} visits on a step with tension below {calm} of 10 at the end, the plan asks whether you want the next step. You "
                "decide; staying, or going back one, is fine.",
                visits=rule["visits"],
                calm=rule["calm_below"],
            ),
        },
        "record": [say("tension before, 0-10"), say("highest tension, 0-10"), say("tension after, 0-10")],
    }


def _shortfalls(profile: Profile, aim: Dose, made: Template, everything: list[Candidate]) -> list[Shortfall]:
    """Every wish that the week does not meet: asked, got, and why."""
    found = []
    if profile.days_per_week > aim.days:
        found.append(
            Shortfall("days a week", profile.days_per_week, aim.days, say("one day a week stays free for rest"))
        )
    if profile.minutes > aim.minutes and not (profile.wants("adhd") and aim.minutes >= 20):
        why = say("the time window, and being done 90 minutes before bed")
        found.append(Shortfall("minutes a session", profile.minutes, aim.minutes, why))
    if profile.time_window and aim.start and aim.start < profile.time_window[0]:
        found.append(
            Shortfall(
                "time window",
                profile.time_window[0].hour,
                aim.start.hour,
                say("earlier, to be done 90 minutes before bed"),
            )
        )
    if profile.requested.max_test:
        why = say("no test of the maximum is planned; ordinary sets estimate it well enough")
        found.append(Shortfall("test of the maximum", 1, 0, why))
    volume = weekly_sets(made, 2)
    reach = {m: max((c.exercise.muscles.get(m, 0) for c in everything if c.strength), default=0) for m in MAJOR}
    floors = dict.fromkeys(MAJOR, aim.sets_low) | dict(profile.requested.weekly_sets)
    for muscle, floor in floors.items():
        got = round(volume.get(muscle, 0), 2)
        if got < floor - 1e-6:
            possible_at_all = reach.get(muscle, 1) > 0
            why = (
                say("there is no time for more")
                if possible_at_all
                else say("no exercise for it is left with this kit and these limits")
            )
            found.append(Shortfall(f"weekly sets: {muscle}", floor, got, why))
    patterns = {c.exercise.pattern for day in made.days for c, _ in day}
    open_to = {c.exercise.pattern for c in everything}
    for name, group in NEEDED.items():
        if not patterns & set(group):
            why = (
                say("no exercise of it is left with this kit and these limits")
                if not open_to & set(group)
                else say("there is no time for it")
            )
            found.append(Shortfall(f"pattern: {name}", 1, 0, why))
    steady = profile.age >= OLDER or profile.wants("falls")
    if steady and "balance" not in open_to and "wheelchair" not in profile.limitations:
        why = say("no balance exercise is left with this kit and these limits; a chair to hold opens some")
        found.append(Shortfall("balance in every session", aim.days, 0, why))
    push, pull = (sum(n for day in made.days for c, n in day if c.exercise.pattern in g) for g in (PUSH, PULL))
    sore = any(x.startswith("shoulder") for x in profile.limitations)
    wanted = push * rows()["push_pull"]["shoulder_ratio"] if sore else push - rows()["push_pull"]["margin"]
    if pull < wanted - 1e-6:
        found.append(Shortfall("sets of pulling", wanted, pull, say("this kit gives too little to pull on")))
    return found


def _judged(made: Plan, profile: Profile) -> Plan:
    """The plan with the independent checker's verdict; a rule that fails without a shortfall is told as one."""
    checks = check(made.to_json(), profile)
    told = list(made.shortfalls)
    for c in checks:
        if not c.holds and not any(_same(s.target, c.rule) for s in told):
            told.append(Shortfall(c.rule, 1, 0, c.figure))
    return replace(made, checks=checks, shortfalls=tuple(told), status="relaxed" if told else "ok")


def _same(target: str, rule: str) -> bool:
    return target.partition(":")[0].strip() == rule.partition(":")[0].strip()
