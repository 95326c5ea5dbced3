"""What is said: an English string that knows its source and its values, and can be told in another language."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = str | int | date
"""What a sentence may hold: words (sentences among them), figures, whole numbers, days."""

_PLACE = re.compile(r"\{(\w+)\}")


class Reader(Protocol):
    """Knows another language."""

    def one(self, source: str, /) -> str:
        """A sentence; the source itself where nobody has translated it."""

    def many(self, one: str, many: str, n: int, /) -> str:
        """A sentence whose form depends on a count."""

    def figure(self, text: str, /) -> str:
        """A number as it is written there."""

    def day(self, on: date, /) -> str:
        """A day as it is written there."""


class Sentence(str):
    """An English sentence, equal to its text in every way, that knows what it was made of.

    Shown by a template it is told in the reader's language; printed, stored or compared it is its English text.
    """

    __slots__ = ("many", "source", "values")
    source: str
    values: Mapping[str, Value]
    many: str | None

    def __new__(cls, text: str, source: str, values: Mapping[str, Value], many: str | None = None) -> Self:
        """The English text, and what it was made of."""
        made = super().__new__(cls, text)
        made.source, made.values, made.many = source, values, many
        return made

    def __html__(self) -> str:
        """What a page shows."""
        return html.escape(told(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return Sentence, (str(self), self.source, self.values, self.many)

    def __deepcopy__(self, _memo: object) -> Sentence:
        return self


class Figure(str):
    """A number already rounded and written out, with a point before its decimals."""

    __slots__ = ()

    def __html__(self) -> str:
        """What a page shows."""
        return html.escape(told(self))


_who: list[Callable[[], Reader | None]] = []


def read_by(who: Callable[[], Reader | None] | None) -> Callable[[], Reader | None] | None:
    """From now on sentences are told by whichever reader this names at that moment; None, the function or its answer, is English.

    Returns
    -------
    callable or None
        Who named the reader until now.
    """
    before = _who[0] if _who else None
    _who[:] = [] if who is None else [who]
    return before


def say(source: str, /, **values: Value) -> Sentence:
    """A sentence; what stands in braces is filled in.

    Parameters
    ----------
    source
        In English, written out here: it is what translators are given.

    >>> say("Keep {first}: it did your {outcome} more good.", first="morning", outcome="sleep")
    'Keep morning: it did your sleep more good.'
    """
    return Sentence(_filled(source, {k: _plain(v) for k, v in values.items()}), source, values)


def says(one: str, many: str, n: int, /, **values: Value) -> Sentence:
    """A sentence whose form depends on a count, which it may name ``{n}``.

    >>> says("{n} day is too few.", "{n} days are too few.", 3)
    '3 days are too few.'
    """
    values = {"n": n, **values}
    return Sentence(_filled(one if n == 1 else many, {k: _plain(v) for k, v in values.items()}), one, values, many)


def mark(text: str) -> Sentence:
    """A sentence or a name of the data files, which translators are given with them."""
    return Sentence(text, text, {})


def marked(document: Any) -> Any:  # noqa: ANN401 - a table of a data file
    """A table of a data file whose every text is a sentence."""
    if isinstance(document, str):
        return mark(document)
    if isinstance(document, dict):
        return {key: marked(value) for key, value in document.items()}
    return [marked(value) for value in document] if isinstance(document, list) else document


def together(*parts: str, between: str = " ") -> Sentence:
    """Several sentences, or names of a list, one after the other; what is empty is left out.

    >>> together("One.", "", "Two.")
    'One. Two.'
    """
    named = {f"p{i}": part for i, part in enumerate(p for p in parts if p)}
    return say(between.join(f"{{{name}}}" for name in named), **named)


def told(said: Any) -> Any:  # noqa: ANN401 - a sentence, or a document that holds some
    """A sentence in the reader's language; in a document (dicts, lists) every sentence, while plain strings stay as they are."""
    reader = _who[0]() if _who else None
    return said if reader is None else _document(said, reader)


def _document(said: Any, reader: Reader) -> Any:  # noqa: ANN401 - as `told`
    if isinstance(said, Sentence | Figure):
        return _told(said, reader)
    if isinstance(said, dict):
        return {key: _document(value, reader) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [_document(value, reader) for value in said]
    return said


def _told(said: Value, reader: Reader) -> str:
    if isinstance(said, Figure):
        return reader.figure(str(said))
    if isinstance(said, date):
        return reader.day(said)
    if not isinstance(said, Sentence) or not said:
        return str(said)
    n = said.values.get("n")
    there = reader.one(said.source) if said.many is None else reader.many(said.source, said.many, int(str(n)))
    return _filled(there, {k: _told(v, reader) for k, v in said.values.items()}) if said.values else there


def _plain(value: Value) -> str:
    return f"{value:%-d %B %Y}" if isinstance(value, date) else str(value)


def _filled(source: str, values: Mapping[str, str]) -> str:
    """The source with its places filled; a place that has no value stays as it is."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), source)
