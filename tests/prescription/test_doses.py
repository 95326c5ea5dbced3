from __future__ import annotations

from tests.conftest import ROOT

from mettle.prescription.dose import rows


def test_every_dose_has_a_source_and_says_whether_it_was_checked_and_stands_in_the_docs() -> None:
    page = (ROOT / "docs" / "prescription.md").read_text(encoding="utf-8")
    table = rows()
    sourced = {f"level {k}": v for k, v in table["level"].items()} | {k: v for k, v in table.items() if k != "level"}
    words = {"source": "read in the source", "secondary": "read in a page about it", "recalled": "awaiting a clinician"}
    for name, row in sourced.items():
        assert row["checked"] in words
        line = next(x for x in page.splitlines() if x.startswith(f"| {name} |"))
        assert row["source"] in line
        assert words[row["checked"]] in line
