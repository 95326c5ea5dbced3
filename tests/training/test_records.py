from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mettle.training.records import Point, front, kind_of, next_targets, records
from mettle.training.sets import Exercise, PerformedSession, PerformedSet
from mettle.units import Load, When

POINTS = st.lists(st.builds(Point, st.integers(1, 200).map(float), st.integers(1, 20)), max_size=30)


def _session(day: int, *sets: tuple[str, int], kind: str = "work") -> PerformedSession:
    return PerformedSession(
        "test",
        When(date(2026, 1, day)),
        sets=tuple(
            PerformedSet(Exercise("Squat"), i + 1, reps=reps, load=Load(Decimal(load), "kg"), kind=kind)  # type: ignore[arg-type] # test shorthand
            for i, (load, reps) in enumerate(sets)
        ),
    )


@given(POINTS)
def test_the_front_is_what_nothing_reaches(points: list[Point]) -> None:
    best = front(points)
    for point in points:
        assert any(b.load_kg >= point.load_kg and b.reps >= point.reps for b in best)
    for a in best:
        assert not any(b != a and b.load_kg >= a.load_kg and b.reps >= a.reps for b in best)


@given(POINTS, st.builds(Point, st.integers(1, 200).map(float), st.integers(1, 20)))
def test_a_set_is_a_record_exactly_where_it_moves_the_front(points: list[Point], point: Point) -> None:
    moved = front([*points, point]) != front(points)
    assert bool(points and moved) == (kind_of(point, front(points)) is not None)


@given(POINTS, st.lists(st.integers(1, 200).map(float), min_size=1, max_size=10))
def test_every_target_would_be_a_record(points: list[Point], loads: list[float]) -> None:
    for target in next_targets(points, loads):
        assert kind_of(target.point, front(points)) is not None
        assert target.point.reps >= 3


def test_records_come_in_order_and_the_first_day_sets_none() -> None:
    found = records([_session(8, ("60", 9), ("65", 5)), _session(1, ("60", 8), ("60", 5)), _session(15, ("60", 9))])
    assert [(r.on.day, r.point, r.kind) for r in found] == [
        (8, Point(60, 9), "most_reps"),
        (8, Point(65, 5), "heaviest"),
    ]


def test_warm_ups_set_no_records() -> None:
    assert records([_session(1, ("60", 8)), _session(2, ("100", 8), kind="warm_up")]) == []


def test_nothing_done_offers_no_target() -> None:
    assert next_targets([], [60]) == []
    assert next_targets([Point(0, 12)], [60]) == []
