"""False alarms of what stands beside the acute effect, and of the acute effect where people stop or ratings fail by arm.

Nothing that is tested is there. Through the shipped tables and checks: a trial of two ways of training (any session lifts its day by
0.4, the ways do not differ), the reaction to a bad event (a bad event costs 0.8, a session lifts 0.3, no more), the noise ratio by
arm, and a PHQ-9 every two weeks beside the daily rating (the slow effect; once it moves as the model says, once on its own). And by
coin: whoever sees training days run behind stops; ratings fail on rest days, by chance or when they are bad.

Writes ``further.json``.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from datetime import date, timedelta
from functools import partial

import chunks
import numpy as np
import simulate
from scipy import stats

from mettle.diary import Diary, Observation
from mettle.evidence.priors import zero_centred
from mettle.inference import nof1
from mettle.trials import checks
from mettle.trials.companion import companion, joint
from mettle.trials.design import Wish, draw
from mettle.trials.schedule import schedule_from
from mettle.trials.table import build
from mettle.units import When

SEED = 20260309
PEOPLE, FEWER = 2000, 500
START = date(2026, 3, 2)
THRESHOLDS = {"false_alarms_at_most": 0.08}
WORLDS = {"usual": simulate.World(), "strong_autocorrelation": simulate.World(ou_time=6.0, level=0.1)}
CELLS = {
    "two_ways/usual": "heavier against lighter, 120 days",
    "two_ways/strong_autocorrelation": "the same, swings of 6 days and twice the drift",
    "reactivity/usual": "a bad event on a fifth of 120 days",
    "reactivity/strong_autocorrelation": "the same, swings of 6 days and twice the drift",
    "beside/shared": "PHQ-9 every 14 of 180 days, moving with the level",
    "beside/apart": "the same, moving on its own",
    "stops/usual": "stops in the first week from the fourth in which training days run behind by one standard error",
    "missing/by_chance": "a tenth of ratings fail on training days, four tenths on rest days",
    "missing/when_bad": "the same, on rest days the bad ones",
}
FEW = ("beside/apart", "stops/usual", "missing/by_chance", "missing/when_bad")
fit = partial(nof1.fit, backend="numba")


def alarm(mixture):
    return int(not 0.025 < mixture.cdf(0.0) < 0.975)


def ratings(outcome, days, values):
    return tuple(
        Observation(outcome, When(START + timedelta(days=int(d))), float(v)) for d, v in zip(days, values, strict=True)
    )


def two_ways(world, number, rng):
    days = 120
    drawn = draw(Wish("variant", ("heavier", "lighter"), START, days), seed=number)
    schedule = schedule_from(drawn)
    trained = np.zeros(days)
    trained[[(a.on - START).days for a in schedule.assignments]] = 1.0
    y = 0.4 * trained + mood(days, world, rng)
    rated = np.flatnonzero(rng.random(days) >= 0.2)
    diary = Diary(observations=ratings("mood", rated, y[rated]))
    table = build(diary, "mood", today=START + timedelta(days=days), schedule=schedule)
    return {"acute": alarm(fit(table.design(zero_centred(table.scale).default)).effect("acute"))}


def mood(days, world, rng):
    return simulate.latent(days, world, rng) + world.noise * rng.normal(size=days)


def reactivity(world, number, rng):
    days = 120
    schedule = schedule_from(draw(Wish("days", ("train", "rest"), START, days), seed=number))
    trained = np.array([a.arm == "train" for a in schedule.assignments], float)
    bad = rng.random(days) < 0.2
    y = 0.3 * trained - 0.8 * bad + mood(days, world, rng)
    rated = np.flatnonzero(rng.random(days) >= 0.2)
    diary = Diary(observations=ratings("mood", rated, y[rated]))
    table = build(diary, "mood", today=START + timedelta(days=days), schedule=schedule)
    priors = zero_centred(table.scale).default
    found = checks.reactivity(table, priors, {int(d): 1.0 for d in np.flatnonzero(bad)}, fit=fit)
    ratio = checks.variability(table, priors, fit=fit)
    return {
        "reaction": int(found is not None and (found.q025 > 0 or found.q975 < 0)),
        "reaction_untold": int(found is None),
        "noise_ratio": int(ratio is not None and (ratio["q025"] > 1 or ratio["q975"] < 1)),
    }


def beside(kind, number, rng):
    days = 180
    world = WORLDS["usual"]
    schedule = schedule_from(draw(Wish("days", ("train", "rest"), START, days), seed=number))
    state = simulate.latent(days, world, rng)
    y = state + world.noise * rng.normal(size=days)
    at = np.arange(13, days, 14)
    own = state if kind == "shared" else simulate.latent(days, world, rng)
    recalled = np.array([own[d - 13 : d + 1].mean() for d in at])
    phq9 = np.clip(np.round(9 - 4 * (recalled + 0.3 * rng.normal(size=at.size))), 0, 27)
    rated = np.flatnonzero(rng.random(days) >= 0.2)
    diary = Diary(observations=(*ratings("mood", rated, y[rated]), *ratings("phq9", at, phq9)))
    today = START + timedelta(days=days)
    table = build(diary, "mood", today=today, schedule=schedule)
    priors = zero_centred(table.scale).default
    alone = table.design(priors)
    second = companion(diary, "phq9", table, today=today, schedule=schedule, higher_is="better")
    together = alone if second is None else joint(table, second, priors)
    found = fit(together)
    return {
        "slow": alarm(found.effect("chronic")),
        "slow_alone": alarm(fit(alone).effect("chronic")),
        "acute": alarm(found.effect("acute")),
        "no_second": int(second is None),
    }


def stops(world, number, rng):
    del number
    one = simulate.diary("coin", rng, world=WORLDS[world])
    end = 180
    for day in range(28, 180, 7):
        seen = one.t < day
        trained = one.dose[one.t[seen].astype(int)] > 0
        if stats.ttest_ind(one.y[seen][trained], one.y[seen][~trained], equal_var=False).statistic < -1.0:
            end = day
            break
    seen = one.t < end
    cut = simulate.Diary(one.dose[:end], one.t[seen], standard(one.y[seen]), one.world)
    mixture = fit(simulate.design(cut)).effect("acute")
    return {"acute": alarm(mixture), "better": int(mixture.cdf(0.0) <= 0.025), "stopped": int(end < 180)}


def standard(y):
    return (y - y.mean()) / y.std(ddof=1)


def missing(kind, number, rng):
    del number
    days = 180
    dose = simulate.schedule("coin", days, rng)
    y = mood(days, WORLDS["usual"], rng)
    fails = np.where(dose > 0, 0.1, 0.4)
    if kind == "when_bad":
        fails = np.where(dose > 0, 0.1, 1 / (1 + np.exp(0.55 + 1.2 * standard(y))))
    rated = rng.random(days) >= fails
    diary = simulate.Diary(dose, np.flatnonzero(rated).astype(float), standard(y[rated]), None)
    shares = [float(np.mean(~rated[dose == arm])) for arm in (1.0, 0.0)]
    warned = checks.Missingness(float(np.mean(~rated)), *shares).differs
    mixture = fit(simulate.design(diary)).effect("acute")
    return {"acute": alarm(mixture), "warned": int(warned), "mean": mixture.mean}


KINDS = {"two_ways": two_ways, "reactivity": reactivity, "beside": beside, "stops": stops, "missing": missing}


def step(cell, people):
    kind, what = cell.split("/")
    sums = {}
    for number in people:
        rng = np.random.default_rng([SEED, list(CELLS).index(cell), number])
        given = what if kind in ("beside", "missing", "stops") else WORLDS[what]
        for key, value in KINDS[kind](given, number, rng).items():
            sums[key] = sums.get(key, 0) + value
    return sums


def main():
    people = {cell: FEWER if cell in FEW else PEOPLE for cell in CELLS}
    totals = {}
    for number in (PEOPLE, FEWER):
        totals |= chunks.run("further", [cell for cell in CELLS if people[cell] == number], number, step)
    rates = {cell: {key: value / people[cell] for key, value in sums.items()} for cell, sums in totals.items()}
    document = {"people": people, "seed": SEED, "thresholds": THRESHOLDS, "cells": CELLS, "rates": rates}
    chunks.write(chunks.HERE / "further.json", document)
    print(rates)


if __name__ == "__main__":
    main()
