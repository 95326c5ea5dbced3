"""Sentences in stored documents: the document stays English, and how each sentence was made is kept beside it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mettle.words.sentences import Figure, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SAID = "said"
"""The key under which a stored document holds how its sentences were made."""


def kept(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as JSON takes it, with one more key: field -> English sentence in it -> how it was made."""
    made: dict[str, dict[str, Any]] = {}
    for field, sentence in _sentences(document, ""):
        made.setdefault(field, {})[str(sentence)] = _made(sentence)
    return {**document, SAID: made}


def recalled(document: dict[str, Any]) -> dict[str, Any]:
    """A stored document whose sentences know again how they were made; as it is, where it was stored without.

    >>> from mettle.words import say
    >>> recalled(kept({"text": say("Keep {what}.", what="going")}))["text"].source
    'Keep {what}.'
    """
    made = document.get(SAID)
    if not isinstance(made, dict):
        return document
    again = {
        field: {text: _sentence(text, how) for text, how in sentences.items()}
        for field, sentences in made.items()
        if isinstance(sentences, dict)
    }
    return {key: value if key == SAID else _again(value, again, key) for key, value in document.items()}


def _again(value: Any, again: Mapping[str, Mapping[str, str]], field: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return again[field].get(value, value) if field in again else value
    if isinstance(value, dict):
        return {key: _again(inner, again, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_again(inner, again, field) for inner in value]
    return value


def _sentences(value: Any, field: str) -> Iterator[tuple[str, Sentence]]:  # noqa: ANN401 - any JSON
    if isinstance(value, Sentence):
        yield field, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _sentences(inner, str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _sentences(inner, field)


def _made(said: Sentence) -> dict[str, Any]:
    how: dict[str, Any] = {"say": said.source}
    if said.many is not None:
        how["many"] = said.many
    if said.values:
        how["with"] = {name: _value(value) for name, value in said.values.items()}
    return how


def _value(value: Any) -> Any:  # noqa: ANN401 - any value of a sentence
    if isinstance(value, Sentence):
        return {"text": str(value), **_made(value)}
    if isinstance(value, Figure):
        return {"figure": str(value)}
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _sentence(text: str, how: Any) -> str:  # noqa: ANN401 - as stored; damaged, it is the text alone
    if not isinstance(how, dict) or not isinstance(how.get("say"), str):
        return text
    many, values = how.get("many"), how.get("with") or {}
    if not isinstance(values, dict) or not (many is None or (isinstance(many, str) and type(values.get("n")) is int)):
        return text
    try:
        return Sentence(text, how["say"], {str(k): _read(v) for k, v in values.items()}, many)
    except ValueError:  # a day that is none
        return text


def _read(value: Any) -> Any:  # noqa: ANN401 - as stored
    if not isinstance(value, dict):
        return value if isinstance(value, int) else str(value)
    if "figure" in value:
        return Figure(value["figure"])
    if "day" in value:
        return date.fromisoformat(str(value["day"]))
    return _sentence(str(value.get("text", "")), value)
