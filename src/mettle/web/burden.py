"""What mettle costs a person in a day: the seconds that its screens kept them busy, as their own device measured them."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from statistics import median
from typing import TYPE_CHECKING, Any

from mettle.web import days
from mettle.web.store import CHECK_IN_S, QUESTIONNAIRE_S

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mettle.web.models import Person

DAILY_BUDGET_S, WEEKLY_BUDGET_MIN = 45, 6
SPAN_DAYS = 28
ENOUGH_DAYS = 7
"""Days with check-ins before a figure is a person's own: one day, or one of trying it out, says nothing of a usual one."""


@dataclass(frozen=True, slots=True)
class Burden:
    """Median seconds on a day with a check-in, and minutes a week in all; None without any.

    Parameters
    ----------
    daily_s
        Check-ins, and what is asked at the end of a session.
    weekly_min
        Check-ins and questionnaires, the mean of the weeks since the first of them.
    days
        Days that count.
    """

    daily_s: float | None
    weekly_min: float | None
    days: int

    @property
    def within(self) -> bool:
        """Whether it stays within what mettle means to cost."""
        return (self.daily_s or 0) <= DAILY_BUDGET_S and (self.weekly_min or 0) <= WEEKLY_BUDGET_MIN

    @property
    def enough(self) -> bool:
        """Whether there are days enough to speak of this person's own cost."""
        return self.days >= ENOUGH_DAYS


@cache
def measured() -> dict[str, Any]:
    """What the defaults cost, as `validation/web/burden.py` measured it in a browser with a scripted hand."""
    found: dict[str, Any] = json.loads((resources.files("mettle.web") / "burden.json").read_text(encoding="utf-8"))
    return found


def of(person: Person) -> Burden:
    """The last four weeks of a person."""
    today = days.today(person)
    rows = person.observations.filter(
        deleted="",
        outcome__in=(CHECK_IN_S, QUESTIONNAIRE_S),
        on__gt=today - timedelta(days=SPAN_DAYS),
        value__isnull=False,
    )
    return added_up([(r.on, r.outcome, r.value) for r in rows if r.on is not None and r.value is not None], today=today)


def added_up(rows: Iterable[tuple[date, str, float]], *, today: date) -> Burden:
    """The figures of ``(day, what, seconds)``.

    >>> from datetime import date
    >>> added_up([(date(2026, 11, 1), "check_in_s", 20.0), (date(2026, 11, 1), "check_in_s", 12.0)], today=date(2026, 11, 7))
    Burden(daily_s=32.0, weekly_min=0.5333333333333333, days=1)
    """
    told = list(rows)
    by_day: dict[date, float] = defaultdict(float)
    for on, what, seconds in told:
        if what == CHECK_IN_S:
            by_day[on] += seconds
    if not told:
        return Burden(None, None, 0)
    span = max((today - min(on for on, _, _ in told)).days + 1, 7)
    weekly = sum(seconds for _, _, seconds in told) / 60 / span * 7
    return Burden(median(by_day.values()) if by_day else None, weekly, len(by_day))
