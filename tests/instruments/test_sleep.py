from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle.instruments.sleep import Night, Sleep, night_from_clocks, sleep
from mettle.instruments.sleep_series import mid_sleep_sd, regularity, social_jetlag
from mettle.units import When

ROUNDED = 0.005
"""Oracles are printed with two decimals."""

MORNING = date(2026, 11, 22)


def clocks(text: str) -> list[time]:
    return [time.fromisoformat(part) for part in text.split()]


def diary(text: str, sol: float, waso: float, *, on: date = MORNING, zone: str | None = None) -> Sleep:
    return sleep(night_from_clocks(on, clocks(text), zone=zone, sol_min=sol, waso_min=waso))


@pytest.mark.parametrize(
    ("times", "awake", "expected"),
    [
        ("22:45 23:15 06:20 06:45", (25, 30), (480, 370, 77.08, 82.22, "03:00:00")),
        ("23:50 00:20 07:05 07:05", (10, 0), (435, 395, 90.80, 97.53, "03:47:30")),
        ("22:00 22:10 05:00 06:30", (75, 95), (510, 240, 47.06, 48.00, "02:12:30")),
    ],
)
@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "Pacific/Apia"])
def test_published_variables_of_one_night(
    times: str, awake: tuple[float, float], expected: tuple[float, float, float, float, str], zone: str | None
) -> None:
    found = diary(times, *awake, zone=zone)
    tib, tst, se_tib, se_dse, middle = expected
    assert (found.tib_min, found.tst_min, found.day) == (tib, tst, MORNING)
    assert found.se_tib == pytest.approx(se_tib, abs=ROUNDED)
    assert found.se_dse == pytest.approx(se_dse, abs=ROUNDED)
    assert str(found.mid_sleep.clock) == middle


def test_nights_on_which_the_clocks_change() -> None:
    ordinary = diary("23:00 23:00 07:00 07:00", 0, 0, zone="Europe/Berlin")
    forward = diary("23:00 23:00 07:00 07:00", 0, 0, on=date(2026, 3, 29), zone="Europe/Berlin")
    back = diary("23:00 23:00 07:00 07:00", 0, 0, on=date(2026, 10, 25), zone="Europe/Berlin")
    assert (ordinary.tst_min, forward.tst_min, back.tst_min) == (480, 420, 540)
    assert [str(n.mid_sleep.clock) for n in (ordinary, forward, back)] == ["03:00:00", "03:30:00", "02:30:00"]
    unknown = diary("23:00 23:00 07:00 07:00", 0, 0, on=date(2026, 3, 29))
    assert unknown.tst_min == 480, "without a zone the wall clock is all there is"


def test_a_night_over_a_border_counts_the_time_that_passed() -> None:
    bed, wake = When.parse("2026-06-01T22:00+02:00"), When.parse("2026-06-02T06:00+01:00")
    found = sleep(Night(bed, wake, sol_min=0, waso_min=0))
    assert found.tst_min == 540
    assert str(found.mid_sleep) == "2026-06-02T01:30:00+01:00"


def test_a_day_sleeper_needs_no_rule_of_their_own() -> None:
    found = diary("08:00 08:30 15:30 15:45", 30, 0)
    assert (found.tst_min, found.onset.on, found.day) == (390, MORNING, MORNING)


def test_the_short_form_claims_no_sleep_time() -> None:
    found = sleep(night_from_clocks(MORNING, clocks("23:30 07:00"), quality=4))
    assert (found.tst_min, found.se_dse, found.sol_min) == (None, None, None)
    assert (found.period_min, found.tib_min, found.quality, found.mid_sleep_min) == (450, 450, 4, 195)


def test_time_that_was_not_spent_trying_is_no_part_of_the_episode() -> None:
    night = night_from_clocks(MORNING, clocks("22:45 23:15 06:20 06:45"), sol_min=25, waso_min=30)
    assert sleep(replace(night, trying_after_min=0)).dse_min == 425
    with pytest.raises(ValueError, match="at most the 25 minutes in bed after waking, got 26"):
        sleep(replace(night, trying_after_min=26))


@pytest.mark.parametrize(
    ("times", "sol", "waso", "why"),
    [
        ("06:45 06:50 22:55 23:00", 10, 0, r"16\.2 hours in bed .* at most 16 are taken"),
        (
            "23:00 23:10 06:00 06:30",
            300,
            200,
            "300 minutes until asleep and 200 awake in between are more than the 410",
        ),
        ("23:00 23:10 06:00 06:30", -1, 0, "sol_min must be minutes from 0 to 960, got -1"),
        ("23:00 23:10 06:00 06:30", 0, float("nan"), "waso_min must be minutes"),
        ("23:00 23:00 23:00 23:00", 0, 0, "without length"),
    ],
)
def test_nights_that_cannot_be(times: str, sol: float, waso: float, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        diary(times, sol, waso)


def test_times_out_of_order_and_half_known_are_refused() -> None:
    bed, wake = When.parse("2026-06-01T22:00"), When.parse("2026-06-02T06:00")
    with pytest.raises(ValueError, match=r"trying to sleep .* lies before into bed"):
        sleep(Night(bed, wake, tried=When.parse("2026-06-01T21:00")))
    with pytest.raises(ValueError, match="an offset all or none"):
        sleep(Night(bed, When.parse("2026-06-02T06:00Z")))
    with pytest.raises(ValueError, match="times of day, got 2026-06-01"):
        sleep(Night(When.parse("2026-06-01"), wake))
    with pytest.raises(ValueError, match="quality must lie in 1-5, got 7"):
        sleep(Night(bed, wake, quality=7))


def nights(shift_min: int, *, count: int = 14, zone: str | None = None, first: date = MORNING) -> list[Sleep]:
    """Eight hours a night, every second one later by so much."""
    found = []
    for n in range(count):
        bed = datetime.combine(first + timedelta(days=n - 1), time(23)) + timedelta(minutes=shift_min * (n % 2))
        ends = [When.local(m) for m in (bed, bed + timedelta(hours=8))]
        ends = [w.assume(zone) for w in ends] if zone else ends
        found.append(sleep(Night(ends[0], ends[1], sol_min=0, waso_min=0)))
    return found


@pytest.mark.parametrize(("shift", "sri"), [(0, 100.0), (30, 91.67), (120, 66.67)])
@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_regularity_of_published_patterns(shift: int, sri: float, zone: str | None) -> None:
    found = regularity(nights(shift, zone=zone, first=date(2026, 1, 5)))
    assert found.sri == pytest.approx(sri, abs=ROUNDED)
    assert found.day_pairs == 13


def test_regularity_needs_pairs_of_days() -> None:
    assert regularity(nights(0, count=5)).sri is None
    assert regularity(nights(0, count=6)).sri == pytest.approx(100)
    every_second = nights(0, count=20)[::2]
    assert (regularity(every_second).sri, regularity(every_second).day_pairs) == (None, 0)
    assert regularity([]).sri is None


@given(st.lists(st.integers(60, 400), min_size=7, max_size=12), st.integers(0, 1439))
def test_regularity_is_the_count_over_minutes_of_its_definition(halves: list[int], middle: int) -> None:
    start = datetime(2026, 5, 1) + timedelta(minutes=middle)  # noqa: DTZ001 # a wall time
    made: list[Sleep] = []
    asleep: set[int] = set()
    for n, half in enumerate(halves):
        mid, long = start + timedelta(days=n), timedelta(minutes=half)
        made.append(sleep(Night(When.local(mid - long), When.local(mid + long))))
        asleep.update(range(n * 1440 - half, n * 1440 + half))
    days = len(halves) - 1
    alike = sum((m in asleep) == (m + 1440 in asleep) for m in range(-720, 1440 * days - 720))
    found = regularity(made)
    assert found.day_pairs == days
    assert found.sri == pytest.approx(-100 + 200 * alike / (1440 * days))
    assert regularity(made[::-1]) == found


def test_midnight_is_no_edge_for_mid_sleep() -> None:
    early = diary("19:30 19:30 03:30 03:30", 0, 0)  # 23:30
    late = diary("20:30 20:30 04:30 04:30", 0, 0)  # 00:30
    assert (early.mid_sleep_min, late.mid_sleep_min) == (-30, 30)
    assert mid_sleep_sd([early, late]) == pytest.approx(60 / 2**0.5)
    assert mid_sleep_sd([early]) is None


def test_social_jetlag_is_free_days_against_working_days() -> None:
    week = [diary("23:00 23:00 07:00 07:00", 0, 0, on=date(2026, 11, d)) for d in range(16, 21)]
    weekend = [diary("01:00 01:00 09:00 09:00", 0, 0, on=date(2026, 11, d)) for d in (21, 22)]
    assert social_jetlag([*week, *weekend]) == pytest.approx(120)
    assert social_jetlag(week) is None
    assert social_jetlag([*week, *weekend], free=frozenset({0})) == pytest.approx(40)  # 4 x 03:00 and 2 x 05:00


def test_sources_are_never_one_series() -> None:
    own = diary("23:00 23:00 07:00 07:00", 0, 0)
    ring = replace(own, source="oura")
    for series in (regularity, mid_sleep_sd, social_jetlag):
        with pytest.raises(ValueError, match="never one series, got oura, sleep_diary"):
            series([own, ring])
