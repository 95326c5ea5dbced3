"""Everybody's answer though workers die: what a dead worker had is done again, one person at a time, and who kills workers is told."""

from __future__ import annotations

import os
import sys
from concurrent.futures import BrokenExecutor
from typing import TYPE_CHECKING, Protocol

from mettle.answers import Answered
from mettle.cohort.executors import DASK, open_executor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor

    from mettle.cohort.folder import Person

GROUP = 8
"""People sent to a worker at a time."""
DIED = "the process that worked on this person died, twice (killed, or out of memory); the next run tries again"


class Ask(Protocol):
    """`mettle.answers.answer_many` with all but these settled."""

    def __call__(self, people: Sequence[Person], /, *, executor: Executor | None, group: int) -> Iterator[Answered]:
        """The answers in order."""


def answers(
    people: Sequence[Person],
    ask: Ask,
    *,
    executor: str,
    workers: int | None = None,
    on_death: Callable[[], None] = lambda: None,
) -> Iterator[Answered]:
    """The answer of each person, in order, also where workers die on the way.

    Parameters
    ----------
    executor, workers
        See `open_executor`.
    on_death
        Called when a worker died and those who may be concerned are about to be tried one at a time.
    """
    rest = list(people)
    while rest:
        done = 0
        try:
            with open_executor(executor, workers=workers) as pool:
                for one in ask(rest, executor=pool, group=GROUP):
                    done += 1
                    yield one
        except _deaths():
            on_death()
            suspects = GROUP if executor.startswith(DASK) else GROUP * (workers or os.cpu_count() or 1)
            yield from _one_at_a_time(rest[done : done + suspects], ask, executor)
            rest = rest[done + suspects :]
        else:
            return


def _one_at_a_time(people: Sequence[Person], ask: Ask, executor: str) -> Iterator[Answered]:
    """One worker, one person: whose worker dies now is told as an error."""
    rest = list(people)
    while rest:
        with open_executor(executor, workers=1) as pool:
            while rest:
                try:
                    yield next(ask(rest[:1], executor=pool, group=1))
                except _deaths():
                    yield Answered(rest.pop(0).name, None, {}, DIED)
                    break  # with another worker
                del rest[0]


def _deaths() -> tuple[type[Exception], ...]:
    """A broken pool; of Dask, a task whose workers died each time."""
    dask = sys.modules.get("distributed")
    return (BrokenExecutor,) if dask is None else (BrokenExecutor, dask.KilledWorker)
