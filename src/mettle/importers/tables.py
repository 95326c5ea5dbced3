"""A delimited text file, read row by row with bounded memory; what cannot be such a file is refused in one line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

LINE_LIMIT = 1_000_000
"""Characters in one record, line breaks in its notes included. One cell may hold 131,072 (the csv module's own limit)."""

_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_BINARY = {
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"SQLite format 3": "an SQLite backup; export as CSV instead",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"{": "JSON",
    b"[": "JSON",
    b"<": "XML or a web page",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record.

    Parameters
    ----------
    number
        Spreadsheet row; the header is 1, blank lines count.
    cells
        As written, quotation marks taken off.
    cut
        Whether the file ends here without a line end, so that a short row means a file that broke off.
    """

    number: int
    cells: list[str]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A delimited file whose header has been read and whose rows are waiting.

    Parameters
    ----------
    file
        Its name, as messages give it.
    header
        Column names without surrounding space.
    delimiter
        Comma, semicolon or tab, as the header uses it.
    rows
        Records after the header, blank lines left out. Can be walked once.
    """

    file: str
    header: tuple[str, ...]
    delimiter: str
    rows: Iterator[Row]

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in lower case."""
        return tuple(name.lower() for name in self.header)


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """The file as a table; closed at the end of the ``with``.

    Raises
    ------
    InputError
        Where the file is empty, binary, not UTF-8 (or UTF-16 with its mark), has a line longer than `LINE_LIMIT`, or
        breaks off inside a quoted cell: here, or while its rows are walked, with the row.
    """
    with path.open("rb") as raw:
        encoding = _encoding(raw.read(4096), path.name)
        raw.seek(0)
        errors = "surrogateescape" if encoding == "utf-8-sig" else "strict"
        with io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="") as text:
            lines = _Lines(text, path.name)
            first = _first_line(lines)
            delimiter = _delimiter(first)
            records = _records(csv.reader(chain([first], lines), delimiter=delimiter), lines)
            named = next(records, None)
            if named is None:
                raise lines.refusal("the file is empty: no row holds anything")
            header = tuple(cell.strip() for cell in named.cells)
            yield Table(path.name, header, delimiter, records)


def _encoding(start: bytes, file: str) -> str:
    if not start:
        raise InputError("the file is empty", where=file)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    bare = start.removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, what in _BINARY.items():
        if bare.startswith(magic):
            raise InputError(f"this is {what}, expected a CSV text file", where=file)
    if b"\0" in start:
        row = start[: start.index(b"\0")].count(b"\n") + 1
        raise InputError("holds NUL bytes, so it is no text file; expected CSV in UTF-8", where=file, row=row)
    return "utf-8-sig"


class _Lines:
    """Lines of a text, each checked. Counts what the record now being read has taken."""

    def __init__(self, text: TextIO, file: str) -> None:
        self.text, self.file = text, file
        self.row = 1
        self.taken = 0  # characters of this record so far
        self.ended = True  # whether the last line read had its line end
        self.over = False  # whether more was asked for than the file has

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            line = self.text.readline(LINE_LIMIT + 1)
        except UnicodeError:
            raise self.refusal("is not the UTF-16 text that its mark promises") from None
        if not line:
            self.over = True
            raise StopIteration
        self.taken += len(line)
        if self.taken > LINE_LIMIT:
            raise self.refusal(f"is longer than {LINE_LIMIT:,} characters, as no export's row is")
        if "\0" in line:
            raise self.refusal("holds a NUL byte; expected CSV text in UTF-8")
        if not line.isascii() and _NOT_UTF8.search(line):
            raise self.refusal("is not UTF-8 text; save the file as UTF-8")
        self.ended = line.endswith(("\n", "\r"))
        return line

    def next_record(self) -> None:
        self.row += 1
        self.taken = 0

    def refusal(self, why: str) -> InputError:
        return InputError(why, where=self.file, row=self.row)


def _first_line(lines: _Lines) -> str:
    for line in lines:
        if line.strip():
            return line
        lines.next_record()
    raise InputError("the file is empty", where=lines.file)


def _records(reader: Iterator[list[str]], lines: _Lines) -> Iterator[Row]:
    """Every record from the present one on, blank ones left out."""
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise lines.refusal(f"cannot be read as CSV ({error}); a quotation mark may lack its partner") from None
        if cells is None:
            return
        if lines.over:  # the reader wanted another line before this record was whole
            raise lines.refusal("the file breaks off inside this row, in a quoted cell; export it again")
        if any(cell and not cell.isspace() for cell in cells):
            yield Row(lines.row, cells, cut=not lines.ended)
        lines.next_record()


def _delimiter(line: str) -> str:
    """The one that cuts the header into most cells outside quotation marks; the comma where none does."""
    outside = "".join(line.split('"')[::2])
    return max(",;\t", key=lambda mark: (outside.count(mark), mark == ","))
