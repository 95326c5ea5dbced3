"""The stored rates of the lead test keep what the documents say."""

from __future__ import annotations

import json

from tests.conftest import ROOT

NOMINAL_AND_NOISE = 0.08  # 5% and two standard errors of 300 diaries


def test_the_lead_test_fires_where_training_follows_mood_and_seldom_elsewhere() -> None:
    stored = json.loads((ROOT / "validation" / "lead" / "lead.json").read_text())["cells"]
    assert all(cell["diaries"] >= 300 for cell in stored.values())
    assert stored["no_effect"]["fired"] <= NOMINAL_AND_NOISE
    assert stored["benefits"]["fired"] <= NOMINAL_AND_NOISE
    assert stored["follows_mood"]["fired"] >= 0.75
    readme = (ROOT / "validation" / "lead" / "README.md").read_text()
    assert all(f"{100 * cell['fired']:.2g}%" in readme for cell in stored.values())
