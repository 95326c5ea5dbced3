"""Responses to a score, with its band, limits and flags."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mettle.instruments.instrument import Instrument, load
from mettle.instruments.points import points_of, subscales_of, tidy, total_of
from mettle.instruments.responses import by_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

ADULT_AGE = 18
"""Published ranges rest on adults; below this age they stay hidden."""


@dataclass(frozen=True, slots=True)
class Score:
    """What responses add up to.

    Parameters
    ----------
    instrument
        Its id.
    score
        In points of the instrument's range; None where too much is missing.
    band
        The published range that it falls in; None where there is none, or the person is under 18.
    subscales
        Name to value, in points.
    missing
        Ids of items without an answer.
    flags
        ``item9`` (a safety item answered at or above its limit), ``item9_missing``, ``cutoff``, ``syndrome``, ``overlap``,
        ``prorated``.
    valid
        Whether there is a score.
    recall_days
        Days that the items ask about; None where they ask in general.
    syndrome
        ``met``, ``other`` or None: a count for research, never shown to the person as a finding.
    """

    instrument: str
    score: float | None
    band: str | None
    subscales: Mapping[str, float | None]
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    valid: bool
    recall_days: int | None
    syndrome: str | None = field(default=None)

    def to_json(self) -> dict[str, Any]:
        """The document that ``mettle score --json`` prints."""
        return {
            "instrument": self.instrument,
            "score": self.score,
            "band": self.band,
            "subscales": dict(self.subscales),
            "missing": [int(i) if i.isdigit() else i for i in self.missing],
            "flags": list(self.flags),
            "valid": self.valid,
            "recall_days": self.recall_days,
            "syndrome": self.syndrome,
        }


def score(
    key: str,
    responses: Sequence[float | None],
    *,
    order: str | None = None,
    on: date | None = None,
    previous_on: date | None = None,
    age: float | None = None,
    sex: str | None = None,
    course_m: int = 4,
) -> Score:
    """The score of one administration.

    Parameters
    ----------
    key
        Instrument id.
    responses
        One number an item in the order of the form; None where not answered. Yes is 1, no is 0.
    order
        Name of another item order of the form (RSES: ``a``); None for the order of the item ids.
    on, previous_on
        Dates of this and of the last administration; a repeat inside the recall window is flagged ``overlap``.
    age
        Years; the ranges made for adults stay hidden under 18.
    sex
        ``F``, ``M`` or ``X``; only the chair stand's table uses it.
    course_m
        Length of the SPPB's walk, 4 or 3 m.

    Raises
    ------
    ValueError
        Where the number of responses or one of them is not allowed; the message names the item and what is.

    >>> score("phq9", [2, 2, 1, 2, 0, 2, 1, 0, 1]).band
    'moderate'
    >>> score("who5", [2, 3, 2, 3, 3]).score
    52
    """
    instrument = load(key)
    answers = by_item(instrument, responses, order)
    missing = tuple(i for i, value in answers.items() if value is None)
    points = points_of(instrument, answers, course_m)
    total, prorated = total_of(instrument, points)
    subscales = subscales_of(instrument, points, answers)
    flags = _safety_flags(instrument, answers)
    if prorated:
        flags.append("prorated")
    syndrome = _syndrome(instrument, answers, subscales)
    if instrument.rules.get("syndrome", {}).get("core"):
        subscales["symptoms"] = _symptoms(instrument, answers)
    if syndrome == "met":
        flags.append("syndrome")
    return _finish(
        instrument,
        total,
        subscales=subscales,
        missing=missing,
        flags=flags,
        syndrome=syndrome,
        dates=(on, previous_on),
        age=age,
        sex=sex,
    )


def score_total(
    key: str,
    total: float,
    *,
    on: date | None = None,
    previous_on: date | None = None,
    age: float | None = None,
    sex: str | None = None,
) -> Score:
    """The score where only a total is known, filled in elsewhere.

    A total that no answers could reach without one at the limit of a safety item carries that item's flag.

    >>> score_total("minispin", 7).flags
    ('cutoff',)
    >>> score_total("phq9", 24).flags, score_total("phq9", 25).flags
    (('cutoff',), ('item9', 'cutoff'))
    """
    instrument = load(key)
    low, high = instrument.range
    if not math.isfinite(total) or not low <= total <= high:
        raise ValueError(f"{instrument.name}: a total lies in {low:g}-{high:g}, got {total:g}")
    if instrument.rules["scoring"]["rule"] in ("sum", "points") and float(total) != int(total):
        raise ValueError(f"{instrument.name}: a total is a whole number in {low:g}-{high:g}, got {total:g}")
    return _finish(
        instrument,
        tidy(total),
        subscales={},
        missing=(),
        flags=_flags_of_total(instrument, total),
        syndrome=None,
        dates=(on, previous_on),
        age=age,
        sex=sex,
    )


def _finish(
    instrument: Instrument,
    total: float | None,
    *,
    subscales: dict[str, float | None],
    missing: tuple[str, ...],
    flags: list[str],
    syndrome: str | None,
    dates: tuple[date | None, date | None],
    age: float | None,
    sex: str | None,
) -> Score:
    values = {"": total, **subscales}
    # A limit on a subscale cannot be read from a total.
    limits = [c.holds(v) for c in instrument.cutoffs[:1] if (v := values.get(c.of)) is not None]
    if any(limits) or _below_norm(instrument, total, age, sex):
        flags.append("cutoff")
    if overlaps(instrument, *dates):
        flags.append("overlap")
    grown = age is None or age >= ADULT_AGE
    band = instrument.band(total) if total is not None and grown else None
    return Score(
        instrument.id,
        total,
        band,
        subscales,
        missing,
        tuple(flags),
        total is not None,
        instrument.recall_days,
        syndrome,
    )


def overlaps(instrument: Instrument, on: date | None, previous_on: date | None) -> bool:
    """Whether an administration falls inside the recall window of the one before it.

    >>> from datetime import date
    >>> overlaps(load("phq9"), date(2026, 11, 14), date(2026, 11, 1))
    True
    >>> overlaps(load("phq9"), date(2026, 11, 15), date(2026, 11, 1))
    False
    """
    if on is None or previous_on is None:
        return False
    if on < previous_on:
        raise ValueError(f"the administration before this one lies after it: {previous_on} > {on}")
    return (on - previous_on).days < (instrument.recall_days or instrument.min_interval_days)


def _safety_flags(instrument: Instrument, answers: Mapping[str, float | None]) -> list[str]:
    flags = []
    for safety in instrument.safety:
        value = answers[safety.item]
        if value is None:
            flags.append(f"item{safety.item}_missing")
        elif value >= safety.lowest:
            flags.append(f"item{safety.item}")
    return flags


def _flags_of_total(instrument: Instrument, total: float) -> list[str]:
    """Every safety item, where the total cannot be had with all of them answered below their limits."""
    limits = {safety.item: safety.lowest for safety in instrument.safety}
    most = points_of(instrument, dict.fromkeys(limits, instrument.response_range[1]), course_m=4)
    calm = points_of(instrument, {item: limit - 1 for item, limit in limits.items()}, course_m=4)
    lost = sum((most[item] or 0) - (calm[item] or 0) for item in limits)
    return [f"item{item}" for item in limits] if limits and total > instrument.range[1] - lost else []


def _symptoms(instrument: Instrument, answers: Mapping[str, float | None]) -> int | None:
    rule = instrument.rules["syndrome"]
    if any(v is None for v in answers.values()):
        return None
    limits: dict[str, int] = rule["counts_from_item"]
    least: int = rule["counts_from"]
    return sum((v or 0) >= limits.get(i, least) for i, v in answers.items())


def _syndrome(
    instrument: Instrument, answers: Mapping[str, float | None], subscales: Mapping[str, float | None]
) -> str | None:
    rule = instrument.rules.get("syndrome")
    if rule is None or any(v is None for v in answers.values()):
        return None
    if "each" in rule:
        return "met" if all((subscales[name] or 0) >= least for name, least in rule["each"].items()) else None
    symptoms = _symptoms(instrument, answers) or 0
    core = any((answers[str(i)] or 0) >= rule["counts_from"] for i in rule["core"])
    if not core:
        return None
    return "met" if symptoms >= rule["met"] else "other" if symptoms >= rule["other"] else None


def _below_norm(instrument: Instrument, total: float | None, age: float | None, sex: str | None) -> bool:
    rows = instrument.rules.get("norm", {}).get("below", [])
    if sex not in (None, "F", "M", "X"):
        raise ValueError(f"sex must be F, M or X, got {sex!r}")
    if total is None or age is None or sex in (None, "X"):
        return False
    row = next((r for r in reversed(rows) if age >= r["age"]), None)
    return row is not None and total < row[sex]
