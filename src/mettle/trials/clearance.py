"""What a file of scores says about whether stretches without training may be drawn."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.instruments import safety
from mettle.units import When

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

ITEM = ("phq9_item9", "item9")


@dataclass(frozen=True, slots=True)
class Scores:
    """One PHQ-9.

    Parameters
    ----------
    on
        The day it was filled in.
    total
        0-27.
    item9
        Its ninth answer, 0-3; None where it was left blank or is not told.
    """

    on: date
    total: int
    item9: int | None


def limit(scores: Scores | None, *, today: date) -> safety.WithholdingLimit:
    """How long a schedule may keep a person with these scores from training."""
    if scores is None:
        return safety.withholding_limit(phq9=None, item9=None, phq9_age_days=None)
    return safety.withholding_limit(phq9=scores.total, item9=scores.item9, phq9_age_days=(today - scores.on).days)


def read_scores(path: Path, *, today: date) -> Scores | None:
    """The latest PHQ-9 of a file; None where there is none.

    Read are records kept by `mettle score` or `mettle check-in` (JSON), an object with ``date``, ``phq9`` and
    ``phq9_item9`` (JSON), and check-ins (CSV, wide or long) with the outcomes ``phq9`` and ``phq9_item9``.

    Parameters
    ----------
    today
        Later scores are not believed.

    Raises
    ------
    InputError
        Where the file is none of these, or a value cannot be.
    """
    if path.stat().st_size > 5_000_000:
        raise InputError("larger than 5 MB", where=path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not text (UTF-8)", where=path.name) from None
    found = _from_json(text, path.name) if text.lstrip()[:1] in ("[", "{") else _from_csv(text, path.name)
    known = [s for s in found if s.on <= today]
    if found and not known:
        raise InputError(f"every PHQ-9 in it is later than {today}", where=path.name)
    return max(known, key=lambda s: s.on, default=None)


def _from_json(text: str, where: str) -> list[Scores]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("not a JSON document", where=where) from None
    records = document if isinstance(document, list) else [document]
    found = []
    for number, record in enumerate(records, start=1):
        place = f"{where}, record {number}"
        if not isinstance(record, dict):
            raise InputError("expected an object", where=place)
        if record.get("instrument", "phq9") != "phq9":
            continue
        responses = record.get("responses")
        if isinstance(responses, dict) and responses:
            score = record.get("score")
            total = score.get("score") if isinstance(score, dict) else score
            found += _one(record, total, responses.get("9"), place)
        elif isinstance(record.get("score"), dict):
            found += _one(record, record["score"].get("score"), record.get("phq9_item9"), place)
        elif record.get("instrument") == "phq9":
            flags = record.get("flags") or []
            item9 = None if "item9_missing" in flags else (1 if "item9" in flags else 0)
            found += _one(record, record.get("score"), record.get("phq9_item9", item9), place)
        else:
            answers = record.get("answers")
            told = answers if isinstance(answers, dict) else record
            found += _one(record, told.get("phq9"), next((told[k] for k in ITEM if k in told), None), place)
    return found


def _one(record: dict[str, Any], total: object, item9: object, place: str) -> list[Scores]:
    if total is None:
        return []
    at = record.get("at", record.get("date", record.get("on")))
    if not isinstance(at, str):
        raise InputError("a PHQ-9 needs its date, like 2026-11-22", where=place)
    return [_scores(at, total, item9, place)]


def _from_csv(text: str, where: str) -> list[Scores]:
    lines = text.splitlines()
    if not lines:
        raise InputError("empty", where=where)
    rows = list(csv.DictReader(lines, delimiter=";" if lines[0].count(";") > lines[0].count(",") else ","))
    stamp = next((k for k in ("at", "date") if rows and k in rows[0]), None)
    if stamp is None:
        raise InputError("expected check-ins: a column `at` or `date`, then phq9 and phq9_item9", where=where)
    long = "outcome" in rows[0] and "value" in rows[0]
    told: dict[str, dict[str, str]] = {}
    for row in rows:
        day = (row[stamp] or "")[:10]
        values = {row["outcome"]: row["value"]} if long else row
        told.setdefault(day, {}).update({k: v for k, v in values.items() if k in ("phq9", *ITEM) and v})
    return [
        _scores(day, v["phq9"], next((v[k] for k in ITEM if k in v), None), f"{where}, {day}")
        for day, v in told.items()
        if "phq9" in v
    ]


def _scores(at: str, total: object, item9: object, place: str) -> Scores:
    try:
        on = When.parse(at).day
    except ValueError:
        raise InputError(f"a date must be like 2026-11-22, got {at!r}", where=place) from None
    return Scores(on, _whole(total, 27, "phq9", place), None if item9 is None else _whole(item9, 3, "item 9", place))


def _whole(value: object, most: int, name: str, place: str) -> int:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        number = -1.0
    if not (number.is_integer() and 0 <= number <= most):
        raise InputError(f"{name} must be a whole number from 0 to {most}, got {value!r}", where=place)
    return int(number)
