"""The picture of what a trial can find."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from mettle import evidence
from mettle.reports import pictures, power
from mettle.trials import planning

if TYPE_CHECKING:
    from pathlib import Path


def test_the_picture_holds_every_design_and_fits_a_phone(tmp_path: Path) -> None:
    pytest.importorskip("altair")
    priors = evidence.for_claim("3.3", "mood", own_sd=2.0)
    found = planning.plan("acute", priors=priors, own_sd=2.0)
    picture = power.picture(found, outcome="mood", own_sd=2.0)
    assert len(picture.rows) == len(found.curves)
    path = tmp_path / "narrow.png"
    pictures.save(picture, str(path), narrow=True)
    width = struct.unpack(">I", path.read_bytes()[16:20])[0] / 2  # two pixels a unit
    assert width <= 360
    page = tmp_path / "plan.html"
    pictures.save(picture, str(page))
    for curve in found.curves:
        assert curve.candidate.words in page.read_text(encoding="utf-8")
