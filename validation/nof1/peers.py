"""The slow peers on the first diaries of each cell of ``false_alarms.py``, the same ones, beside every other method.

statsmodels UnobservedComponents (local level and AR(1), maximum likelihood, the same columns, decay of the adstock fixed at its
true 14 days) on 40 diaries a cell; CausalImpact (bsts-causalimpact, defaults) on 200 diaries of somebody who starts to train on
day 90, which is the only kind of trial that it knows. Least squares and Newey-West are checked against statsmodels.

Writes ``peers.json``. ``nice -n 15 env PYTHONPATH=src .venv-reference/bin/python validation/nof1/peers.py`` (a quarter of an hour).
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import platform
import time
import warnings
from importlib.metadata import version

import chunks
import false_alarms
import numpy as np
import pandas as pd
import simulate
import usual
import worlds
from causal_impact import CausalImpact
from statsmodels.regression.linear_model import OLS
from statsmodels.tsa.statespace.structural import UnobservedComponents

from mettle.inference.nof1 import fit_many

SEED = 20260305
PEOPLE, STEP = 40, 20
STARTERS = 200
START = 90


def unobserved_components(diary):
    """p value of the acute column, and seconds of one thread."""
    days = np.arange(worlds.DAYS)
    y = np.full(len(days), np.nan)
    y[diary.t.astype(int)] = diary.y
    exog = usual.table(simulate.Diary(diary.dose, days.astype(float), y, diary.world))[:, 1:]
    began = time.thread_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(y, level="local level", autoregressive=1, exog=exog)
        fitted = model.fit(disp=False)
    found = fitted.pvalues[model.param_names.index(f"beta.x{usual.ACUTE}")]
    return float(found), time.thread_time() - began


def off_by(diary):
    """Largest difference of our two p values from statsmodels'."""
    x = usual.table(diary)
    fitted = OLS(diary.y, x).fit()
    robust = fitted.get_robustcov_results("HAC", maxlags=usual.LAGS, use_correction=True, use_t=True)
    ours = usual.least_squares(diary)
    return max(abs(ours[0] - fitted.pvalues[usual.ACUTE]), abs(ours[1] - robust.pvalues[usual.ACUTE]))


def step(cell, people):
    diaries = [false_alarms.person(cell, number) for number in people]
    found = [unobserved_components(diary) for diary in diaries]
    sums = false_alarms.step(cell, people)
    return sums | {
        "unobserved_components": int(sum(p < 0.05 for p, _ in found)),
        "no_p_value": int(sum(not np.isfinite(p) for p, _ in found)),
        "seconds": float(sum(s for _, s in found)),
        # of the first step of a cell, so that the sum over its steps is one maximum
        "least_squares_off_by": 0.0 if people[0] else float(max(off_by(diary) for diary in diaries)),
    }


def starter(number):
    """Nothing until day 90, then three sessions a week; nothing helps."""
    rng = np.random.default_rng([SEED, number])
    day = np.arange(worlds.DAYS)
    dose = ((day >= START) & np.isin(day % 7, (0, 2, 4))).astype(float)
    world = simulate.World()
    y = simulate.latent(worlds.DAYS, world, rng) + world.noise * rng.normal(size=worlds.DAYS)
    return simulate.Diary(dose, day.astype(float), (y - y.mean()) / y.std(ddof=1), world)


def started(cell, people):
    """Alarms of the effect of the whole programme, after against before."""
    del cell
    diaries = [starter(number) for number in people]
    below = []
    for posterior in fit_many([simulate.design(diary) for diary in diaries]):
        share = [3 / 7 * (name in ("acute", "next_day", "chronic")) for name in posterior.names]
        below.append(posterior.contrast(np.array(share)).cdf(0.0))
    intervals = []
    began = time.thread_time()
    for diary in diaries:
        impact = CausalImpact(pd.DataFrame({"y": diary.y}), [0, START - 1], [START, worlds.DAYS - 1])
        intervals.append((impact.summary_stats["ci_lower"], impact.summary_stats["ci_upper"]))
    low, high = np.array(intervals).T
    return {
        "mettle": int(np.sum((np.array(below) < 0.025) | (np.array(below) > 0.975))),
        "causal_impact": int(np.sum((low > 0) | (high < 0))),
        "t_test": int(sum(_before_after(diary) < 0.05 for diary in diaries)),
        "seconds": time.thread_time() - began,
    }


def _before_after(diary):
    return usual.welch(simulate.Diary((diary.t >= START).astype(float), diary.t, diary.y, diary.world))


def main():
    starters = chunks.run("starters", ["starters"], STARTERS, started, size=50)["starters"]
    totals = chunks.run("peers", false_alarms.names(), PEOPLE, step, size=STEP)
    document = {
        "people": PEOPLE,
        "seed": false_alarms.SEED,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("statsmodels", "bsts-causalimpact", "numpy", "scipy")},
        "calls": {
            "unobserved_components": "UnobservedComponents(y, level='local level', autoregressive=1, exog=x).fit()",
            "causal_impact": "CausalImpact(frame, [0, 89], [90, 179]), defaults; alarm: 95% interval of the mean effect excludes 0",
        },
        "counts": totals,
        "starters": {"people": STARTERS, "seed": SEED, "start": START, "counts": starters},
    }
    chunks.write(chunks.HERE / "peers.json", document)


if __name__ == "__main__":
    main()
