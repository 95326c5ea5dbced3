from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.conftest import ROOT

from mettle.inference.influence import leave_one_out
from mettle.inference.meta_analysis import meta_analysis
from mettle.inference.publication_bias import egger, pet_peese, trim_and_fill

SETS: dict[str, Any] = {
    name: s
    for name, s in json.loads((ROOT / "validation" / "meta" / "reference.json").read_text())["sets"].items()
    if len(s["yi"]) >= 3
}
RELATIVE = 1e-6


def test_the_reference_covers_every_test_of_bias() -> None:
    for pinned in SETS.values():
        assert set(pinned["bias"]) == {"egger", "pet", "peese"}
        assert set(pinned["trim_and_fill"]) == {"L0", "R0"}
        assert len(pinned["leave_one_out"]["cook"]) == len(pinned["yi"])
    assert sum(p["trim_and_fill"]["L0"]["missing"] > 0 for p in SETS.values()) >= 5
    assert {p["trim_and_fill"]["L0"]["side"] for p in SETS.values()} == {"left", "right"}


@pytest.mark.parametrize("name", sorted(SETS))
def test_egger_and_pet_peese_agree_with_r(name: str) -> None:
    y, v, theirs = SETS[name]["yi"], SETS[name]["vi"], SETS[name]["bias"]
    ours = egger(y, v)
    assert ours.statistic == pytest.approx(theirs["egger"]["statistic"], rel=RELATIVE)
    assert ours.p == pytest.approx(theirs["egger"]["p"], rel=1e-5, abs=1e-12)
    assert ours.df == theirs["egger"]["df"]
    both = pet_peese(y, v)
    for mine, pinned in ((both.pet, theirs["pet"]), (both.peese, theirs["peese"])):
        np.testing.assert_allclose([mine.estimate, mine.se, mine.statistic], pinned[:3], rtol=RELATIVE)
        assert mine.p == pytest.approx(pinned[3], rel=1e-5, abs=1e-12)
    assert both.used == ("peese" if theirs["pet"][3] < 0.10 else "pet")


@pytest.mark.parametrize("estimator", ["L0", "R0"])
@pytest.mark.parametrize("name", sorted(SETS))
def test_trim_and_fill_agrees_with_metafor(name: str, estimator: Any) -> None:
    theirs = SETS[name]["trim_and_fill"][estimator]
    ours = trim_and_fill(SETS[name]["yi"], SETS[name]["vi"], method="REML", test="z", estimator=estimator)
    assert (ours.missing, ours.side) == (theirs["missing"], theirs["side"])
    # metafor refits the filled funnel at its default tolerance, which stops short of its root
    assert ours.fit.estimate == pytest.approx(theirs["estimate"], rel=1e-5, abs=1e-9)
    assert ours.fit.tau2 == pytest.approx(theirs["tau2"], rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("name", sorted(SETS))
def test_leave_one_out_and_cook_agree_with_metafor(name: str) -> None:
    y, v, theirs = SETS[name]["yi"], SETS[name]["vi"], SETS[name]["leave_one_out"]
    ours = leave_one_out(y, v, fit=meta_analysis(y, v, method="REML", test="z"))
    np.testing.assert_allclose(ours.estimate, theirs["estimate"], rtol=RELATIVE)
    np.testing.assert_allclose(ours.tau2, theirs["tau2"], rtol=RELATIVE, atol=1e-8)
    np.testing.assert_allclose(ours.cook, theirs["cook"], rtol=1e-5, atol=1e-9)


def test_studies_of_one_size_have_no_funnel() -> None:
    ours = egger([0.1, 0.2, 0.4], [0.1, 0.1, 0.1])
    assert np.isnan(ours.p)
    with pytest.raises(ValueError, match="at least 3"):
        egger([0.1, 0.2], [0.1, 0.1])


def test_a_planted_gap_is_filled_on_its_side() -> None:
    rng = np.random.default_rng(11)
    v = rng.uniform(0.005, 0.3, 60)
    y = rng.normal(0.3, np.sqrt(v))
    kept = ~((y < 0.1) & (v > 0.08))  # small studies without an effect were never published
    ours = trim_and_fill(y[kept], v[kept])
    assert ours.side == "left"
    assert ours.missing >= 3
    assert ours.fit.estimate < meta_analysis(y[kept], v[kept]).estimate
    assert egger(y[kept], v[kept]).p < 0.05
