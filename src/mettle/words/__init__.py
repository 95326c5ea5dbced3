"""Sentences that remember how they were made, so that they can be said again in the reader's language.

`say` and `says` give the English sentence. Files, tests and every ``--json`` hold just that. Where a person reads it, `told` (and any
template) asks the `Reader` that the program has named, if any, for the same sentence in another language.
"""

from __future__ import annotations

from mettle.words.catalogues import LOCALE, reader_of_environment
from mettle.words.kept import kept, recalled
from mettle.words.sentences import Figure, Reader, Sentence, Value, mark, marked, read_by, say, says, together, told

__all__ = [
    "LOCALE",
    "Figure",
    "Reader",
    "Sentence",
    "Value",
    "kept",
    "mark",
    "marked",
    "read_by",
    "reader_of_environment",
    "recalled",
    "say",
    "says",
    "together",
    "told",
]
