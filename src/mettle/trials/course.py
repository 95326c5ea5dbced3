"""How far a trial is: which of its days it is, and whether its planned end has passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mettle.words import Sentence, say

if TYPE_CHECKING:
    from datetime import date

    from mettle.trials.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Course:
    """Where a trial stands on one day.

    Parameters
    ----------
    day, days
        Which day of the trial it is (run-in and washout counted; 0 before the first, ``days`` at the end) and of how many.
    last_day
        The last planned day.
    ended
        Whether the last planned day is over. What was declared for the end, the p value first of all, is told only then.
    """

    day: int
    days: int
    last_day: date
    ended: bool

    @property
    def words(self) -> Sentence:
        """Where it stands: ``day 23 of 84``."""
        if self.day == 0:
            return say("not begun; {days} days are planned", days=self.days)
        return say("day {day} of {days}", day=self.day, days=self.days)


@dataclass(frozen=True, slots=True)
class Expectancy:
    """What may have coloured the ratings; an answer reports it, because nobody is blind to their own training.

    Parameters
    ----------
    expected
        The benefit expected before any evidence was shown, points of the outcome in its own sign; None where points were not asked for.
    opened
        Days of the trial on which the running answer was looked at.
    of_ten
        The same asked in words: how much it was expected to help, 0 (not at all) to 10 (very much); None where that was not asked.
    """

    expected: float | None = None
    opened: tuple[int, ...] = ()
    of_ten: float | None = None


def course(schedule: Schedule, today: date) -> Course:
    """Where the trial stands.

    Parameters
    ----------
    schedule
        With at least one day.
    today
        The local day that it is; itself not over yet.
    """
    first, last = schedule.assignments[0].on, schedule.assignments[-1].on
    days = (last - first).days + 1
    return Course(min(max((today - first).days + 1, 0), days), days, last, ended=today > last)
