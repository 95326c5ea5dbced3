from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mettle.units import Load, When


@pytest.mark.parametrize(
    ("clock", "day"), [("00:00", 21), ("02:59:59", 21), ("03:00", 22), ("03:30", 22), ("23:59", 22)]
)
def test_a_day_runs_from_three_to_three(clock: str, day: int) -> None:
    assert When.parse(f"2026-11-22T{clock}").day == date(2026, 11, day)


@pytest.mark.parametrize(
    ("kg", "shown"),
    [
        ("61.23492", "135 lb"),  # as one app converts
        ("22.68", "50 lb"),  # rounded to two places
        ("1.1389", "2.5 lb"),  # 0.0049 kg above it
        ("1.1391", "1.1391 kg"),  # 0.0051 kg above it
        ("61.25", "61.25 kg"),  # 0.015 from 135 lb, and a quarter kilogram besides
        ("63.5", "63.5 kg"),  # within 0.003 of 140 lb, and a half kilogram
        ("31.75", "31.75 kg"),  # within 0.002 of 70 lb, and a quarter kilogram
        ("20", "20 kg"),
    ],
)
def test_pounds_in_disguise_are_shown_as_pounds_and_kilograms_stay(kg: str, shown: str) -> None:
    load = Load(Decimal(kg), "kg")
    assert str(load.shown()) == shown
    assert load == Load(Decimal(kg), "kg")


def test_a_pound_is_exact() -> None:
    assert Load(Decimal(1000), "lb").kg == Decimal("453.59237")
