"""A questionnaire every two weeks beside a daily item: one state space, what is shared and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from mettle.answers import Answer, answer
from mettle.diary import Diary, Observation
from mettle.errors import InputError
from mettle.evidence.priors import zero_centred
from mettle.trials.companion import companion, joint
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.table import build
from mettle.units import When

TODAY = date(2026, 12, 31)
START = date(2026, 3, 2)


@cache
def diary(scores: int = 6) -> Diary:
    """84 days, and a PHQ-9 that follows the two weeks before it, downwards."""
    own, _ = simulate(PEOPLE["benefits"], days=84, seed=3)
    rng = np.random.default_rng(1)
    totals = []
    for k in range(scores):
        on = START + timedelta(days=13 + 14 * k)
        near = [o.value for o in own.observations if 0 <= (on - o.when.day).days < 14]
        totals.append(Observation("phq9", When(on), round(8 - (float(np.mean(near)) - 60) / 2 + float(rng.normal()))))
    return replace(own, observations=(*own.observations, *totals))


@cache
def of(beside: str | None, scores: int = 6) -> Answer:
    return answer("mood", diary(scores), today=TODAY, beside=beside)


def test_the_session_effect_stays_and_the_slow_one_is_told_in_the_scores_own_points() -> None:
    alone, together = of(None), of("phq9")
    a, b = alone.effects["acute"], together.effects["acute"]
    assert abs((a.mean or 0) - (b.mean or 9)) < 0.25 * (a.sd or 0)
    assert together.beside is not None
    assert together.beside.scores == 6
    assert together.beside.q025 < together.beside.mean < together.beside.q975
    assert together.beside.sd_together <= 1.02 * together.beside.sd_alone
    assert "6 scores of phq9 stand in the same model" in together.text
    assert together.to_json()["checks"]["beside"]["outcome"] == "phq9"


def test_a_score_takes_the_slow_effect_and_the_level_and_nothing_of_one_session() -> None:
    table = build(diary(), "mood", today=TODAY)
    second = companion(diary(), "phq9", table, today=TODAY, schedule=None, higher_is="better")
    assert second is not None
    assert second.scale < 0  # higher is worse: turned round
    assert second.recall_days == 14
    design = joint(table, second, zero_centred(table.scale).default)
    scores = slice(table.t.size, None)
    x = dict(zip(design.names, design.x[scores].T, strict=False))
    assert np.ptp(x["trend"]) > 0
    assert not x["next_day"].any()
    assert not x["monday"].any()
    assert not x["intercept"].any()
    assert x["intercept_phq9"].all()
    assert design.reach is not None
    by_kernel = dict(zip((k.name for k in design.kernels), design.reach[scores].T, strict=True))
    assert not by_kernel["acute"].any()
    assert by_kernel["chronic"].all()


def test_too_few_scores_are_told_and_left_out() -> None:
    found = of("phq9", 2)
    assert found.beside is None
    assert "second_unusable" in [c.code for c in found.caveats]
    assert found.effects["acute"].mean == of(None, 2).effects["acute"].mean


@pytest.mark.parametrize(("beside", "says"), [("mood", "another outcome"), ("gad7", "no observations of 'gad7'")])
def test_a_second_outcome_that_is_none_is_refused(beside: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        answer("mood", diary(), today=TODAY, beside=beside)
