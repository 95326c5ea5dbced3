from __future__ import annotations

import json

from tests.conftest import ROOT
from tests.prescription.test_plans import PROFILES, REFUSED, RELAXED

MOST_GAP = 0.0101
"""The solver's relative gap of 0.01, and rounding."""


def test_everybodys_polished_plan_passed_its_check_when_it_was_last_made() -> None:
    rows = json.loads((ROOT / "validation" / "prescription" / "plans.json").read_text(encoding="utf-8"))
    assert set(rows) == {p.stem for p in PROFILES}
    for name, row in rows.items():
        assert row["status"] == ("refused" if name in REFUSED else "relaxed" if name in RELAXED else "ok"), name
        if name not in REFUSED:
            assert row["gap"] <= MOST_GAP, name
        if name not in RELAXED:
            assert row["failed"] == [], name
