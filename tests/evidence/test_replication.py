from __future__ import annotations

import csv
import json
import os
import tomllib
from pathlib import Path

import pytest
from tests.conftest import ROOT

from mettle.cli import main
from mettle.evidence.replication import replicate, trials

# As printed by the review, in the order of its analyses.
PRINTED = {
    "after_treatment": ("-0.62", "-0.81", "-0.42", 35, 1353),
    "resistance": ("-1.03", "-1.52", "-0.53", 4, 144),
    "low_risk": ("-0.18", "-0.47", "0.11", 6, 464),
    "follow_up": ("-0.33", "-0.63", "-0.03", 8, 377),
    "completed": ("1.00", "0.97", "1.04", 29, 1363),
}
SHARED = Path(os.environ.get("METTLE_COCHRANE2013", ROOT.parent / "shared" / "data" / "cochrane2013"))


def test_the_printed_table_comes_out_again_to_two_decimals() -> None:
    found = {}
    for a in replicate().analyses:
        c = a.computed
        found[a.id] = (f"{c.estimate:.2f}", f"{c.low:.2f}", f"{c.high:.2f}", a.k, a.n)
        assert a.agrees
    assert found == PRINTED


def test_heterogeneity_comes_out_again_as_near_as_rounded_inputs_allow() -> None:
    close = 0.1  # inputs are printed to one decimal; Q moves by less than this, I2 (percent) too, z by less than 0.01
    for a in replicate().analyses:
        for name in ("q", "i2", "z"):
            if name in a.printed:
                assert abs(getattr(a.computed, name) - a.printed[name]) < (0.01 if name == "z" else 1.2 * close), (
                    a.id,
                    name,
                )


def test_where_rounded_arms_do_not_give_the_printed_figure_it_is_said() -> None:
    by_arms = {a.id: f"{a.by_arms.estimate:.2f}" for a in replicate().analyses}
    assert by_arms["follow_up"] == "-0.34"
    told = {a.id for a in replicate().analyses if a.note}
    assert told == {a.id for a in replicate().analyses if a.route != "arms"} == {"follow_up"}


def test_inferred_columns_are_named_as_inferred() -> None:
    folder = ROOT / "src" / "mettle" / "evidence" / "data" / "cochrane2013"
    review = tomllib.loads((folder / "review.toml").read_text(encoding="utf-8"))
    with (folder / "after_treatment.csv").open(encoding="utf-8") as file:
        head = next(csv.reader(file))
    assert [name for name in head if name.endswith("_inferred")] == review["inferred"]


def test_the_numbers_are_those_of_the_shared_tables() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"no shared tables at {SHARED}; set METTLE_COCHRANE2013")
    ours = ROOT / "src" / "mettle" / "evidence" / "data" / "cochrane2013"
    names = {"mean1": "m1", "mean2": "m2", "completed1": "e1", "completed2": "e2", "low_risk_inferred": "low_rob_6_6"}
    for mine, theirs in (
        ("after_treatment", "analysis_1_1_post"),
        ("follow_up", "analysis_1_2_followup"),
        ("completed", "analysis_1_3_completed"),
    ):
        a = list(csv.DictReader((ours / f"{mine}.csv").read_text(encoding="utf-8").splitlines()))
        b = list(csv.DictReader((SHARED / f"{theirs}.csv").read_text(encoding="utf-8").splitlines()))
        assert len(a) == len(b)
        for row, other in zip(a, b, strict=True):
            for key, value in row.items():
                if key not in ("effect_printed", "resistance_inferred"):
                    assert value == other[names.get(key, key)], (mine, row["study"], key)


def test_trials_of_an_analysis_carry_their_names() -> None:
    names, yi, vi = trials("resistance")
    assert names == ["Pilu 2007", "Sims 2009", "Singh 1997", "Singh 2005"]
    assert len(yi) == len(vi) == 4
    with pytest.raises(ValueError, match="unknown analysis 'all', allowed: after_treatment"):
        trials("all")


def test_the_command_prints_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "replicate", "cochrane-2013"]) == 0
    text = capsys.readouterr().out
    for estimate, low, high, _, _ in PRINTED.values():
        assert text.count(f"{estimate} [{low}, {high}]") == 2  # computed and printed
    assert "inferred, not printed" in text
    assert "DIFFERS" not in text
    assert main(["evidence", "replicate", "cochrane-2013", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["agrees"] is True
    assert told["doi"] == "10.1002/14651858.CD004366.pub6"
    assert [round(a["computed"]["estimate"], 2) for a in told["analyses"]] == [float(p[0]) for p in PRINTED.values()]


def test_an_unknown_review_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "replicate", "cochrane-2026"]) == 2
    assert capsys.readouterr().err == "mettle: unknown review 'cochrane-2026', allowed: cochrane-2013\n"
