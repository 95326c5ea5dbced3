"""The file that ``mettle meta`` reads: rows of studies, every trouble named by its spreadsheet row."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file.

    Parameters
    ----------
    number
        Spreadsheet row (the header is 1).
    cells
        Column (lower case) -> text.
    where
        The file.
    comma
        Whether decimals are written with a comma.
    """

    number: int
    cells: dict[str, str]
    where: str
    comma: bool

    def text(self, column: str) -> str:
        """What stands there, never empty."""
        found = self.cells[column]
        if not found:
            raise self.error(f"{column} is empty")
        return found

    def amount(self, column: str) -> float:
        """A finite number."""
        written = self.text(column)
        try:
            value = float(written.replace(",", ".") if self.comma else written)
        except ValueError:
            raise self.error(f"{column} must be a number, got {written!r}") from None
        if not math.isfinite(value):
            raise self.error(f"{column} must be a finite number, got {written!r}")
        return value

    def above_zero(self, column: str) -> float:
        """A number above 0."""
        value = self.amount(column)
        if value <= 0:
            raise self.error(f"{column} must be above 0, got {value:g}")
        return value

    def count(self, column: str, *, least: int) -> float:
        """A whole number of at least ``least``."""
        value = self.amount(column)
        if value != round(value) or value < least:
            raise self.error(f"{column} must be a whole number of at least {least}, got {value:g}")
        return value

    def error(self, why: str) -> InputError:
        """The error that names this row."""
        return InputError(why, where=self.where, row=self.number)


@dataclass(frozen=True, slots=True)
class Table:
    """The file: its columns in lower case, and its rows."""

    where: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def need(self, columns: Sequence[str], *, what: str) -> None:
        """Refuse a file that lacks one of these columns."""
        missing = [c for c in columns if c not in self.columns]
        if missing:
            raise InputError(
                f"{what} needs the columns {', '.join(columns)}; missing: {', '.join(missing)} (found: "
                f"{', '.join(self.columns)})",
                where=self.where,
                row=1,
            )


def read_table(path: str) -> Table:
    """A CSV file with a header. A semicolon between columns allows a decimal comma.

    Raises
    ------
    InputError
        Where it is not text, has no rows, names a column twice, or a row is longer or shorter than the header.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text; save it as CSV in UTF-8", where=path) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = list(csv.reader(text.splitlines(), delimiter=delimiter))
    if not lines or not any(c.strip() for c in lines[0]):
        raise InputError("has no header in its first row", where=path)
    columns = tuple(c.strip().lower() for c in lines[0])
    twice = sorted({c for c in columns if columns.count(c) > 1})
    if twice:
        raise InputError(f"the header names {', '.join(twice)} more than once", where=path, row=1)
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(c.strip() for c in cells):
            continue
        if len(cells) != len(columns):
            raise InputError(f"has {len(cells)} cells, the header {len(columns)}", where=path, row=number)
        rows.append(Row(number, dict(zip(columns, (c.strip() for c in cells), strict=True)), path, delimiter != ","))
    if not rows:
        raise InputError("has a header but no study", where=path)
    return Table(path, columns, tuple(rows))
