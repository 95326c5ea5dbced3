from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from mettle.evidence.priors import zero_centred
from mettle.inference import nof1
from mettle.inference.nof1 import kalman
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.table import build

EXACT = 1e-7
"""Two routes to the same Gaussian algebra; what is left is rounding in inverses of 14 x 14 matrices."""


def designs() -> tuple[nof1.Design, nof1.Design]:
    diary, _ = simulate(PEOPLE["benefits"], days=40, seed=5)
    table = build(diary, "mood", today=date(2026, 12, 31))
    priors = zero_centred(table.scale)
    return table.design(priors.default), table.design(priors.flat)


def test_another_prior_multiplied_in_is_what_a_pass_with_that_prior_gives() -> None:
    first, second = designs()
    fit = nof1.fit(first)
    moved = replace(second, prior_mean=second.prior_mean + 0.3)
    found = nof1.reprior(fit, first, moved.prior_mean, moved.prior_sd)
    before = kalman.condition(first.sorted(), fit.hyper)
    direct = kalman.condition(moved.sorted(), fit.hyper)
    assert np.max(np.abs(found.means - direct.means)) < EXACT
    assert np.max(np.abs(found.covs - direct.covs)) < EXACT
    weights = fit.weights * np.exp(direct.log_ml - before.log_ml)
    assert np.max(np.abs(found.weights - weights / weights.sum())) < EXACT
    assert abs(found.log_ml - fit.log_ml - np.log(weights.sum())) < EXACT


def test_the_same_prior_changes_nothing() -> None:
    design, _ = designs()
    fit = nof1.fit(design)
    same = nof1.reprior(fit, design, design.prior_mean, design.prior_sd)
    assert np.max(np.abs(same.means - fit.means)) < EXACT
    assert abs(same.ess - fit.ess) < EXACT * fit.ess


def test_the_level_follows_the_ratings_and_is_surer_among_them() -> None:
    t = np.arange(60.0)
    y = np.sin(t / 9)
    design = nof1.Design(t, y, np.ones((60, 1)), ("intercept",), np.zeros(1), np.full(1, 3.0))
    fit = nof1.fit(design)
    at = np.array([30.0, 75.0])
    found = nof1.level(design, fit, at, np.ones((2, 1)))
    assert abs(found.mean[0] - y[30]) < 0.1
    assert found.sd[1] > 3 * found.sd[0]
