"""From the rows of a lifting app to sessions: what every such reader shares.

Rows are never compared with each other to find repeats: two equal rows are two sets. A set is known by its source, its
session's start, its exercise, and which occurrence of that exercise it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from mettle.diary import Diary
from mettle.errors import InputError
from mettle.importers.cells import moment, shown
from mettle.importers.imported import TIMEZONE, UNIT, UTC_ONLY, Imported, Tally
from mettle.training import Exercise, PerformedSession, PerformedSet
from mettle.units import Load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mettle.importers.tables import Table
    from mettle.training import PlannedSet
    from mettle.training.sets import LoadKind, SetKind, SetStatus
    from mettle.units import MassUnit, When

T = TypeVar("T")

LONGEST_BELIEVED_S = 12 * 3600
"""A longer session is a timer that was left running: its length is not kept."""

MANY_REPS, HEAVY_KG = 150, 400
"""Imported all the same, with a note: such sets occur (a leg press of 478 lb, 257 skips of a rope)."""

METRES = {"m": Decimal(1), "meters": Decimal(1), "km": Decimal(1000), "mi": Decimal("1609.344"),
          "miles": Decimal("1609.344"), "yd": Decimal("0.9144"), "ft": Decimal("0.3048")}  # fmt: skip
UNITS: dict[str, MassUnit] = {"kg": "kg", "kgs": "kg", "lb": "lb", "lbs": "lb"}

_WITH_KIT = re.compile(r"[(,][^)]*\b(barbell|dumbbell|machine|cable|kettlebell|plate|bar)\b")


@dataclass(frozen=True, slots=True)
class Lifted:
    """One row of a lifting app, its cells read but not yet judged.

    Parameters
    ----------
    row
        Spreadsheet row.
    start, title
        Of the session.
    exercise
        As written.
    amount
        External load as written, negative where help was given; None where blank.
    unit
        Of the amount; None where nobody stated it.
    reps, seconds, distance_m, rpe
        None where blank.
    duration_s
        Of the session.
    status
        Where the app says it; otherwise a set without repetition, second or metre is a missed one.
    """

    row: int
    start: When
    title: str
    exercise: str
    amount: Decimal | None = None
    unit: MassUnit | None = None
    reps: int | None = None
    seconds: Decimal | None = None
    distance_m: Decimal | None = None
    rpe: Decimal | None = None
    kind: SetKind = "work"
    superset: str | None = None
    notes: str = ""
    duration_s: int | None = None
    session_notes: str = ""
    per_hand: bool = False
    status: SetStatus | None = None
    planned: PlannedSet | None = None


@dataclass(slots=True)
class Logbook:
    """Sessions while a file is walked, by their start.

    Parameters
    ----------
    source
        The app.
    tally
        Where odd rows are noted.
    """

    source: str
    tally: Tally
    sessions: dict[str, PerformedSession] = field(default_factory=dict)
    sets: dict[str, list[PerformedSet]] = field(default_factory=dict)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    loads_without_unit: int = 0

    def add(self, lifted: Lifted) -> None:
        """The row's set goes to its session."""
        key = str(lifted.start)
        if key not in self.sessions:
            self.sessions[key] = PerformedSession(
                self.source, lifted.start, lifted.title, duration_s=self._believed(lifted), notes=lifted.session_notes
            )
            self.sets[key] = []
        ordinal = self.seen.get((key, lifted.exercise), 0) + 1
        self.seen[key, lifted.exercise] = ordinal
        self.sets[key].append(self._set(lifted, ordinal))

    def _believed(self, lifted: Lifted) -> int | None:
        length = lifted.duration_s
        if length is not None and not 0 <= length <= LONGEST_BELIEVED_S:
            hours = length / 3600
            self.tally.note(lifted.row, f"a session of {hours:.1f} hours: a timer left running, so no length is kept")
            return None
        return length or None

    def _set(self, lifted: Lifted, ordinal: int) -> PerformedSet:
        load, load_kind = self._load(lifted)
        done = bool(lifted.reps or lifted.seconds or lifted.distance_m) or lifted.reps is None
        kind = "warm_up" if lifted.exercise.strip().lower() in ("warm up", "warm-up", "warmup") else lifted.kind
        if (lifted.reps or 0) > MANY_REPS or (load is not None and load.kg > HEAVY_KG):
            self.tally.note(lifted.row, f"unusually much, kept as written: {lifted.reps} reps at {load or 'no load'}")
        return PerformedSet(
            Exercise(lifted.exercise),
            ordinal,
            kind=kind,
            status=lifted.status or ("done" if done else "missed"),
            reps=None if done and not lifted.reps else lifted.reps,
            hold_s=float(lifted.seconds) if lifted.seconds else None,
            distance_m=float(lifted.distance_m) if lifted.distance_m else None,
            load=load,
            load_kind=load_kind,
            per_hand=lifted.per_hand,
            rir=self._rir(lifted),
            superset=lifted.superset,
            notes=lifted.notes,
            planned=lifted.planned,
            row=lifted.row,
        )

    def _rir(self, lifted: Lifted) -> float | None:
        if lifted.rpe is None or lifted.rpe == 0:
            return None
        if not 1 <= lifted.rpe <= 10:
            self.tally.note(lifted.row, f"RPE must be 1 to 10, got {lifted.rpe}; left out")
            return None
        return float(10 - lifted.rpe)

    def _load(self, lifted: Lifted) -> tuple[Load | None, LoadKind]:
        """Zero, blank and negative mean different things: nothing added, nothing said, help given."""
        amount = lifted.amount or Decimal(0)
        if amount and lifted.unit is None:
            self.loads_without_unit += 1
        load = Load(abs(amount), lifted.unit) if amount and lifted.unit else None
        name = lifted.exercise.lower()
        if amount < 0 or "assisted" in name:
            return load, "assisted"
        if "(band)" in name:
            return load, "band"
        if "(weighted" in name or "(bodyweight" in name or name.startswith("weighted "):
            return load, "bodyweight"
        if amount or _WITH_KIT.search(name):
            return load, "external"
        return None, "bodyweight" if lifted.reps else "none"

    def diary(self, timezone: str | None = None) -> Diary:
        """The sessions in time order, each with its sets in the file's order."""
        whole = [replace(session, sets=tuple(self.sets[key])) for key, session in self.sessions.items()]
        return Diary(sessions=tuple(sorted(whole, key=lambda s: s.start.sort_key)), timezone=timezone)

    def imported(
        self,
        table: Table,
        *,
        unit: MassUnit | None,
        timezone: str | None,
        utc: bool = False,
    ) -> Imported:
        """The whole file, with the questions that it leaves open; ``utc`` where its times lost their local day."""
        asked = [UNIT] if self.loads_without_unit else []
        if timezone is None and any(s.start.clock and s.start.instant is None for s in self.sessions.values()):
            asked.append(TIMEZONE)
        elif timezone is None and utc:
            asked.append(UTC_ONLY)
        return Imported(
            table.file,
            self.source,
            self.diary(timezone),
            self.tally.rows_in,
            tuple(self.tally.problems),
            tuple(self.tally.notes),
            tuple(asked),
            unit,
            timezone,
        )


def walk(
    table: Table, tally: Tally, *, names: tuple[str, ...] = (), loose: int | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Spreadsheet row and cells by column name of every row as wide as the header; the others are skipped with a reason.

    Parameters
    ----------
    table, tally
        The file, and its count.
    names
        What to call the columns; by default their names in lower case.
    loose
        The column in which the app forgets to quote commas: a row that is too wide is put together there, the other
        cells counted from the right.

    Raises
    ------
    InputError
        Where the file breaks off inside its last row.
    """
    columns = names or table.columns
    want = len(columns)
    for row in table.rows:
        tally.rows_in += 1
        have = len(row.cells)
        if have == want:
            yield row.number, dict(zip(columns, row.cells, strict=True))
        elif loose is not None and want < have <= want + 4:
            after = loose + 1 + have - want
            whole_cell = table.delimiter.join(row.cells[loose:after])
            tally.note(row.number, f"a comma without quotation marks; read as {shown(whole_cell)}")
            cells = [*row.cells[:loose], whole_cell, *row.cells[after:]]
            yield row.number, dict(zip(columns, cells, strict=True))
        elif have < want and row.cut:
            why = f"the file breaks off inside this row ({have} of {want} cells); export it again"
            raise InputError(why, where=table.file, row=row.number)
        else:
            tally.skip(row.number, f"has {have} cells where the header has {want}, beginning {shown(row.cells[0])}")


def first_stated(columns: tuple[str, ...], prefix: str, known: Mapping[str, T]) -> T | None:
    """What the first column that begins with the prefix says after it, such as the unit in ``weight_kg``."""
    for name in columns:
        if name.startswith(prefix):
            return known.get(name.removeprefix(prefix).strip(" ()_"))
    return None


def named(cell: str) -> str:
    """The exercise as written; ValueError where the cell is blank."""
    if not cell.strip():
        raise ValueError("names no exercise")
    return cell


def seconds_between(start: When, end: str, timezone: str | None) -> int | None:
    """Seconds from start to end, an end on the next day included; None where the end is blank."""
    if not end.strip():
        return None
    until = moment(end, timezone)
    if start.instant is not None and until.instant is not None:
        return int((until.instant - start.instant).total_seconds())
    if start.wall is not None and until.wall is not None:
        return int((until.wall - start.wall).total_seconds())
    return None
