"""A plan as records, and its JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any, Literal

from mettle.training.sets import PlannedSet
from mettle.units import Load, MassUnit

PartKind = Literal["warm_up", "straight", "superset", "circuit", "power", "balance", "mobility"]
Status = Literal["ok", "relaxed", "refused"]


@dataclass(frozen=True, slots=True)
class PlannedExercise:
    """One exercise of a session: its sets, why it is there, and what to do instead."""

    exercise: str
    sets: tuple[PlannedSet, ...]
    reason: str = ""
    alternatives: tuple[str, ...] = ()
    cue: str = ""
    progression_rule: str = "double"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a session. ``text`` says what a warm-up or a rest is; ``minutes`` how long it is."""

    kind: PartKind
    exercises: tuple[PlannedExercise, ...] = ()
    rounds: int | None = None
    text: str = ""
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session.

    Parameters
    ----------
    id
        Stable within the plan.
    on
        Its date, or None where the plan has none.
    day
        Weekday, or its number in the week.
    start
        Wall time, or None.
    arm
        Of a trial, or None.
    minutes
        As the time model counts them.
    note
        What else holds today, in words.
    """

    id: str
    on: date | None
    day: str | int
    start: time | None
    arm: str | None
    minutes: float
    parts: tuple[Part, ...]
    note: str = ""

    @property
    def exercises(self) -> tuple[PlannedExercise, ...]:
        """All exercises in order."""
        return tuple(e for part in self.parts for e in part.exercises)


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """One microcycle."""

    week: int
    deload: bool
    sessions: tuple[PlannedSession, ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A wish that could not be met: how much was asked, how much there is, and why."""

    target: str
    asked: float
    got: float
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, whether it holds, and the figure that says so."""

    rule: str
    holds: bool
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A programme, or the refusal of one. ``extras`` are further keys of the document: ladder, group, minimum version."""

    status: Status
    messages: tuple[tuple[str, str], ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    weeks: tuple[PlannedWeek, ...] = ()
    checks: tuple[Check, ...] = ()
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    method: str = "none"
    seed: int = 0
    extras: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The PLAN document."""
        return {
            "version": 1,
            "status": self.status,
            "messages": [{"code": code, "text": text} for code, text in self.messages],
            "shortfalls": [
                {"target": s.target, "asked": s.asked, "got": s.got, "reason": s.reason} for s in self.shortfalls
            ],
            "weeks": [
                {"week": w.week, "deload": w.deload, "sessions": [session_json(s) for s in w.sessions]}
                for w in self.weeks
            ],
            "checks": [{"rule": c.rule, "holds": c.holds, "figure": c.figure} for c in self.checks],
            "solver": {"objective": self.objective, "bound": self.bound, "gap": self.gap, "method": self.method},
            "seed": self.seed,
            **self.extras,
        }


def session_json(session: PlannedSession) -> dict[str, Any]:
    """One session of the PLAN document."""
    return {
        "id": session.id,
        "on": None if session.on is None else session.on.isoformat(),
        "day": session.day,
        "start": None if session.start is None else session.start.strftime("%H:%M"),
        "arm": session.arm,
        "minutes": session.minutes,
        "parts": [_part_json(part) for part in session.parts],
        **({"note": session.note} if session.note else {}),
    }


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "rounds": part.rounds,
        "exercises": [
            {
                "exercise": e.exercise,
                "sets": [set_json(s) for s in e.sets],
                "reason": e.reason,
                "alternatives": list(e.alternatives),
                "cue": e.cue,
                "progression_rule": e.progression_rule,
            }
            for e in part.exercises
        ],
        **({"text": part.text} if part.text else {}),
        **({"minutes": part.minutes} if part.minutes is not None else {}),
    }


def number(value: Decimal) -> int | float:
    """A decimal as a JSON number: whole where it is whole.

    >>> number(Decimal("20.0")), number(Decimal("2.5"))
    (20, 2.5)
    """
    return int(value) if value == value.to_integral_value() else float(value)


def load_json(planned: PlannedSet) -> dict[str, Any]:
    """The load of a set as the documents write it."""
    kind: str = planned.load_kind
    if kind == "external":
        kind = "kg" if planned.load is None else planned.load.unit
    elif kind == "none":
        kind = "bodyweight"
    amount: int | float | None = None if planned.load is None else number(planned.load.amount)
    unit: str | None = None if planned.load is None else planned.load.unit
    if planned.angle_deg is not None:
        amount, unit = planned.angle_deg, "degrees"
    return {
        "kind": kind,
        "amount": amount,
        "unit": unit,
        "colour": planned.colour,
        "per_hand": planned.per_hand,
        "set_up": planned.set_up,
    }


def set_json(planned: PlannedSet) -> dict[str, Any]:
    """One set of the PLAN document."""
    reps = list(planned.reps) if isinstance(planned.reps, tuple) else planned.reps
    return {
        "kind": planned.kind,
        "reps": reps,
        "hold_s": planned.hold_s,
        "load": load_json(planned),
        "percent_1rm": planned.percent_1rm,
        "rir": planned.rir,
        "rest_s": planned.rest_s,
        "tempo": planned.tempo,
        "side": planned.side,
    }


def read_set(row: dict[str, Any]) -> PlannedSet:
    """A set from a PLAN document."""
    load = row.get("load") or {}
    kind = load.get("kind", "bodyweight")
    amount = load.get("amount")
    massed = amount is not None and kind in ("kg", "lb", "stack", "sled", "bodyweight")
    unit: MassUnit = "lb" if "lb" in (load.get("unit"), kind) else "kg"
    reps = row.get("reps")
    return PlannedSet(
        kind=row.get("kind", "work"),
        reps=(int(reps[0]), int(reps[1])) if isinstance(reps, list) else reps,
        hold_s=row.get("hold_s"),
        load=Load(Decimal(str(amount)), unit) if massed else None,
        load_kind="external" if kind in ("kg", "lb") else kind,
        colour=load.get("colour"),
        per_hand=bool(load.get("per_hand", False)),
        percent_1rm=row.get("percent_1rm"),
        rir=row.get("rir"),
        rest_s=row.get("rest_s"),
        tempo=row.get("tempo"),
        side=row.get("side", "both"),
        angle_deg=int(amount) if kind == "angle" and amount is not None else None,
        set_up=load.get("set_up") or "",
    )


def read_session(row: dict[str, Any]) -> PlannedSession:
    """A session from a PLAN document."""
    return PlannedSession(
        id=row["id"],
        on=date.fromisoformat(row["on"]) if row.get("on") else None,
        day=row.get("day", 1),
        start=time.fromisoformat(row["start"]) if row.get("start") else None,
        arm=row.get("arm"),
        minutes=row.get("minutes", 0),
        parts=tuple(
            Part(
                part["kind"],
                tuple(
                    PlannedExercise(
                        e["exercise"],
                        tuple(read_set(s) for s in e["sets"]),
                        e.get("reason", ""),
                        tuple(e.get("alternatives", ())),
                        e.get("cue", ""),
                        e.get("progression_rule", "double"),
                    )
                    for e in part["exercises"]
                ),
                part.get("rounds"),
                part.get("text", ""),
                part.get("minutes"),
            )
            for part in row["parts"]
        ),
        note=row.get("note", ""),
    )
