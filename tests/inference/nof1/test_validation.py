"""The stored reference of ``validation/nof1``, fitted again on every run."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.conftest import ROOT
from tests.inference.nof1.diaries import simulators

from mettle.inference.nof1 import fit

FOLDER = ROOT / "validation" / "nof1"
NUTS = json.loads((FOLDER / "nuts.json").read_text())
AGREEMENT = json.loads((FOLDER / "agreement.json").read_text())
LIMITS = AGREEMENT["thresholds"]
SHARES = {"acute": {"acute": 1.0}, "next_day": {"next_day": 1.0}, "chronic": {"chronic": 1.0}}
SHARES["total"] = dict.fromkeys(SHARES, 3 / 7)


@pytest.mark.parametrize("diary", NUTS["diaries"], ids=lambda d: f"{d['kind']}-{d['seed']}")
def test_stored_diaries_agree_with_nuts(diary: dict[str, Any]) -> None:
    simulate = simulators()
    dose, t, y = (np.array(diary[name], float) for name in ("dose", "t", "y"))
    posterior = fit(simulate.design(simulate.Diary(dose, t, y, simulate.World())), ess=1000, ceiling=8192)
    assert posterior.converged
    for name, reference in diary["effects"].items():
        ours = posterior.contrast(np.array([SHARES[name].get(column, 0.0) for column in posterior.names]))
        sd = reference["sd"]
        assert abs(ours.mean - reference["mean"]) <= LIMITS["mean_diff_sd"] * sd, name
        assert LIMITS["sd_ratio"][0] <= ours.sd / sd <= LIMITS["sd_ratio"][1], name
        for q, end in ((0.025, "q025"), (0.975, "q975")):
            assert abs(ours.quantile(q) - reference[end]) <= LIMITS["interval_end_diff_sd"] * sd, (name, end)


def test_a_hundred_effective_points_are_enough() -> None:
    assert AGREEMENT["ess"]["people"] >= 300
    assert max(AGREEMENT["ess"]["mean_diff_sd_p95"]) <= LIMITS["ess_100_mean_diff_sd_p95"]
