"""Visits to the steps of the ladder, as the person's records tell them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mettle.prescription import Visit
from mettle.web.store import LADDER_STAY, LADDER_STEP

if TYPE_CHECKING:
    from mettle.web.models import Person

TENSION = "suds"
_BEFORE_AFTER = (LADDER_STAY, LADDER_STEP, TENSION)
"""Of what was written in the same second: the answer about the visit before, the step, then the tension."""


def visits(person: Person) -> list[Visit]:
    """In time order: each begins where a step was confirmed; tension told before and after belongs to the last one begun."""
    rows = person.observations.filter(
        deleted="", outcome__in=_BEFORE_AFTER, value__isnull=False, on__isnull=False
    ).values("on", "clock_time", "outcome", "value", "occasion")
    found: list[Visit] = []
    for row in sorted(
        rows, key=lambda r: (r["on"], str(r["clock_time"] or ""), _BEFORE_AFTER.index(r["outcome"]), r["occasion"])
    ):
        if row["outcome"] == LADDER_STEP:
            found.append(Visit(int(row["value"] or 0)))
        elif found and row["outcome"] == LADDER_STAY:
            found[-1] = replace(found[-1], stays=True)
        elif found and row["occasion"] == "before":
            found[-1] = replace(found[-1], before=row["value"])
        elif found and row["occasion"] == "after":
            found[-1] = replace(found[-1], after=row["value"])
    return found
