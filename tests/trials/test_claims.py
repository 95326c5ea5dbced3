"""Every claim that can be tried at home has a trial, and the count that the docs tell is the real one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from mettle import evidence
from mettle.instruments.safety import WithholdingLimit
from mettle.prescription.arms import FACTORS
from mettle.trials.admissible import Rules
from mettle.trials.claims import end_to_end, executable, for_claim, offers, ready, walked, ways, without_stretches
from mettle.trials.design import Wish, draw

TESTABLE = 106


def test_the_map_is_total() -> None:
    for claim in evidence.claims().values():
        found = for_claim(claim)
        assert (found is None) == (claim.design == "none"), claim.id
    assert len(ready()) == TESTABLE


def test_every_ready_trial_runs_end_to_end_and_has_priors() -> None:
    for trial in ready().values():
        assert end_to_end(trial), trial.claim
        priors = trial.prior(own_sd=2.0)
        assert priors.default[trial.effect if trial.effect != "total" else "chronic"].sd > 0


@pytest.mark.parametrize("claim", sorted({(t.kind, t.arms): c for c, t in ready().items()}.values()))
def test_every_kind_of_ready_trial_can_be_drawn(claim: str) -> None:
    trial = without_stretches(ready()[claim])
    rules = Rules(max_run=3, block_days=28 if trial.arms[1] != "rest" else 14)
    wish = Wish(trial.kind, trial.arms, date(2026, 11, 23), trial.days, rules, claims=(claim,))
    drawn = draw(wish, seed=1)
    assert {r["arm"] for r in drawn["schedule"]} == set(trial.arms)


def test_nobody_is_kept_from_training_where_that_is_not_cleared() -> None:
    for trial in ready().values():
        other = without_stretches(trial)
        assert not (other.kind == "blocks" and other.arms[1] == "rest")
    assert WithholdingLimit(0, ("phq9_absent",)).max_days == 0


def test_first_offers_keep_people_training() -> None:
    assert [o.kind for o in offers()] == ["days", "blocks", "am_pm", "variant"]
    assert all(executable(o.arms) for o in offers())
    assert not any(o.kind == "blocks" and "rest" in o.arms for o in offers())


def test_the_count_stands_in_the_docs() -> None:
    told = (Path(__file__).parents[2] / "docs" / "trials.md").read_text(encoding="utf-8")
    assert f"{sum(map(end_to_end, ready().values()))} of {len(ready())} claims" in told


def test_a_plan_can_be_made_for_every_way() -> None:
    for pairs in ways().values():
        for a, b in pairs:
            assert any(a in words and b in words for words in FACTORS.values()), (a, b)


def test_claims_were_walked_from_end_to_end_by_the_real_commands() -> None:
    root = Path(__file__).parents[2]
    stored = json.loads((root / "validation" / "claims" / "walk.json").read_text(encoding="utf-8"))
    assert stored["testable"] == TESTABLE
    assert walked() == (stored["walked"], stored["ran"])
    assert stored["arms_not_matched"] == [
        "two_sided/one_sided"
    ]  # one side at a time takes longer; told in docs/trials.md
    assert stored["ran"] == stored["walked"] == len(stored["claims"])
    assert f"{stored['ran']} of them have been walked" in (root / "docs" / "trials.md").read_text(encoding="utf-8")
    for claim, told in stored["claims"].items():
        trial = ready()[claim]
        assert (told["kind"], told["arms"], told["days"]) == (trial.kind, list(trial.arms), trial.days), claim
        assert (told["outcome"], told["effect"]) == (trial.outcome, trial.effect), claim
        for person in ("benefits", "no_effect"):
            assert told[person]["higher_is"] == trial.higher_is, claim
            assert told[person]["credibility"] == "randomised", claim
