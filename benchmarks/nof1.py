"""The estimate of one person's effect: time as ratios, all taken in one run.

``.venv/bin/python benchmarks/nof1.py`` prints the table of ``docs/benchmarks.md``. statsmodels runs in
``.venv-reference``; the NUTS time is the stored one of the same diary (``validation/nof1/nuts.json``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # CPU time of one thread is reported

import numpy as np  # after the line above
from numba import njit  # likewise

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "validation" / "nof1"))

import compare  # noqa: E402 # from validation/nof1
import simulate  # noqa: E402 # likewise

from mettle.inference.nof1 import fit, fit_many, kalman_numba, refit  # noqa: E402 # after the path is set
from mettle.inference.nof1.design import hyper_prior  # noqa: E402 # likewise
from mettle.inference.nof1.simd import WIDTH, every, store  # noqa: E402 # likewise

STATSMODELS = """
import json, sys, time, warnings
import numpy as np
from statsmodels.tsa.statespace.structural import UnobservedComponents
warnings.simplefilter("ignore")
y, x = (np.array(a, float) for a in json.load(sys.stdin))
times = []
for _ in range(7):
    start = time.process_time()
    UnobservedComponents(y, level="local level", autoregressive=1, exog=x).fit(disp=False)
    times.append(time.process_time() - start)
print(sorted(times)[3])
"""


def seconds(call, repeats):
    """Median CPU seconds of a call, one thread: the wall also counts what other programs do."""
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        call()
        times.append(time.thread_time() - start)
    return median(times)


@njit
def multiply_adds(count):
    """``12 * count`` independent fused multiply-adds on SIMD registers."""
    a, b, c, d = every(1.0), every(1.1), every(1.2), every(1.3)
    e, f, g, h = every(1.4), every(1.5), every(1.6), every(1.7)
    i, j, k, m = every(1.8), every(1.9), every(2.0), every(2.1)
    x, y = every(0.999999), every(1e-7)
    for _ in range(count):
        a, b, c, d = a * x + y, b * x + y, c * x + y, d * x + y
        e, f, g, h = e * x + y, f * x + y, g * x + y, h * x + y
        i, j, k, m = i * x + y, j * x + y, k * x + y, m * x + y
    out = np.zeros(WIDTH)
    store(out, 0, a + b + c + d + e + f + g + h + i + j + k + m)
    return out[0]


def share_of_peak(design):
    """Kernel rate over the measured peak of fused multiply-adds, in alternating slices of the same second."""
    design = design.sorted()
    prior = hyper_prior(design)
    hyper = prior.mean + prior.sd * np.random.default_rng(0).normal(size=(64, len(prior.names)))
    prepared = kalman_numba.prepare(design)
    n, m = len(design.t), 1 + len(design.names)
    work, count = 64 * n * (25 + 8 * m + m * (m + 1)), 100_000
    multiply_adds(1)
    kernel, peak = [], []
    for _ in range(50):
        kernel.append(work / seconds(lambda: kalman_numba.condition(prepared, hyper), 5) / 1e9)
        peak.append(24 * WIDTH * count / seconds(lambda: multiply_adds(count), 1) / 1e9)
    return median(kernel), median(peak), median(k / p for k, p in zip(kernel, peak, strict=True))


def simulated(people, days=180):
    """Diaries with the usual truths, all designs in turn."""
    kinds = simulate.KINDS
    return [
        simulate.design(simulate.diary(kinds[s % len(kinds)], np.random.default_rng([7, s]), days=days))
        for s in range(people)
    ]


def unobserved_components(diary):
    """statsmodels' time for one maximum-likelihood fit of the same diary, decay fixed at 14 days, missing days as NaN."""
    days = np.arange(diary["days"])
    y = np.full(len(days), np.nan)
    y[diary["t"]] = diary["y"]
    dose = np.array(diary["dose"], float)
    yesterday = np.concatenate([[0.0], dose[:-1]])
    weekday = [(days % 7 == w).astype(float) for w in range(6)]
    x = np.stack([dose, yesterday, simulate.adstock(dose, 14.0), days / 180, *weekday], axis=1)
    python = ROOT / ".venv-reference" / "bin" / "python"
    given, alone = (
        json.dumps([y.tolist(), x.tolist()]),
        os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    ran = subprocess.run(
        [python, "-c", STATSMODELS], input=given, env=alone, capture_output=True, text=True, check=True
    )
    return float(ran.stdout)


def main():
    nuts = json.loads((ROOT / "validation" / "nof1" / "nuts.json").read_text())
    diary = nuts["diaries"][0]
    design = compare.stored(diary)
    fit(design, backend="numba")
    one = seconds(lambda: fit(design, backend="numba"), 51)
    one_numpy = seconds(lambda: fit(design), 11)
    peer = unobserved_components(diary)
    one = median([one, seconds(lambda: fit(design, backend="numba"), 51)])
    rows = [("one diary of 180 days, warm, compiled kernel", f"{one * 1e3:.2f} ms")]
    rows += [("the same, NumPy kernel", f"{one_numpy * 1e3:.1f} ms")]
    rows += [("statsmodels UnobservedComponents, same diary", f"{peer * 1e3:.0f} ms, {peer / one:.0f} times as long")]
    rows += [
        (
            "NUTS (stored CPU time of the same diary)",
            f"{diary['cpu_s']:.0f} s, {diary['cpu_s'] / one:,.0f} times as long",
        )
    ]

    half, year = simulated(40), simulated(40, 365)
    ratio = [seconds(lambda: fit_many(year), 1) / seconds(lambda: fit_many(half), 1) for _ in range(9)]
    points = [float(np.mean([p.points for p in fit_many(designs)])) for designs in (half, year)]
    rows += [
        (
            "365 against 180 days, 40 diaries",
            f"{median(ratio):.2f} times (points used {points[0]:.0f} and {points[1]:.0f})",
        )
    ]

    kernel, peak, share = share_of_peak(design)
    rows += [("batch kernel / measured peak of multiply-adds", f"{kernel:.1f} / {peak:.1f} GFlop/s, {share:.0%}")]

    crowd = simulated(200)
    batch, loop = [], []
    for _ in range(5):
        batch.append(seconds(lambda: fit_many(crowd), 1))
        loop.append(seconds(lambda: [fit(d, backend="numba") for d in crowd], 1))
    rows += [("batch of 200 people", f"{len(crowd) / median(batch):.0f} people/s on one core")]
    rows += [
        (
            "loop of single calls, compiled kernel",
            f"{median(b / a for a, b in zip(batch, loop, strict=True)):.1f} times as long",
        )
    ]
    slow = seconds(lambda: [fit(d) for d in crowd[:20]], 3) * 10
    rows += [("loop of single calls, default NumPy kernel", f"{slow / median(batch):.0f} times as long")]

    before = [replace(d, t=d.t[:-1], y=d.y[:-1], x=d.x[:-1]) for d in crowd[:40]]
    yesterday = [fit(d, backend="numba") for d in before]
    today = crowd[:40]
    ratios = []
    for _ in range(9):
        warm = seconds(lambda: [refit(p, d, backend="numba") for p, d in zip(yesterday, today, strict=True)], 1)
        ratios.append(warm / seconds(lambda: [fit(d, backend="numba") for d in today], 1))
    rows += [("daily refit over a fit from scratch, compiled kernel, 40 people", f"{median(ratios):.2f}")]
    extra = np.mean([refit(p, d, backend="numba").points > p.points for p, d in zip(yesterday, today, strict=True)])
    rows += [("refits that needed further points", f"{extra:.0%}")]
    for what, figure in rows:
        print(f"| {what} | {figure} |")


if __name__ == "__main__":
    main()
