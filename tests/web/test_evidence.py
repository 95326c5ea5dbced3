from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from mettle.evidence import claims
from mettle.instruments import safety
from mettle.reports.pictures import save
from mettle.reports.replication import forest
from mettle.web.views.evidence import FORESTS
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

PICTURES = ROOT / "src" / "mettle" / "web" / "static" / "mettle" / "forest"


def test_every_claim_has_a_page_that_does_not_judge_the_reader(as_alice: Client) -> None:
    for number in claims():
        page = as_alice.get(reverse("claim", args=[number]))
        assert page.status_code == 200
        assert not safety.forbidden_phrases(claims()[number].for_you)


def test_filters_choose(as_alice: Client) -> None:
    page = as_alice.get(reverse("evidence"), {"section": "1", "verdict": "contradicted"}).content.decode()
    chosen = [c for c in claims().values() if c.section.number == 1 and c.verdict == "contradicted"]
    assert f"{len(chosen)} claim{'s' * (len(chosen) != 1)}; open" in page


@pytest.mark.parametrize("analysis", [name for name, _title in FORESTS])
def test_the_pictures_are_those_of_the_data(analysis: str, tmp_path: Path) -> None:
    drawn = tmp_path / "now.svg"
    save(forest(analysis), str(drawn))
    shipped = (PICTURES / f"{analysis}.svg").read_text()
    assert rounded(drawn.read_text()) == rounded(shipped), "run validation/pictures/forest.py"


def rounded(svg: str) -> str:
    """The drawing to a tenth of a pixel: the last digits differ between processors."""
    return re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.1f}", svg)
