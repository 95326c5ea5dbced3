"""The app's colours: readable, and told apart by eyes that lack one kind of cone."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "validation" / "web"
READABLE = 4.5
"""WCAG 2.2, success criterion 1.4.3."""
APART = 10.0
"""In CIELAB; four times what is just noticeable, since marks are small and looked at in a hurry."""


@pytest.fixture(scope="module")
def palette() -> Any:
    spec = importlib.util.spec_from_file_location("palette", FOLDER / "palette.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_and_meanings_stay_apart(palette: Any, scheme: str) -> None:
    found = palette.judged(palette.palettes()[scheme])
    assert found["smallest_contrast"] >= READABLE
    assert {who: near for who, near in found["nearest_meanings"].items() if near["difference"] < APART} == {}


def test_what_is_stored_is_about_these_colours(palette: Any) -> None:
    stored = json.loads((FOLDER / "palette.json").read_text())
    for scheme, colours in palette.palettes().items():
        assert stored[scheme] == palette.judged(colours)


def test_the_simulation_leaves_grey_alone_and_blue_to_whoever_lacks_red(palette: Any) -> None:
    grey, red, green = (palette.linear(c) for c in ("#808080", "#cc0000", "#4c8f00"))
    for matrix in palette.SEES.values():
        assert palette.difference(palette.through(matrix, grey), grey) < 0.5
    without = palette.SEES["no middle-wave cone"]
    assert (
        palette.difference(palette.through(without, red), palette.through(without, green))
        < palette.difference(red, green) / 2
    )
