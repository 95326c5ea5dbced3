"""The stored error rates of ``validation/nof1`` against what was promised, and a few of the diaries fitted again."""

from __future__ import annotations

import importlib
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import ROOT

from mettle.inference.nof1 import fit

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = ROOT / "validation" / "nof1"
MISSED = {"cycle_28/phases"}
"""A rhythm of 28 days and phases of 14: nothing keeps them apart. `mettle trial design` does not draw such phases."""


def stored(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


@pytest.fixture
def false_alarms(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("false_alarms", "worlds", "usual", "chunks", "simulate"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("false_alarms")


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    found = stored("calibration")
    assert found["people"] >= 2000
    for effect, one in found["effects"].items():
        assert abs(one["coverage"] - found["thresholds"]["coverage"]) <= found["thresholds"]["within"], effect


def test_false_alarms_stay_below_the_limit_in_every_world_but_the_one_named() -> None:
    found = stored("false_alarms")
    assert found["people"] >= 2000
    assert len(found["worlds"]) == 9
    limit = found["thresholds"]["false_alarms_at_most"]
    assert {cell for cell, rates in found["false_alarms"].items() if rates["mettle"] > limit} == MISSED
    assert not any(rates["not_converged"] for rates in found["false_alarms"].values())


def test_power_is_near_that_of_least_squares_where_that_is_valid() -> None:
    found = stored("false_alarms")
    limit = found["thresholds"]["power_within_of_ols"]
    short = {cell: rates["least_squares"] - rates["mettle"] for cell, rates in found["power"].items()}
    alone = [rates["least_squares"] - rates["mettle_flat"] for rates in found["power"].values()]
    assert max(alone) <= limit
    # the default prior draws towards no effect; without memory in the noise that is all of the cost, and at one size above the limit
    assert {cell for cell, gap in short.items() if gap > limit} == {"white_noise/0.3"}
    assert max(short.values()) <= 0.04


def test_training_on_good_mornings_is_not_taken_for_an_effect() -> None:
    found = stored("reverse")
    rates = found["rates"][found["thresholds"]["world"]]
    for analysis in found["thresholds"]["analyses"]:
        assert rates[analysis] <= found["thresholds"]["false_alarms_at_most"], analysis


def test_words_are_seldom_wrong_in_headlines_and_under_each_prior_alone() -> None:
    found = stored("verdicts")
    limits = found["thresholds"]
    allowed = {
        "better": limits["false_better"],
        "worse": limits["false_better"],
        "wrong": limits["wrong_sign"],
        "no_worthwhile_difference": limits["false_no_difference"],
    }
    assert len(found["priors"]) >= 4
    for cell, rates in found["rates"].items():
        for key, share in rates.items():
            kind = key.split("/", 2)[2]
            rightly = kind == "no_worthwhile_difference" and cell.endswith("/0")
            assert rightly or share <= allowed.get(kind, 1.0), (cell, key)


def test_the_p_value_of_the_randomisation_test_is_uniform() -> None:
    """The first 2,000 of the drawn design miss the threshold by themselves (0.007), as docs/validation.md says; all 8,000 of it count."""
    found = stored("randomisation")
    assert found["people_again"] >= 3 * found["people"]
    for kind in ("coin", "pairs", "drawn_again", "drawn_in_all"):
        assert found["designs"][kind]["ks_p"] > found["thresholds"]["ks_p_above"], kind
        assert found["designs"][kind]["alarms"] < 0.06


def test_redraws_are_like_first_draws() -> None:
    found = stored("redraws")
    assert found["trials"] >= 10_000
    assert min(found[p] for p in ("ks_p", "days_alike_p", "alike_alike_p")) > found["thresholds"]["ks_p_above"]


def test_an_effect_that_lasts_a_day_and_a_half_is_not_missed() -> None:
    found = stored("decisive")
    rows = {cell: row for cell, row in found["rows"].items() if "_lasting" in cell}
    assert len(rows) >= 8
    for cell, row in rows.items():
        assert abs(row["covered"] - 0.95) <= 0.03, cell  # 500 people: a Monte Carlo error of 0.01
        assert row.get("wrong", 0.0) <= 0.05, cell


def test_a_rating_soon_after_the_session_doubles_the_share_with_an_answer_at_equal_minutes() -> None:
    rows = stored("decisive")["rows"]
    for days in (84, 180):
        usual = rows[f"evening/{days}"]
        for plan in ("soon", "before_and_soon"):
            row = rows[f"{plan}/{days}"]
            assert row["minutes"] <= usual["minutes"]
            for answer in ("clear", "answered"):
                assert row.get(answer, 0.0) >= 2 * usual.get(answer, 0.0), (plan, days, answer)


def test_stored_diaries_give_the_stored_probabilities_again(false_alarms: ModuleType) -> None:
    for cell, before in stored("false_alarms")["slice"].items():
        for number, below in enumerate(before):
            design = false_alarms.simulate.design(false_alarms.person(cell, number))
            # the two kernels agree to 1e-10, the mixture weights amplify it a little
            assert fit(design).effect("acute").cdf(0.0) == pytest.approx(below, abs=1e-6), (cell, number)
