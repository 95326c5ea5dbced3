"""What a process of its own computes: it imports no Django and touches no database; the web process writes the result.

Each piece of work has a process of its own, one after the other, so that what works out an answer is gone from memory before the library
that draws its pictures comes, and an idle installation keeps neither. It works at a lower priority than what people wait for.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import threading
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from functools import cache
from multiprocessing import util
from typing import TYPE_CHECKING, Any, TypeVar

from mettle import words
from mettle.web.serving import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mettle.diary import Diary
    from mettle.reports.answer import Sketch

T = TypeVar("T")


DONE = threading.Event()
"""Set whenever a piece of work is finished; whoever waits for it clears it."""
NICER = 5

_ending = threading.Event()


def submit(work: Callable[..., T], *what: Any) -> Future[T]:
    """Have a piece of work done in a process of its own, after those that were asked for before."""
    future = _queue().submit(_apart, work, *what)
    future.add_done_callback(lambda _: DONE.set())
    return future


def answer(
    diary: Diary, outcome: str, trial: dict[str, Any] | None, today: str, *, library: Path
) -> Future[dict[str, Any]]:
    """Have an answer worked out (see `compute`), and then its pictures drawn: ``answer``, ``pictures`` by name, and ``closer``.

    Parameters
    ----------
    library
        Where the script is kept that draws a picture in a browser; made where it is missing and there is a picture.
    """
    future = _queue().submit(_answered, library, diary, outcome, trial, today)
    future.add_done_callback(lambda _: DONE.set())
    return future


def _answered(library: Path, *what: Any) -> dict[str, Any]:
    made = _apart(compute, *what)
    sketched = made.pop("sketches")
    made["pictures"] = _apart(drawn, sketched) if sketched else {}
    if sketched and not library.exists():
        _apart(write_library, library)
    return made


@cache
def _queue() -> ThreadPoolExecutor:
    util.Finalize(None, _end_now, exitpriority=100)  # a serving process that is asked to stop would wait for the work
    return ThreadPoolExecutor(1, thread_name_prefix="computing")


if hasattr(
    os, "register_at_fork"
):  # a thread does not survive the parting of processes: each serving process has its own
    os.register_at_fork(after_in_child=_queue.cache_clear)


def _apart(work: Callable[..., T], *what: Any) -> T:
    """Do it in a process that begins and ends with it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_step_back) as process:
        if _ending.is_set():
            raise CancelledError
        return process.submit(work, *what).result()


def _step_back() -> None:
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(NICER)


def _end_now() -> None:
    _ending.set()
    _queue().shutdown(wait=False, cancel_futures=True)
    for child in multiprocessing.active_children():
        child.terminate()


def polished(
    profile: dict[str, Any], start: str, weeks: int, trial: dict[str, Any] | None, about: dict[str, Any]
) -> dict[str, Any]:
    """The best plan that the search finds, as PLAN.json with how its sentences were made; ``about`` says which block it is."""
    from mettle import prescription  # noqa: PLC0415 # the optimiser loads slowly

    read = prescription.read_profile(profile)
    found = prescription.plan(read, weeks=weeks, start=date.fromisoformat(start), seed=0, trial=trial)
    return words.kept(prescription.as_block(found.to_json(), about))


def compute(diary: Diary, outcome: str, trial: dict[str, Any] | None, today: str) -> dict[str, Any]:
    """The answer to one outcome as JSON with how its sentences were made, and the sketches of its pictures.

    Parameters
    ----------
    trial
        ``document`` (trial.json), ``opened`` (days of the trial on which the running answer was opened) and ``expected`` (0-10, asked
        before any evidence was shown); None where no trial of the outcome has begun.
    """
    from mettle import answers  # noqa: PLC0415 # the web process imports this module too, and stays light
    from mettle.errors import InputError  # noqa: PLC0415 # likewise
    from mettle.reports import answer as report  # noqa: PLC0415 # likewise
    from mettle.reports.answer_charts import axis_title  # noqa: PLC0415 # likewise
    from mettle.trials.claims import effect_of, higher_is  # noqa: PLC0415 # likewise
    from mettle.trials.course import Expectancy  # noqa: PLC0415 # likewise
    from mettle.trials.ending import redraw_of  # noqa: PLC0415 # likewise
    from mettle.trials.schedule import schedule_from  # noqa: PLC0415 # likewise

    if outcome not in diary.outcomes:
        return {"answer": {"nothing": True}, "sketches": [], "closer": {}}
    document, schedule, redraw = trial["document"] if trial else None, None, None
    try:
        schedule, redraw = (schedule_from(document), redraw_of(document)) if document else (None, None)
    except (InputError, ValueError, TypeError, KeyError, AttributeError):  # stored by another version, or damaged
        trial = document = None
    tested = next(iter(document.get("claims") or ()), None) if document else None
    found = answers.answer(
        outcome,
        diary,
        today=date.fromisoformat(today),
        schedule=schedule,
        higher_is=higher_is(tested, outcome),
        effect=effect_of(tested, outcome),
        redraw=redraw,
        expectancy=Expectancy(opened=tuple(trial["opened"]), of_ten=trial.get("expected")) if trial else None,
    )
    axis = {"axis": axis_title(found)} if found.posterior is not None else {}
    return {
        "answer": words.kept(found.to_json() | axis),
        "sketches": report.sketches(found) if found.posterior is not None else [],
        "closer": report.closer(found) if found.posterior is not None else {},
    }


def drawn(sketched: list[Sketch]) -> dict[str, str]:
    """The pictures by name."""
    from mettle.reports import answer as report  # noqa: PLC0415 # as in `compute`

    return {name: without_style(svg) for name, svg in report.drawn(sketched).items()}


def write_library(path: Path) -> None:
    """The script that draws a picture in a browser."""
    from mettle.reports import charting  # noqa: PLC0415 # as in `compute`

    path.parent.mkdir(mode=0o700, exist_ok=True)
    charting.write_library(path)


def without_style(svg: str) -> str:
    """A picture without style attributes, which the app's content policy would refuse; the style sheet sizes it.

    >>> without_style('<svg class="wide" style="max-width: 3px"><g/></svg>')
    '<svg class="wide"><g/></svg>'
    """
    return re.sub(r'\sstyle="[^"]*"', "", svg)
