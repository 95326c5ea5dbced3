"""Two comparisons of the estimator, stored in ``agreement.json``.

1. Against NUTS (``nuts.json``) on five stored diaries, at an effective sample size of at least 1,000.
2. 100 against 1,000 on 300 diaries whose truths are drawn from the prior.

Run with ``PYTHONPATH=src .venv/bin/python validation/nof1/compare.py`` (seconds).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import simulate

from mettle.inference.nof1 import fit, fit_many

HERE = Path(__file__).parent
THRESHOLDS = {
    "mean_diff_sd": 0.05,
    "sd_ratio": [0.95, 1.05],
    "interval_end_diff_sd": 0.12,
    "ess_100_mean_diff_sd_p95": 0.05,
}
TOTAL = {"acute": 3 / 7, "next_day": 3 / 7, "chronic": 3 / 7}
EFFECTS = ("acute", "next_day", "chronic", "total")
PEOPLE, BATCH = 300, 50


def stored(diary):
    """The design of one diary of ``nuts.json``."""
    world = simulate.World()
    dose, t, y = (np.array(diary[name], float) for name in ("dose", "t", "y"))
    return simulate.design(simulate.Diary(dose, t, y, world))


def effect(posterior, name):
    """The mixture of one effect; total is three sessions a week against none at steady state."""
    shares = TOTAL if name == "total" else {name: 1.0}
    return posterior.contrast(np.array([shares.get(column, 0.0) for column in posterior.names]))


def against_nuts(diary, posterior):
    """Differences in units of the reference's sd."""
    found = {}
    for name in EFFECTS:
        ours, theirs = effect(posterior, name), diary["effects"][name]
        found[name] = {
            "mean_diff_sd": (ours.mean - theirs["mean"]) / theirs["sd"],
            "sd_ratio": ours.sd / theirs["sd"],
            "q025_diff_sd": (ours.quantile(0.025) - theirs["q025"]) / theirs["sd"],
            "q975_diff_sd": (ours.quantile(0.975) - theirs["q975"]) / theirs["sd"],
            "p_above_0_diff": 1 - ours.cdf(0.0) - theirs["p_above_0"],
            "monte_carlo_se_sd": theirs["n_eff"] ** -0.5,
        }
    return {
        "kind": diary["kind"],
        "seed": diary["seed"],
        "ess": posterior.ess,
        "points": posterior.points,
        "effects": found,
    }


def hundred_against_thousand():
    """|mean difference| in sd and sd ratio of each of three effects, over ``PEOPLE`` diaries."""
    mean_diff, sd_ratio, points = [], [], []
    for start in range(0, PEOPLE, BATCH):
        designs = []
        for person in range(start, start + BATCH):
            rng = np.random.default_rng([20250101, person])
            kind = simulate.KINDS[person % len(simulate.KINDS)]
            designs.append(simulate.design(simulate.diary(kind, rng, world=simulate.from_prior(rng))))
        usual, long = fit_many(designs), fit_many(designs, ess=1000, ceiling=65536, seed=1)
        for few, many in zip(usual, long, strict=True):
            assert many.converged
            points.append(few.points)
            pairs = [(few.effect(name), many.effect(name)) for name in EFFECTS[:3]]
            mean_diff.append([abs(a.mean - b.mean) / b.sd for a, b in pairs])
            sd_ratio.append([a.sd / b.sd for a, b in pairs])
    return {
        "people": PEOPLE,
        "effects": EFFECTS[:3],
        "mean_diff_sd_median": np.median(mean_diff, axis=0).tolist(),
        "mean_diff_sd_p95": np.quantile(mean_diff, 0.95, axis=0).tolist(),
        "mean_diff_sd_max": np.max(mean_diff, axis=0).tolist(),
        "sd_ratio_p025": np.quantile(sd_ratio, 0.025, axis=0).tolist(),
        "sd_ratio_p975": np.quantile(sd_ratio, 0.975, axis=0).tolist(),
        "points_mean": float(np.mean(points)),
        "points_p95": float(np.quantile(points, 0.95)),
        "points_max": int(np.max(points)),
    }


def main():
    nuts = json.loads((HERE / "nuts.json").read_text())
    agreement = [against_nuts(diary, fit(stored(diary), ess=1000, ceiling=8192)) for diary in nuts["diaries"]]
    out = {"thresholds": THRESHOLDS, "nuts": agreement, "ess": hundred_against_thousand()}
    (HERE / "agreement.json").write_text(json.dumps(out, indent=1) + "\n")
    for row in agreement:
        print(
            row["kind"],
            row["seed"],
            round(row["ess"]),
            {k: {a: round(b, 3) for a, b in v.items()} for k, v in row["effects"].items()},
        )
    print(out["ess"])


if __name__ == "__main__":
    main()
