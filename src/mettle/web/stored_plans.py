"""Whether a stored plan can still be read: what every screen that shows one may rely on."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from mettle.training.catalogue import exercises


def _day(text: str) -> str:
    dt.date.fromisoformat(text)
    return text


def _clock(text: str) -> str:
    dt.time.fromisoformat(text)
    return text


class _Read(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Load(_Read):
    kind: str
    amount: float | None
    unit: str | None
    colour: str | None
    per_hand: bool
    set_up: str


class _Set(_Read):
    kind: str
    reps: int | Annotated[list[int], Field(min_length=2, max_length=2)] | None
    hold_s: float | None
    load: _Load | None
    rir: float | None
    rest_s: float | None
    tempo: Any
    side: str


class _Exercise(_Read):
    exercise: str
    sets: Annotated[list[_Set], Field(min_length=1)]
    reason: str
    alternatives: list[str]
    cue: str


class _Part(_Read):
    kind: str
    rounds: int | None = None
    exercises: list[_Exercise]
    text: str = ""


class _Session(_Read):
    parts: list[_Part]
    minutes: Annotated[float, Field(ge=0, le=1440)]
    id: str
    on: Annotated[str, AfterValidator(_day)] | None
    day: str | int | None
    start: Annotated[str, AfterValidator(_clock)] | None
    arm: str | None


class _Short(_Read):
    parts: list[_Part]
    minutes: Annotated[float, Field(ge=0, le=1440)]


class _Week(_Read):
    week: int
    deload: bool
    sessions: list[_Session]


class _Message(_Read):
    code: str
    text: str


class _Shortfall(_Read):
    reason: str


class _Check(_Read):
    rule: str
    holds: bool
    figure: str


class _State(_Read):
    model_config = ConfigDict(extra="forbid")
    intended: float | None = None
    extra_reps: int = 0
    hold_s: int | None = None
    misses: int = 0
    stale: int = 0
    swapped: str | None = None
    sore: int = 0
    percent: float | None = None


class _Moved(_Read):
    on: Annotated[str, AfterValidator(_day)]


class _Plan(_Read):
    weeks: list[_Week]
    messages: list[_Message]
    shortfalls: list[_Shortfall] = Field(default_factory=list)
    checks: list[_Check] = Field(default_factory=list)
    minimum_version: _Short | None = None
    when_upset: _Short | None = None
    ladder: dict[str, Any] | None = None
    carried: dict[str, _State] = Field(default_factory=dict)
    moved: _Moved | None = None
    block: dict[str, Any] = Field(default_factory=dict)


def damage(plan: object) -> str:
    """What is wrong with a PLAN document, in one line; empty where its shape is right.

    >>> damage({"weeks": [], "messages": []}), damage({"weeks": 3, "messages": []})
    ('', 'weeks: Input should be a valid list')
    """
    try:
        _Plan.model_validate(plan)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc']) or 'plan'}: {first['msg']}"
    return ""


def readable(plan: Any) -> bool:
    """Whether the screens can show it: its shape is right, and the catalogue knows every exercise in it."""
    if damage(plan):
        return False
    sessions = [s for week in plan["weeks"] for s in week["sessions"]]
    sessions += [plan[short] for short in ("minimum_version", "when_upset") if plan.get(short)]
    named = [e for s in sessions for part in s["parts"] for e in part["exercises"]]
    known = exercises()
    stands = [e for key, state in plan.get("carried", {}).items() for e in (key, state.get("swapped")) if e]
    return all(e in known for e in stands) and all(
        name in known for e in named for name in (e["exercise"], *e["alternatives"])
    )
