from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.conftest import ROOT

from mettle.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REFERENCE: dict[str, Any] = json.loads((ROOT / "validation" / "meta" / "reference.json").read_text())
KEYS = [
    "k",
    "measure",
    "method",
    "test",
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "p",
    "tau2",
    "tau2_ci",
    "i2",
    "h2",
    "q",
    "q_df",
    "q_p",
    "pi_low",
    "pi_high",
    "pi_df",
    "weights",
    "coefficients",
    "bias",
    "influence",
    "warnings",
]

EFFECTS = "study,yi,vi\n" + "\n".join(
    f"s{i},{y},{v}" for i, (y, v) in enumerate([(-0.6, 0.09), (-0.1, 0.05), (-1.3, 0.16), (-0.4, 0.07)])
)
ARMS = "study,m1,sd1,n1,m2,sd2,n2\nSims,15.1,8.5,23,20.6,11.8,22\nSingh,9.8,2.4,17,13.8,2,15\nPilu,8.1,5.2,10,16.7,9.1,20\n"
CELLS = "study,ai,bi,ci,di\none,4,119,11,128\ntwo,0,25,3,22\nthree,12,20,9,24\n"
NETWORK = (
    "study,treatment,m,sd,n\nA,lift,8,4,20\nA,wait,11,4,21\nB,walk,9,4,30\nB,wait,11,4.5,30\nC,lift,7,5,25\nC,walk,8,5,24\n"
    "C,wait,10,5,25\nD,lift,7.5,4,18\nD,wait,11,4,18\n"
)


@pytest.fixture
def meta(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(text: str, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "studies.csv"
        path.write_text(text, encoding="utf-8")
        code = main(["meta", str(path), *options])
        out = capsys.readouterr()
        return code, out.out, out.err.replace(str(tmp_path) + "/", "")

    return run


def document(result: tuple[int, str, str]) -> dict[str, Any]:
    assert result[0] == 0, result[2]
    found: dict[str, Any] = json.loads(result[1], parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    return found


def test_the_document_has_the_fixed_shape_and_metafors_numbers(meta: Any) -> None:
    pinned = REFERENCE["sets"]["bcg"]
    text = "study,yi,vi\n" + "\n".join(
        f"trial {i},{y!r},{v!r}" for i, (y, v) in enumerate(zip(pinned["yi"], pinned["vi"], strict=True))
    )
    for method in REFERENCE["methods"]:
        for test in REFERENCE["tests"] if method == "REML" else ("knha",):
            found = document(
                meta(text, "--measure", "RR", "--method", method, "--test", test, "--pi-df", "k-1", "--json")
            )
            theirs = pinned["fits"][f"{method} {test}"]
            assert set(KEYS) <= set(found)
            assert (found["k"], found["measure"], found["method"], found["test"]) == (13, "RR", method, test)
            assert found["estimate"] == pytest.approx(theirs["estimate"], rel=1e-6)
            assert [found["ci_low"], found["ci_high"]] == pytest.approx(theirs["ci"], rel=1e-6)
            assert found["i2"] == pytest.approx(theirs["i2"], rel=1e-6)
            assert sum(found["weights"]) == pytest.approx(100)
            if method == "EE":
                assert found["pi_low"] is found["pi_df"] is found["tau2_ci"] is None
            else:
                assert [found["pi_low"], found["pi_high"]] == pytest.approx(theirs["pi_k1"], rel=1e-6)
                assert found["pi_df"] == "k-1"
                assert found["tau2_ci"] == pytest.approx(pinned["tau2_ci"], rel=1e-6)
    assert [i["study"] for i in found["influence"]] == [f"trial {i}" for i in range(13)]
    assert [b["test"] for b in found["bias"]] == ["egger", "pet", "peese", "trim_and_fill"]
    assert [b["p"] for b in found["bias"][:2]] == pytest.approx(
        [pinned["bias"]["egger"]["p"], pinned["bias"]["pet"][3]], rel=1e-5
    )


def test_defaults_are_reml_hartung_knapp_and_k_minus_two_named(meta: Any) -> None:
    found = document(meta(EFFECTS, "--json"))
    assert (found["method"], found["test"], found["pi_df"]) == ("REML", "knha", "k-2")
    assert any("fewer than 10" in w for w in found["warnings"])
    code, out, _ = meta(EFFECTS)
    assert code == 0
    assert "mean effect: -0.52" in out
    assert "in a new setting" in out
    assert "t on k-2" in out


def test_the_same_input_gives_the_same_bytes(meta: Any) -> None:
    assert meta(EFFECTS, "--json") == meta(EFFECTS, "--json")


def test_arms_give_hedges_g_by_either_variance_or_mean_differences(meta: Any) -> None:
    ls = document(meta(ARMS, "--arms", "--json"))
    revman = document(meta(ARMS, "--arms", "--smd-variance", "revman", "--json"))
    md = document(meta(ARMS, "--arms", "--measure", "MD", "--json"))
    assert ls["measure"] == revman["measure"] == "SMD"
    assert revman["studies"][2]["yi"] == pytest.approx(-1.04, abs=0.005)
    assert ls["studies"][2]["vi"] != revman["studies"][2]["vi"]
    assert md["studies"][0]["yi"] == pytest.approx(15.1 - 20.6)


def test_a_shared_control_arm_counts_once(meta: Any) -> None:
    shared = ARMS + "Sims,12,8,20,20.6,11.8,22\n"
    combined = document(meta(shared, "--arms", "--json"))
    assert combined["k"] == 3
    assert "rows 2 and 5: Sims shares one control arm" in combined["warnings"][0]
    assert combined["studies"][0]["yi"] == pytest.approx(
        document(meta("study,m1,sd1,n1,m2,sd2,n2\nSims,13.6581395348837,8.3155,43,20.6,11.8,22\n", "--arms", "--json"))[
            "estimate"
        ],
        abs=1e-3,
    )
    split = document(meta(shared, "--arms", "--shared-control", "split", "--json"))
    assert split["k"] == 4
    assert "divided among 2" in split["warnings"][0]
    whole = document(meta(ARMS, "--arms", "--json"))
    assert split["studies"][0]["vi"] > whole["studies"][0]["vi"]


def test_a_shared_control_in_counts_is_added_up(meta: Any) -> None:
    found = document(meta("study,ai,bi,ci,di\nx,4,16,6,14\nx,2,18,6,14\ny,3,17,5,15\n", "--two-by-two", "--json"))
    assert found["k"] == 2
    assert found["studies"][0]["yi"] == pytest.approx(np.log(6 * 14 / (34 * 6)))


def test_counts_and_their_empty_cells(meta: Any) -> None:
    for measure in ("OR", "RR", "RD"):
        found = document(meta(CELLS, "--two-by-two", "--measure", measure, "--json"))
        assert found["measure"] == measure
        assert "row 3: 0.5 was added" in found["warnings"][0]
    code, _, err = meta(CELLS, "--two-by-two", "--zero", "none")
    assert code == 2
    assert "row 3: has an empty cell" in err
    silent = document(meta(CELLS + "four,0,20,0,20\n", "--two-by-two", "--json"))
    assert any("row 5: no events" in w for w in silent["warnings"])
    assert "odds" not in document(meta(CELLS, "--two-by-two", "--json"))["measure"]


def test_correlations(meta: Any) -> None:
    found = document(meta("study,ri,ni\na,0.3,50\nb,0.5,40\nc,0.1,80\n", "--measure", "ZCOR", "--json"))
    assert found["studies"][0]["yi"] == pytest.approx(np.arctanh(0.3))
    assert found["studies"][0]["vi"] == pytest.approx(1 / 47)


def test_moderators_by_number_and_by_group(meta: Any) -> None:
    pinned = REFERENCE["regressions"][1]
    mods = pinned["moderators"]
    groups = [
        "random" if r else "systematic" if s else "alternate"
        for r, s in zip(mods["allocrandom"], mods["allocsystematic"], strict=True)
    ]
    text = "study,yi,vi,ablat,alloc\n" + "\n".join(
        f"t{i},{y!r},{v!r},{a},{g}"
        for i, (y, v, a, g) in enumerate(zip(pinned["yi"], pinned["vi"], mods["ablat"], groups, strict=True))
    )
    found = document(meta(text, "--moderators", "ablat,alloc", "--json"))
    theirs = pinned["fits"]["REML knha"]
    assert [c["name"] for c in found["coefficients"]] == ["intercept", "ablat", "alloc: random", "alloc: systematic"]
    assert [c["estimate"] for c in found["coefficients"]] == pytest.approx(theirs["beta"], rel=1e-6)
    assert [c["p"] for c in found["coefficients"]] == pytest.approx(theirs["p"], rel=1e-5)
    assert found["moderators"]["p"] == pytest.approx(theirs["qm_p"], rel=1e-5)
    assert found["estimate"] == found["coefficients"][0]["estimate"]
    assert "All moderators together" in meta(text, "--moderators", "ablat,alloc")[1]


def test_bayesian_under_both_priors(meta: Any) -> None:
    for prior in ("halfnormal:0.3", "halfcauchy:0.3"):
        found = document(meta(EFFECTS, "--tau-prior", prior, "--json"))
        assert (found["method"], found["test"], found["tau_prior"], found["p"]) == ("bayes", None, prior, None)
        assert found["pi_low"] < found["ci_low"] < found["estimate"] < found["ci_high"] < found["pi_high"]
        assert 0 < found["p_positive"] < 0.2
    assert "tau ~ halfcauchy:0.3" in meta(EFFECTS, "--tau-prior", "halfcauchy:0.3")[1]


def test_a_network_is_ranked_and_checked(meta: Any) -> None:
    found = document(meta(NETWORK, "--network", "--reference", "wait", "--json"))
    assert set(KEYS) <= set(found)
    assert found["reference"] == "wait"
    assert [c["name"] for c in found["coefficients"]] == ["lift vs wait", "walk vs wait"]
    assert found["ranking"][0]["treatment"] == "lift"
    assert found["inconsistency"]["test"] == "design_by_treatment"
    assert found["inconsistency"]["df"] == 2
    assert {(s["treatment"], s["reference"]) for s in found["node_splits"]} >= {("lift", "wait")}
    turned = document(meta(NETWORK, "--network", "--higher-is", "better", "--json"))
    assert turned["ranking"][0]["treatment"] == "wait"
    words = meta(NETWORK, "--network", "--reference", "wait")[1]
    assert "lift vs wait" in words
    assert "Consistency" in words


def test_a_network_from_contrasts_counts_and_estimates(meta: Any) -> None:
    senn = REFERENCE["networks"]["senn2013"]
    text = "study,treatment,yi,vi\n" + "\n".join(
        f"{r['study']},{r['treatment']},{r['yi']!r},{r['vi']!r}" for r in senn["arms"]
    )
    found = document(meta(text, "--network", "--reference", "placebo", "--json"))
    assert [c["estimate"] for c in found["coefficients"]] == pytest.approx(senn["fits"]["REML"]["beta"], rel=1e-6)
    smoking = REFERENCE["networks"]["hasselblad1998"]
    text = "study,treatment,events,n\n" + "\n".join(
        f"{r['study']},{r['treatment']},{r['events']},{r['n']}" for r in smoking["counts"]
    )
    found = document(meta(text, "--network", "--reference", "no_contact", "--json"))
    assert found["measure"] == "OR"
    assert [c["estimate"] for c in found["coefficients"]] == pytest.approx(smoking["fits"]["REML"]["beta"], rel=2e-6)
    found = document(
        meta("study,treatment1,treatment2,yi,sei\na,x,y,0.5,0.1\nb,y,z,0.2,0.1\nc,x,z,0.6,0.2\n", "--network", "--json")
    )
    assert found["treatments"] == ["x", "y", "z"]


def test_a_decimal_comma_with_semicolons(meta: Any) -> None:
    comma = EFFECTS.replace(",", ";").replace(".", ",")
    assert document(meta(comma, "--json"))["estimate"] == document(meta(EFFECTS, "--json"))["estimate"]


def test_one_study_is_the_study_and_says_so(meta: Any) -> None:
    found = document(meta("study,yi,vi\nonly,-0.4,0.04\n", "--json"))
    assert (found["k"], found["estimate"], found["se"], found["tau2"], found["pi_low"]) == (1, -0.4, 0.2, None, None)
    assert any("that study itself" in w for w in found["warnings"])
    assert "1 study" in meta("study,yi,vi\nonly,-0.4,0.04\n")[1]


def test_all_equal_effects_and_repeated_names_are_pooled_with_a_warning(meta: Any) -> None:
    found = document(meta("study,yi,vi\na,0.3,0.04\nb,0.3,0.05\na,0.3,0.06\n", "--json"))
    assert found["tau2"] == 0
    assert found["ci_low"] < 0.3 < found["ci_high"]
    assert any("all effects are the same" in w for w in found["warnings"])
    assert any("rows 2 and 4: a appears 2 times" in w for w in found["warnings"])


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("study,yi,vi\na,0.1,0.1\nb,0.2,0\n", [], "studies.csv: row 3: vi must be above 0, got 0"),
        ("study,yi,vi\na,0.1,-0.1\n", [], "studies.csv: row 2: vi must be above 0, got -0.1"),
        ("study,yi,vi\na,nan,0.1\n", [], "studies.csv: row 2: yi must be a finite number, got 'nan'"),
        ("study,yi,vi\na,inf,0.1\n", [], "studies.csv: row 2: yi must be a finite number, got 'inf'"),
        ("study,yi,vi\na,1e200,0.1\nb,1,1\n", [], "studies.csv: row 2: effects must lie within 1e+15"),
        ("study,yi,vi\na,1,0.1\nb,1,1e-300\n", [], "studies.csv: row 3: effects must lie within 1e+15"),
        ("study,yi,vi\na,,0.1\n", [], "studies.csv: row 2: yi is empty"),
        ("study,yi,vi\na,x,0.1\n", [], "studies.csv: row 2: yi must be a number, got 'x'"),
        ("study,yi,vi\n,0.1,0.1\n", [], "studies.csv: row 2: study is empty"),
        ("study,yi,vi\na,0.1,0.1\n\na,0.1,0.1\n", [], "studies.csv: row 4: repeats row 2: the same study"),
        ("study,yi,vi\na,0.1\n", [], "studies.csv: row 2: has 2 cells, the header 3"),
        ("study,yi\na,0.1\n", [], "studies.csv: row 1: a table of effects needs the columns study, yi, vi; missing: vi"),
        ("study,yi,yi,vi\na,1,1,1\n", [], "studies.csv: row 1: the header names yi more than once"),
        ("study,yi,vi\n", [], "studies.csv: has a header but no study"),
        ("", [], "studies.csv: has no header"),
        ("study,m1,sd1,n1,m2,sd2,n2\na,1,2,10,1,2,\n", ["--arms"], "row 2: n2 is empty"),
        ("study,m1,sd1,n1,m2,sd2\na,1,2,10,1,2\n", ["--arms"], "missing: n2"),
        ("study,m1,sd1,n1,m2,sd2,n2\na,1,0,10,1,2,9\n", ["--arms"], "row 2: sd1 must be above 0, got 0"),
        ("study,m1,sd1,n1,m2,sd2,n2\na,1,2,1,1,2,9\n", ["--arms"], "row 2: n1 must be a whole number of at least 2"),
        (ARMS + "Pilu,8.1,5.2,10,16.7,9.1,20\n", ["--arms"], "row 5: repeats row 4"),
        (ARMS, ["--arms", "--measure", "OR"], "--arms gives SMD or MD, not OR"),
        ("study,ai,bi,ci,di\na,1.5,2,3,4\n", ["--two-by-two"], "row 2: ai must be a whole number of at least 0, got 1.5"),
        ("study,ai,bi,ci,di\na,-1,2,3,4\n", ["--two-by-two"], "row 2: ai must be a whole number of at least 0, got -1"),
        ("study,ai,bi,ci,di\na,0,0,3,4\n", ["--two-by-two"], "row 2: ai and bi are both 0"),
        ("study,ri,ni\na,1,30\n", ["--measure", "ZCOR"], "row 2: ri must lie between -1 and 1, got 1"),
        ("study,treatment,m,sd,n\nA,lift,8,4,20\n", ["--network"], "row 2: study A has one arm only"),
        ("study,treatment,m,sd,n\nA,lift,8,4,20\nA,lift,8,4,20\n", ["--network"], "row 3: study A has treatment lift already in row 2"),
        ("study,treatment,m,sd,n\nA,a,8,4,20\nA,b,8,4,20\nB,c,8,4,20\nB,d,8,4,20\n", ["--network"], "2 parts that no study connects: a, b; c, d"),
        ("study,treatment1,treatment2,yi,vi\nA,b,a,1,1\nA,c,a,1,1\n", ["--network"], "row 2: study A has 3 arms and needs all 3"),
        ("study,treatment,events,n\nA,a,5,4\nA,b,1,4\n", ["--network"], "row 2: events must be at most n (4), got 5"),
        (NETWORK, ["--network", "--reference", "tea"], "reference must be one of lift, wait, walk, got 'tea'"),
        (EFFECTS, ["--moderators", "year"], "--moderators needs the columns year; missing: year"),
        ("study,yi,vi,g\na,1,1,x\nb,2,1,x\nc,2,1,x\n", ["--moderators", "g"], "moderator g is 'x' in every study"),
        ("study,yi,vi,g\na,1,1,1\nb,2,1,\nc,2,1,2\nd,1,1,1\n", ["--moderators", "g"], "row 3: g is empty"),
        ("study,yi,vi,g\na,1,1,1\nb,2,1,2\n", ["--moderators", "g"], "1 moderator columns need at least 3 studies, got 2"),
        (EFFECTS, ["--tau-prior", "normal:1"], "--tau-prior: expected a prior like halfnormal:0.3"),
        (EFFECTS, ["--level", "95"], "--level must lie between 0 and 1, got 95"),
        (EFFECTS, ["--forest", "f.gif"], "a picture's name ends in .svg, .png or .html"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_that_names_the_row(meta: Any, text: str, options: list[str], said: str) -> None:
    code, out, err = meta(text, *options)
    assert code == 2
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert re.match(r"mettle: ", err)


def test_a_file_that_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"study,yi,vi\n\xff\xfe,1,1\n")
    assert main(["meta", str(path)]) == 2
    assert "is not UTF-8 text" in capsys.readouterr().err
    assert main(["meta", str(tmp_path / "none.csv")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_pictures_are_written_in_three_kinds(meta: Any, tmp_path: Path) -> None:
    for suffix, start in ((".svg", b"<svg"), (".png", b"\x89PNG"), (".html", b"<!doctype html>")):
        forest, funnel = tmp_path / f"forest{suffix}", tmp_path / f"funnel{suffix}"
        assert meta(EFFECTS, "--forest", str(forest), "--funnel", str(funnel))[0] == 0
        assert forest.read_bytes().startswith(start)
        assert funnel.read_bytes().startswith(start)
    assert sorted(p.suffix for p in tmp_path.iterdir()) == sorted([".csv", *(2 * [".svg", ".png", ".html"])])
