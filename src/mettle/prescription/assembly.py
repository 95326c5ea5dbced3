"""From a week of sets to sessions that a person can follow: order, parts, reasons, alternatives, minutes, dates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mettle.prescription.candidates import PULL, UNTRAINED_PATTERNS, Candidate
from mettle.prescription.dose import MAJOR, Dose, rows
from mettle.prescription.problem import circuit_rounds
from mettle.prescription.programme import Part, PlannedExercise, PlannedSession, PlannedWeek
from mettle.prescription.sets import is_deload, sets_in_week, work_sets
from mettle.words import marked, say, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.prescription.profile import Profile
    from mettle.prescription.screening import Screening
    from mettle.training.catalogue import CatalogueExercise
    from mettle.training.sets import PlannedSet

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
USUAL_DAYS = {
    1: ("Mon",),
    2: ("Mon", "Thu"),
    3: ("Mon", "Wed", "Fri"),
    4: ("Mon", "Tue", "Thu", "Fri"),
    5: ("Mon", "Tue", "Wed", "Fri", "Sat"),
    6: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat"),
}
"""Days that spread the sessions where the person named none."""

NO_COMPOUND = ("core", "carry", "conditioning", "balance")
"""Patterns that are not ordered or counted as compound lifts."""


@cache
def people_words() -> dict[str, Any]:
    """What a plan says to a person, by place."""
    data = files("mettle.prescription").joinpath("data/words_for_people.toml").read_text(encoding="utf-8")
    told: dict[str, Any] = marked(tomllib.loads(data))
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The fixed slots of a week: for each day the candidates with their sets, in order; and who it is for."""

    days: tuple[tuple[tuple[Candidate, int], ...], ...]
    weekdays: tuple[str, ...]
    named_days: bool
    dose: Dose
    notes: str
    seated: bool
    alternatives: dict[str, tuple[str, ...]]
    tempo: str | None


def in_order(chosen: Sequence[tuple[Candidate, int]]) -> tuple[tuple[Candidate, int], ...]:
    """Compounds first, the demanding ones before the easy ones; small muscles, core and conditioning later."""

    def rank(item: tuple[Candidate, int]) -> tuple[int, int, int, float, str]:
        exercise = item[0].exercise
        late = {"core": 2, "carry": 2, "conditioning": 3, "balance": -1}
        group = late.get(exercise.pattern, 0 if exercise.compound else 1)
        return (group, -exercise.spinal_load, -exercise.skill, -sum(exercise.muscles.values()), exercise.id)

    return tuple(sorted(chosen, key=rank))


def template(
    days: Sequence[Sequence[tuple[Candidate, int]]],
    everything: Sequence[Candidate],
    profile: Profile,
    screening: Screening,
    dose: Dose,
) -> Template:
    """The fixed slots of a week, ready to be expanded into as many weeks as asked."""
    used = {c.id: c for day in days for c, _ in day}
    return Template(
        days=tuple(in_order(day) for day in days),
        weekdays=profile.weekdays[: dose.days] if profile.weekdays else USUAL_DAYS[dose.days],
        named_days=bool(profile.weekdays),
        dose=dose,
        notes=_notes(profile, screening, dose),
        seated=screening.supported or "wheelchair" in screening.limitations,
        alternatives={key: alternatives(c, everything) for key, c in used.items()},
        tempo="3-1-3" if profile.wants("ptsd") else None,
    )


def _notes(profile: Profile, screening: Screening, dose: Dose) -> str:
    words = people_words()["note"]
    said = []
    if profile.wants("sleep", "insomnia") or (profile.bedtime and dose.start):
        said.append(words["insomnia"])
    if profile.wants("ptsd"):
        said.append(words["trauma"])
    if profile.wants("adhd"):
        said.append(words["adhd"])
    if screening.supported or profile.wants("falls") or dose.level == "older":
        said.append(words["older"])
    if profile.wants("routine"):
        said.append(words["routine"])
    if profile.wants("social_anxiety"):
        said.append(words["social"])
    if profile.age < 18:
        said.append(words["minor"])
    return together(*said)


def alternatives(candidate: Candidate, everything: Sequence[Candidate]) -> tuple[str, ...]:
    """Two things to do instead: the same movement on other kit first, then whatever trains the same muscles."""
    exercise = candidate.exercise
    kits = {kit for group in exercise.equipment for kit in group}

    def far(other: Candidate) -> tuple[float, int, float, str]:
        theirs = {kit for group in other.exercise.equipment for kit in group}
        muscles = set(exercise.muscles) | set(other.exercise.muscles)
        apart = sum(abs(exercise.muscles.get(m, 0) - other.exercise.muscles.get(m, 0)) for m in muscles)
        return (
            0 if other.exercise.pattern == exercise.pattern else 2 + apart,
            len(kits & theirs) + round(apart),
            apart,
            other.id,
        )

    alike = exercise.pattern not in ("isolation", "conditioning")  # calf raises are no choice instead of curls
    others = [c for c in everything if c.id != candidate.id and ((far(c)[0] == 0 and alike) or shares(c, candidate))]
    first = [c.id for c in sorted(others, key=far)[:2]]
    nearest_of_rest = sorted((c for c in everything if c.id not in (*first, candidate.id)), key=far)
    return tuple([*first, *(c.id for c in nearest_of_rest)][:2])


def shares(a: Candidate, b: Candidate) -> bool:
    """Whether two exercises have a prime muscle in common."""
    prime = {m for m, f in b.exercise.muscles.items() if f >= 0.75}
    return any(a.exercise.muscles.get(m, 0) >= 0.5 for m in prime)


def expand(made: Template, *, weeks: int, start: date | None) -> tuple[PlannedWeek, ...]:
    """The weeks of a template: fixed slots, planned progression, easing where the dose says so."""
    return tuple(_week(made, week, start) for week in range(1, weeks + 1))


def _week(made: Template, week: int, start: date | None) -> PlannedWeek:
    dose = made.dose
    heavy = _heavy(made, week)
    sessions = []
    for index, chosen in enumerate(made.days):
        exercises = [
            (
                candidate,
                planned(
                    candidate,
                    count_in_week(candidate, base, dose, week),
                    made,
                    week,
                    heavy=heavy.get((index, candidate.id), 0),
                ),
            )
            for candidate, base in chosen
        ]
        parts = in_parts(exercises, made, week)
        on = None if start is None else date_of(start, made.weekdays[index], week)
        note = together(people_words()["note"]["deload"], made.notes) if is_deload(dose, week) else made.notes
        sessions.append(
            PlannedSession(
                id=f"w{week}s{index + 1}",
                on=on,
                day=made.weekdays[index] if made.named_days or on is not None else index + 1,
                start=dose.start,
                arm=None,
                minutes=minutes_of(exercises, parts, dose),
                parts=parts,
                note=note,
            )
        )
    if start is not None:
        sessions.sort(key=lambda s: s.on or start)
    return PlannedWeek(week, is_deload(dose, week), tuple(sessions))


def date_of(start: date, weekday: str, week: int) -> date:
    """The date of a weekday in a week that begins on any day.

    >>> date_of(date(2026, 1, 7), "Mon", 1)  # a Wednesday
    datetime.date(2026, 1, 12)
    """
    ahead = (WEEKDAYS.index(weekday) - start.weekday()) % 7
    return start + timedelta(days=ahead + 7 * (week - 1))


def count_in_week(candidate: Candidate, base: int, dose: Dose, week: int) -> int:
    """Sets of a candidate in a week; in a circuit everybody does the same number of rounds."""
    pulls = candidate.exercise.pattern in PULL and dose.format != "circuit"
    return sets_in_week(base, dose, week, pulls=pulls)


def planned(candidate: Candidate, count: int, made: Template, week: int, *, heavy: int = 0) -> PlannedExercise:
    """One exercise with its sets, reason, alternatives and cue."""
    return PlannedExercise(
        exercise=candidate.id,
        sets=work_sets(candidate, count, made.dose, week, heavy=heavy, tempo=made.tempo),
        reason=reason(candidate),
        alternatives=made.alternatives.get(candidate.id, ()),
        cue=candidate.exercise.cue,
        progression_rule=made.dose.progression,
    )


def reason(candidate: Candidate) -> str:
    """Why an exercise is in the plan, in words."""
    words = people_words()
    prime = [m for m, f in sorted(candidate.exercise.muscles.items(), key=lambda x: -x[1]) if f >= 0.5][:3]
    what = words["pattern"][candidate.exercise.pattern]
    muscles = together(*(words["muscle"][m] for m in prime), between=", ")
    why = together(*candidate.why, between=", ")
    if muscles and why:
        return say("{what}: {muscles}; {why}.", what=what, muscles=muscles, why=why)
    if muscles:
        return say("{what}: {muscles}.", what=what, muscles=muscles)
    return say("{what}; {why}.", what=what, why=why) if why else say("{what}.", what=what)


def _heavy(made: Template, week: int) -> dict[tuple[int, str], int]:
    """Sets at 80% and above of a strength goal: the first big lift of each session, up to the share that the dose allows."""
    dose = made.dose
    if not dose.heavy or week == 1 or is_deload(dose, week):
        return {}
    lifts = [
        (index, c, count_in_week(c, n, dose, week))
        for index, day in enumerate(made.days)
        for c, n in day
        if c.has_percent and c.exercise.compound and c.exercise.pattern not in NO_COMPOUND
    ]
    allowed = int(rows()["heavy"]["share"] * sum(n * c.exercise.sides for _, c, n in lifts))
    given: dict[tuple[int, str], int] = {}
    for index in range(len(made.days)):
        main = [
            (c, n)
            for i, c, n in lifts
            if i == index and c.kind in ("bar", "stack", "dumbbell") and c.exercise.sides == 1
        ]
        if main and allowed > 0:
            candidate, count = main[0]
            extra = (rows()["heavy"]["rest_s"] - dose.rest_compound_s) / 60
            spare = dose.minutes - minutes_base(made, index, week)
            take = min(2, count - 1, allowed, int(spare / extra) if extra > 0 else 2)
            if take > 0 and _strong_setting(candidate):
                given[index, candidate.id] = take
                allowed -= take
    return given


def minutes_base(made: Template, index: int, week: int) -> float:
    """Minutes of a session without any heavy set."""
    exercises = [(c, planned(c, count_in_week(c, n, made.dose, week), made, week)) for c, n in made.days[index]]
    return minutes_of(exercises, in_parts(exercises, made, week), made.dose)


def _strong_setting(candidate: Candidate) -> bool:
    return any(
        s.amount is not None and 0.78 * candidate.one_rm_kg <= float(s.amount) <= 0.9 * candidate.one_rm_kg
        for s in candidate.settings
    )


def in_parts(exercises: Sequence[tuple[Candidate, PlannedExercise]], made: Template, week: int) -> tuple[Part, ...]:
    """The parts of a session: warm-up, balance, then circuit, supersets or straight sets."""
    dose = made.dose
    words = people_words()["warm_up"]
    text = words["seated"] if made.seated else words["short"] if dose.warm_up_s <= 180 else words["usual"]
    parts = [Part("warm_up", text=text, minutes=round(dose.warm_up_s / 60, 1))]
    balance = [p for c, p in exercises if c.exercise.pattern == "balance"]
    main = [(c, p) for c, p in exercises if c.exercise.pattern != "balance"]
    if dose.format == "circuit":
        rounds = sets_in_week(circuit_rounds(dose), dose, week)
        if balance or main:
            parts.append(Part("circuit", tuple(balance) + tuple(p for _, p in main), rounds=rounds))
        return tuple(parts)
    if balance:
        parts.append(Part("balance", tuple(balance)))
    if dose.format == "superset":
        parts.extend(_supersets(main))
    elif main:
        parts.append(Part("straight", tuple(p for _, p in main)))
    return tuple(parts)


def _supersets(main: Sequence[tuple[Candidate, PlannedExercise]]) -> list[Part]:
    """Neighbours that tire different muscles in turn; what finds no partner stays straight."""
    parts: list[Part] = []
    at = 0
    while at < len(main):
        first, its = main[at]
        if at + 1 < len(main):
            second, other = main[at + 1]
            if not shares(first, second) and not shares(second, first):
                rounds = max(len(its.sets) // first.exercise.sides, len(other.sets) // second.exercise.sides)
                parts.append(Part("superset", (its, other), rounds=rounds))
                at += 2
                continue
        parts.append(Part("straight", (its,)))
        at += 1
    return parts


def minutes_of(exercises: Sequence[tuple[Candidate, PlannedExercise]], parts: Sequence[Part], dose: Dose) -> float:
    """Minutes of a session: warm-up, set-up of each station, and each set with its rest."""
    seconds = float(dose.warm_up_s)
    circuit = dose.format == "circuit"
    for candidate, exercise in exercises:
        seconds += rows()["time"]["circuit_setup_s"] if circuit else candidate.exercise.setup_s
        seconds += sum(seconds_of(s, candidate.exercise) for s in exercise.sets)
    if circuit:
        seconds += sum(
            (part.rounds or 0) * rows()["circuit"]["round_rest_s"] for part in parts if part.kind == "circuit"
        )
    return round(seconds / 60, 1)


def seconds_of(planned_set: PlannedSet, exercise: CatalogueExercise) -> float:
    """Seconds of one set of one side, rest included; a range of repetitions counts its middle."""
    if planned_set.hold_s is not None:
        work = float(planned_set.hold_s)
    else:
        reps = planned_set.reps or 0
        work = (sum(reps) / 2 if isinstance(reps, tuple) else reps) * exercise.rep_s
    return work + (planned_set.rest_s or 0)


def small_sessions(everything: Sequence[Candidate], made: Template) -> dict[str, PlannedSession]:
    """The ten-minute version for hard days, and five quiet minutes for when things boil over."""
    used = {c.id for day in made.days for c, _ in day}
    groups = (("squat", "lunge", "hinge"), ("hpush", "vpush"), ("hpull", "vpull"))
    words = people_words()

    def pick(allowed: Sequence[Candidate]) -> list[Candidate]:
        found = []
        for group in groups:
            fitting = [c for c in allowed if c.exercise.pattern in group]
            if fitting:
                found.append(min(fitting, key=lambda c: (c.id not in used, c.exercise.setup_s, -c.liking, c.id)))
        return found

    easy = [c for c in everything if not c.ramp and c.exercise.setup_s <= 60]
    quiet = [
        c
        for c in everything
        if c.exercise.control >= 2
        and c.exercise.setup_s <= 30
        and c.exercise.skill == 1
        and c.exercise.sides == 1
        and not c.exercise.tags & {"breath_hold", "high_impact", "overhead"}
    ]
    return {
        "minimum_version": _small("minimum", pick(easy), made, rounds=2, text=words["minimum"]["text"], limit_min=10),
        "when_upset": _small(
            "upset",
            pick(quiet)[:2],
            made,
            rounds=1,
            text=together(words["upset"]["text"], words["upset"]["breathing"]),
            limit_min=5,
        ),
    }


def small_dose(dose: Dose) -> Dose:
    """The dose of the short versions: easy sets in turn, little rest."""
    return replace(
        dose,
        format="circuit",
        rest_compound_s=20,
        rest_isolation_s=20,
        percents=(55, 55, 55, 55),
        rirs=(4, 4, 4, 4),
        minutes=10,
    )


def _small(
    name: str, chosen: Sequence[Candidate], made: Template, *, rounds: int, text: str, limit_min: float
) -> PlannedSession:
    small = replace(made, dose=small_dose(made.dose))
    warm = 60 if name == "minimum" else 90
    while True:
        exercises = [(c, planned(c, rounds, small, 2)) for c in chosen]
        exercises = [(c, replace(p, sets=tuple(s for s in p.sets if s.kind == "work"))) for c, p in exercises]
        body = sum(
            rows()["time"]["circuit_setup_s"] + sum(seconds_of(s, c.exercise) for s in p.sets) for c, p in exercises
        )
        minutes = round((warm + body) / 60, 1)
        if minutes <= limit_min or not chosen:
            break
        if rounds > 1:
            rounds -= 1
        else:
            chosen = chosen[:-1]
    parts: tuple[Part, ...] = (Part("warm_up", text=text, minutes=round(warm / 60, 1)),)
    if exercises:
        parts += (Part("circuit", tuple(p for _, p in exercises), rounds=rounds),)
    return PlannedSession(name, None, 0, None, None, minutes, parts, note=text)


def weekly_sets(made: Template, week: int) -> dict[str, float]:
    """Fractional sets of each muscle in a week of the template."""
    total: dict[str, float] = dict.fromkeys(MAJOR, 0.0)
    for day in made.days:
        for c, n in day:
            if c.exercise.pattern not in UNTRAINED_PATTERNS:
                for muscle, share in c.exercise.muscles.items():
                    total[muscle] = total.get(muscle, 0.0) + share * count_in_week(c, n, made.dose, week)
    return total
