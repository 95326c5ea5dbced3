from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from mettle.inference import effect_sizes as es

if TYPE_CHECKING:
    from collections.abc import Callable

PINNED: dict[str, Any] = json.loads((ROOT / "validation" / "meta" / "reference.json").read_text())["effects"]
EXACT = 1e-12  # closed forms: only the gamma function of J could differ in the last digits


def table(name: str, *columns: str) -> list[np.ndarray[Any, Any]]:
    return [np.array([row[c] for row in PINNED[name]]) for c in columns]


ARMS = table("arms", "m1", "sd1", "n1", "m2", "sd2", "n2")
CELLS = table("cells", "ai", "bi", "ci", "di")


def same(ours: es.Effects, theirs: dict[str, Any]) -> None:
    np.testing.assert_allclose(ours.yi, theirs["yi"], rtol=EXACT, atol=1e-14)
    np.testing.assert_allclose(ours.vi, theirs["vi"], rtol=EXACT)


def test_hedges_g_and_mean_difference_agree_with_metafor() -> None:
    same(es.standardised_mean_difference(*ARMS), PINNED["SMD"])
    same(es.mean_difference(*ARMS), PINNED["MD"])


@pytest.mark.parametrize("rule", ["only0", "all", "if0all"])
@pytest.mark.parametrize(
    ("measure", "function"), [("OR", es.odds_ratio), ("RR", es.risk_ratio), ("RD", es.risk_difference)]
)
def test_two_by_two_tables_agree_with_metafor_under_every_zero_rule(
    measure: str, function: Callable[..., es.Effects], rule: str
) -> None:
    same(function(*CELLS, zero=rule), PINNED["zero"][f"{measure} {rule}"])


def test_correlations_and_changes_agree_with_metafor() -> None:
    after, before, s1, s0, n, r = table("pairs", "m_after", "m_before", "sd_after", "sd_before", "n", "r")
    same(es.fisher_z(*table("cors", "ri", "ni")), PINNED["ZCOR"])
    same(es.standardised_change(after, before, s0, n, r), PINNED["SMCR"])
    same(es.change_over_its_sd(after, before, s1, s0, n, r), PINNED["SMCC"])
    same(es.mean_change(after, before, s1, s0, n, r), PINNED["MC"])


def test_revman_variance_reproduces_printed_intervals_of_the_cochrane_review() -> None:
    # Pilu 2007 and Singh 2005, Cooney et al. 2013, analysis 1.1, doi:10.1002/14651858.CD004366.pub6
    fit = es.standardised_mean_difference(
        [8.1, 8.5], [5.2, 5.5], [10, 18], [16.7, 14.4], [9.1, 6.0], [20, 19], variance="revman"
    )
    half = 1.959964 * np.sqrt(fit.vi)
    assert np.round(fit.yi, 2).tolist() == [-1.04, -1.0]
    assert np.round(fit.yi - half, 2).tolist() == [-1.85, -1.69]
    assert np.round(fit.yi + half, 2).tolist() == [-0.23, -0.31]


def test_crossover_smd_is_the_paired_change_when_the_periods_are_alike() -> None:
    # Handbook 23.2.7.2: with equal SDs the SMD is the mean difference over that SD, its variance shrunk by 2 (1 - r)
    fit = es.crossover_smd([10.0], [4.0], [8.0], [4.0], [30], [0.6])
    j = float(es.small_sample_factor(29))
    assert fit.yi[0] == pytest.approx(j * 0.5)
    assert fit.vi[0] == pytest.approx((1 / 30 + (j * 0.5) ** 2 / 60) * 0.8)


people = st.lists(st.floats(-50, 50), min_size=2, max_size=8)


@given(st.lists(people, min_size=2, max_size=4))
def test_combined_arms_are_the_people_pooled(arms: list[list[float]]) -> None:
    n, m, sd = es.combined_group([len(a) for a in arms], [np.mean(a) for a in arms], [np.std(a, ddof=1) for a in arms])
    everyone = np.concatenate(arms)
    assert n == len(everyone)
    assert m == pytest.approx(everyone.mean(), abs=1e-9)
    assert sd == pytest.approx(everyone.std(ddof=1), abs=1e-7)


def test_unknown_rules_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="ls or revman"):
        es.standardised_mean_difference(*ARMS, variance="other")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="only0, all, if0all or none"):
        es.odds_ratio(*CELLS, zero="other")  # type: ignore[arg-type]
