"""Answers kept as JSON lines while they come, so that work that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mettle import __version__
from mettle.errors import InputError
from mettle.inference.nof1 import Mixture
from mettle.inference.pooling import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mettle.answers import Answered

Line = dict[str, Any]


class Kept:
    """The file of answers: a line a person, with what it was made from.

    Parameters
    ----------
    path
        Made where it is absent. A file that holds other things is refused.
    made_with
        What an answer depends on beside the person's files (seed, prior, day): lines made with something else are made anew.
    """

    def __init__(self, path: Path, made_with: Mapping[str, object]) -> None:
        self.path = path
        self.made_with = {**made_with, "version": __version__}
        self._at: dict[str, tuple[str, int]] = {}
        self._end = 0
        if path.exists():
            self._index()

    def _index(self) -> None:
        """Where each usable line begins; what a kill left half-written at the end is dropped."""
        with self.path.open("rb") as file:
            begin = 0
            for raw in file:
                try:
                    line = json.loads(raw)
                    if not raw.endswith(b"\n") or not isinstance(line, dict) or not {"pooled", "person"} & set(line):
                        raise ValueError("half a line, or no answer")
                except ValueError:
                    if file.read(1):
                        raise InputError(
                            "is no file of answers; give another with --out", where=str(self.path)
                        ) from None
                    break
                if line.get("made_with") == self.made_with:
                    self._at[line["person"]] = (line["inputs"], begin)
                begin += len(raw)
                self._end = begin

    def has(self, person: str, inputs: str) -> bool:
        """Whether this person's answer is there, from the same files."""
        return person in self._at and self._at[person][0] == inputs

    def line(self, person: str) -> Line:
        """One kept line."""
        with self.path.open("rb") as file:
            file.seek(self._at[person][1])
            return cast("Line", json.loads(file.readline()))

    def add_all(self, found: Iterable[tuple[Answered, str]]) -> Iterator[Line]:
        """Keep each as it comes: on the disk before it is given on."""
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.truncate(self._end)
            file.seek(self._end)
            for one, inputs in found:
                line = line_of(one) | {"inputs": inputs, "made_with": self.made_with}
                raw = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
                self._at[one.person] = (inputs, self._end)
                self._end += len(raw)
                yield line

    def finish(self, names: Iterable[str], pooled: object) -> None:
        """The file in the people's order with the pooled line last, whole or as it was."""
        part = self.path.with_name(self.path.name + ".part")
        with part.open("w", encoding="utf-8") as file:
            for name in names:
                file.write(json.dumps(self.line(name), ensure_ascii=False, allow_nan=False) + "\n")
            file.write(json.dumps({"pooled": pooled}, ensure_ascii=False, allow_nan=False) + "\n")
        part.replace(self.path)
        self._at.clear()
        self._index()


def line_of(one: Answered) -> Line:
    """``{"person", "status", "answer" | "error"}`` and, where there is an answer, what is pooled of it."""
    if one.document is None:
        return {"person": one.person, "status": "error", "error": one.error}
    told = {effect: _message_json(m) for effect, m in one.messages.items()}
    return {"person": one.person, "status": "ok", "answer": one.document, "messages": told}


def shown(line: Line) -> Line:
    """The line without what only we need."""
    return {key: value for key, value in line.items() if key not in ("messages", "inputs", "made_with")}


def messages_of(line: Line) -> dict[str, Message]:
    """The messages of a kept line, to the last bit."""
    return {
        effect: Message(
            Mixture(*(np.array(m[key]) for key in ("weights", "means", "sds"))), m["prior_mean"], m["prior_sd"]
        )
        for effect, m in line.get("messages", {}).items()
    }


def _message_json(one: Message) -> dict[str, Any]:
    mixture = one.posterior
    return {
        "weights": mixture.weights.tolist(),
        "means": mixture.means.tolist(),
        "sds": mixture.sds.tolist(),
        "prior_mean": one.prior_mean,
        "prior_sd": one.prior_sd,
    }
