"""Our own single items: worded by us, 0 to 10, free to use."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from mettle.words import mark

LOWEST, HIGHEST = 0, 10


@dataclass(frozen=True, slots=True)
class Measure:
    """One item that a person answers by moving a slider between two end words.

    Parameters
    ----------
    id
        Outcome name in check-ins.
    question, low, high
        The words; ``low`` stands at 0 and ``high`` at 10.
    higher_is
        ``better`` or ``worse``.
    asks
        What it is about: ``now``, ``today``, ``last_night`` or ``session`` (the situation during a session).
    by_body_part
        A body part may be named with it.
    own_words
        The person says once what it is about, in their own words.
    """

    id: str
    question: str
    low: str
    high: str
    higher_is: Literal["better", "worse"]
    asks: Literal["now", "today", "last_night", "session"]
    by_body_part: bool = False
    own_words: bool = False

    @property
    def range(self) -> tuple[int, int]:
        """0 to 10."""
        return LOWEST, HIGHEST


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("mettle.instruments") / "data" / "measures.toml").read_text("utf-8"))


@cache
def measures() -> dict[str, Measure]:
    """All our items by id.

    >>> measures()["stress"].higher_is
    'worse'
    """
    return {
        key: Measure(key, **row | {word: mark(row[word]) for word in ("question", "low", "high")})
        for key, row in _table().items()
        if isinstance(row, dict)
    }


def daily_default() -> tuple[str, ...]:
    """The three that are asked every day where nobody chose others.

    >>> daily_default()
    ('mood', 'calm', 'energy')
    """
    return tuple(_table()["daily"])


def body_parts() -> tuple[str, ...]:
    """Places in the body that tension can be named for."""
    return tuple(_table()["body_parts"])


def outcome_name(measure: str, body_part: str | None = None) -> str:
    """The name under which answers of a measure are kept, as ``tension_neck`` for tension in the neck.

    >>> outcome_name("tension", "neck"), outcome_name("mood")
    ('tension_neck', 'mood')
    """
    found = measures().get(measure)
    if found is None:
        raise ValueError(f"no measure {measure!r}; there are: {', '.join(measures())}")
    if body_part is None:
        return measure
    if not found.by_body_part or body_part not in body_parts():
        raise ValueError(f"{measure}: no body part {body_part!r}; tension takes {', '.join(body_parts())}")
    return f"{measure}_{body_part}"


def check_answer(measure: str, value: float) -> None:
    """Refuse an answer outside 0-10, naming the measure."""
    outcome_name(measure)
    if not LOWEST <= value <= HIGHEST:
        raise ValueError(f"{measure} takes 0 to 10, got {value:g}")
