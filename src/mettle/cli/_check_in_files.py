"""What a check-in in the terminal keeps: a draft until it is finished, and a row or a record where that was asked."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettle import instruments
from mettle.errors import InputError
from mettle.instruments import text
from mettle.units import When

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mettle.instruments import Administration

COLUMNS = ["at", "outcome", "value"]


def check_target(path: Path) -> None:
    """Refuse, before anything is asked, a file that a row or record could not be added to."""
    if path.suffix not in (".csv", ".json"):
        raise InputError("--save takes a name ending in .csv or .json", where=path.name)
    if not path.parent.is_dir():
        raise InputError(f"no folder {path.parent}", where=path.name)
    if path.exists():
        _records(path) if path.suffix == ".json" else _rows(path)


def previous(path: Path, instrument: str) -> When | None:
    """When the instrument was last filled in, as the file says."""
    if not path.exists():
        return None
    if path.suffix == ".json":
        stamps = [r["at"] for r in _records(path) if r.get("instrument") == instrument]
    else:
        stamps = [row["at"] for row in _rows(path) if row["outcome"] == instrument]
    return max((When.parse(s) for s in stamps), key=lambda w: w.sort_key, default=None)


def earlier_answers(path: Path, instrument: str, item: str) -> list[int]:
    """Earlier answers to one question, oldest first, as a JSON file of records holds them; a CSV holds totals only."""
    if path.suffix != ".json" or not path.exists():
        return []
    found = [r for r in _records(path) if r.get("instrument") == instrument]
    answers = [r.get("responses", {}).get(item) for r in sorted(found, key=lambda r: str(r.get("at", "")))]
    return [a for a in answers if isinstance(a, int)]


def add_observations(path: Path, at: When, values: Mapping[str, float]) -> None:
    """Add one row an outcome to a CSV, or one record to a JSON file."""
    if path.suffix == ".json":
        _write_json(path, [*(_records(path) if path.exists() else []), {"at": str(at), "answers": dict(values)}])
        return
    rows = _rows(path) if path.exists() else []
    rows += [{"at": str(at), "outcome": name, "value": f"{value:g}"} for name, value in values.items()]
    _write_csv(path, rows)


def add_record(path: Path, record: Administration) -> None:
    """Add the score to a CSV (none where the form has no valid total), or everything to a JSON file."""
    if path.suffix == ".json":
        _write_json(path, [*(_records(path) if path.exists() else []), record.to_json()])
    elif record.score.score is not None:
        add_observations(path, record.at, {record.instrument: record.score.score})


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            header, rows = reader.fieldnames, list(reader)
        except (UnicodeDecodeError, csv.Error):
            raise InputError("not a CSV in UTF-8", where=path.name) from None
        if header != COLUMNS:
            raise InputError(f"its header must be {','.join(COLUMNS)}, got {','.join(header or [])}", where=path.name)
        for number, row in enumerate(rows, 2):
            _check_stamp(row["at"], f"{path.name}: row {number}")
        return rows


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, list) or not all(isinstance(r, dict) for r in document):
        raise InputError("expected a JSON list of records", where=path.name)
    for number, record in enumerate(document, 1):
        _check_stamp(record.get("at"), f"{path.name}: record {number}")
    return document


def _check_stamp(at: object, where: str) -> None:
    try:
        When.parse(str(at))
    except ValueError as error:
        raise InputError(f"at: {error}", where=where) from None


def _write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with whole(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_json(path: Path, document: object) -> None:
    with whole(path) as part:
        part.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when all was written, and is removed when not."""
    fd, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    os.close(fd)
    part = Path(name)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _draft(instrument: str) -> Path:
    return text.folder().parent / "drafts" / f"{instrument}.json"


def read_draft(instrument: str, text_sha256: str, *, since: datetime) -> dict[str, int | None]:
    """Answers of a form that was left, where it had the same words and is not older than ``since``; else none."""
    try:
        document = json.loads(_draft(instrument).read_text("utf-8"))
        answers = {str(k): v for k, v in document["answers"].items()}
        fresh = document["text_sha256"] == text_sha256 and datetime.fromisoformat(document["at"]) >= since
        allowed = set(instruments.load(instrument).values) | {None}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return answers if fresh and all(v in allowed for v in answers.values()) else {}


def write_draft(instrument: str, text_sha256: str, answers: Mapping[str, int | None], *, at: datetime) -> None:
    """Keep the answers so far, readable by the owner alone."""
    path = _draft(instrument)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole(path) as part:
        part.write_text(json.dumps({"at": at.isoformat(), "text_sha256": text_sha256, "answers": answers}), "utf-8")


def forget_draft(instrument: str) -> None:
    """Remove the draft of a finished form."""
    _draft(instrument).unlink(missing_ok=True)
