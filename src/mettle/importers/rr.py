"""Intervals between heartbeats as text: one a line, with a running time, or a named column; milliseconds or seconds.

Every row is accounted for: an interval, or a reason. Where a row cannot be read, or the running time jumps, the next beat
follows nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from mettle.diary import Observation
from mettle.errors import InputError
from mettle.importers.cells import moment, number, shown
from mettle.importers.imported import Imported, Question, Stated, Tally, observed
from mettle.importers.tables import open_table
from mettle.instruments.hrv import Hrv, hrv
from mettle.units import When

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mettle.errors import Problem
    from mettle.importers.tables import Table

FORMAT = "rr"

RECORDED_AT = Question(
    "recorded_at",
    "The file does not say when it was recorded. Put the date and time into its name, as 2026-11-22 07-05.txt, "
    "or say it: mettle hrv FILE --at 2026-11-22T07:05",
)

_NAMES = re.compile(r"(rri?|r-r|nni?|ibi)([ _-]?(intervals?|ms|s|\(ms\)|\(s\)|\[ms\]|\[s\]))*")
_TIMES = ("time", "timestamp", "elapsed", "datetime")
_IN_NAME = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ _T-](\d{2})[-:_.]?(\d{2})(?:[-:_.]?(\d{2}))?(?!\d)")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")
_SECONDS_BELOW = 10
"""A median below is in seconds: nobody's heart beats a hundred times a second, nor once in ten."""

_LARGEST_SLIP_S, _LARGEST_SLIP_CLOCK_S = 0.5, 1.6
"""How far the running time may lie from the interval: for running times, and for clocks that tell whole seconds."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording, read.

    Parameters
    ----------
    file
        Its name.
    rr_ms
        Intervals in ms, as recorded, artefacts among them.
    breaks
        Places whose interval does not follow the one before it.
    unit
        As the file has it: ``"ms"`` or ``"s"``.
    start
        When it was recorded, where the file or its name says so.
    rows_in, problems
        Rows read, and those that hold no interval.
    """

    file: str
    rr_ms: tuple[float, ...]
    breaks: frozenset[int]
    unit: str
    start: When | None
    rows_in: int
    problems: tuple[Problem, ...]

    def hrv(self) -> Hrv:
        """Its measures, artefacts left out."""
        return hrv(self.rr_ms, breaks=self.breaks)


def recording(path: Path, *, timezone: str | None = None) -> Recording:
    """The recording in a file.

    Raises
    ------
    InputError
        Where the file has no column of intervals, or none can be read.
    """
    with open_table(path) as table:
        return _recording(table, timezone)


def recognises(table: Table) -> bool:
    """Whether there is nothing but numbers from the first row on, or a column named after intervals beside a time."""
    if _numeric(table.header, table):
        return True
    others = [c for c in table.columns if not _NAMES.fullmatch(c)]
    return len(table.columns) == len(others) + 1 <= 3 and all(c in _TIMES for c in others)


def read(table: Table, stated: Stated) -> Imported:
    """RMSSD and its kin as outcomes of the recording's time; a file without a time asks for it."""
    found = _recording(table, stated.timezone)
    tally = Tally(found.file, found.rows_in, list(found.problems))
    measures = found.hrv()
    if not measures.usable:
        tally.note(None, unusable(measures))
    seen = observations(found, measures)
    questions = () if found.start else (RECORDED_AT,)
    return observed(tally, FORMAT, list(seen), timezone=stated.timezone, questions=questions)


def observations(found: Recording, measures: Hrv, *, at: When | None = None) -> tuple[Observation, ...]:
    """What a recording gives a diary; nothing where it cannot be used or has no time.

    Parameters
    ----------
    found, measures
        The recording and its measures.
    at
        When it was recorded, where the person says so.
    """
    when = at or found.start
    if when is None or not measures.usable:
        return ()
    values = {
        "rmssd": measures.rmssd_ms,
        "rmssd_ln": measures.ln_rmssd,
        "sdnn_ms": measures.sdnn_ms,
        "waking_heart_rate_bpm": measures.heart_rate_bpm,
    }
    return tuple(Observation(name, when, value, FORMAT) for name, value in values.items() if value is not None)


def unusable(measures: Hrv) -> str:
    """Why a recording gives no outcome, in words."""
    if measures.quality == "drop":
        return f"{measures.rejected} of {measures.beats} beats are artefacts, more than a tenth; not used"
    if measures.rmssd_ms == 0:
        return "no beat differs from the one before it, as no heart does; not used"
    return f"{measures.seconds:.0f} seconds of beats, at least 60 are needed; not used"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which cell of a row is what; ``every``: each cell is an interval."""

    rr: int
    time: int | None = None
    every: bool = False
    unit: str | None = None


def _recording(table: Table, timezone: str | None) -> Recording:
    tally = Tally(table.file)
    headless = _numeric(table.header, table)
    layout = _layout(table, headless=headless)
    values: list[float] = []
    times: list[str] = []
    lost: set[int] = set()
    for row, cells in _rows(table, headless=headless):
        wanted = range(len(cells)) if layout.every else (layout.rr,)
        for place in wanted:
            tally.rows_in += 1
            try:
                values.append(_interval(cells[place] if place < len(cells) else "", table))
            except ValueError as error:
                tally.skip(row, str(error))
                lost.add(len(values))
                continue
            if layout.time is not None:
                times.append(cells[layout.time] if layout.time < len(cells) else "")
    if not values:
        why = tally.problems[0].why if tally.problems else "holds no interval"
        raise InputError(why, where=table.file, row=tally.problems[0].row if tally.problems else None)
    unit = layout.unit or ("s" if median(values) < _SECONDS_BELOW else "ms")
    rr_ms = tuple(v * 1000 for v in values) if unit == "s" else tuple(values)
    lost |= _jumps(times, rr_ms, table, checked=headless)
    start = _written(times, timezone) or _named(table.file, timezone)
    return Recording(
        table.file, rr_ms, frozenset(b for b in lost if b), unit, start, tally.rows_in, tuple(tally.problems)
    )


def _cells(cells: list[str] | tuple[str, ...]) -> list[str]:
    """Cells; spaces part them where nothing else does."""
    return cells[0].split() if len(cells) == 1 and not re.search("[A-Za-z/:]", cells[0]) else list(cells)


def _numeric(header: tuple[str, ...], table: Table) -> bool:
    try:
        return all(number(c, comma=table.delimiter != ",") is not None for c in _cells(header)) and bool(header)
    except ValueError:
        return False


def _layout(table: Table, *, headless: bool) -> _Layout:
    if headless:
        width = len(_cells(table.header))
        return _Layout(0) if width == 1 else _Layout(1, 0) if width == 2 else _Layout(0, every=True)
    named = [n for n, c in enumerate(table.columns) if _NAMES.fullmatch(c)]
    if len(named) != 1:
        columns = ", ".join(shown(c) for c in table.header[:6])
        raise InputError(f"expected one column named rr, rri, nn or ibi, got {columns}", where=table.file, row=1)
    name = table.columns[named[0]]
    unit = "ms" if "ms" in name else "s" if re.search(r"[ _(\[]s\b", name) else None
    time = next((n for n, c in enumerate(table.columns) if c in _TIMES), None)
    return _Layout(named[0], time, unit=unit)


def _rows(table: Table, *, headless: bool) -> Iterator[tuple[int, list[str]]]:
    if headless:
        yield 1, _cells(table.header)
    for row in table.rows:
        yield row.number, _cells(row.cells)


def _interval(cell: str, table: Table) -> float:
    value = number(cell, comma=table.delimiter != ",")
    if value is None:
        raise ValueError("holds no interval")
    if value <= 0:
        raise ValueError(f"an interval is above 0, got {shown(cell)}")
    return float(value)


def _jumps(times: list[str], rr_ms: tuple[float, ...], table: Table, *, checked: bool) -> set[int]:
    """Places before which time passed that no interval accounts for; InputError where the first column is no time."""
    clock = [_clock(t, table) for t in times]
    known = [c for c in clock if c is not None]
    if checked and times:
        runs = all(b >= a for a, b in pairwise(known))
        if len(known) < len(times) or not runs or (known[-1] - known[0]) * 1000 < 0.5 * sum(rr_ms[1:]):
            why = (
                "two columns without names, of which the first is no running time in seconds; name them (time,rri), and "
                "put semicolons between cells that hold decimal commas"
            )
            raise InputError(why, where=table.file, row=1)
    slip = _LARGEST_SLIP_CLOCK_S if any(":" in t for t in times) else _LARGEST_SLIP_S
    jumps = set()
    for n in range(1, len(clock)):
        before, now = clock[n - 1], clock[n]
        if before is not None and now is not None and now - before - rr_ms[n] / 1000 > slip:
            jumps.add(n)
    return jumps


def _clock(cell: str, table: Table) -> float | None:
    """Seconds on a running time or a clock; None for anything else."""
    if ":" in cell:
        wall = _slashed(cell, day_first=True)
        return None if wall is None else (wall - datetime.min).total_seconds()  # noqa: DTZ901 # wall times, subtracted from each other
    try:
        value = number(cell, comma=table.delimiter != ",")
    except ValueError:
        return None
    return None if value is None else float(value)


def _slashed(cell: str, *, day_first: bool) -> datetime | None:
    """A date with slashes, or any that other exports have, as wall time."""
    found = _SLASHED.fullmatch(cell.strip())
    try:
        if found is None:
            return moment(cell).wall
        one, two, year, hour, minute, second = (int(part or 0) for part in found.groups())
        day, month = (one, two) if day_first else (two, one)
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 # a wall time; its zone is not known
    except ValueError:
        return None


def _written(times: list[str], timezone: str | None) -> When | None:
    """When the first beat was, where the file gives a date that can be read in one way only."""
    if not times or ":" not in times[0]:
        return None
    day_first, month_first = _slashed(times[0], day_first=True), _slashed(times[0], day_first=False)
    if day_first and month_first and day_first != month_first:
        return None
    wall = day_first or month_first
    return None if wall is None else _placed(wall, timezone)


def _named(file: str, timezone: str | None) -> When | None:
    """When it was recorded, where the file's name says so, as Elite HRV names them."""
    if found := _IN_NAME.search(file):
        try:
            wall = datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type] # noqa: DTZ001 # six numbers
        except ValueError:
            return None
        return _placed(wall, timezone)
    return None


def _placed(wall: datetime, timezone: str | None) -> When:
    when = When.local(wall)
    return when.assume(timezone) if timezone else when
