"""What is asked: refused where it cannot be, and in words where it can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from mettle.answers.estimates import PRIOR_NAMES
from mettle.diary import SignalName
from mettle.errors import InputError
from mettle.trials import wording
from mettle.trials.signals import refuse_consequences
from mettle.words import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.diary import Diary
    from mettle.trials.schedule import Schedule
    from mettle.trials.table import Table
    from mettle.trials.verdict import Direction
    from mettle.trials.wording import Comparison


def refuse(
    outcome: str, diary: Diary, *, swc: float | None, prior: str, schedule: Schedule | None, beside: str | None
) -> None:
    """`InputError` where something asked is not allowed or not there."""
    _recorded(outcome, diary, where="--outcome")
    if swc is not None and not 0 < swc < float("inf"):
        raise InputError(f"must be a number above 0, got {swc:g}", where="--swc")
    if prior not in PRIOR_NAMES:
        raise InputError(f"must be one of {', '.join(PRIOR_NAMES)}, got {prior!r}", where="--prior")
    if schedule is not None and not schedule.trial_days:
        raise InputError("the schedule has no trial day", where="--schedule")
    if beside == outcome:
        raise InputError(f"must be another outcome than {outcome!r}", where="--with")
    if beside is not None:
        _recorded(beside, diary, where="--with")


def _recorded(outcome: str, diary: Diary, *, where: str) -> None:
    try:
        diary.of(outcome)
    except ValueError as error:
        raise InputError(str(error), where=where) from None


def adjusted(diary: Diary, outcome: str, adjust: Sequence[str] | None) -> Diary:
    """The diary with only the signals that are held constant; `InputError` where one may be a consequence of the session."""
    if adjust is None:
        return diary
    refuse_consequences(adjust, get_args(SignalName))
    return replace(diary, signals=tuple(s for s in diary.signals if s.name in adjust or s.name == outcome))


def refuse_other_days(table: Table, diary: Diary, outcome: str, schedule: Schedule | None) -> None:
    """`InputError` where a trial and the check-ins have no day in common."""
    if schedule is None or table.t.size:
        return
    seen = sorted(o.when.day for o in diary.of(outcome))
    days = sorted(schedule.trial_days)
    raise InputError(
        f"no check-in lies on a day of the trial: check-ins {seen[0]} to {seen[-1]}, trial {days[0]} to {days[-1]}",
        where="--schedule",
    )


def comparison(
    outcome: str, table: Table, *, unit: str, higher_is: Direction, schedule: Schedule | None, swc: float | None
) -> Comparison:
    """What is compared, for the words."""
    arms = None
    if schedule is not None and schedule.arms != ("train", "rest"):
        arms = (wording.arm_words(schedule.arms[0]), wording.arm_words(schedule.arms[1]))
    return wording.Comparison(
        outcome=mark(outcome.replace("_", " ")),
        unit=mark(unit),
        higher_is=higher_is,
        horizon=table.horizon,
        arms=arms,
        assigned=schedule is not None,
        dated_only=not table.timed,
        kind=None if schedule is None else schedule.kind,
        swc=swc or 0.0,
    )
