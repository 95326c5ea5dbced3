"""Trials of reaction and memory tasks as CSV, one row a trial; the columns say which task it is.

``at,rt_ms`` (pvtb), ``at,condition,rt_ms,correct`` (flanker), ``at,length,correct`` (digitspan),
``at,target,response[,rt_ms]`` (nback2). Rows with the same ``at`` are one session; without ``at`` all rows are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mettle.diary import Observation, Signal
from mettle.errors import InputError
from mettle.importers.cells import moment, number, shown, whole
from mettle.importers.imported import TIMEZONE, Tally, observed
from mettle.importers.lifts import walk
from mettle.instruments.reaction import (
    PRACTICE_SESSIONS,
    DigitSpan,
    Flanker,
    FlankerTrial,
    Memory,
    Vigilance,
    after_practice,
    digit_span,
    flanker,
    two_back,
    vigilance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Table
    from mettle.units import When

FORMAT = "reaction"

Task = Literal["pvtb", "flanker", "digitspan", "nback2"]
Scored = Vigilance | Flanker | DigitSpan | Memory

COLUMNS: dict[Task, tuple[str, ...]] = {
    "pvtb": ("rt_ms",),
    "flanker": ("condition", "rt_ms", "correct"),
    "digitspan": ("length", "correct"),
    "nback2": ("target", "response"),
}
"""What a row of each task must have, besides ``at``."""

_EXTRA: dict[Task, tuple[str, ...]] = {"pvtb": (), "flanker": (), "digitspan": (), "nback2": ("rt_ms",)}
_YES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a task, scored. ``when`` is None where the file does not say."""

    task: Task
    when: When | None
    scored: Scored

    @property
    def figures(self) -> dict[str, float]:
        """Outcome -> value; the task's own id is its primary figure."""
        return figures(self.task, self.scored)


def figures(task: Task, scored: Scored) -> dict[str, float]:
    """What a session gives a diary, without what could not be scored.

    Higher is better for ``pvtb``, ``flanker_congruent_speed``, ``digitspan`` and ``nback2``; worse for ``pvtb_lapses``,
    ``flanker`` and ``nback2_hit_ms``.
    """
    values: dict[str, float | None]
    match scored:
        case Vigilance():
            values = {task: scored.speed, f"{task}_lapses": scored.lapses if scored.valid else None}
        case Flanker():
            values = {task: scored.effect_ms, f"{task}_congruent_speed": scored.congruent_speed}
        case DigitSpan():
            values = {task: scored.mean_span, f"{task}_longest": scored.longest}
        case Memory():
            values = {task: scored.d_prime, f"{task}_hit_ms": scored.mean_ms}
    return {name: float(value) for name, value in values.items() if value is not None}


def task_of(table: Table) -> Task | None:
    """The task whose columns these are; None where they are no task's."""
    have = set(table.columns) - {"at"}
    for task, needed in COLUMNS.items():
        if set(needed) <= have <= set(needed) | set(_EXTRA[task]):
            return task
    return None


def recognises(table: Table) -> bool:
    """Whether the columns are a task's, with the time of each session."""
    return "at" in table.columns and task_of(table) is not None


def read(table: Table, stated: Stated) -> Imported:
    """Every session after practice as outcomes."""
    task = task_of(table)
    assert task is not None
    tally = Tally(table.file)
    done = sessions(table, task, stated, tally)
    if practice := min(PRACTICE_SESSIONS, len(done)):
        tally.note(
            None, f"the first {practice} sessions are practice and give no outcome; keep all of a task in one file"
        )
    found: list[Observation | Signal] = list(observations(done))
    unknown = any(s.when is not None and s.when.clock is not None and s.when.instant is None for s in done)
    return observed(tally, FORMAT, found, timezone=stated.timezone, questions=(TIMEZONE,) if unknown else ())


def observations(done: Sequence[Session], *, earlier: int = 0, source: str = FORMAT) -> tuple[Observation, ...]:
    """What sessions in time order give a diary: those after practice that have a time.

    Parameters
    ----------
    done
        Sessions of one task.
    earlier
        How many the person did before these.
    source
        The device: sessions on different ones are never one series.
    """
    return tuple(
        Observation(name, session.when, value, source)
        for session in after_practice(done, earlier=earlier)
        if session.when is not None
        for name, value in session.figures.items()
    )


def sessions(table: Table, task: Task, stated: Stated, tally: Tally) -> list[Session]:
    """The sessions in time order, each scored.

    Raises
    ------
    InputError
        Where columns of the task are missing.
    """
    missing = [name for name in COLUMNS[task] if name not in table.columns]
    if missing:
        needed = ",".join(COLUMNS[task])
        raise InputError(f"{task} needs the columns {needed}; missing: {', '.join(missing)}", where=table.file, row=1)
    trials: dict[str, list[tuple[int, dict[str, str]]]] = {}
    whens: dict[str, When | None] = {}
    for row, cells in walk(table, tally):
        at = cells.get("at", "").strip()
        try:
            if at not in whens:
                whens[at] = moment(at, stated.timezone) if "at" in cells else None
            _check(task, cells, table)
        except ValueError as error:
            tally.skip(row, str(error))
            continue
        trials.setdefault(at, []).append((row, cells))
    done = [found for at, rows in trials.items() if (found := _session(task, whens[at], rows, table, tally))]
    return sorted(done, key=lambda s: str(s.when.sort_key) if s.when else "")


def _session(
    task: Task, when: When | None, rows: list[tuple[int, dict[str, str]]], table: Table, tally: Tally
) -> Session | None:
    """The session; where its rows together cannot be scored, each is skipped with the reason."""
    try:
        return Session(task, when, _scored(task, [cells for _, cells in rows], table))
    except ValueError as error:
        for row, _ in rows:
            tally.skip(row, str(error))
        return None


def _scored(task: Task, rows: Sequence[dict[str, str]], table: Table) -> Scored:
    if task == "pvtb":
        return vigilance([_ms(c, table) for c in rows])
    if task == "flanker":
        return flanker([FlankerTrial(_condition(c), _ms(c, table), _yes(c, "correct")) for c in rows])
    if task == "digitspan":
        return digit_span([(_length(c), _yes(c, "correct")) for c in rows])
    answers = [(_yes(c, "target"), _yes(c, "response")) for c in rows]
    timed = [
        c for c, (target, said) in zip(rows, answers, strict=True) if target and said and c.get("rt_ms", "").strip()
    ]
    return two_back(
        answers.count((True, True)),
        answers.count((True, False)),
        answers.count((False, True)),
        answers.count((False, False)),
        hit_ms=[_ms(c, table) for c in timed],
    )


def _check(task: Task, cells: dict[str, str], table: Table) -> None:
    """ValueError where the row cannot be a trial."""
    if task == "nback2":
        _yes(cells, "target")
        _yes(cells, "response")
        if cells.get("rt_ms", "").strip():
            _ms(cells, table)
    else:
        _scored(task, [cells], table)


def _ms(cells: dict[str, str], table: Table) -> float:
    value = number(cells["rt_ms"], comma=table.delimiter != ",")
    if value is None:
        raise ValueError("rt_ms is empty")
    return float(value)


def _condition(cells: dict[str, str]) -> Literal["congruent", "incongruent"]:
    said = cells["condition"].strip().lower()
    if said == "congruent":
        return "congruent"
    if said == "incongruent":
        return "incongruent"
    raise ValueError(f"condition must be congruent or incongruent, got {shown(cells['condition'])}")


def _yes(cells: dict[str, str], name: str) -> bool:
    said = _YES.get(cells[name].strip().lower())
    if said is None:
        raise ValueError(f"{name} must be 1 or 0, got {shown(cells[name])}")
    return said


def _length(cells: dict[str, str]) -> int:
    length = whole(cells["length"])
    if length is None:
        raise ValueError("length is empty")
    return length
