"""From sessions to doses: what was done, how much of it, and when, on the clock of the analysis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import median
from typing import TYPE_CHECKING

from mettle.units import DAY_STARTS
from mettle.words import Figure, mark, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mettle.diary import Diary
    from mettle.training import PerformedSession
    from mettle.units import When


@dataclass(frozen=True, slots=True)
class Excluded:
    """A record that does not enter the analysis, and why.

    Parameters
    ----------
    what
        ``session`` or the outcome's name.
    when
        Its moment as written.
    why
        In words.
    """

    what: str
    when: str
    why: str


MOVED_S = 5_400
"""Offsets further apart than this are a move across time zones, not summer time."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The clock of the analysis: days since 03:00 of the first day, so that the whole part is the day's number.

    Parameters
    ----------
    origin
        Day 0.
    base
        The instant of t = 0, where every timed record states its offset and none is more than `MOVED_S` from another; otherwise None, and
        wall times are compared: after a move across time zones a day stays a day, and only the hours across the move itself are off.

    >>> from mettle.units import When
    >>> axis = Axis(date(2026, 11, 22))
    >>> axis.t(When.parse("2026-11-22 15:00")), axis.day(When.parse("2026-11-23 02:00"))
    (0.5, 0)
    """

    origin: date
    base: datetime | None = None

    def day(self, when: When) -> int:
        """The number of the day that a moment belongs to."""
        return (when.day - self.origin).days

    def t(self, when: When) -> float | None:
        """Days since the origin; None for a date without a time."""
        if when.clock is None:
            return None
        if self.base is not None:
            instant = when.instant
            assert instant is not None
            return (instant - self.base) / timedelta(days=1)
        wall = when.wall
        assert wall is not None
        return (wall - datetime.combine(self.origin, DAY_STARTS)) / timedelta(days=1)

    def date(self, day: int) -> date:
        """The date of a day number."""
        return self.origin + timedelta(days=day)


def axis_of(moments: Iterable[When]) -> Axis:
    """The axis that begins on the first of these moments' days.

    Raises
    ------
    ValueError
        Where there is no moment.
    """
    stamps = sorted(moments, key=lambda w: w.sort_key)
    if not stamps:
        raise ValueError("an axis needs at least one moment")
    origin = min(w.day for w in stamps)
    timed = [w for w in stamps if w.clock is not None]
    offsets = [w.offset_s for w in timed]
    if not timed or None in offsets or max(o or 0 for o in offsets) - min(o or 0 for o in offsets) > MOVED_S:
        return Axis(origin)
    zone = timezone(timedelta(seconds=timed[0].offset_s or 0))
    return Axis(origin, datetime.combine(origin, DAY_STARTS, zone).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Bout:
    """One dose of training.

    Parameters
    ----------
    day
        Number of its day on the axis.
    dose
        1 = the person's median session; at least 0.
    start, end
        Days on the axis; None where only the date is known. Where the length is unknown the end is the start.
    arm
        The arm that was done, where the file names it.
    """

    day: int
    dose: float
    start: float | None = None
    end: float | None = None
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class Exposures:
    """All doses of one person.

    Parameters
    ----------
    bouts
        In time order, doses above 0 only.
    unit
        What dose 1 is, in words.
    merged
        Sessions that a second app recorded too; they count once.
    excluded
        Sessions that are no dose, with why.
    first_day, last_day
        Day numbers between which training is known to have been logged; None where nothing was.
    """

    bouts: tuple[Bout, ...]
    unit: str
    merged: int
    excluded: tuple[Excluded, ...]
    first_day: int | None
    last_day: int | None

    @property
    def timed(self) -> bool:
        """Whether every bout has a time of day."""
        return bool(self.bouts) and all(b.start is not None for b in self.bouts)

    def by_day(self) -> dict[int, float]:
        """Total dose of each day that has one."""
        total: dict[int, float] = {}
        for bout in self.bouts:
            total[bout.day] = total.get(bout.day, 0.0) + bout.dose
        return total


@dataclass(frozen=True, slots=True)
class _Raw:
    when: When
    amount: float
    length_s: int | None
    arm: str | None = None


def exposures(diary: Diary, axis: Axis) -> Exposures:
    """The doses of a diary, in units of the person's median session.

    A session's amount is its work sets times their effort (RPE, 0-10; where only some sets state one, the others get
    the person's median; where none does, sets are counted). A session exported by two apps is one dose (`diary.merge`
    tells). Where doses are stated directly, they are taken instead.

    Parameters
    ----------
    diary
        Sessions and doses; a skipped session is none.
    axis
        The clock.
    """
    excluded: list[Excluded] = []
    records = _stated(diary) or _from_sessions(diary.sessions, excluded)
    known = [axis.day(r.when) for r in records]
    positive = [r.amount for r in records if r.amount > 0]
    usual = median(positive) if positive else 1.0
    bouts = tuple(
        Bout(
            day=axis.day(r.when),
            dose=r.amount / usual,
            start=axis.t(r.when),
            end=_end(axis.t(r.when), r.length_s),
            arm=r.arm,
        )
        for r in records
        if r.amount > 0
    )
    return Exposures(
        bouts=tuple(sorted(bouts, key=lambda b: (b.day, b.start if b.start is not None else -1.0))),
        unit=_unit(diary, usual),
        merged=len(diary.also_recorded),
        excluded=tuple(excluded),
        first_day=min(known, default=None),
        last_day=max(known, default=None),
    )


def _end(start: float | None, length_s: int | None) -> float | None:
    return None if start is None else start + (length_s or 0) / 86_400


def _unit(diary: Diary, usual: float) -> str:
    if diary.doses:
        return say("1 = your usual amount ({usual} as stated in the file)", usual=Figure(f"{usual:g}"))
    if any(s.rpe is not None for session in diary.sessions for s in session.work_sets):
        return say("1 = your median session (work sets times their effort)")
    return say("1 = your median session ({usual} work sets)", usual=Figure(f"{usual:g}"))


def _from_sessions(sessions: Iterable[PerformedSession], excluded: list[Excluded]) -> list[_Raw]:
    done = []
    for session in sessions:
        if session.skipped is not None:
            excluded.append(Excluded("session", str(session.start), say("not done: {why}", why=mark(session.skipped))))
        elif session.sets and not session.work_sets:
            excluded.append(Excluded("session", str(session.start), say("no work set was done")))
        else:
            done.append(session)
    efforts = [e for s in done for e in _efforts(s) if e is not None]
    fill = median(efforts) if efforts else 1.0
    amounts = [sum(fill if e is None else e for e in _efforts(s)) for s in done]
    usual = median([a for a in amounts if a > 0] or [1.0])
    return [_Raw(s.start, amount if s.sets else usual, s.duration_s) for s, amount in zip(done, amounts, strict=True)]


def _efforts(session: PerformedSession) -> list[float | None]:
    return [session.session_rpe if s.rpe is None else max(s.rpe, 0.0) for s in session.work_sets]


def _stated(diary: Diary) -> list[_Raw]:
    return [_Raw(d.when, d.amount, None, d.arm) for d in diary.doses]
