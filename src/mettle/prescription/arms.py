"""A trial inside a plan: each date gets the session of its arm, and arms of a variant trial differ in one thing only."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import time
from itertools import product
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.prescription.assembly import Template, count_in_week, expand, in_parts, minutes_of, planned, seconds_of
from mettle.prescription.programme import Part, PlannedSession, PlannedWeek
from mettle.prescription.sets import BLOCK
from mettle.trials.schedule import schedule_from
from mettle.units import Load
from mettle.words import mark, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from mettle.prescription.candidates import Candidate
    from mettle.prescription.programme import Plan, PlannedExercise
    from mettle.training.sets import PlannedSet

    _Slot = tuple[Candidate, PlannedExercise]

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
    "company": ("alone", "partner", "class", "group", "coached"),
    "kit": tuple(KITS),
    "format": ("circuit", "straight"),
    "hour": ("fixed_time", "free_time"),
    "length": ("30_minutes", "10_minutes"),
    "place": ("gym", "home"),
    "variety": ("varied", "same"),
    "sides": ("two_sided", "one_sided"),
    "number": ("three_sessions", "two_sessions"),
}
"""What a variant trial may vary, and the arms of each."""

LIGHTER = 0.75
CLOSE = 0.04
"""Each of two arms as near as this to the session that it replaces, in sets and in minutes, is within a tenth of the other."""
_CLOCKS = {"am": time(7, 30), "morning": time(7, 30), "pm": time(17, 30), "evening": time(17, 30)}
_COMPANY = {
    "alone": mark("Alone today."),
    "partner": mark("With a partner today."),
    "class": mark("In a class today."),
    "group": mark("With the group today."),
    "coached": mark("With a coach today."),
}
_PLACES = {"gym": mark("At the gym today."), "home": mark("At home today.")}
_HOURS = {
    "fixed_time": (time(17, 30), mark("At your fixed hour.")),
    "free_time": (None, mark("Whenever it suits you today.")),
}
_MINUTES = {"30_minutes": 30.0, "10_minutes": 10.0}


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
        if row.arm in RESTS or not row.session:
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
    if factor in ("company", "place"):
        return replace(session, note=together(_COMPANY.get(arm) or _PLACES[arm], session.note))
    if factor == "hour":
        start, words = _HOURS[arm]
        return replace(session, start=start, note=together(words, session.note))
    if factor == "number":
        return session
    if factor == "length":
        return _no_longer(session, _MINUTES[arm], made=made, index=index, week=week)
    if factor == "variety":
        return session if arm == "same" else _turned(session, week * len(made.days) + index)
    if factor == "sides":
        sides = 1 if arm == "two_sided" else 2
        return _with(
            session, lambda c: c.exercise.sides == sides, made=made, everything=everything, index=index, week=week
        )
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


def _turned(session: PlannedSession, by: int) -> PlannedSession:
    """The same parts, beginning with another one each time."""
    first = [p for p in session.parts if p.kind in ("warm_up", "balance")]
    rest = [p for p in session.parts if p.kind not in ("warm_up", "balance")]
    if len(rest) == 1:
        moves = rest[0].exercises
        turn = 1 + by % (len(moves) - 1) if len(moves) > 1 else 0
        return replace(session, parts=(*first, replace(rest[0], exercises=(*moves[turn:], *moves[:turn]))))
    turn = 1 + by % (len(rest) - 1) if rest else 0
    return replace(session, parts=(*first, *rest[turn:], *rest[:turn]))


def _no_longer(session: PlannedSession, limit_min: float, *, made: Template, index: int, week: int) -> PlannedSession:
    """The first exercises of the session, as many as fit; of a single one, as many sets as fit."""
    kept = [(c, planned(c, count_in_week(c, base, made.dose, week), made, week)) for c, base in made.days[index]]
    while True:
        parts = in_parts(kept, made, week)
        minutes = minutes_of(kept, parts, made.dose)
        if minutes <= limit_min or (len(kept) == 1 and len(kept[0][1].sets) == 1):
            return replace(session, parts=parts, minutes=minutes)
        first, exercise = kept[0]
        kept = kept[:-1] if len(kept) > 1 else [(first, replace(exercise, sets=exercise.sets[:-1]))]


def _with_kit(
    session: PlannedSession, arm: str, *, made: Template, everything: Sequence[Candidate], index: int, week: int
) -> PlannedSession:
    """The same movements on other kit."""
    return _with(session, lambda c: fits_kit(c, arm), made=made, everything=everything, index=index, week=week)


def _with(
    session: PlannedSession,
    fits_arm: Callable[[Candidate], bool],
    *,
    made: Template,
    everything: Sequence[Candidate],
    index: int,
    week: int,
) -> PlannedSession:
    """The same movements with other exercises: for each the nearest of the arm's that trains the same muscles."""
    swapped: list[_Slot] = []
    taken: set[str] = set()
    for candidate, base in made.days[index]:
        fits = [
            c
            for c in everything
            if fits_arm(c) and c.exercise.pattern == candidate.exercise.pattern and c.id not in taken
        ]
        new = min(fits, key=lambda c: (_apart(c, candidate), c.id), default=candidate)
        taken.add(new.id)
        swapped.append((new, planned(new, count_in_week(candidate, base, made.dose, week), made, week)))
    if made.dose.format != "circuit":
        swapped = _matched(swapped, session, made, index=index, week=week)
    parts = in_parts(swapped, made, week)
    return replace(session, parts=parts, minutes=minutes_of(swapped, parts, made.dose))


def _matched(swapped: list[_Slot], session: PlannedSession, made: Template, *, index: int, week: int) -> list[_Slot]:
    """A set more or less here and there, until fractional sets and minutes are those of the session that was swapped."""
    whole = {c.id: c for c, _ in made.days[index]}
    sets_wanted = sum(_fractional(whole[e.exercise], e) for p in session.parts for e in p.exercises)
    if sets_wanted <= 0 or session.minutes <= 0:
        return swapped
    choices = [[_counted(c, e, by, made, week) for by in (0, 1, -1) if _work_sets(e) + by > 0] for c, e in swapped]
    fixed = minutes_of(swapped, in_parts(swapped, made, week), made.dose) - sum(
        _minutes(*slots[0]) for slots in choices
    )

    def off(slots: Iterable[_Slot]) -> tuple[float, int]:
        slots = tuple(slots)
        sets = sum(_fractional(c, e) for c, e in slots)
        minutes = fixed + sum(_minutes(c, e) for c, e in slots)
        apart = max(abs(sets / sets_wanted - 1), abs(minutes / session.minutes - 1))
        changed = sum(slot is not as_it_was[0] for slot, as_it_was in zip(slots, choices, strict=True))
        return max(apart, CLOSE), changed

    return list(min(product(*choices), key=off))


def _counted(candidate: Candidate, exercise: PlannedExercise, by: int, made: Template, week: int) -> _Slot:
    """The same exercise with so many sets more."""
    return candidate, planned(candidate, _work_sets(exercise) + by, made, week) if by else exercise


def _minutes(candidate: Candidate, exercise: PlannedExercise) -> float:
    return sum(seconds_of(s, candidate.exercise) for s in exercise.sets) / 60


def _work_sets(exercise: PlannedExercise) -> int:
    return sum(1 for s in exercise.sets if s.kind == "work" and s.side != "right")


def _fractional(candidate: Candidate, exercise: PlannedExercise) -> float:
    return _work_sets(exercise) * sum(candidate.exercise.muscles.values())


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
