from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mettle.errors import InputError
from mettle.evidence import claims, for_claim, study, zero_centred
from mettle.evidence.discount import expected, from_figure
from mettle.evidence.pools import judgement, pools, trial_sds
from mettle.evidence.priors import EFFECTS
from mettle.instruments.safety import forbidden_phrases

NAMES = ("default", "sceptical", "mainstream", "flat")


@pytest.mark.parametrize("name", NAMES)
def test_without_a_study_every_prior_is_centred_on_no_effect(name: str) -> None:
    one, three = zero_centred(1.0), zero_centred(3.0)
    for effect in EFFECTS:
        prior = getattr(three, name)[effect]
        assert prior.mean == 0.0
        assert prior.sd == pytest.approx(3 * getattr(one, name)[effect].sd)


def test_the_sceptic_is_narrower_and_the_flat_prior_wider_than_the_default() -> None:
    priors = zero_centred(1.0)
    for effect in EFFECTS:
        assert priors.sceptical[effect].sd < priors.default[effect].sd < priors.flat[effect].sd


@pytest.mark.parametrize("own_sd", [0.0, -1.0, math.nan, math.inf])
def test_a_person_without_spread_has_no_prior(own_sd: float) -> None:
    with pytest.raises(ValueError, match="own_sd must be a finite number above 0"):
        for_claim(None, "mood", own_sd=own_sd)


def test_an_unknown_claim_is_the_caller_s_mistake() -> None:
    with pytest.raises(InputError, match="unknown claim '99'"):
        for_claim("99", "mood", own_sd=1.0)


def test_no_figure_from_memory_becomes_a_prior() -> None:
    for pool in pools().values():
        for speaker in (pool.sceptical, pool.mainstream):
            if speaker and speaker.figure:
                assert study(speaker.figure).status != "recalled"
                assert from_figure(replace(study(speaker.figure), status="recalled"), speaker, pool.kind) is None
        if pool.kind == "block":
            assert all(trial_sds()[outcome].status != "recalled" for outcome in pool.outcomes)


def test_a_spread_from_memory_silences_the_studies(monkeypatch: pytest.MonkeyPatch) -> None:
    known = trial_sds()
    remembered = known | {"phq9": replace(known["phq9"], status="recalled")}
    monkeypatch.setattr("mettle.evidence.pools.trial_sds", lambda: remembered)
    priors = for_claim("1.2", "phq9", own_sd=2.0)
    assert priors.mainstream["chronic"].mean == 0.0
    assert "not known from a source" in priors.mainstream["chronic"].source


def test_the_spread_between_people_and_the_person_s_own_are_never_mixed() -> None:
    block, block_wider = (for_claim("1.2", "phq9", own_sd=sd).mainstream["chronic"] for sd in (1.0, 3.0))
    assert (block.mean, block.sd) == (block_wider.mean, block_wider.sd)  # points come from the trials' SD
    moment, moment_wider = (for_claim("3.8", "mood", own_sd=sd).mainstream["acute"] for sd in (1.0, 3.0))
    assert moment_wider.mean == pytest.approx(3 * moment.mean)  # points come from the person's own SD
    mood = pools()["mood"]
    assert mood.mainstream
    assert from_figure(replace(study("rehder2026"), sd_kind="between"), mood.mainstream, "momentary") is None
    assert from_figure(study("noetel2024_strength"), mood.mainstream, "momentary") is None
    assert from_figure(study("rehder2026"), mood.mainstream, "block") is None


def test_depression_by_hand() -> None:
    """-0.49 halved, times 5.5 points, at 7/3 of the trials' three days a week; less is a benefit on PHQ-9."""
    prior = for_claim("7.0", "phq9", own_sd=2.0).mainstream["chronic"]
    assert prior.mean == pytest.approx(-0.49 * 0.5 * 5.5 * 7 / 3)
    se, tau = (0.69 - 0.29) / 2 / 1.959964, math.sqrt(0.1940)
    sd = math.sqrt(se**2 + tau**2 + (0.49 * 0.25) ** 2 + 0.25**2)
    assert prior.sd == pytest.approx(sd * 5.5 * 7 / 3, rel=1e-3)


def test_mood_by_hand() -> None:
    prior = for_claim(None, "mood", own_sd=2.0).mainstream["acute"]
    assert prior.mean == pytest.approx(2 * 0.05 / math.sqrt(1 - 0.05**2) / 2 * 2.0)


def test_careful_trials_promise_less_and_nobody_promises_harm() -> None:
    priors = for_claim("0.0", "phq9", own_sd=2.0)
    assert priors.mainstream["chronic"].mean < priors.sceptical["chronic"].mean < 0
    assert for_claim("3.8", "mood", own_sd=2.0).mainstream["acute"].mean > 0


@pytest.mark.parametrize("own_sd", [0.5, 2.0, 8.0])
def test_the_flat_prior_is_the_widest_and_centred(own_sd: float) -> None:
    for claim_id, outcome in (("1.2", "phq9"), ("1.0", "gad7"), ("3.8", "mood")):
        priors = for_claim(claim_id, outcome, own_sd=own_sd)
        for effect in EFFECTS:
            assert priors.flat[effect].mean == 0.0
            assert all(priors.flat[effect].sd > getattr(priors, n)[effect].sd for n in NAMES if n != "flat")


def test_default_and_the_effects_that_studies_do_not_measure_stay_centred() -> None:
    priors = for_claim("1.2", "phq9", own_sd=2.0)
    assert priors.default == zero_centred(2.0).default
    assert [priors.mainstream[e].mean for e in ("acute", "next_day")] == [0.0, 0.0]


def test_a_comparison_of_two_ways_to_train_says_that_no_study_speaks() -> None:
    prior = for_claim("14.0", "mood", own_sd=1.0).sceptical["acute"]
    assert prior.mean == 0.0
    assert prior.source.startswith("claim 14.0 compares two ways to train, which no usable study did")


def test_every_claim_has_priors_for_what_follows_it() -> None:
    for claim in claims().values():
        for key in (claim.instrument, claim.measure):
            if key:
                priors = for_claim(claim.id, key, own_sd=1.5)
                for name in NAMES:
                    for effect in EFFECTS:
                        prior = getattr(priors, name)[effect]
                        assert math.isfinite(prior.mean)
                        assert prior.sd > 0
                        assert prior.source
                        assert forbidden_phrases(f"{prior.source} {prior.arithmetic}") == []


def test_studies_speak_only_for_claims_of_their_own_design() -> None:
    for claim in claims().values():
        kinds = {pools()[name].kind for name in claim.priors}
        allowed = {"block": {"block"}, "session": {"momentary"}, "day": {"momentary"}}.get(claim.design, set())
        assert kinds <= allowed, claim.id


def test_the_arithmetic_is_shown_and_ends_in_the_figures_used() -> None:
    prior = for_claim("1.2", "phq9", own_sd=2.0).sceptical["chronic"]
    for part in ("6 trials", "Kept 0.75", "0.25 because one person", "x 5.5 points", "x 2.33"):
        assert part in prior.arithmetic
    assert prior.arithmetic.endswith(f"mean {prior.mean:.3g}, sd {prior.sd:.3g} points")
    assert "10.1002/14651858.CD004366.pub6" in prior.source


def test_every_discount_keeps_a_share_and_tells_why() -> None:
    assert judgement()["person_reason"]
    for pool in pools().values():
        for speaker in (pool.sceptical, pool.mainstream):
            if speaker:
                assert 0 < speaker.keep < 1
                assert len(speaker.reason) > 20
                found = expected(speaker, pool.kind)
                assert found
                assert found.sd > judgement()["person_sd"]
