"""Personal records and what would be the next one: the front of load against repetitions.

A set is a record where no earlier set had at least its load and at least its repetitions; so a record need not be the
heaviest set, and there is always a near one to go for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mettle.training.strength import one_rep_max

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mettle.training.sets import PerformedSession, PerformedSet

RecordKind = Literal["heaviest", "most_reps", "both"]
MOST_TARGET_REPS = 15
"""Targets above this many repetitions say little of strength and much of patience."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A set as load in kilograms (0 for the body alone) and repetitions."""

    load_kg: float
    reps: int


@dataclass(frozen=True, slots=True)
class Record:
    """A set that no set before it had reached.

    Parameters
    ----------
    exercise
        As the log names it.
    on
        The day that it belongs to.
    point
        What was lifted how often.
    kind
        ``heaviest`` ever, ``most_reps`` at this load or more, or both.
    """

    exercise: str
    on: date
    point: Point
    kind: RecordKind


@dataclass(frozen=True, slots=True)
class Target:
    """A next record within reach.

    Parameters
    ----------
    point
        What to lift how often.
    gap
        How far its estimated maximum lies above the best so far, as a share; below 0 where it asks for no new strength.
    """

    point: Point
    gap: float


def front(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points that no other reaches in both load and repetitions, lightest first.

    >>> front([Point(60, 8), Point(60, 5), Point(70, 5), Point(65, 4)])
    (Point(load_kg=60, reps=8), Point(load_kg=70, reps=5))
    """
    best: list[Point] = []
    for point in sorted(set(points), reverse=True):
        if not best or point.reps > best[-1].reps:
            best.append(point)
    return tuple(reversed(best))


def kind_of(point: Point, before: Sequence[Point]) -> RecordKind | None:
    """What record a set is against the front before it; None where it is none. A first set is no record to beat.

    >>> kind_of(Point(70, 6), [Point(60, 8), Point(70, 5)])
    'most_reps'
    >>> kind_of(Point(72.5, 3), [Point(60, 8), Point(70, 5)])
    'heaviest'
    >>> kind_of(Point(60, 8), [Point(60, 8)]) is None
    True
    """
    if not before:
        return None
    heaviest = point.load_kg > max(p.load_kg for p in before)
    most = point.reps > max((p.reps for p in before if p.load_kg <= point.load_kg), default=0)
    if heaviest:
        return "both" if most else "heaviest"
    beaten = any(p.load_kg >= point.load_kg and p.reps >= point.reps for p in before)
    return None if beaten else "most_reps"


def points_of(sets: Iterable[PerformedSet]) -> list[Point]:
    """The sets that count for records: really done, no warm-ups, nothing assisted, at least one repetition."""
    return [
        Point(float(one.load.kg) if one.load else 0.0, one.reps)
        for one in sets
        if one.kind != "warm_up"
        and one.status != "missed"
        and one.reps
        and one.load_kind in ("external", "bodyweight", "stack", "sled")
    ]


def records(sessions: Iterable[PerformedSession]) -> list[Record]:
    """Every record in the order in which they were set; at most the best one of each kind a session and exercise."""
    fronts: dict[str, tuple[Point, ...]] = {}
    found: list[Record] = []
    for session in sorted(sessions, key=lambda s: s.start.sort_key):
        by_name: dict[str, list[PerformedSet]] = {}
        for one in session.sets:
            by_name.setdefault(one.exercise.name, []).append(one)
        for name, sets in by_name.items():
            points, before = points_of(sets), fronts.get(name, ())
            found += [
                Record(name, session.start.day, point, kind)
                for point in front(points)
                if (kind := kind_of(point, before))
            ]
            fronts[name] = front([*before, *points])
    return found


def next_targets(done: Iterable[Point], loads_kg: Iterable[float], *, count: int = 3, fewest: int = 3) -> list[Target]:
    """The cheapest records still open: for each load that can be set, the fewest repetitions that would be one.

    Parameters
    ----------
    done
        Sets so far.
    loads_kg
        Loads that can be set, above 0.
    count
        How many to give, cheapest first.
    fewest
        No target has fewer repetitions, so that nobody is sent to a maximal single unasked.

    >>> [target.point for target in next_targets([Point(60, 8), Point(70, 5)], [60, 65, 70, 75])]
    [Point(load_kg=60, reps=9), Point(load_kg=65, reps=6), Point(load_kg=75, reps=3)]
    """
    best = front(done)
    if not best:
        return []
    strongest = max((_maximum(point) for point in best), default=0.0)
    if strongest <= 0:
        return []
    targets = []
    for load in sorted(set(loads_kg)):
        needed = max(fewest, max((p.reps for p in best if p.load_kg >= load), default=0) + 1)
        if load > 0 and needed <= MOST_TARGET_REPS:
            point = Point(load, needed)
            targets.append(Target(point, _maximum(point) / strongest - 1))
    return sorted(targets, key=lambda target: (target.gap, target.point))[:count]


def _maximum(point: Point) -> float:
    return one_rep_max(point.load_kg, min(point.reps, 36)) if point.load_kg > 0 else 0.0
