"""Every sentence that safety shows, by id, and the phrases that no output of mettle may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mettle.instruments.safety._tables import table
from mettle.words import mark

_CONDITION = (
    r"depress\w*|(?:\w+ )?anxiety|ptsd|post.?traumatic \w+|adhd|insomnia|bipolar|psychosis|burn.?out|(?:an )?eating disorder|"
    r"(?:a |an )?(?:\w+ )?(?:disorder|syndrome|disease|diagnosis)"
)
_MEDICINE = r"(?:medicin\w*|medication\w*|antidepressant\w*|ssri\w*|drug|drugs|pill|pills|tablet\w*|dose of \w+|prescription\w*)"
FORBIDDEN = {
    "diagnosis": re.compile(
        rf"\byou(?:'re| are| may| might| probably| likely| could| clearly)*\s+(?:have|suffer from|suffering from|are diagnosed with|show signs of)\s+(?:{_CONDITION})",
        re.IGNORECASE,
    ),
    "medicine": re.compile(
        rf"\b(?:start|stop|change|chang|replace|replac|reduc|reduce|increase|increas|skip|double|quit|taper|switch|come off)(?:p?ing)?\b(?! of\b)[^.!?]{{0,60}}\b{_MEDICINE}\b",
        re.IGNORECASE,
    ),
    "instead of medicine": re.compile(
        rf"\b(?:instead of|alternative to|better than)\b[^.!?]{{0,40}}\b{_MEDICINE}\b", re.IGNORECASE
    ),
}
"""Name of the trouble -> pattern. What matches is a diagnosis, or advice on medicines."""


@dataclass(frozen=True, slots=True)
class Message:
    """One fixed sentence to show.

    Parameters
    ----------
    id
        Its key in the table.
    code
        What a program decides on; several sentences may share one.
    text
        The words.
    reviewed
        A disclaimer that was reviewed and may name a medicine; at most four are.
    """

    id: str
    code: str
    text: str
    reviewed: bool = False


def messages() -> dict[str, Message]:
    """All sentences by id."""
    return {
        key: Message(key, row.get("code", key), mark(row["text"]), row.get("reviewed", False))
        for key, row in table("messages").items()
    }


def message(key: str) -> Message:
    """One sentence by its id.

    >>> message("refused_fever").code
    'refused_symptoms'
    """
    found = messages().get(key)
    if found is None:
        raise ValueError(f"no message {key!r}")
    return found


def forbidden_phrases(text: str) -> list[str]:
    """Names of the forbidden patterns that a text holds; the fixed, reviewed disclaimers are taken out of it first.

    >>> forbidden_phrases("Your answers add up to 14 (moderate range).")
    []
    >>> forbidden_phrases("You probably have depression.")
    ['diagnosis']
    >>> forbidden_phrases("You could stop taking your tablets.")
    ['medicine']
    """
    for known in messages().values():
        if known.reviewed:
            text = text.replace(known.text, "")
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]
