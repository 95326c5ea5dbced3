"""Warning signs in a session or after it, and what each asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mettle.instruments.safety._tables import one_of, table
from mettle.words import mark, together

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One warning sign.

    Parameters
    ----------
    id
        Its key.
    words
        What the person ticks.
    level
        ``emergency``, ``care_today``, ``ease_off`` or ``skip``.
    rank
        Urgency, 4 the highest.
    ends_session
        Whether the session ends here.
    text
        What to do, in words.
    """

    id: str
    words: str
    level: str
    rank: int
    ends_session: bool
    text: str


def red_flags() -> dict[str, RedFlag]:
    """All warning signs by id, the most urgent first."""
    rules = table("red_flags")
    flags = []
    for key, row in rules["flags"].items():
        level = rules["levels"][row["level"]]
        text = together(*(mark(t) for t in (row.get("extra"), level["text"]) if t))
        flags.append(RedFlag(key, mark(row["words"]), row["level"], level["rank"], level["ends_session"], text))
    return {f.id: f for f in sorted(flags, key=lambda f: -f.rank)}


def most_urgent(ticked: Iterable[str]) -> RedFlag | None:
    """The flag to act on; None where nothing was ticked.

    >>> most_urgent(["joint_pain", "chest_pain"]).level
    'emergency'
    """
    known = red_flags()
    chosen = list(ticked)
    for key in chosen:
        one_of(key, list(known), what="red flag")
    return max((known[k] for k in chosen), key=lambda f: f.rank, default=None)
