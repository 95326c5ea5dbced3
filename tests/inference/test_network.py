from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.conftest import ROOT

from mettle.errors import InputError
from mettle.inference.effect_sizes import odds_ratio, standardised_mean_difference
from mettle.inference.network import NetworkMetaAnalysis, network_meta_analysis
from mettle.inference.network_data import Network, build, from_arms, from_contrasts, from_counts, from_means

PINNED: dict[str, Any] = json.loads((ROOT / "validation" / "meta" / "reference.json").read_text())["networks"]
CLOSED = 1e-9  # equal effects: one linear system
ITERATED = 1e-6  # REML and ML estimates: metafor's optimiser stops where the likelihood is flat in double precision
ITERATED_TEST = 1e-5  # the same, seen through tests of small differences
METHODS = ("REML", "ML", "EE")


def arms_of(name: str) -> dict[str, dict[str, tuple[float, float]]]:
    studies: dict[str, dict[str, tuple[float, float]]] = {}
    for row in PINNED[name]["arms"]:
        studies.setdefault(row["study"], {})[row["treatment"]] = (row["yi"], row["vi"])
    return studies


def network(name: str) -> Network:
    return build([from_arms(s, a) for s, a in arms_of(name).items()], reference=PINNED[name]["treatments"][0])


def fitted(name: str, method: Any, **options: Any) -> NetworkMetaAnalysis:
    return network_meta_analysis(network(name), method=method, **options)


def test_the_reference_covers_every_check_and_has_trials_of_three_arms() -> None:
    assert set(PINNED) == {"senn2013", "hasselblad1998"}
    for name, pinned in PINNED.items():
        assert set(pinned["fits"]) == set(pinned["design_by_treatment"]) == set(pinned["node_splits"]) == set(METHODS)
        assert max(len(a) for a in arms_of(name).values()) >= 3
        assert len(pinned["node_splits"]["REML"]) >= 6


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", sorted(PINNED))
def test_agrees_with_metafor(name: str, method: str) -> None:
    fit, theirs = fitted(name, method), PINNED[name]["fits"][method]
    tolerance = CLOSED if method == "EE" else ITERATED
    assert list(fit.treatments) == PINNED[name]["treatments"]
    for field, key in (("estimate", "beta"), ("se", "se"), ("ci_low", "ci_low"), ("ci_high", "ci_high")):
        ours = [getattr(c, field) for c in fit.against_reference]
        np.testing.assert_allclose(ours, theirs[key], rtol=tolerance, atol=tolerance * max(theirs["se"]))
    np.testing.assert_allclose([c.p for c in fit.against_reference], theirs["p"], rtol=ITERATED_TEST, atol=1e-12)
    np.testing.assert_allclose(fit.tau2, theirs["tau2"], rtol=2 * ITERATED, atol=1e-8)
    np.testing.assert_allclose([fit.q, fit.q_p], [theirs["q"], theirs["q_p"]], rtol=CLOSED)
    np.testing.assert_allclose(fit.p_scores, theirs["p_scores_lower_better"], rtol=tolerance)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", sorted(PINNED))
def test_both_checks_of_consistency_agree_with_metafor(name: str, method: str) -> None:
    fit, theirs = fitted(name, method), PINNED[name]["design_by_treatment"][method]
    assert fit.inconsistency.df == theirs["df"]
    assert fit.inconsistency.q == pytest.approx(theirs["q"], rel=ITERATED_TEST)
    assert fit.inconsistency.p == pytest.approx(theirs["p"], rel=ITERATED_TEST)
    splits = PINNED[name]["node_splits"][method]
    assert {f"{s.treatment}|{s.reference}" for s in fit.node_splits} == set(splits)
    for s in fit.node_splits:
        pinned = splits[f"{s.treatment}|{s.reference}"]
        assert s.difference == pytest.approx(pinned["difference"], rel=ITERATED_TEST, abs=1e-8)
        assert s.se == pytest.approx(pinned["se"], rel=ITERATED_TEST)
        assert s.p == pytest.approx(pinned["p"], rel=ITERATED_TEST)
        assert s.direct - s.indirect == pytest.approx(s.difference)


def test_dersimonian_laird_agrees_with_a_port_of_netmeta() -> None:
    peers = json.loads((ROOT / "validation" / "meta" / "peers.json").read_text())["networks"]
    assert set(peers) == set(PINNED)
    for name, theirs in peers.items():
        fit = fitted(name, "DL", checks=False)
        np.testing.assert_allclose([c.estimate for c in fit.against_reference], theirs["estimate"], rtol=CLOSED)
        np.testing.assert_allclose([c.se for c in fit.against_reference], theirs["se"], rtol=CLOSED)
        np.testing.assert_allclose(
            [fit.tau2, fit.q, fit.q_df], [theirs["tau2"], theirs["q"], theirs["q_df"]], rtol=CLOSED
        )
        np.testing.assert_allclose(fit.p_scores, theirs["p_scores"], rtol=CLOSED)
        between = fitted(name, "EE").inconsistency
        assert between.df == theirs["df_between_designs"]
        assert between.q == pytest.approx(theirs["q_between_designs"], rel=CLOSED)


def test_two_treatments_are_a_pairwise_meta_analysis() -> None:
    from mettle.inference.meta_analysis import meta_analysis

    rng = np.random.default_rng(2)
    y, v = rng.normal(-0.4, 0.4, 9), rng.uniform(0.02, 0.2, 9)
    net = build([from_contrasts(f"s{i}", [("b", "a", a, b)]) for i, (a, b) in enumerate(zip(y, v, strict=True))])
    for method in ("REML", "ML", "DL", "PM", "EE"):
        for test in ("z", "knha", "adhoc"):
            wide = network_meta_analysis(net, method=method, test=test)
            one = meta_analysis(y, v, method=method, test=test, tau2_ci=True)
            c = wide.against_reference[0]
            np.testing.assert_allclose(
                [c.estimate, c.se, c.ci_low, c.p, wide.tau2, wide.q, wide.i2, wide.h2],
                [one.estimate, one.se, one.ci_low, one.p, one.tau2, one.q, one.i2, one.h2],
                rtol=1e-8,
                atol=1e-12,
            )
            if method != "EE":
                np.testing.assert_allclose(
                    [c.pi_low, c.pi_high, wide.tau2_low, wide.tau2_high],
                    [one.pi_low, one.pi_high, one.tau2_low, one.tau2_high],
                    rtol=1e-8,
                )


def test_all_pairwise_contrasts_of_a_trial_say_the_same_as_its_arms() -> None:
    whole, again = [], []
    for study, arms in arms_of("hasselblad1998").items():
        names = list(arms)
        pairs = [(b, a) for i, a in enumerate(names) for b in names[i + 1 :]]
        whole.append(from_arms(study, arms))
        again.append(
            from_contrasts(study, [(b, a, arms[b][0] - arms[a][0], arms[b][1] + arms[a][1]) for b, a in pairs])
        )
    one, two = network_meta_analysis(build(whole)), network_meta_analysis(build(again))
    np.testing.assert_allclose(
        [c.estimate for c in one.league] + [one.tau2], [c.estimate for c in two.league] + [two.tau2], rtol=1e-9
    )


def test_the_reference_does_not_change_what_is_compared() -> None:
    one = fitted("senn2013", "REML")
    other = network_meta_analysis(
        build([from_arms(s, a) for s, a in arms_of("senn2013").items()], reference="metformin")
    )

    def found(fit: NetworkMetaAnalysis, a: str, b: str) -> float:
        for c in fit.league:
            if {c.treatment, c.reference} == {a, b}:
                return c.estimate if c.treatment == a else -c.estimate
        raise AssertionError((a, b))

    assert found(one, "placebo", "metformin") == pytest.approx(found(other, "placebo", "metformin"), rel=1e-9)
    assert one.inconsistency.q == pytest.approx(other.inconsistency.q, rel=1e-7)
    assert sorted(zip(one.treatments, np.round(one.p_scores, 9), strict=True)) == sorted(
        zip(other.treatments, np.round(other.p_scores, 9), strict=True)
    )


def test_ranking_turns_round_with_the_meaning_of_high() -> None:
    low, high = fitted("senn2013", "REML"), fitted("senn2013", "REML", higher_is="better")
    np.testing.assert_allclose(np.array(low.p_scores) + np.array(high.p_scores), 1.0)
    assert np.mean(low.p_scores) == pytest.approx(0.5)
    assert low.treatments[int(np.argmax(low.p_scores))] == "rosiglitazone"


def test_counts_and_means_are_those_of_two_groups_and_of_the_literature() -> None:
    a = from_counts("s", {"a": (4, 123), "b": (11, 139)}, measure="OR")
    b = odds_ratio([11], [128], [4], [119])
    np.testing.assert_allclose([a.y[0], a.V[0, 0]], [b.yi[0], b.vi[0]])
    for variance in ("ls", "revman"):
        c = from_means("s", {"a": (8.0, 2.0, 20), "b": (6.5, 2.5, 18)}, measure="SMD", smd_variance=variance)
        d = standardised_mean_difference([6.5], [2.5], [18], [8.0], [2.0], [20], variance=variance)
        np.testing.assert_allclose([c.y[0], c.V[0, 0]], [d.yi[0], d.vi[0]])


def test_standardised_contrasts_of_three_arms_hang_together_as_simulated() -> None:
    rng = np.random.default_rng(8)
    n, mu, draws = 40, np.array([0.0, -0.4, -0.9]), 4000
    x = rng.normal(mu[:, None], 1.0, (draws, 3, n))
    m, sd = x.mean(axis=2), x.std(axis=2, ddof=1)
    g = np.array(
        [
            from_means("s", {k: (m[i, j], sd[i, j], n) for j, k in enumerate("abc")}, measure="SMD").y
            for i in range(draws)
        ]
    )
    V = from_means("s", {k: (mu[j], 1.0, n) for j, k in enumerate("abc")}, measure="SMD").V
    np.testing.assert_allclose(np.cov(g.T), V, rtol=0.08)  # 4000 draws give each entry to about 3%
    np.testing.assert_allclose(g.mean(axis=0), mu[1:], atol=0.02)


def test_a_network_in_parts_is_refused_with_the_parts() -> None:
    studies = [from_arms("one", {"a": (0, 1), "b": (1, 1)}), from_arms("two", {"c": (0, 1), "d": (1, 1)})]
    with pytest.raises(InputError, match=r"2 parts that no study connects: a, b; c, d"):
        build(studies)
    with pytest.raises(InputError, match="reference must be one of a, b, got 'x'"):
        build(studies[:1], reference="x")


def test_contrasts_that_cannot_be_one_trial_are_refused() -> None:
    with pytest.raises(InputError, match="needs all 3 pairwise contrasts"):
        from_contrasts("t", [("b", "a", 0.1, 0.1), ("c", "a", 0.2, 0.1)])
    with pytest.raises(InputError, match="compares a with itself"):
        from_contrasts("t", [("a", "a", 0.1, 0.1)])
    with pytest.raises(InputError, match="twice"):
        from_contrasts("t", [("b", "a", 0.1, 0.1), ("a", "b", -0.1, 0.1)])
    with pytest.raises(InputError, match=r"c against b is 1, but its other contrasts make it 0.1"):
        from_contrasts("t", [("b", "a", 0.1, 0.1), ("c", "a", 0.2, 0.1), ("c", "b", 1.0, 0.1)])
    with pytest.raises(InputError, match="cannot belong to one trial"):
        from_contrasts("t", [("b", "a", 0.1, 0.1), ("c", "a", 0.2, 0.1), ("c", "b", 0.1, 0.9)])


def test_a_tree_has_no_loop_to_check_and_says_so_by_df_zero() -> None:
    fit = network_meta_analysis(
        build([from_arms("one", {"a": (0, 1), "b": (1, 1)}), from_arms("two", {"b": (0, 1), "c": (1, 1)})])
    )
    assert fit.inconsistency.df == 0
    assert fit.node_splits == ()
    assert any("no study is left over" in w for w in fit.warnings)
