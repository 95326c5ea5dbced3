"""Whether a stored trial can still be read: what every screen that shows one may rely on. No numpy in here."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

if TYPE_CHECKING:
    from mettle.web.models import Person, Trial

KINDS = Literal["session", "days", "pairs", "blocks", "am_pm", "variant"]
LONGEST = 1200
"""Days that a schedule may span; as in `mettle.trials.schedule`, like the kinds (a test compares)."""
UNREADABLE = "unreadable"
"""Why a trial ended that was set aside because nobody could read it."""


def _day(text: str) -> str:
    if dt.date.fromisoformat(text).isoformat() != text:
        raise ValueError("must be a date like 2026-11-22")
    return text


Day = Annotated[str, AfterValidator(_day)]
Name = Annotated[str, Field(min_length=1)]


class _Read(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Assignment(_Read):
    on: Day
    arm: str | None
    phase: Literal["run_in", "trial", "washout"]
    part: Literal["am", "pm"] | None = None
    session: bool = True
    rate: bool = True


class _Document(_Read):
    kind: KINDS
    arms: Annotated[list[Name], Field(min_length=2, max_length=2)]
    start: Day
    outcome: Name
    schedule: list[_Assignment]
    swc: Annotated[float, Field(gt=0)] | None = None
    claims: list[str] | None = None

    @model_validator(mode="after")
    def _fits(self) -> _Document:
        days = [dt.date.fromisoformat(a.on) for a in self.schedule]
        if self.arms[0] == self.arms[1]:
            raise ValueError("two arms of one name")
        if any(a.arm not in (*self.arms, None) or (a.arm is None and a.phase == "trial") for a in self.schedule):
            raise ValueError("a day has another arm, or none")
        if len({(a.on, a.part) for a in self.schedule}) != len(self.schedule):
            raise ValueError("a day is assigned twice")
        if days and (max(days) - min(days)).days >= LONGEST:
            raise ValueError("it spans too many days")
        return self


class _Row(_Read):
    """What stands beside the document."""

    trial: _Document
    opened: list[Day]
    end: dict[str, Any]
    ended: bool

    @model_validator(mode="after")
    def _has_days(self) -> _Row:
        if not self.trial.schedule and not self.ended:  # one that ended on the day it was drawn has none
            raise ValueError("no day is assigned")
        return self


def damage(found: Trial) -> str:
    """What is wrong with a stored trial, in one line; empty where the screens can show it."""
    if set_aside(found):
        return "it was set aside"
    said = {"trial": found.trial, "opened": found.opened, "end": found.end, "ended": found.ended_at is not None}
    try:
        _Row.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc']) or 'trial'}: {first['msg']}"
    return ""


def set_aside(found: Trial) -> bool:
    """Whether it was ended because nobody could read it; it stays as it is, to be saved as a file."""
    return found.ended_at is not None and isinstance(found.end, dict) and found.end.get("code") == UNREADABLE


def running(person: Person, outcome: str | None = None) -> Trial | None:
    """The trial that is under way (of an outcome, where one is named); None where there is none that can be read."""
    under_way = person.trials.filter(ended_at=None).order_by("-enrolled_at")
    return next((t for t in under_way if not damage(t) and outcome in (None, t.trial["outcome"])), None)


def unreadable(person: Person) -> bool:
    """Whether a trial is under way that no screen can show: made by another version, or damaged."""
    return any(damage(t) for t in person.trials.filter(ended_at=None))
