"""Which schedules a trial may have, and one of them drawn so that each is equally likely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from mettle.errors import InputError
from mettle.trials.automaton import Paths, paths
from mettle.trials.rhythm import LIMIT, MONTH, WEEK, Rhythms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import numpy as np

    from mettle.trials.schedule import Kind

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TRIES = 20_000
"""Draws before a set of rules counts as too tight for the rhythm's limit."""
REST = "rest"


@dataclass(frozen=True, slots=True)
class Rules:
    """What an admissible schedule obeys.

    Parameters
    ----------
    weekdays
        On which sessions may fall.
    per_week
        Fewest and most sessions in each week of seven days from the start; None where it is open. A last week that is
        not whole has no fewest.
    min_gap_h
        Hours from session to session at least, at the same time of day.
    max_run
        How often in a row the same arm may come; for training against rest, training days in a row.
    block_days
        Longest block; blocks last from half of it, rounded up, to all of it.
    run_in, washout
        Days before the first comparison; days at the begin of each later block that are not compared.
    max_without
        Most days in a row on which training is not allowed; None where both arms train.
    rhythm
        Most that a weekly or monthly rhythm may leave in the contrast, share of its amplitude; None for no check.
    """

    weekdays: tuple[str, ...] = WEEKDAYS
    per_week: tuple[int, int] | None = None
    min_gap_h: float = 24.0
    max_run: int = 2
    block_days: int = 14
    run_in: int = 0
    washout: int = 0
    max_without: int | None = None
    rhythm: float | None = LIMIT


@dataclass(frozen=True, slots=True)
class Admissible:
    """All admissible schedules of one trial.

    Parameters
    ----------
    days
        Day number of each position, from the first compared day.
    paths
        Sequences that obey all rules but the rhythm's; symbol 0 is the first arm.
    compared
        Positions that enter the contrast.
    rhythm
        As in `Rules`; sequences beyond it are drawn again, which keeps the rest equally likely.
    washout
        Positions after each change of arm that are not compared.
    """

    days: tuple[int, ...]
    paths: Paths
    compared: tuple[int, ...]
    rhythm: float | None
    washout: int = 0

    def washing(self, drawn: list[int]) -> frozenset[int]:
        """Positions at the begin of later blocks that are not compared."""
        turns = (i for i in range(1, len(drawn)) if drawn[i] != drawn[i - 1]) if self.washout else ()
        return frozenset(i + k for i in turns for k in range(self.washout) if i + k < len(drawn))

    def contrast(self, drawn: list[int]) -> tuple[list[int], list[int], list[int] | None]:
        """Day numbers, 1 for the first arm, and 1 where compared, as `Rhythms` takes them."""
        washed = self.washing(drawn)
        counted = [int(i not in washed) for i in self.compared] if washed else None
        return [self.days[i] for i in self.compared], [1 - drawn[i] for i in self.compared], counted

    def draw(self, rng: np.random.Generator) -> tuple[list[int], int]:
        """One admissible sequence, each equally likely, and how many were drawn until one kept the rhythm's limit.

        Raises
        ------
        InputError
            Where none was found.
        """
        if not self.paths.count:
            raise InputError("no schedule obeys all these rules; allow more weekdays, sessions or days")
        if self.rhythm is None:
            return self.paths.draw(rng), 1
        at = [self.days[i] for i in self.compared]
        coarse, fine = _rhythms(tuple(at), (7.0, 28.0)), _rhythms(tuple(at), (*WEEK, *MONTH))
        for tries in range(1, TRIES + 1):
            drawn = self.paths.draw(rng)
            _, first, counted = self.contrast(drawn)
            if coarse.leak(first, counted) <= self.rhythm and fine.leak(first, counted) <= self.rhythm:
                return drawn, tries
        raise InputError(
            f"none of {TRIES} schedules keeps a weekly and a monthly rhythm out of the comparison (at most {self.rhythm:g} "
            "of their height); make the trial longer, the blocks shorter, or allow more weekdays"
        )


@lru_cache(maxsize=64)
def _rhythms(days: tuple[int, ...], periods: tuple[float, ...]) -> Rhythms:
    return Rhythms(days, periods)


@lru_cache(maxsize=256)
def admissible(
    kind: Kind, *, rests: bool, start: date, days: int, rules: Rules, rated: tuple[int, ...] | None = None
) -> Admissible:
    """All admissible schedules.

    Parameters
    ----------
    rests
        Whether the second arm is rest.
    start
        The first compared day.
    days
        How many days are compared.
    rated
        Where only some days were rated, half of them with training: only schedules of which the same could be said.
    """
    if kind == "blocks":
        return _blocks(days, rules)
    if rests:
        return _rest_days(start, days, rules, paired=kind == "pairs", rated=rated)
    return _slots(start, days, rules, paired=kind == "pairs")


def weekday(start: date, day: int) -> str:
    """Its name, as in ``Mon``."""
    return WEEKDAYS[(start + timedelta(days=day)).weekday()]


def _rest_days(start: date, days: int, rules: Rules, *, paired: bool, rated: tuple[int, ...] | None) -> Admissible:
    """Training (0) or rest (1) on each day; see `_Day` for the state."""
    open_days = [d for d in range(days) if weekday(start, d) in rules.weekdays]
    may = set(open_days) if rated is None else set(open_days) & set(rated)
    allowed = [d in may for d in range(days)]
    half = {d: i % 2 for i, d in enumerate(open_days)} if paired else {}
    if paired and len(open_days) % 2:
        half.pop(open_days[-1])
    day_rules = _Day(
        allowed=allowed,
        half=half if paired else None,
        gap=max(1, ceil(rules.min_gap_h / 24)),
        per_week=rules.per_week or (0, 7),
        max_run=rules.max_run,
        cap=days + rules.run_in if rules.max_without is None else rules.max_without,
        total=None if rated is None else len(rated) // 2,
    )
    begin = (min(rules.run_in, day_rules.cap), 0, 0, 0, -1, 0)
    found = paths(days, begin, day_rules.options, lambda state: day_rules.total in (None, state[5]))
    compared = tuple(sorted(half)) if paired else tuple(open_days)
    return Admissible(tuple(range(days)), found, compared, rules.rhythm)


_State = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Day:
    """The rules of one day. State: rest days and training days in a row, sessions this week, gap left, first of the pair, total."""

    allowed: list[bool]
    half: dict[int, int] | None
    gap: int
    per_week: tuple[int, int]
    max_run: int
    cap: int
    total: int | None

    def options(self, day: int, state: _State) -> Iterable[tuple[int, _State]]:
        rested, run, week, wait, pair, total = state
        low, high = self.per_week
        week = 0 if day % 7 == 0 else week
        place = None if self.half is None else self.half.get(day)
        must = 1 - pair if place == 1 else None
        ends_short = day % 7 == 6 and week < low
        may = self.allowed[day] and (self.half is None or place is not None)
        if (
            may
            and (self.total is None or total < self.total)
            and must != 1
            and not wait
            and run < self.max_run
            and week < high
            and not (ends_short and week + 1 < low)
        ):
            counted = 0 if self.total is None else total + 1
            yield 0, (0, run + 1, week + 1, self.gap - 1, 0 if place == 0 else -1, counted)
        if must != 0 and rested < self.cap and not ends_short:
            keep = pair if place is None else (1 if place == 0 else -1)
            yield 1, (rested + 1, 0, week, max(0, wait - 1), keep, total)


def session_days(start: date, days: int, rules: Rules) -> tuple[int, ...]:
    """The days on which sessions stand where both arms train: the weekdays, or an even spread of the sessions a week."""
    chosen = rules.weekdays
    if len(chosen) == 7:
        low, high = rules.per_week or (3, 3)
        chosen = _EVEN[(low + high) // 2]
    gap = max(1, ceil(rules.min_gap_h / 24))
    found: list[int] = []
    for day in range(days):
        if weekday(start, day) in chosen and (not found or day - found[-1] >= gap):
            found.append(day)
    return tuple(found)


_EVEN = {
    1: ("Mon",),
    2: ("Mon", "Thu"),
    3: ("Mon", "Wed", "Fri"),
    4: ("Mon", "Tue", "Thu", "Fri"),
    5: ("Mon", "Tue", "Wed", "Fri", "Sat"),
    6: WEEKDAYS[:6],
    7: WEEKDAYS,
}


def _slots(start: date, days: int, rules: Rules, *, paired: bool) -> Admissible:
    """One of two ways at each session, equally often; state: last way, how often in a row, first minus second, of a pair."""
    at = session_days(start, days, rules)
    if len(at) < 2:
        raise InputError("a comparison of two ways needs at least two sessions; give more --days or --weekdays")
    number = len(at) - len(at) % 2 if paired else len(at)

    def options(slot: int, state: tuple[int, int, int, int]) -> Iterable[tuple[int, tuple[int, int, int, int]]]:
        last, run, ahead, pair = state
        for arm in (0, 1):
            if arm == last and run >= rules.max_run:
                continue
            if paired and slot % 2 and arm == pair:
                continue
            more = ahead + (1 if arm == 0 else -1)
            if abs(more) <= number - slot:
                yield arm, (arm, run + 1 if arm == last else 1, more, arm if paired and not slot % 2 else -1)

    found = paths(number, (-1, 0, 0, -1), options, lambda state: abs(state[2]) <= 1)
    return Admissible(at[:number], found, tuple(range(number)), rules.rhythm)


def _blocks(days: int, rules: Rules) -> Admissible:
    """Blocks of the two arms in turn; state: arm, days in this block, whether it is the first."""
    shortest, longest = ceil(rules.block_days / 2), rules.block_days

    def at_most(arm: int, *, first: bool) -> int:
        if arm == 0 or rules.max_without is None:
            return longest
        return min(longest, rules.max_without - (rules.run_in if first else 0))

    def options(_: int, state: tuple[int, int, bool]) -> Iterable[tuple[int, tuple[int, int, bool]]]:
        arm, run, first = state
        if arm == -1:
            yield from ((a, (a, 1, True)) for a in (0, 1) if at_most(a, first=True) >= shortest)
            return
        if run < at_most(arm, first=first):
            yield arm, (arm, run + 1, first)
        if run >= shortest and at_most(1 - arm, first=False) >= shortest:
            yield 1 - arm, (1 - arm, 1, False)

    begin = (-1, 0, True)
    found = paths(days, begin, options, lambda state: state[1] >= shortest)
    return Admissible(tuple(range(days)), found, tuple(range(days)), rules.rhythm, rules.washout)
