"""A trial inside a plan: each date gets the session of its arm, and arms of a variant trial differ in one thing only."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.prescription.assembly import Template, count_in_week, expand, in_parts, minutes_of, planned
from mettle.prescription.programme import Part, PlannedSession, PlannedWeek
from mettle.prescription.sets import BLOCK
from mettle.trials.schedule import schedule_from
from mettle.units import Load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from mettle.prescription.candidates import Candidate
    from mettle.prescription.programme import Plan, PlannedExercise
    from mettle.training.sets import PlannedSet

RESTS = ("rest", "off", "no_training", "none")
TRAINS = ("train", "training", "session", "usual")
KITS: dict[str, tuple[str, ...]] = {
    "bands": ("band",),
    "machines": ("stack",),
    "cables": ("stack",),
    "free_weights": ("bar", "dumbbell", "kettlebell", "sandbag"),
    "barbell": ("bar",),
    "dumbbells": ("dumbbell",),
    "kettlebells": ("kettlebell",),
    "bodyweight": ("bodyweight", "angle"),
}
FACTORS: dict[str, tuple[str, ...]] = {
    "load": ("heavier", "lighter", "heavy", "light", "moderate"),
    "time of day": ("am", "pm", "morning", "evening"),
    "order": ("compound_first", "isolation_first"),
    "company": ("alone", "partner", "class", "group"),
    "kit": tuple(KITS),
    "format": ("circuit", "straight"),
}
"""What a variant trial may vary, and the arms of each."""

LIGHTER = 0.75
_CLOCKS = {"am": time(7, 30), "morning": time(7, 30), "pm": time(17, 30), "evening": time(17, 30)}
_COMPANY = {
    "alone": "Alone today.",
    "partner": "With a partner today.",
    "class": "In a class today.",
    "group": "With the group today.",
}


def factor_of(trial: Mapping[str, Any]) -> str | None:
    """What the arms vary; None where an arm rests.

    >>> day = {"on": "2026-01-05", "phase": "trial"}
    >>> factor_of({"kind": "variant", "arms": ["heavier", "lighter"], "schedule": [{**day, "arm": "lighter"}]})
    'load'
    >>> factor_of({"kind": "days", "arms": ["train", "rest"], "schedule": [{**day, "arm": "rest"}]}) is None
    True
    """
    arms = schedule_from(trial, where="trial").arms
    if all(arm in (*RESTS, *TRAINS) for arm in arms):
        return None
    for factor, words in FACTORS.items():
        if all(arm in words for arm in arms):
            return factor
    known = "; ".join(f"{factor}: {', '.join(words)}" for factor, words in FACTORS.items())
    raise InputError(f"arms {', '.join(arms)} cannot be planned; allowed: train, rest; {known}", where="trial")


def with_trial(plan: Plan, made: Template, everything: Sequence[Candidate], trial: Mapping[str, Any]) -> Plan:
    """The plan with the dates of a trial; the k-th session of each arm is the same one, but for what the arms vary.

    Raises
    ------
    InputError
        Where the document is no trial, or its arms vary something that a plan cannot hold apart.
    """
    factor = factor_of(trial)
    schedule = schedule_from(trial, where="trial")
    dated = [a for a in schedule.assignments if a.arm]
    first = schedule.assignments[0].on
    done: Counter[str] = Counter()
    weeks: dict[int, list[PlannedSession]] = {}
    length = len(made.days)
    block = expand(made, weeks=BLOCK, start=None)
    for row in dated:
        if row.arm in RESTS:
            continue
        index = done[row.arm]
        done[row.arm] += 1
        of_block = (index // length) % BLOCK
        session = block[of_block].sessions[index % length]
        week = (row.on - first).days // 7 + 1
        session = replace(
            session, id=f"{row.on.isoformat()}{row.part or ''}", on=row.on, day=_weekday(row.on), arm=row.arm
        )
        if factor is not None:
            session = _varied(
                session,
                row.arm,
                factor=factor,
                made=made,
                everything=everything,
                index=index % length,
                week=of_block + 1,
            )
        elif row.part:
            session = replace(session, start=_CLOCKS[row.part])
        weeks.setdefault(week, []).append(session)
    planned_weeks = tuple(PlannedWeek(w, _eases(s, block, made), tuple(s)) for w, s in sorted(weeks.items()))
    about = {
        "factor": factor,
        "arms": list(schedule.arms),
        "kind": schedule.kind,
        "sessions": dict(sorted(done.items())),
    }
    return replace(plan, weeks=planned_weeks, extras={**plan.extras, "trial": about})


def _weekday(on: date) -> str:
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[on.weekday()]


def _eases(sessions: Sequence[PlannedSession], block: Sequence[PlannedWeek], made: Template) -> bool:
    from_deload = {s.note for week in block if week.deload for s in week.sessions}
    return made.dose.deload and all(s.note in from_deload for s in sessions)


def _varied(
    session: PlannedSession,
    arm: str,
    *,
    factor: str,
    made: Template,
    everything: Sequence[Candidate],
    index: int,
    week: int,
) -> PlannedSession:
    if factor == "time of day":
        return replace(session, start=_CLOCKS[arm])
    if factor == "company":
        return replace(session, note=f"{_COMPANY[arm]} {session.note}".strip())
    if factor == "order":
        return session if arm == "compound_first" else _reversed(session)
    if factor == "format":
        return _as_format(session, arm)
    if factor == "load":
        return session if arm in ("heavier", "heavy", "moderate") else _lighter(session, made, index)
    return _with_kit(session, arm, made=made, everything=everything, index=index, week=week)


def _reversed(session: PlannedSession) -> PlannedSession:
    parts = [p for p in session.parts if p.kind in ("warm_up", "balance")]
    rest = [p for p in session.parts if p.kind not in ("warm_up", "balance")]
    return replace(session, parts=(*parts, *(replace(p, exercises=p.exercises[::-1]) for p in rest[::-1])))


def _as_format(session: PlannedSession, arm: str) -> PlannedSession:
    """The same sets and the same rests, done in rounds or one exercise after the other."""
    first = tuple(p for p in session.parts if p.kind in ("warm_up", "balance"))
    exercises = tuple(e for p in session.parts if p.kind not in ("warm_up", "balance") for e in p.exercises)
    rounds = max((len([s for s in e.sets if s.side != "right" and s.kind == "work"]) for e in exercises), default=0)
    part = Part("circuit", exercises, rounds=rounds) if arm == "circuit" else Part("straight", exercises)
    return replace(session, parts=(*first, part))


def _lighter(session: PlannedSession, made: Template, index: int) -> PlannedSession:
    """A quarter less load; repetitions, sets and rest stay, so that more is left in reserve."""
    known = {c.id: c for c, _ in made.days[index]}

    def lighter(exercise: PlannedExercise) -> PlannedExercise:
        return replace(exercise, sets=tuple(_lighter_set(s, known[exercise.exercise]) for s in exercise.sets))

    return replace(
        session, parts=tuple(replace(p, exercises=tuple(lighter(e) for e in p.exercises)) for p in session.parts)
    )


def _lighter_set(planned_set: PlannedSet, candidate: Candidate) -> PlannedSet:
    weighed = [s for s in candidate.settings if s.amount is not None and s.kind in ("kg", "stack", "sled")]
    if planned_set.load is None or not weighed or planned_set.kind == "warm_up":
        return planned_set
    wanted = float(planned_set.load.kg) * LIGHTER
    setting = min(weighed, key=lambda s: (abs(float(s.amount or 0) - wanted), s.amount))
    assert setting.amount is not None
    percent = planned_set.percent_1rm
    share = float(setting.amount) / float(planned_set.load.kg) if planned_set.load.kg else 1.0
    return replace(
        planned_set,
        load=Load(setting.amount, "kg"),
        set_up=setting.set_up,
        percent_1rm=None if percent is None else round(percent * share, 1),
        rir=None if planned_set.rir is None else planned_set.rir + 3,
    )


def _with_kit(
    session: PlannedSession, arm: str, *, made: Template, everything: Sequence[Candidate], index: int, week: int
) -> PlannedSession:
    """The same movements on other kit: for each exercise the nearest of the arm's kit that trains the same muscles."""
    swapped = []
    taken: set[str] = set()
    for candidate, base in made.days[index]:
        fits = [
            c
            for c in everything
            if fits_kit(c, arm) and c.exercise.pattern == candidate.exercise.pattern and c.id not in taken
        ]
        new = min(fits, key=lambda c: (_apart(c, candidate), c.id), default=candidate)
        taken.add(new.id)
        swapped.append((new, planned(new, count_in_week(candidate, base, made.dose, week), made, week)))
    parts = in_parts(swapped, made, week)
    return replace(session, parts=parts, minutes=minutes_of(swapped, parts, made.dose))


def fits_kit(candidate: Candidate, arm: str) -> bool:
    """Whether an exercise belongs to a kit arm."""
    if arm == "cables":
        return candidate.kind == "stack" and any("cable" in group for group in candidate.exercise.equipment)
    return candidate.kind in KITS[arm]


def _apart(a: Candidate, b: Candidate) -> float:
    muscles = set(a.exercise.muscles) | set(b.exercise.muscles)
    return sum(abs(a.exercise.muscles.get(m, 0) - b.exercise.muscles.get(m, 0)) for m in muscles) + abs(
        a.exercise.sides - b.exercise.sides
    )
