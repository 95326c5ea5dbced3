"""Check-ins as CSV: wide (``at`` or ``date`` or ``date,time``, then a column for each outcome) or long (``at,outcome,value``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from mettle.diary import Observation, Signal, SignalName
from mettle.errors import InputError
from mettle.importers.cells import moment, number, shown
from mettle.importers.imported import TIMEZONE, Tally, observed

if TYPE_CHECKING:
    from mettle.importers.imported import Imported, Stated
    from mettle.importers.tables import Row, Table
    from mettle.units import When

FORMAT = "checkins"

_TIMES = ("at", "date")
_SIGNALS: dict[str, SignalName] = {name: name for name in get_args(SignalName)}
_YES_NO = {"yes": "1", "true": "1", "x": "1", "no": "0", "false": "0"}


def recognises(table: Table) -> bool:
    """Whether the first column is ``at`` or ``date`` and there is something to read beside it.

    Other apps' files begin with a date too, so the readers of apps are asked first; FitNotes' body measures, where one
    column holds many things, are refused.
    """
    body_tracker = {"measurement", "value", "unit"} <= set(table.columns)
    return len(table.header) > 1 and table.columns[0] in _TIMES and not body_tracker


def read(table: Table, stated: Stated) -> Imported:
    """Every value an observation under its column's name, or a signal where the name is one; several a day are kept."""
    _refuse_twice(table)
    tally = Tally(table.file)
    clock = table.columns[:2] == ("date", "time")
    long = table.columns[1:] == ("outcome", "value")
    found: list[Observation | Signal] = []
    refused: dict[str, list[tuple[int, str]]] = {}
    for row in table.rows:
        tally.rows_in += 1
        try:
            values, bad = _values(
                _pairs(row, table, long=long), moment(_written(row, clock=clock), stated.timezone), table
            )
        except ValueError as error:
            tally.skip(row.number, str(error))
            continue
        found += values
        for name, why in bad.items():
            refused.setdefault(name, []).append((row.number, why))
    _note_refused(tally, refused, {item.outcome if isinstance(item, Observation) else item.name for item in found})
    unknown = stated.timezone is None and any(f.when.clock is not None and f.when.instant is None for f in found)
    return observed(tally, FORMAT, found, timezone=stated.timezone, questions=(TIMEZONE,) if unknown else ())


def _refuse_twice(table: Table) -> None:
    """Of two columns with one name nobody knows which is meant."""
    for place, name in enumerate(table.columns):
        if name and name in table.columns[:place]:
            raise InputError(
                f"column {shown(table.header[place])} stands twice; expected each once", where=table.file, row=1
            )


def _pairs(row: Row, table: Table, *, long: bool) -> list[tuple[str, str]]:
    if len(row.cells) > len(table.header):
        raise ValueError(f"has {len(row.cells)} cells where the header has {len(table.header)}")
    if long:
        cells = [*row.cells, "", ""]
        if not cells[1].strip():
            raise ValueError("names no outcome")
        return [(cells[1].strip(), cells[2])]
    skip = 2 if table.columns[:2] == ("date", "time") else 1
    return [(name, cell) for name, cell in zip(table.header[skip:], row.cells[skip:], strict=False) if name]


def _written(row: Row, *, clock: bool) -> str:
    """The moment as written; a date and its time where they stand in two columns."""
    return " ".join(part.strip() for part in row.cells[: 2 if clock else 1]).strip()


def _values(
    pairs: list[tuple[str, str]], when: When, table: Table
) -> tuple[list[Observation | Signal], dict[str, str]]:
    """The numbers of a row, and what is wrong with the cells that hold none; ValueError where there is no number."""
    comma = table.delimiter != ","
    values: list[Observation | Signal] = []
    bad: dict[str, str] = {}
    for name, cell in pairs:
        signal = _SIGNALS.get(name.lower())
        try:
            text = _YES_NO.get(cell.strip().lower(), cell) if signal else cell
            value = number(text, comma=comma)
        except ValueError as error:
            bad[name] = f"{shown(name)}: {error}"
            continue
        if value is not None:
            values.append(Signal(signal, when, float(value)) if signal else Observation(name, when, float(value)))
    if not values:
        raise ValueError("; ".join(bad.values()) or "holds no value")
    return values, bad


def _note_refused(tally: Tally, refused: dict[str, list[tuple[int, str]]], numeric: set[str]) -> None:
    """A column of words is told once; a word in a column of numbers is told with its row."""
    for name, cells in refused.items():
        if name in numeric:
            for row, why in cells:
                tally.note(row, f"{why}; left out")
        else:
            tally.note(None, f"column {shown(name)} holds no numbers; left out")
