from __future__ import annotations

import math

import pytest

from mettle.evidence.priors import EFFECTS, zero_centred


@pytest.mark.parametrize("name", ["default", "sceptical", "mainstream", "flat"])
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
        zero_centred(own_sd)
