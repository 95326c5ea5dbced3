"""Answers to points, points to a total and subscales: reversal by item id, tables, missing answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.instruments.instrument import Instrument


def points_of(instrument: Instrument, answers: Mapping[str, float | None], course_m: int) -> dict[str, float | None]:
    """Item id to points: recoded, reversed, or read from the instrument's table."""
    scoring = instrument.rules["scoring"]
    if scoring["rule"] == "points":
        return {item: _table_points(instrument, item, value, course_m) for item, value in answers.items()}
    low, high = instrument.response_range
    reverse = {str(i) for i in scoring.get("reverse", [])}
    recode = {float(k): v for k, v in scoring.get("recode", {}).items()}

    def point(item: str, value: float | None) -> float | None:
        if value is None:
            return None
        value = recode.get(value, value)
        return low + high - value if item in reverse else value

    return {item: point(item, value) for item, value in answers.items()}


def _table_points(instrument: Instrument, item: str, value: float | None, course_m: int) -> float | None:
    if value is None:
        return None
    if course_m not in (3, 4):
        raise ValueError(f"{instrument.name}: the walk is over 4 or 3 m, got {course_m}")
    tables = instrument.rules["points"]
    table = tables.get(f"{item}_3m", tables[item]) if course_m == 3 else tables[item]
    tests = {
        "at_least": lambda limit: value >= limit,
        "at_most": lambda limit: value <= limit,
        "below": lambda limit: value < limit,
        "above": lambda limit: value > limit,
    }
    for row in table["rows"]:
        if all(tests[name](row[name]) for name in tests if name in row):
            return int(row["points"])
    return 0


def total_of(instrument: Instrument, points: Mapping[str, float | None]) -> tuple[float | None, bool]:
    """The score, None where too much is missing, and whether missing answers were replaced by a mean."""
    rules = instrument.rules
    counted = {str(i) for i in rules["scoring"].get("items", points)}
    points = {i: v for i, v in points.items() if i in counted}
    missing = [i for i, v in points.items() if v is None]
    never = {str(i) for i in rules["missing"].get("never", [])}
    if len(missing) > rules["missing"]["prorate"] or never & set(missing):
        return None, False
    if missing and "within" in rules["missing"]:
        filled = _filled_by_cluster(rules, points)
        if filled is None:
            return None, False
        points = filled
    known = [v for v in points.values() if v is not None]
    if not known:
        return None, False
    mean = math.fsum(known) / len(known)
    if rules["scoring"]["rule"] == "mean":
        return mean, bool(missing)
    total = math.fsum(known) if len(known) == len(points) else mean * len(points)
    return tidy(total * rules["scoring"].get("multiply", 1)), bool(missing)


def _filled_by_cluster(rules: Mapping[str, Any], points: Mapping[str, float | None]) -> dict[str, float | None] | None:
    filled = dict(points)
    for cluster in rules["missing"]["within"]:
        items = [str(i) for i in rules["subscales"][cluster]["items"]]
        known = [v for i in items if (v := points[i]) is not None]
        if not known:
            return None
        for item in items:
            if filled[item] is None:
                filled[item] = math.fsum(known) / len(known)
    return filled


def subscales_of(
    instrument: Instrument, points: Mapping[str, float | None], answers: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Name to value; None where one of its items has no answer."""
    found: dict[str, float | None] = {}
    for name, rule in instrument.rules.get("subscales", {}).items():
        items = [str(i) for i in rule["items"]]
        values = [points[i] for i in items]
        if any(v is None for v in values):
            found[name] = None
        elif "count_from" in rule or "count_from_item" in rule:
            limits = rule.get("count_from_item", {})
            found[name] = sum((answers[i] or 0) >= limits.get(i, rule.get("count_from", 0)) for i in items)
        else:
            found[name] = tidy(math.fsum(v for v in values if v is not None))
    return found


def tidy(value: float) -> float:
    """A whole number without its decimal point."""
    return int(value) if float(value).is_integer() else value
