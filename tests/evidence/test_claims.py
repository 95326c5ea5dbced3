from __future__ import annotations

import csv
import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT

from mettle.evidence import claims, overall, select, studies
from mettle.evidence.certainty import bodies
from mettle.evidence.claims import DESIGNS, UNFAVOURABLE, VERDICTS, Section, _claim
from mettle.instruments.safety import forbidden_phrases

TABLE = Path(os.environ.get("METTLE_CLAIMS", ROOT.parent / "shared" / "facts" / "claims.tsv"))
"""The table that the claims were written from; somebody else's file, so its absence skips."""

PER_SECTION = {0: 3, 1: 9, 2: 8, 3: 9, 4: 8, 5: 8, 6: 9, 7: 9, 8: 9, 16: 3} | dict.fromkeys(range(9, 16), 8)
LEVEL_ELSEWHERE = {"13.1"}
"""Certainty that differs from the table's: it grants low where no source is cited; we grant very low."""


def table() -> dict[str, dict[str, str]]:
    if not TABLE.is_file():
        pytest.skip(f"no table of claims at {TABLE}; set METTLE_CLAIMS")
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}


def test_every_statement_has_its_id_in_order() -> None:
    found: dict[int, list[int]] = {}
    for claim_id in claims():
        section, _, number = claim_id.partition(".")
        found.setdefault(int(section), []).append(int(number))
    first = dict.fromkeys(range(16), 0) | {16: 1}
    assert found == {s: list(range(first[s], first[s] + n)) for s, n in PER_SECTION.items()}
    assert len(claims()) == 131


def test_ids_verdicts_designs_and_certainty_are_those_of_the_shared_table() -> None:
    rows = table()
    assert list(claims()) == list(rows)
    designs = {
        "D0": "session",
        "D1": "day",
        "D2": "block",
        "D2p": "block",
        "D3": "variant",
        "D4": "lagged",
        "X": "none",
    }
    for claim_id, row in rows.items():
        claim = claims()[claim_id]
        same = {"unsupported": ("untested", "not_shown")}.get(row["verdict"], (row["verdict"],))
        assert claim.verdict in same, claim_id
        assert claim.design == designs[row["design"].partition(":")[0]], claim_id
        if claim_id not in LEVEL_ELSEWHERE:
            assert claim.certainty.level == row["certainty"].replace(" ", "_"), claim_id


def test_no_sentence_is_taken_from_the_shared_table() -> None:
    for claim_id, row in table().items():
        claim = claims()[claim_id]
        theirs = _runs(row["claim"], 5)
        assert not theirs & _runs(f"{claim.says} {claim.finding} {claim.for_you}", 5), claim_id


def test_no_sentence_is_taken_from_the_article() -> None:
    article = TABLE.parents[1] / "founding-article.txt"
    if not article.is_file():
        pytest.skip(f"no article at {article}")
    theirs = _runs(article.read_text(encoding="utf-8"), 6)
    for claim in claims().values():
        ours = _runs(f"{claim.says} {claim.finding} {claim.for_you} {claim.not_about}", 6)
        assert not theirs & ours, claim.id


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", text.casefold())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_an_unfavourable_verdict_says_what_it_is_not_about() -> None:
    for claim in claims().values():
        assert bool(claim.not_about) == (claim.verdict in UNFAVOURABLE), claim.id


def test_untested_and_not_shown_differ_by_whether_somebody_looked() -> None:
    for claim in select(verdict="not_shown"):
        assert claim.figures, f"{claim.id}: not shown, but by whom?"
    assert {c.id for c in select(verdict="not_shown")} == {"1.1", "2.5", "2.6", "3.2", "7.7", "8.6", "9.0"}


def test_a_favourable_verdict_or_a_contradiction_rests_on_a_figure() -> None:
    without = {c.id for c in claims().values() if not c.figures and c.verdict != "untested"}
    assert without == {"13.1"}  # safety of bands: nothing cited, and the text says so


def test_what_can_be_tested_at_home_says_what_to_follow_or_that_nothing_of_ours_does() -> None:
    silent = {c.id for c in claims().values() if c.design != "none" and not (c.instrument or c.measure)}
    assert silent == {"7.6", "7.8", "14.4", "15.7"}  # money and adherence: the log counts them


def test_certainty_is_the_start_less_its_steps() -> None:
    for claim in claims().values():
        level = claim.certainty.level
        if claim.certainty.start == "high":
            assert level == ("high", "moderate", "low", "very_low")[min(3, len(claim.certainty.steps))], claim.id
        assert all(len(step.reason) > 5 for step in claim.certainty.steps)
        assert (level == "none") <= (not claim.figures), claim.id
    used = {claim.certainty.body for claim in claims().values()}
    assert used == set(bodies())


def test_no_word_of_diagnosis_or_of_changing_a_medicine() -> None:
    for claim in claims().values():
        for text in (claim.says, claim.finding, claim.for_you, claim.not_about, claim.exposure):
            assert forbidden_phrases(text) == [], f"{claim.id}: {text}"
    for study in studies().values():
        assert forbidden_phrases(study.says) == [], study.id
    assert forbidden_phrases(overall()) == []


def test_claim_1_2_is_told_straight() -> None:
    finding = claims()["1.2"].finding
    for figure in ("33", "1,877", "0.66", "[0.48, 0.83]", "76%"):
        assert figure in finding
    assert re.search(r"does not report: a percentage, a comparison with any drug, or a threshold", finding)


def test_filters_join() -> None:
    assert [c.id for c in select(section=12, verdict="supported")] == ["12.0", "12.3", "12.7"]
    assert {c.design for c in select(design="session")} == {"session"}
    assert "8.7" in {c.id for c in select(outcome="sleep")}
    assert all(c.instrument == "gad7" or "gad7" in c.outcomes for c in select(outcome="gad7"))
    assert sum(len(select(verdict=v)) for v in VERDICTS) == sum(len(select(design=d)) for d in DESIGNS) == 131


ROW: dict[str, Any] = {
    "id": "1.0",
    "says": "s",
    "finding": "f",
    "for_you": "y",
    "exposure": "e",
    "outcomes": ["mood"],
    "horizon": "weeks",
    "design": "block",
    "figures": ["gordon2017_anxiety"],
    "body": "anxiety_trials",
    "verdict": "supported",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"figures": ["nobody1999"]}, "unknown study 'nobody1999'"),
        ({"body": "rumours"}, "unknown body of evidence 'rumours'"),
        ({"instrument": "phq99"}, "phq99"),
        ({"measure": "moods"}, "moods"),
        ({"verdict": "unsupported"}, "verdict 'unsupported', allowed: supported"),
        ({"design": "D2"}, "design 'D2', allowed: session"),
        ({"down": [["luck", "bad"]]}, "step 'luck', allowed: risk_of_bias"),
        ({"verdict": "overstated"}, "not_about belongs to"),
        ({"priors": ["luck"]}, "luck"),
    ],
)
def test_a_dangling_id_fails_at_load_time_and_names_the_claim(change: dict[str, Any], message: str) -> None:
    sections = {1: Section(1, "one")}
    _claim(ROW, sections, dt.date(2026, 11, 22))
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        _claim(ROW | change, sections, dt.date(2026, 11, 22))
    assert "claim 1.0" in str(caught.value)
