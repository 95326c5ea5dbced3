"""Is the randomisation test's p value uniform where nothing helps? On 6,000 diaries through the shipped code, 199 redraws each.

Diaries of 84 evenings whose noise has the tails of Student's t and whose swings last six days, so that the model behind the
statistic is wrong. A third is drawn by coin, a third in pairs of days, a third by `mettle trial design`. Writes ``randomisation.json``.
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
from mettle.trials.design import Wish, draw, sampler
from mettle.trials.randomisation import randomisation_p
from mettle.trials.schedule import Assignment, Schedule, schedule_from
from mettle.trials.table import build
from mettle.units import When

SEED = 20260307
PEOPLE = 2000
DAYS = 84
DRAWS = 199
START = date(2026, 3, 2)
DESIGNS = ("coin", "pairs", "drawn", "drawn_again")
"""Drawn: days as `mettle trial design` draws them by default, and its own sampler for the redraws; again: other people, three times as many."""
AGAIN = 6000
THRESHOLDS = {"ks_p_above": 0.01}


def p_value(kind, number, *, effect=0.0, draws=DRAWS):
    """The p value of one simulated person."""
    rng = np.random.default_rng([SEED, DESIGNS.index(kind), number])
    days = [START + timedelta(days=d) for d in range(DAYS)]
    if kind.startswith("drawn"):
        seed = number + (PEOPLE if kind == "drawn_again" else 0)
        document = draw(Wish("days", ("train", "rest"), START, DAYS), seed=seed)
        schedule, redraw = schedule_from(document), sampler(document)
        dose = np.array([a.arm == "train" for a in schedule.assignments], float)
    else:
        dose = simulate.schedule(kind, DAYS, rng)
        schedule = Schedule("days", ("train", "rest"), _assigned(days, dose), "mood")

        def redraw(again):
            return {a.on: a.arm for a in _assigned(days, simulate.schedule(kind, DAYS, again))}

    truth = simulate.World(ou_time=6.0, level=0.1)
    y = effect * dose + simulate.latent(DAYS, truth, rng) + 0.6 / np.sqrt(3) * rng.standard_t(3, size=DAYS)
    rated = rng.random(DAYS) >= 0.2
    diary = Diary(
        observations=tuple(
            Observation("mood", When(on), float(v)) for on, v, r in zip(days, y, rated, strict=True) if r
        )
    )
    table = build(diary, "mood", today=days[-1], schedule=schedule)

    priors = zero_centred(table.scale).default
    return randomisation_p(table, priors, schedule, redraw, rng=rng, draws=draws)


def _assigned(days, dose):
    return tuple(Assignment(on, "train" if d else "rest") for on, d in zip(days, dose, strict=True))


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
    totals = chunks.run("randomisation", list(DESIGNS[:3]), PEOPLE, step, size=50)
    totals |= chunks.run("randomisation", list(DESIGNS[3:]), AGAIN, step, size=50)
    found = {kind: uniformity(sums["levels"]) for kind, sums in totals.items()}
    both = np.sum([totals[kind]["levels"] for kind in DESIGNS[2:]], axis=0).tolist()
    found["drawn_in_all"] = uniformity(both)
    document = {
        "people": PEOPLE,
        "people_again": AGAIN,
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
