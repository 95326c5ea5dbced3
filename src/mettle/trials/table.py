"""The analysis table: one row per observation, and the columns that may explain it. Nothing measured after the exposure is a column."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from mettle.inference import nof1
from mettle.trials.contrasts import ACUTE_TAU_H, WINDOW_H
from mettle.trials.exposure import MOVED_S, Axis, Bout, Excluded, Exposures, axis_of, exposures
from mettle.trials.signals import signal_columns
from mettle.words import Figure, mark, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from mettle.diary import Diary, Observation
    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.trials.contrasts import Horizon
    from mettle.trials.schedule import Schedule

EVENING = 0.75
"""A date-only check-in is placed at 21:00: 18 hours after the day's begin at 03:00."""

STRETCH_GAP_DAYS = 365
"""Check-ins further apart than this are not one diary."""

RATED_AFTER_H = 6.0
BOUTS_FOR_HOURS = 8
"""The decay in hours is estimated where at least this many sessions have a rating within RATED_AFTER_H hours after them."""

CHRONIC_TAU_D = (14.0, 0.6)
"""Decay of the slow effect: median days and log-sd of its prior."""


@dataclass(frozen=True, slots=True)
class Column:
    """One regression column, its prior in standard units.

    Parameters
    ----------
    name
        ``intercept``, ``trend``, ``monday`` ..., ``clock_sin``, a signal's name, or an effect.
    values
        Shape (n,).
    mean, sd
        Of the normal prior of its coefficient, in SD of the outcome.
    """

    name: str
    values: NDArray[np.float64]
    mean: float = 0.0
    sd: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that the estimate needs about one outcome of one person.

    Parameters
    ----------
    outcome
        Its name.
    axis
        The clock.
    t, y, day
        Days since the origin, points, and day number, each (n,), in time order.
    centre, scale
        Mean and within-person SD of the analysed observations, points.
    columns
        What is not the exposure.
    bouts
        The doses analysed: as assigned where a schedule is given, otherwise as done.
    horizon
        Whether the acute effect decays in hours or is the same day's.
    same_day
        The same-day dose before each observation, (n,).
    ahead
        The dose of the following day, (n,): what the lead test looks at.
    timed
        Whether any check-in carries a time of day.
    done
        The doses as done.
    excluded
        Observations and sessions left out, with why.
    notes
        Codes of what the reader should know (``order_unknown`` and the like).
    """

    outcome: str
    axis: Axis
    t: NDArray[np.float64]
    y: NDArray[np.float64]
    day: NDArray[np.int64]
    centre: float
    scale: float
    columns: tuple[Column, ...]
    bouts: tuple[Bout, ...]
    horizon: Horizon
    same_day: NDArray[np.float64]
    ahead: NDArray[np.float64]
    timed: bool
    done: Exposures
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]

    @property
    def days(self) -> int:
        """Days from the first analysed observation to the last, both counted."""
        return int(self.day[-1] - self.day[0]) + 1 if self.day.size else 0

    @property
    def daily(self) -> NDArray[np.float64]:
        """The dose of each day from the first to the last analysed observation, (days,)."""
        dose = np.zeros(self.days)
        for bout in self.bouts if self.days else ():
            index = bout.day - int(self.day[0])
            if 0 <= index < dose.size:
                dose[index] += bout.dose
        return dose

    def design(self, priors: Mapping[PriorEffect, Prior], *, extra: Sequence[Column] = ()) -> nof1.Design:
        """The table in the engine's form, standardised.

        Parameters
        ----------
        priors
            ``acute``, ``next_day`` and ``chronic`` in points.
        extra
            Further columns, such as the lead test's.
        """
        daily = _DayDoses(self.bouts)
        columns = [*self.columns, *extra, Column("next_day", np.array([daily(d - 1) for d in self.day.tolist()]))]
        if self.horizon == "day":
            columns.append(Column("acute", self.same_day))
        kernels = _kernels(self.bouts, self.horizon)
        names = (*(c.name for c in columns), *(k.name for k in kernels))
        own = {c.name: (c.mean, c.sd) for c in columns}
        given = {str(name): (prior.mean / self.scale, prior.sd / self.scale) for name, prior in priors.items()}
        means, sds = zip(*(given.get(n) or own[n] for n in names), strict=True)
        return nof1.Design(
            t=self.t,
            y=(self.y - self.centre) / self.scale,
            x=np.column_stack([c.values for c in columns]),
            names=names,
            prior_mean=np.array(means),
            prior_sd=np.array(sds),
            kernels=kernels,
        )


class _DayDoses:
    """Day number -> total dose, 0 where there was none."""

    def __init__(self, bouts: Sequence[Bout]) -> None:
        self._total: dict[int, float] = {}
        for bout in bouts:
            self._total[bout.day] = self._total.get(bout.day, 0.0) + bout.dose

    def __call__(self, day: int) -> float:
        return self._total.get(day, 0.0)


def _kernels(bouts: Sequence[Bout], horizon: Horizon) -> tuple[nof1.Kernel, ...]:
    dose = np.array([b.dose for b in bouts], dtype=float)
    slow = nof1.Kernel(
        name="chronic",
        kind="adstock",
        at=np.array([b.day for b in bouts], dtype=float),
        dose=dose,
        log_tau_mean=math.log(CHRONIC_TAU_D[0]),
        log_tau_sd=CHRONIC_TAU_D[1],
    )
    if horizon == "day":
        return (slow,)
    fast = nof1.Kernel(
        name="acute",
        kind="decay",
        at=np.array([b.end for b in bouts], dtype=float),
        dose=dose,
        log_tau_mean=math.log(ACUTE_TAU_H[0] / 24),
        log_tau_sd=ACUTE_TAU_H[1],
        window=WINDOW_H / 24,
    )
    return (fast, slow)


def build(
    diary: Diary,
    outcome: str,
    *,
    today: date,
    schedule: Schedule | None = None,
    drop_first_days: int = 0,
) -> Table:
    """The analysis table of one outcome.

    Parameters
    ----------
    diary
        What was recorded.
    outcome
        Which outcome; see `Diary.of` for what is raised where there is none.
    today
        Observations of later days are left out, with why.
    schedule
        Where given, the doses are those assigned: 1 on a day of the first arm, 0 on a day of the second, and
        observations outside the trial days are left out.
    drop_first_days
        Leave out observations of the first so many days (novelty).
    """
    seen = sorted(diary.of(outcome), key=lambda o: o.when.sort_key)
    seen, excluded = _one_source(seen)
    kept, unusable = _usable(seen, today)
    excluded += unusable
    kept, stray = _one_stretch(kept)
    excluded += stray
    axis = axis_of(
        [*(o.when for o in kept or seen), *(s.start for s in diary.sessions), *(d.when for d in diary.doses)]
    )
    done = exposures(diary, axis)
    if schedule is not None:
        kept, outside = _within(kept, schedule)
        excluded += outside
    if drop_first_days and kept:
        begin = kept[0].when.day
        early = [o for o in kept if (o.when.day - begin).days < drop_first_days]
        excluded += [
            _left_out(o, say("one of the first {days} days, dropped as asked", days=drop_first_days)) for o in early
        ]
        kept = [o for o in kept if (o.when.day - begin).days >= drop_first_days]
    bouts = done.bouts if schedule is None else assigned(schedule, axis, done)
    either = () if schedule is None or "rest" in schedule.arms else assigned(schedule, axis, done, arms=schedule.arms)
    table = _table(diary, outcome, axis, kept=kept, bouts=bouts, either=either, done=done, excluded=excluded)
    return replace(table, notes=(*table.notes, *_moves(kept)))


def _moves(kept: Sequence[Observation]) -> list[str]:
    """A note for each move across time zones: its date and by how many hours."""
    timed = [o.when for o in kept if o.when.offset_s is not None]
    return [
        f"zone_moved:{b.on.isoformat()}:{(b.offset_s - a.offset_s) / 3600:+g}"
        for a, b in pairwise(timed)
        if a.offset_s is not None and b.offset_s is not None and abs(b.offset_s - a.offset_s) > MOVED_S
    ]


HALF_STARTS = {"am": 6 / 24, "pm": 15 / 24}
"""Where nothing is known of the person's own clock times: 09:00 and 18:00, in days since 03:00."""
NOON = 9 / 24


def assigned(
    schedule: Schedule, axis: Axis, done: Exposures, *, arms: tuple[str, ...] | None = None
) -> tuple[Bout, ...]:
    """The doses as assigned: one on each compared session day of the first arm (or of ``arms``).

    Where sessions have times, an assigned one stands at the person's usual clock time, so that a rating before it is one; otherwise
    the whole day counts as assigned. Where morning is compared with evening, days part when the morning session begins. A day
    that was drawn in halves has a dose in each half of the first arm, at the person's usual clock time of that half.
    """
    arms = arms or schedule.arms[:1]
    halves = "rest" in schedule.arms and any(a.part for a in schedule.assignments)
    usual, length = _clocks(schedule, done, halves=halves)
    bouts = []
    for a in schedule.assignments:
        if a.phase != "trial" or not a.session or a.arm not in arms:
            continue
        day = (a.on - axis.origin).days
        clock = usual.get(a.part if halves else None)
        start = float(day) if clock is None else day + clock
        end = None if clock is None or "rest" not in schedule.arms else start + length
        bouts.append(Bout(day=day, dose=1.0, start=start, end=end, arm=a.arm))
    return tuple(bouts)


def _clocks(schedule: Schedule, done: Exposures, *, halves: bool) -> tuple[dict[str | None, float], float]:
    """The person's usual clock time (days since 03:00) of a session, or of one in each half; and its usual length."""
    starts = [b.start % 1.0 for b in done.bouts if b.start is not None] if done.timed else []
    lengths = [b.end - b.start for b in done.bouts if b.start is not None and b.end is not None]
    length = median(lengths) if lengths else 0.0
    half = {"am": [s for s in starts if s < NOON], "pm": [s for s in starts if s >= NOON]}
    if halves:
        return {part: median(own) if own else HALF_STARTS[part] for part, own in half.items()}, length
    if schedule.kind == "am_pm":
        return ({None: median(half["am"])} if half["am"] else {}), length
    return ({None: median(starts)} if starts else {}), length


def _table(
    diary: Diary,
    outcome: str,
    axis: Axis,
    *,
    kept: list[Observation],
    bouts: tuple[Bout, ...],
    either: tuple[Bout, ...],
    done: Exposures,
    excluded: list[Excluded],
) -> Table:
    stamps = [axis.t(o.when) for o in kept]
    day = np.array([axis.day(o.when) for o in kept], dtype=np.int64)
    t = np.array([d + EVENING if s is None else s for s, d in zip(stamps, day.tolist(), strict=True)], dtype=float)
    order = np.argsort(t, kind="stable")
    t, day = t[order], day[order]
    y = np.array([o.value for o in kept], dtype=float)[order]
    timed = np.array([s is not None for s in stamps], dtype=bool)[order]
    horizon = _horizon(t, timed, bouts)
    same_day, order_known = _same_day(t, day, timed, bouts)
    notes = [] if order_known or horizon == "hours" else ["order_unknown"]
    scale = float(np.std(y, ddof=1)) if y.size > 1 else 0.0
    columns = [*_calendar(axis, t, day, timed), *_either_way(t, day, timed, either)]
    if scale > 0:
        from_signals, signal_notes, signal_excluded = signal_columns(
            [s for s in diary.signals if s.name != outcome], axis, day, bouts
        )
        columns += [Column(name, values, sd=sd) for name, values, sd in from_signals]
        notes += signal_notes
        excluded = [*excluded, *signal_excluded]
    return Table(
        outcome=outcome,
        axis=axis,
        t=t,
        y=y,
        day=day,
        centre=float(np.mean(y)) if y.size else 0.0,
        scale=scale,
        columns=tuple(columns),
        bouts=bouts,
        horizon=horizon,
        same_day=same_day,
        ahead=_ahead(t, day, timed, bouts),
        timed=bool(timed.size and timed.any()),
        done=done,
        excluded=(*excluded, *done.excluded),
        notes=tuple(notes),
    )


def _left_out(o: Observation, why: str) -> Excluded:
    return Excluded(o.outcome, str(o.when), why)


def _one_source(seen: list[Observation]) -> tuple[list[Observation], list[Excluded]]:
    """The observations of the source that has most; series of different sources are never mixed."""
    count = Counter(o.source for o in seen)
    main = max(count, key=lambda source: count[source])
    return [o for o in seen if o.source == main], [
        _left_out(
            o, say("from {source}; only {main} is analysed, as sources are never mixed", source=o.source, main=main)
        )
        for o in seen
        if o.source != main
    ]


def _one_stretch(kept: list[Observation]) -> tuple[list[Observation], list[Excluded]]:
    """The stretch with most observations, where some lie more than a year from all others: a mistyped year, or another time."""
    stretches: list[list[Observation]] = []
    for o in kept:
        if not stretches or (o.when.day - stretches[-1][-1].when.day).days > STRETCH_GAP_DAYS:
            stretches.append([])
        stretches[-1].append(o)
    if len(stretches) < 2:
        return kept, []
    main = max(stretches, key=len)
    why = say("more than a year from the other check-ins")
    return main, [_left_out(o, why) for stretch in stretches if stretch is not main for o in stretch]


def _usable(seen: Sequence[Observation], today: date) -> tuple[list[Observation], list[Excluded]]:
    kept: list[Observation] = []
    excluded: list[Excluded] = []
    stamps: dict[str, float] = {}
    values: set[tuple[str, float]] = set()
    for o in seen:
        stamp = str(o.when)
        if o.when.day > today:
            excluded.append(_left_out(o, say("lies in the future")))
        elif (stamp, o.value) in values:
            excluded.append(_left_out(o, say("same moment and same value as another")))
        elif o.when.clock is not None and stamp in stamps:
            excluded.append(
                _left_out(
                    o, say("same moment as another, whose value {value} was kept", value=Figure(f"{stamps[stamp]:g}"))
                )
            )
        else:
            kept.append(o)
            stamps[stamp] = o.value
            values.add((stamp, o.value))
    return kept, excluded


_PHASES = {"run_in": mark("a run-in day"), "trial": mark("a trial day"), "washout": mark("a washout day")}


def _within(kept: list[Observation], schedule: Schedule) -> tuple[list[Observation], list[Excluded]]:
    compared = schedule.compared_days
    phases = {a.on: a.phase for a in schedule.assignments}
    inside = [o for o in kept if o.when.day in compared]
    outside = [
        _left_out(o, _PHASES[phases[o.when.day]] if o.when.day in phases else say("no day of the trial"))
        for o in kept
        if o.when.day not in compared
    ]
    return inside, outside


def _horizon(t: NDArray[np.float64], timed: NDArray[np.bool_], bouts: Sequence[Bout]) -> Horizon:
    """Hours where everything has a time and enough sessions were rated soon after; otherwise the same day."""
    if not timed.size or not timed.all() or not bouts or any(b.end is None for b in bouts):
        return "day"
    ends = np.array([b.end for b in bouts], dtype=float)
    first = np.searchsorted(t, ends, side="right")
    rated = sum(
        1
        for end, i in zip(ends.tolist(), first.tolist(), strict=True)
        if i < t.size and t[i] - end <= RATED_AFTER_H / 24
    )
    return "hours" if rated >= BOUTS_FOR_HOURS else "day"


def _same_day(
    t: NDArray[np.float64], day: NDArray[np.int64], timed: NDArray[np.bool_], bouts: Sequence[Bout]
) -> tuple[NDArray[np.float64], bool]:
    """The same-day dose before each observation, and whether the order within the day was always known.

    Where it is not (a date-only session, several timed ratings), only the day's last rating counts as after it.
    """
    by_day: dict[int, list[Bout]] = {}
    for bout in bouts:
        by_day.setdefault(bout.day, []).append(bout)
    last = np.ones(day.size, dtype=bool)
    last[:-1] = day[1:] != day[:-1]
    dose = np.zeros(day.size)
    known = True
    for i, d in enumerate(day.tolist()):
        for bout in by_day.get(d, ()):
            if bout.start is not None and timed[i]:
                dose[i] += bout.dose if bout.start <= t[i] else 0.0
            elif last[i] or not timed[i]:
                dose[i] += bout.dose
            else:
                known = False
    return dose, known


def _ahead(
    t: NDArray[np.float64], day: NDArray[np.int64], timed: NDArray[np.bool_], bouts: Sequence[Bout]
) -> NDArray[np.float64]:
    """The dose still to come after each observation, as near as the ratings allow.

    Within 12 hours where enough sessions have a rating that soon before them (it is the sharpest test: the model shares
    what lasts for days), else within 24 hours; on the following day where times are not known.
    """
    if not bouts or not t.size:
        return np.zeros(t.size)
    if not timed.all() or any(b.start is None for b in bouts):
        by_day = _DayDoses(bouts)
        return np.array([by_day(d + 1) for d in day.tolist()], dtype=float)
    order = sorted(bouts, key=lambda b: b.start or 0.0)
    starts = np.array([b.start for b in order], dtype=float)
    total = np.concatenate([[0.0], np.cumsum([b.dose for b in order])])
    before = np.searchsorted(t, starts, side="left") - 1
    soon = int(np.sum((before >= 0) & (starts - t[np.maximum(before, 0)] <= 0.5)))
    window = 0.5 if soon >= BOUTS_FOR_HOURS else 1.0
    return np.asarray(total[np.searchsorted(starts, t + window, "right")] - total[np.searchsorted(starts, t, "right")])


def _either_way(
    t: NDArray[np.float64], day: NDArray[np.int64], timed: NDArray[np.bool_], either: tuple[Bout, ...]
) -> list[Column]:
    """What any session leaves, where two ways of training are compared: the effect is then the one way's against the other's."""
    if not either:
        return []
    same_day, _ = _same_day(t, day, timed, either)
    before = _DayDoses(either)
    next_day = np.array([before(d - 1) for d in day.tolist()], dtype=float)
    return [Column("any_session", same_day, sd=0.5), Column("any_session_before", next_day, sd=0.5)]


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _calendar(axis: Axis, t: NDArray[np.float64], day: NDArray[np.int64], timed: NDArray[np.bool_]) -> list[Column]:
    """Intercept, a shrunk trend over the whole span, seven exchangeable weekday effects, and the time of day."""
    n = t.size
    span = float(t[-1] - t[0]) if n > 1 else 1.0
    middle = float(t[-1] + t[0]) / 2 if n else 0.0
    weekday = np.array([axis.date(d).weekday() for d in day.tolist()], dtype=int)
    columns = [
        Column("intercept", np.ones(n), sd=3.0),
        Column("trend", (t - middle) / (span or 1.0), sd=1.0),
        *(Column(name, (weekday == i).astype(float), sd=0.4) for i, name in enumerate(_WEEKDAYS)),
    ]
    several = any(a == b for a, b in pairwise(day.tolist()))
    if several and timed.any():
        hour = 2 * np.pi * (t % 1.0)
        columns += [
            Column("clock_sin", np.where(timed, np.sin(hour), 0.0), sd=0.5),
            Column("clock_cos", np.where(timed, np.cos(hour), 0.0), sd=0.5),
        ]
    return columns


def with_bouts(table: Table, bouts: tuple[Bout, ...]) -> Table:
    """The same observations with other doses: as trained instead of as assigned, or a placebo's."""
    timed = np.array([b.start is not None for b in bouts], dtype=bool)
    clocked = np.full(table.t.size, bool(timed.size and timed.all() and table.horizon == "hours"))
    same_day, _ = _same_day(table.t, table.day, clocked, bouts)
    ahead = _ahead(table.t, table.day, clocked, bouts)
    return replace(table, bouts=bouts, same_day=same_day, ahead=ahead)
