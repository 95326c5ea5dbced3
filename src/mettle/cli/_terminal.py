"""What verbs share: JSON on stdout, everything else on stderr, progress where work is long."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mettle.errors import Problem

T = TypeVar("T")

_SHOWN = 5


def print_json(document: object) -> None:
    """One JSON document on stdout, bytes the same for the same input; NaN and Infinity are refused."""
    json.dump(document, sys.stdout, ensure_ascii=False, allow_nan=False, indent=2)
    sys.stdout.write("\n")


def progress(items: Iterable[T], *, total: int, what: str) -> Iterator[T]:
    """The items, with a bar on stderr once the work has taken a second; silent where stderr is no terminal."""
    started = time.monotonic()
    shown = False
    for done, item in enumerate(items):
        if sys.stderr.isatty() and time.monotonic() - started > 1:
            filled = round(24 * done / max(total, 1))
            sys.stderr.write(f"\r{what} [{'#' * filled}{'.' * (24 - filled)}] {done}/{total}")
            sys.stderr.flush()
            shown = True
        yield item
    if shown:
        sys.stderr.write(f"\r{what} [{'#' * 24}] {total}/{total}\n")


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function to tell how much is done of how much: a bar on stderr once a second is over, where that is a terminal."""
    started = time.monotonic()
    last = started
    shown = False

    def told(done: int, total: int) -> None:
        nonlocal last, shown
        now = time.monotonic()
        if not sys.stderr.isatty() or now - started < 1 or now - last < 0.2:
            return
        last, shown = now, True
        filled = round(24 * done / max(total, 1))
        sys.stderr.write(f"\r{what} [{'#' * filled}{'.' * (24 - filled)}] {done / max(total, 1):.0%}")
        sys.stderr.flush()

    yield told
    if shown:
        sys.stderr.write(f"\r{what} [{'#' * 24}] 100%\n")


def tell_problems(file: str, left_out: Sequence[Problem], notes: Sequence[Problem]) -> None:
    """Rows that were left out and what looks odd, a few of each, on stderr."""
    for kind, items in (("left out", left_out), ("note", notes)):
        for item in items[:_SHOWN]:
            place = "" if item.row is None else f"row {item.row}: "
            print(f"mettle: {file}: {place}{kind}: {item.why}", file=sys.stderr)
        if len(items) > _SHOWN:
            print(f"mettle: {file}: {len(items) - _SHOWN} more ({kind}); --json lists all", file=sys.stderr)
