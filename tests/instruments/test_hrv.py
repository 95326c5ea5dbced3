from __future__ import annotations

import json
import math
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle.instruments.hrv import accept, hrv, week

PINNED: dict[str, Any] = json.loads((Path(__file__).parent / "hrv_neurokit2.json").read_text())
RESTING: list[float] = PINNED["series"]["resting"]["rr_ms"]

SAME_SUM = 1e-9
"""Two programs that add the same doubles in another order."""

PRINTED = 5e-5
"""Figures printed with four decimals."""


@pytest.mark.parametrize("name", list(PINNED["series"]))
def test_equal_to_neurokit2(name: str) -> None:
    pinned = PINNED["series"][name]
    found = hrv(pinned["rr_ms"], raw=True)
    assert found.rmssd_ms == pytest.approx(pinned["RMSSD"], rel=SAME_SUM)
    assert found.ln_rmssd == pytest.approx(math.log(pinned["RMSSD"]), rel=SAME_SUM)
    assert found.sdnn_ms == pytest.approx(pinned["SDNN"], rel=SAME_SUM)
    assert found.heart_rate_bpm == pytest.approx(60_000 / pinned["MeanNN"], rel=SAME_SUM)
    n = len(
        pinned["rr_ms"]
    )  # neurokit2 divides the count of differences by the number of intervals, not of differences
    assert found.pnn50 == pytest.approx(pinned["pNN50"] * n / (n - 1), rel=SAME_SUM)


def test_the_cleaned_oracle() -> None:
    rr = list(RESTING)
    rr[7], rr[12] = 1600, 400
    raw, cleaned = hrv(rr, raw=True), hrv(rr)
    assert raw.rmssd_ms == pytest.approx(284.985, abs=0.001)
    assert cleaned.rmssd_ms == pytest.approx(19.7636, abs=PRINTED)
    assert (cleaned.differences, cleaned.rejected, cleaned.quality) == (15, 2, "warn")


@pytest.mark.parametrize(("bad", "quality"), [(0, "good"), (5, "good"), (6, "warn"), (10, "warn"), (11, "drop")])
def test_quality_by_the_share_left_out(bad: int, quality: str) -> None:
    rr = [1000.0] * 100
    for n in range(bad):
        rr[5 + 8 * n] = 2500
    found = hrv(rr)
    assert (found.quality, found.rejected) == (quality, bad)
    assert found.differences == 99 - 2 * bad


def test_a_recording_that_begins_with_an_artefact_is_not_lost() -> None:
    assert hrv([1500, *RESTING]).rejected == 1
    assert hrv([1500, *RESTING]).rmssd_ms == hrv(RESTING).rmssd_ms


def test_a_heart_that_changes_its_pace_is_followed() -> None:
    rr = [1000.0] * 30 + [700.0] * 30
    found = hrv(rr)
    assert found.rejected == 0
    assert hrv([*[1000.0] * 30, *[700.0] * 4, *[1000.0] * 30]).rejected == 4, "four beats are no new pace"


def test_no_difference_is_taken_over_a_gap() -> None:
    whole, broken = hrv(RESTING), hrv(RESTING, breaks={10})
    assert (whole.differences, broken.differences) == (19, 18)
    assert broken.sdnn_ms == whole.sdnn_ms


def test_what_cannot_be_told_is_none() -> None:
    nothing = hrv([])
    assert (nothing.rmssd_ms, nothing.heart_rate_bpm, nothing.quality, nothing.usable) == (None, None, "drop", False)
    flat = hrv([800.0] * 100)
    assert (flat.rmssd_ms, flat.ln_rmssd, flat.usable) == (0, None, False)
    assert not hrv(RESTING).usable, "sixteen seconds are too short"
    with pytest.raises(ValueError, match="interval 2 must be a finite number"):
        hrv([800, math.nan])


@given(st.lists(st.floats(1, 4000), max_size=60))
def test_every_accepted_beat_is_possible_and_every_difference_between_neighbours(rr: list[float]) -> None:
    beats = accept(rr)
    assert all(300 <= b <= 2000 for b in beats.accepted)
    assert beats.rejected + len(beats.accepted) == len(rr)
    joined = list(pairwise(rr))
    for n, follows in enumerate(beats.follows):
        if follows:
            assert (beats.accepted[n - 1], beats.accepted[n]) in joined


@given(st.lists(st.floats(600, 700), min_size=3, max_size=40), st.floats(0.8, 1.2))
def test_scaling_time_scales_rmssd_and_sdnn(rr: list[float], by: float) -> None:
    one, other = hrv(rr), hrv([r * by for r in rr])
    assert one.rmssd_ms is not None
    assert one.sdnn_ms is not None
    assert other.rmssd_ms == pytest.approx(by * one.rmssd_ms, abs=1e-6)
    assert other.sdnn_ms == pytest.approx(by * one.sdnn_ms, abs=1e-6)


TODAY = date(2026, 11, 22)


def days(count: int, *, until: date, level: float = 4.0) -> dict[date, float]:
    return {until - timedelta(days=n): level + (0.1 if n % 2 else -0.1) for n in range(count)}


def test_a_week_beside_ones_own_weeks() -> None:
    before = days(60, until=TODAY - timedelta(days=7))
    for level, place in ((4.0, "within"), (4.2, "above"), (3.8, "below")):
        found = week({**before, **{TODAY - timedelta(days=n): level for n in range(7)}}, TODAY)
        assert (found.place, found.days, found.own_days) == (place, 7, 60)
        assert found.own_mean == pytest.approx(4.0)
        assert found.low == pytest.approx(4.0 - 0.5 * (found.own_sd or 0))
    assert week({**before, TODAY: 9.0}, TODAY).place is None, "one day is no week"


def test_too_short_a_past_gives_no_band() -> None:
    short = days(20, until=TODAY - timedelta(days=7)) | {TODAY - timedelta(days=n): 4.0 for n in range(7)}
    found = week(short, TODAY)
    assert (found.place, found.own_mean) == (None, None)
    assert found.mean == pytest.approx(4.0)
    longer = days(30, until=TODAY - timedelta(days=7)) | {TODAY - timedelta(days=n): 4.0 for n in range(7)}
    assert week(longer, TODAY).place == "within"
