from __future__ import annotations

from tests.conftest import ROOT

from mettle.prescription.dose import rows
from mettle.reports.awaiting import page
from mettle.training.catalogue import exclusions


def test_the_page_in_the_docs_is_the_page_of_the_tables() -> None:
    stored = (ROOT / "docs" / "awaiting_clinician.md").read_text(encoding="utf-8")
    assert stored == page(), "make it again: the command stands on the page"


def test_no_unchecked_rule_is_missing() -> None:
    text = page()
    for name, row in exclusions().items():
        assert (f"| {name} |" in text) is not row.checked
    for key, row in rows().items():
        if isinstance(row, dict) and row.get("checked") in ("recalled", "secondary"):
            assert f"| {key} |" in text
