"""Exposures as CSV: ``date,dose[,arm]`` or ``at,dose[,arm]``, a training dose stated directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.diary import Diary, Dose
from mettle.importers.cells import moment, number, shown
from mettle.importers.imported import TIMEZONE, Imported, Stated, Tally

if TYPE_CHECKING:
    from mettle.importers.tables import Row, Table

FORMAT = "exposures"


def recognises(table: Table) -> bool:
    """Whether the header is ``date`` or ``at``, then ``dose``, then ``arm`` or nothing."""
    return table.columns[:1] in (("at",), ("date",)) and table.columns[1:] in (("dose",), ("dose", "arm"))


def read(table: Table, stated: Stated) -> Imported:
    """Every row a dose of at least 0."""
    tally = Tally(table.file)
    doses: list[Dose] = []
    for row in table.rows:
        tally.rows_in += 1
        try:
            doses.append(_dose(row, stated.timezone, comma=table.delimiter != ","))
        except ValueError as error:
            tally.skip(row.number, str(error))
    unknown = stated.timezone is None and any(d.when.clock is not None and d.when.instant is None for d in doses)
    return Imported(
        table.file,
        FORMAT,
        Diary(doses=tuple(sorted(doses, key=lambda d: d.when.sort_key)), timezone=stated.timezone),
        tally.rows_in,
        tuple(tally.problems),
        questions=(TIMEZONE,) if unknown else (),
        timezone=stated.timezone,
    )


def _dose(row: Row, timezone: str | None, *, comma: bool) -> Dose:
    at, dose, arm, *rest = [*row.cells, "", ""]
    if any(rest[:-2]):
        raise ValueError(f"has {len(row.cells)} cells, expected a date, a dose and perhaps an arm")
    amount = number(dose, comma=comma)
    if amount is None or amount < 0:
        raise ValueError(f"dose must be a number of at least 0, got {shown(dose)}")
    return Dose(moment(at, timezone), float(amount), arm.strip() or None)
