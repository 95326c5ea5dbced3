"""What options and files of a verb hold; anything else is told in one line that says what is allowed."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from mettle.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


class Parser(argparse.ArgumentParser):
    """Options of a verb. What is wrong with one is an `InputError`, not a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Refuse, in one line."""
        where = self.prog.removeprefix("mettle ")
        raise InputError(f"{message}; {self.prog} --help tells more", where=where)


def number(text: str) -> float:
    """A finite number; a decimal comma and a true minus are understood.

    >>> number("−1,5")
    -1.5
    """
    try:
        value = float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}")
    return value


def positive(text: str) -> float:
    """A number above 0."""
    value = number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return value


def whole(text: str) -> int:
    """A whole number of at least 0: a seed, days to leave out."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 0, got {text!r}")
    return int(text)


def count(text: str) -> int:
    """A whole number of at least 1."""
    if text.strip("0") == "" or len(text) > 6:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 999999, got {text!r}")
    return whole(text)


def day(text: str) -> date:
    """A date as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a date like 2026-01-31, got {text!r}") from None


def read_object(path: Path, *, largest: int = 5_000_000) -> dict[str, Any]:
    """The JSON object that a file holds.

    Parameters
    ----------
    largest
        Bytes that such a file has at most.

    Raises
    ------
    InputError
        Where it is larger, or holds anything else.
    """
    if (size := path.stat().st_size) > largest:
        raise InputError(f"has {size / 1e6:.1f} MB, expected at most {largest / 1e6:g} MB", where=path.name)
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):  # not UTF-8 or not JSON; nested without end
        raise InputError("not a JSON document", where=path.name) from None
    if not isinstance(document, dict):
        raise InputError("expected one JSON object", where=path.name)
    return document
