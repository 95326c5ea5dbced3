"""The few kinds of trouble. Each carries what its caller decides on."""

from __future__ import annotations

from dataclasses import dataclass


class InputError(ValueError):
    """Input that cannot be used at all: one clear line naming the file, the row or field, and what is allowed.

    The command line prints it and exits with 2; the web answers 400.

    Parameters
    ----------
    why
        What is wrong, with the value and the allowed values.
    where
        File or field; empty where there is none.
    row
        Spreadsheet row (the header is 1), or None.

    >>> str(InputError("load must be above 0, got -5", where="log.csv", row=7))
    'log.csv: row 7: load must be above 0, got -5'
    """

    def __init__(self, why: str, *, where: str = "", row: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.where = where
        self.row = row

    def __str__(self) -> str:
        parts = [self.where] if self.where else []
        if self.row is not None:
            parts.append(f"row {self.row}")
        return ": ".join([*parts, self.why])


class MissingExtraError(ImportError):
    """An optional dependency is not installed; the message says how to get it. Exit code 1.

    >>> str(MissingExtraError("charts"))
    'this needs the charts extra: pip install "mettle-health[charts]"'
    """

    def __init__(self, extra: str) -> None:
        super().__init__(f'this needs the {extra} extra: pip install "mettle-health[{extra}]"')
        self.extra = extra

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str]]:
        return MissingExtraError, (self.extra,)  # it comes back from other processes


@dataclass(frozen=True, slots=True)
class Problem:
    """A row of foreign data that could not be used, kept beside the good ones so that nothing is lost silently.

    Parameters
    ----------
    where
        File or field.
    row
        Spreadsheet row (the header is 1); None where the trouble is the whole file's.
    why
        What is wrong, in words.
    """

    where: str
    row: int | None
    why: str
