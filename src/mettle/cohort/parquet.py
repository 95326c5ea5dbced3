"""The answers as a table for other software: one row a person, in Parquet."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

EFFECTS = ("acute", "next_day", "chronic", "total")
FIGURES = ("mean", "sd", "q025", "q975", "p_better", "p_worthwhile", "p_negligible", "p_harmful", "sd_ratio")
WORDS = ("person", "status", "error", "outcome", "verdict", "strength", "credibility", "text")
ROWS = 1000


def write_parquet(lines: Iterable[dict[str, Any]] | None, path: Path) -> None:
    """The table, whole or not at all; it is written a thousand rows at a time.

    Parameters
    ----------
    lines
        Of a `Kept` file. None only checks that it could be written.
    path
        The file; one that is there is replaced.

    Raises
    ------
    MissingExtraError
        Without pyarrow.
    InputError
        Where the folder is missing.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 # an extra, and slow to load
        from pyarrow import parquet  # noqa: PLC0415 # likewise
    except ImportError as absent:
        raise MissingExtraError("cluster") from absent
    if not path.parent.is_dir():
        raise InputError(f"no folder {path.parent}", where=path.name)
    if lines is None:
        return
    figures = [f"{effect}_{figure}" for effect in EFFECTS for figure in FIGURES]
    counts = ["days", "observations", "exposed_days"]
    schema = pa.schema(
        [(w, pa.string()) for w in WORDS]
        + [("swc", pa.float64())]
        + [(c, pa.int64()) for c in counts]
        + [(f, pa.float64()) for f in figures]
    )
    part = path.with_name(path.name + ".part")
    rest = iter(lines)
    try:
        with parquet.ParquetWriter(part, schema) as writer:
            while rows := [row(line) for line in islice(rest, ROWS)]:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def row(line: dict[str, Any]) -> dict[str, Any]:
    """One person as a flat row.

    >>> row({"person": "p7", "status": "error", "error": "is missing"})
    {'person': 'p7', 'status': 'error', 'error': 'is missing'}
    """
    flat = {"person": line["person"], "status": line["status"], "error": line.get("error")}
    answer = line.get("answer")
    if answer is None:
        return flat
    headline = answer["headline"]
    flat |= {"outcome": answer["outcome"]["name"], "credibility": answer["credibility"], "swc": answer["swc"]}
    flat |= {key: headline[key] for key in ("verdict", "strength", "text")}
    flat |= {key: answer["data"][key] for key in ("days", "observations", "exposed_days")}
    for effect in EFFECTS:
        flat |= {f"{effect}_{figure}": answer["effects"][effect][figure] for figure in FIGURES}
    return flat
