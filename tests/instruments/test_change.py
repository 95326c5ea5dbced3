from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle import instruments

TWO_DECIMALS = 0.005  # published and hand-computed figures are printed to two decimals
ONE_DECIMAL = 0.05


@pytest.mark.parametrize(
    ("key", "before", "after", "z"), [("phq9", 15, 8, -2.25), ("phq9", 15, 9, -1.93), ("gad7", 12, 8, -1.46)]
)
def test_z_of_a_change(key: str, before: float, after: float, z: float) -> None:
    assert instruments.change(key, before, after).z == pytest.approx(z, abs=TWO_DECIMALS)


def test_the_published_four_points_of_the_gad7_rest_on_alpha() -> None:
    assert instruments.change("gad7", 12, 8).reliable_change == "none"
    with_alpha = instruments.change("gad7", 12, 8, reliability=0.92)
    assert with_alpha.z == pytest.approx(-2.13, abs=TWO_DECIMALS)
    assert with_alpha.reliable_change == "improved"
    assert with_alpha.rci95 == pytest.approx(3.7, abs=ONE_DECIMAL)


@pytest.mark.parametrize(
    ("key", "rci"),
    [
        ("phq9", 6.1),
        ("phq8", 5.9),
        ("gad7", 5.4),
        ("pss10", 6.9),
        ("isi", 3.8),
        ("who5", 24.2),
        ("pcl5", 17.7),
        ("rses", 5.9),
        ("gse", 7.3),
        ("brs", 1.1),
        ("ucla3", 2.4),
        ("srbai", 1.7),
        ("sppb", 1.9),
        ("chair30", 3.7),
    ],
)
def test_measurement_error_of_the_table(key: str, rci: float) -> None:
    assert instruments.load(key).rci95 == pytest.approx(rci, abs=ONE_DECIMAL)


def test_noticeable_change_grows_with_the_baseline() -> None:
    assert instruments.change("phq9", 5, 3).noticeable
    assert not instruments.change("phq9", 20, 17).noticeable
    assert instruments.change("phq9", 20, 16).noticeable


def test_where_the_yardsticks_disagree_the_words_say_so() -> None:
    ten = instruments.change("who5", 40, 50)
    assert (ten.reliable_change, ten.noticeable) == ("none", True)
    assert "disagree" in ten.words
    both = instruments.change("phq9", 20, 10)
    assert (both.reliable_change, both.noticeable) == ("improved", True)
    assert "disagree" not in both.words
    beyond = instruments.change("isi", 20, 15)
    assert (beyond.reliable_change, beyond.noticeable) == ("improved", False)
    assert "disagree" in beyond.words


def test_unknown_error_is_said_and_nothing_is_called_reliable() -> None:
    found = instruments.change("minispin", 12, 0)
    assert (found.rci95, found.z, found.mcid, found.noticeable, found.reliable_change) == (
        None,
        None,
        None,
        False,
        "none",
    )
    assert "not known" in found.words


@given(st.sampled_from(instruments.ids()), st.data())
def test_direction_and_symmetry(key: str, data: st.DataObject) -> None:
    low, high = instruments.load(key).range
    a, b = (data.draw(st.integers(int(low), int(high))) for _ in range(2))
    there, back = instruments.change(key, a, b), instruments.change(key, b, a)
    assert there.difference == -back.difference
    opposite = {"improved": "worsened", "worsened": "improved", "none": "none"}
    assert back.reliable_change == opposite[there.reliable_change]
    if there.reliable_change == "improved":
        assert (there.difference > 0) is (instruments.load(key).higher_is == "better")


def test_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="before must lie in 0-27, got 28"):
        instruments.change("phq9", 28, 3)
