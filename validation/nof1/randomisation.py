"""Is the randomisation test's p value uniform where nothing helps? On 2,000 diaries through the shipped code, 199 redraws each.

Diaries of 84 evenings whose noise has the tails of Student's t and whose swings last six days, so that the model behind the
statistic is wrong. Half are drawn by coin, half in pairs of days. Writes ``randomisation.json``.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from datetime import date, timedelta

import chunks
import numpy as np
import simulate
from scipy import stats

from mettle.diary import Diary, Observation
from mettle.evidence.priors import zero_centred
from mettle.trials.randomisation import randomisation_p
from mettle.trials.schedule import Assignment, Schedule
from mettle.trials.table import build
from mettle.units import When

SEED = 20260307
PEOPLE = 1000
DAYS = 84
DRAWS = 199
START = date(2026, 3, 2)
DESIGNS = ("coin", "pairs")
THRESHOLDS = {"ks_p_above": 0.01}


def p_value(kind, number, *, effect=0.0, draws=DRAWS):
    """The p value of one simulated person."""
    rng = np.random.default_rng([SEED, DESIGNS.index(kind), number])
    dose = simulate.schedule(kind, DAYS, rng)
    truth = simulate.World(ou_time=6.0, level=0.1)
    y = effect * dose + simulate.latent(DAYS, truth, rng) + 0.6 / np.sqrt(3) * rng.standard_t(3, size=DAYS)
    days = [START + timedelta(days=d) for d in range(DAYS)]
    rated = rng.random(DAYS) >= 0.2
    diary = Diary(
        observations=tuple(
            Observation("mood", When(on), float(v)) for on, v, r in zip(days, y, rated, strict=True) if r
        )
    )
    schedule = Schedule(
        "days", ("train", "rest"), tuple(Assignment(on, _arm(d)) for on, d in zip(days, dose, strict=True)), "mood"
    )
    table = build(diary, "mood", today=days[-1], schedule=schedule)

    def redraw(again):
        return {on: _arm(d) for on, d in zip(days, simulate.schedule(kind, DAYS, again), strict=True)}

    priors = zero_centred(table.scale).default
    return randomisation_p(table, priors, schedule, redraw, rng=rng, draws=draws)


def _arm(dose):
    return "train" if dose else "rest"


def step(kind, people):
    p = np.array([p_value(kind, number) for number in people])
    return {"levels": np.bincount(np.round(p * (DRAWS + 1)).astype(int), minlength=DRAWS + 2)[1:].tolist()}


def uniformity(levels):
    """Share at or below 0.05, and Kolmogorov and Smirnov's p value (conservative for 200 levels)."""
    people = sum(levels)
    reached = np.arange(1, DRAWS + 2) / (DRAWS + 1)
    distance = float(np.max(np.abs(np.cumsum(levels) / people - reached)))
    return {
        "alarms": float(np.cumsum(levels)[(DRAWS + 1) // 20 - 1] / people),
        "ks_distance": distance,
        "ks_p": float(stats.kstwo.sf(distance, people)),
        "twentieths": np.reshape(levels, (20, -1)).sum(axis=1).tolist(),
    }


def main():
    totals = chunks.run("randomisation", list(DESIGNS), PEOPLE, step, size=50)
    found = {kind: uniformity(sums["levels"]) for kind, sums in totals.items()}
    document = {
        "people": PEOPLE,
        "days": DAYS,
        "draws": DRAWS,
        "seed": SEED,
        "thresholds": THRESHOLDS,
        "designs": found,
    }
    chunks.write(chunks.HERE / "randomisation.json", document)
    print(found)


if __name__ == "__main__":
    main()
