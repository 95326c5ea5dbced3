from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

from mettle import instruments
from mettle.evidence import claims
from mettle.instruments import safety
from mettle.reports import measuring


@pytest.mark.parametrize(
    ("name", "make", "again"),
    [
        ("instruments.md", measuring.instruments_page, "--markdown"),
        ("measures.md", measuring.measures_page, "--claims"),
    ],
)
def test_the_page_is_not_stale(name: str, make: Callable[[], str], again: str) -> None:
    text = (ROOT / "docs" / name).read_text("utf-8")
    assert text == make(), f"stale: mettle instruments {again} > docs/{name}"
    assert safety.forbidden_phrases(text) == []


def test_every_claim_that_can_be_tested_says_what_follows_it() -> None:
    open_ones = {c.id for c in claims().values() if measuring.followed_by(c) == "cannot be measured here"}
    testable = {c.id for c in claims().values() if c.design != "none"}
    assert open_ones & testable == {"7.6"}  # money: no record of mettle holds what medicine or a gym costs
    for claim in claims().values():
        if claim.design == "none" and claim.id not in open_ones:
            assert "does not test the claim" in measuring.followed_by(claim)


def test_every_measure_of_ours_is_used_by_a_claim_or_asked_daily() -> None:
    used = {c.measure for c in claims().values() if c.measure} | set(instruments.daily_default())
    assert set(instruments.measures()) == used


def test_every_instrument_tells_licence_source_and_what_change_means() -> None:
    page = measuring.instruments_page()
    for one in map(instruments.load, instruments.ids()):
        assert f"## {one.name}\n" in page
        assert one.licence in page
        assert one.change_words in page
        assert one.sources
        assert {s.status for s in one.sources} <= {"verified", "verified second-hand", "recalled"}
