from __future__ import annotations

import json

import pytest
from tests.conftest import ROOT

from mettle.cli import main
from mettle.evidence import claims, overall
from mettle.evidence.claims import VERDICTS
from mettle.instruments.safety import forbidden_phrases
from mettle.reports.claims import SIGNS, full, listing, page, record


def test_the_page_in_docs_is_the_data_of_today() -> None:
    stored = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert stored == page(), "make it again: mettle evidence --markdown > docs/claims.md"


def test_verdicts_are_told_apart_without_colour() -> None:
    assert len(set(SIGNS.values())) == len(VERDICTS)


@pytest.mark.parametrize("claim_id", list(claims()))
def test_every_claim_answers_to_show(claim_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "show", claim_id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    claim = claims()[claim_id]
    assert (shown["id"], shown["verdict"]) == (claim_id, claim.verdict)
    text = " ".join(full(claim).split())
    for part in (claim.says, claim.finding, claim.for_you, claim.not_about, overall()):
        assert part in text
    assert text.index(overall()) < text.index(claim.finding)
    assert forbidden_phrases(text) == []


def test_the_list_is_an_array_of_all_and_filters_narrow_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == list(claims())
    assert main(["evidence", "--section", "3", "--verdict", "contradicted", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ["3.3", "3.4"]
    assert main(["evidence", "--outcome", "nothing like it", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_list_of_refusals_stands_under_the_overall_finding() -> None:
    text = listing([c for c in claims().values() if c.verdict == "contradicted"])
    assert text.startswith("Taken together: resistance training helps low mood on average.")


def test_a_recalled_figure_is_shown_as_such() -> None:
    assert "from memory, not yet checked" in " ".join(full(claims()["2.2"]).split())
    assert record(claims()["2.2"])["sources"] == [
        {"cite": "West & Phillips 2010 to 2012, reviews of hormones and muscle", "doi": None, "status": "recalled"}
    ]


def test_an_unknown_claim_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "show", "17.3"]) == 2
    assert (
        capsys.readouterr().err
        == "mettle: unknown claim '17.3', ids run from 0.0 to 16.3; mettle evidence lists them all\n"
    )
