"""What a process of its own computes: it imports no Django and touches no database; the web process writes the result.

That process begins with the first piece of work and ends when it has had none for a while, so that an idle installation keeps
no second copy of numpy in memory. It works at a lower priority than what people wait for.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from multiprocessing import util
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from mettle.diary import Diary

T = TypeVar("T")


DONE = threading.Event()
"""Set whenever a piece of work is finished; whoever waits for it clears it."""
IDLE_S = 20.0
"""Seconds without work after which the process ends."""
NICER = 5

_lock = threading.Lock()
_pools: list[ProcessPoolExecutor] = []
_unfinished: set[Future[Any]] = set()


def submit(work: Callable[..., T], *what: Any) -> Future[T]:
    """Have a piece of work done by the computing process, one piece after the other."""
    with _lock:
        try:
            future = _pool().submit(work, *what)
        except BrokenProcessPool:  # it was killed: another one takes its place
            _pools.clear()
            future = _pool().submit(work, *what)
        _unfinished.add(future)
    future.add_done_callback(_finished)
    return future


def _pool() -> ProcessPoolExecutor:
    if not _pools:
        context = multiprocessing.get_context("spawn")
        util.Finalize(
            None, _end_now, exitpriority=100
        )  # a serving process that is asked to stop would wait for it for ever
        _pools.append(ProcessPoolExecutor(1, mp_context=context, initializer=_step_back))
    return _pools[0]


def _step_back() -> None:
    if hasattr(os, "nice"):
        os.nice(NICER)


def _end_now() -> None:
    for child in multiprocessing.active_children():
        child.terminate()


def _finished(future: Future[Any]) -> None:
    with _lock:
        _unfinished.discard(future)
    DONE.set()
    waiting = threading.Timer(IDLE_S, _end_if_idle)
    waiting.daemon = True
    waiting.start()


def _end_if_idle() -> None:
    with _lock:
        if not _unfinished:
            while _pools:
                _pools.pop().shutdown(wait=False)


def polished(profile: dict[str, Any], start: str, weeks: int, trial: dict[str, Any] | None) -> dict[str, Any]:
    """The best plan that the search finds, as PLAN.json."""
    from mettle import prescription  # noqa: PLC0415 # the optimiser loads slowly

    read = prescription.read_profile(profile)
    return prescription.plan(read, weeks=weeks, start=date.fromisoformat(start), seed=0, trial=trial).to_json()


def compute(diary: Diary, outcome: str, trial: dict[str, Any] | None, today: str) -> dict[str, Any]:
    """The answer to one outcome and its pictures, as JSON.

    Parameters
    ----------
    trial
        ``document`` (trial.json), ``opened`` (days of the trial on which the running answer was opened) and ``expected`` (0-10, asked
        before any evidence was shown); None where no trial of the outcome has begun.
    """
    from mettle import answers  # noqa: PLC0415 # the web process imports this module too, and stays light
    from mettle.reports import answer as report  # noqa: PLC0415 # likewise
    from mettle.trials.claims import effect_of, higher_is  # noqa: PLC0415 # likewise
    from mettle.trials.course import Expectancy  # noqa: PLC0415 # likewise
    from mettle.trials.ending import redraw_of  # noqa: PLC0415 # likewise
    from mettle.trials.schedule import schedule_from  # noqa: PLC0415 # likewise

    if outcome not in diary.outcomes:
        return {"answer": {"nothing": True}, "pictures": {}}
    document = trial["document"] if trial else None
    tested = next(iter(document.get("claims") or ()), None) if document else None
    found = answers.answer(
        outcome,
        diary,
        today=date.fromisoformat(today),
        schedule=schedule_from(document) if document else None,
        higher_is=higher_is(tested, outcome),
        effect=effect_of(tested, outcome),
        redraw=redraw_of(document),
        expectancy=Expectancy(opened=tuple(trial["opened"]), of_ten=trial.get("expected")) if trial else None,
    )
    drawn = report.pictures(found) if found.posterior is not None else {}
    return {"answer": found.to_json(), "pictures": {name: without_style(svg) for name, svg in drawn.items()}}


def without_style(svg: str) -> str:
    """A picture without style attributes, which the app's content policy would refuse; the style sheet sizes it.

    >>> without_style('<svg class="wide" style="max-width: 3px"><g/></svg>')
    '<svg class="wide"><g/></svg>'
    """
    return re.sub(r'\sstyle="[^"]*"', "", svg)
