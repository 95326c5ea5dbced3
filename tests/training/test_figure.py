from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mettle.training import figure
from mettle.training.catalogue import exercises
from mettle.training.kit import COLOUR, GLYPHS, glyph

IDS = list(exercises())
OUT_OF_REACH = 2.5
"""Body hundredths (about 4 cm) that a hand or foot may fall short of the kit before a picture looks wrong."""
INTO_THE_GROUND = 2.5
"""Half a limb's thickness: a joint deeper than this stands in the floor."""
CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: graphics that are needed to understand."""


def test_every_exercise_has_a_picture_and_every_picture_an_exercise() -> None:
    assert set(figure.pictures()) == set(IDS)


def test_limbs_reach_what_they_hold_and_nobody_stands_in_the_floor() -> None:
    for exercise, picture in figure.pictures().items():
        for bones in (picture.start, picture.end):
            assert bones.stretch <= OUT_OF_REACH, exercise
            assert min(y for _, y in bones.joints.values()) > -INTO_THE_GROUND, exercise


@pytest.mark.parametrize("panel", ["both", "start", "end"])
def test_all_that_is_drawn_lies_inside_the_box(panel: figure.Panel) -> None:
    for exercise in IDS:
        _lies_inside(exercise, panel)


def _lies_inside(exercise: str, panel: figure.Panel) -> None:
    drawn = figure.svg(exercise, panel=panel)
    root = ET.fromstring(drawn)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    assert 60 < width < 330
    assert 60 < height < 330
    shifts = re.findall(r"<g transform=\"translate\(([\d.]+) ([\d.]+)\) scale", drawn)
    assert len(shifts) == (2 if panel == "both" else 1)
    picture = figure.pictures()[exercise]
    left, bottom, right, top = figure.extent(picture)
    for x, y in shifts:
        assert float(x) + left >= 0
        assert float(x) + right <= width
        assert float(y) - top >= 0
        assert float(y) - bottom <= height


def test_start_and_end_can_be_told_apart() -> None:
    for exercise, picture in figure.pictures().items():
        moved = max(math.dist(picture.start.joints[name], picture.end.joints[name]) for name in picture.start.joints)
        assert moved > 4 or picture.kit_start != picture.kit_end, exercise


def test_a_picture_passes_a_strict_content_policy_and_speaks() -> None:
    drawn = figure.svg("push_up", title='A "push-up" & more')
    assert "style" not in drawn
    assert ET.fromstring(drawn).attrib["aria-label"] == 'A "push-up" & more'
    assert ET.fromstring(figure.svg("push_up")).attrib["aria-hidden"] == "true"
    assert "prefers-color-scheme" in figure.svg("push_up", standalone=True)


def test_what_is_moved_reads_on_light_and_on_dark() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ground in ("#ffffff", "#202020"):
        light, dark = sorted((luminance(ground), luminance(COLOUR)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > CONTRAST


def test_unknown_words_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no picture of 'flying'"):
        figure.svg("flying")
    with pytest.raises(ValueError, match="kit must be one of bench"):
        glyph("trampoline 3", {})


def test_every_glyph_is_used() -> None:
    used = {word.split()[0] for p in figure.pictures().values() for word in (*p.kit_start, *p.kit_end)}
    assert used == set(GLYPHS)


@given(st.floats(-60, 60), st.floats(-60, 60), st.sampled_from([-1.0, 1.0]))
def test_a_bent_limb_keeps_its_bones_and_ends_where_it_can(x: float, y: float, side: float) -> None:
    middle, end, short = figure._bend((0, 0), (x, y), 16, 16, side=side)
    assert math.dist((0, 0), middle) == pytest.approx(16, abs=1e-6)
    assert math.dist(middle, end) == pytest.approx(16, abs=1e-6)
    assert math.dist(end, (x, y)) == pytest.approx(short, abs=0.2)
