"""What a device may write of each kind, checked before anything is stored. One class a kind; an unknown field is refused."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid  # noqa: TC003 # pydantic reads the annotations at run time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from mettle.diary import SignalName  # noqa: TC001 # likewise
from mettle.units import When

Text = Annotated[str, Field(max_length=4000)]
Short = Annotated[str, Field(max_length=200)]
HEAVIEST = 2000
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""Days that a device may name; beyond them dates cannot be counted with."""
DEEPEST = 20


def _amount(text: str) -> str:
    if text == "":
        return text
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ValueError("must be a number written with digits")
    if Decimal(text) > HEAVIEST:
        raise ValueError(f"must be from 0 to {HEAVIEST}")
    return text


def _time(text: str) -> str:
    if text:
        When.parse(text)
    return text


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Moment(_Fields):
    on: Annotated[dt.date, Field(ge=EARLIEST, le=LATEST)] = None  # type: ignore[assignment] # absent means "not written"; None is never accepted
    clock_time: dt.time | None = None
    offset_s: Annotated[int, Field(ge=-54000, le=54000)] | None = None
    zone: Annotated[str, Field(max_length=64)] = ""


class SessionFields(_Moment):
    """A bout of training."""

    title: Short = ""
    plan_session: Annotated[str, Field(max_length=64)] = ""
    duration_s: Annotated[int, Field(ge=0, le=172_800)] | None = None
    session_rpe: Annotated[float, Field(ge=0, le=10)] | None = None
    pain: Annotated[float, Field(ge=0, le=10)] | None = None
    place: Literal["", "home", "gym", "outdoors"] = ""
    company: Literal["", "alone", "partner", "class"] = ""
    format: Annotated[str, Field(max_length=24)] = ""
    skipped: Literal["", "missed", "illness", "rest"] = ""
    finished: bool = False
    notes: Text = ""


class SetFields(_Fields):
    """One set."""

    session: uuid.UUID = None  # type: ignore[assignment] # absent means "not written"
    exercise: Short = ""
    ordinal: Annotated[int, Field(ge=1, le=1000)] = 1
    kind: Literal["work", "warm_up", "drop", "failure"] = "work"
    status: Literal["done", "missed", "stopped"] = "done"
    reps: Annotated[int, Field(ge=0, le=10_000)] | None = None
    hold_s: Annotated[float, Field(ge=0, le=86_400)] | None = None
    distance_m: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    amount: Annotated[str, Field(max_length=40), AfterValidator(_amount)] = ""
    unit: Literal["", "kg", "lb"] = ""
    load_kind: Literal["external", "bodyweight", "assisted", "band", "stack", "sled", "angle", "none"] = "external"
    colour: Annotated[str, Field(max_length=24)] = ""
    per_hand: bool = False
    rir: Annotated[float, Field(ge=0, le=10)] | None = None
    side: Literal["both", "left", "right"] = "both"
    superset: Annotated[str, Field(max_length=24)] = ""
    notes: Text = ""
    planned: dict[str, Any] | None = None
    done_at: Annotated[str, Field(max_length=40), AfterValidator(_time)] = ""


class ObservationFields(_Moment):
    """One value of one outcome."""

    outcome: Annotated[str, Field(min_length=1, max_length=80)] = None  # type: ignore[assignment] # absent means "not written"
    value: Annotated[float, Field(ge=-1e6, le=1e6)] = None  # type: ignore[assignment] # likewise
    occasion: Literal["", "morning", "before", "after", "after_1h", "after_4h", "evening", "any"] = ""


class SignalFields(_Moment):
    """Something besides training."""

    name: SignalName = None  # type: ignore[assignment] # absent means "not written"
    value: Annotated[float, Field(ge=0, le=100_000)] = None  # type: ignore[assignment] # likewise


class AskedForm(_Fields):
    """How a questionnaire was asked."""

    form: Short = ""
    language: Annotated[str, Field(max_length=20)] = ""
    text_sha256: Annotated[str, Field(max_length=64, pattern="^[0-9a-f]*$")] = ""


class ResponseFields(_Moment):
    """One questionnaire, answered in part or in full."""

    instrument: Annotated[str, Field(min_length=1, max_length=24)] = None  # type: ignore[assignment] # absent means "not written"
    answers: dict[Annotated[str, Field(max_length=24)], Annotated[int, Field(ge=0, le=100)] | None] = Field(
        default_factory=dict
    )
    finished: bool = False
    form: AskedForm = Field(default_factory=AskedForm)


class ReactionTrial(_Fields):
    """One answer of a reaction test, in milliseconds; below 0 came before there was anything to see."""

    rt_ms: Annotated[float, Field(ge=-60_000, le=60_000)]
    condition: Literal["", "congruent", "incongruent"] = ""
    correct: bool = True


class ReactionAnswers(_Fields):
    """A whole session."""

    trials: Annotated[list[ReactionTrial], Field(max_length=400)]


class ReactionFields(_Moment):
    """One session of a reaction test, as raw times; `reactions` scores it."""

    instrument: Literal["pvtb", "flanker"] = None  # type: ignore[assignment] # absent means "not written"
    answers: ReactionAnswers = None  # type: ignore[assignment] # likewise
    finished: bool = False
    form: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict
    )


KINDS: dict[str, type[_Fields]] = {
    "session": SessionFields,
    "set": SetFields,
    "observation": ObservationFields,
    "signal": SignalFields,
    "response": ResponseFields,
    "reaction": ReactionFields,
}


def keepable(fields: dict[str, Any], *, deepest: int = DEEPEST) -> tuple[dict[str, Any], str]:
    """The fields as any database keeps them, and what had to be written otherwise for that; empty where nothing had to.

    A zero byte or half a character pair is no text, Infinity and NaN are no numbers, and what is nested without end is no record.

    >>> keepable({"notes": "a"}), keepable({"notes": "a" + chr(0)})
    (({'notes': 'a'}, ''), ({'notes': 'a?'}, 'notes: holds what is not text'))
    """
    trouble: list[str] = []

    def plain(value: Any, where: str, depth: int) -> Any:
        if isinstance(value, str):
            kept = "".join("?" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)
            if kept != value:
                trouble.append(f"{where}: holds what is not text")
            return kept
        if isinstance(value, float) and not math.isfinite(value):
            trouble.append(f"{where}: must be a finite number")
            return str(value)
        if depth > deepest:
            trouble.append(f"{where}: is nested too deeply")
            return None
        if isinstance(value, dict):
            return {
                plain(str(k), where or "a name", depth): plain(v, where or str(k), depth + 1) for k, v in value.items()
            }
        if isinstance(value, list):
            return [plain(v, where, depth + 1) for v in value]
        return value

    kept = plain(fields, "", 0)
    return kept, plain(trouble[0], "", 0) if trouble else ""


def checked(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The written fields, cleaned, as JSON-ready values.

    Raises
    ------
    ValueError
        With one line naming the field and what is allowed.
    """
    try:
        model = KINDS[kind].model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or kind
        raise ValueError(f"{name}: {first['msg']}") from None
    return model.model_dump(mode="json", include=set(fields))
