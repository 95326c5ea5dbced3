"""How often is an acute effect found where there is none? Nine worlds, five designs; and power where least squares is valid.

Writes ``false_alarms.json``. ``nice -n 15 env PYTHONPATH=src .venv/bin/python validation/nof1/false_alarms.py`` (an hour of one
core at most; goes on where it was stopped). ``peers.py`` adds the slow peers on the first diaries of each cell.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import chunks
import numpy as np
import simulate
import usual
import worlds

from mettle.evidence.priors import FLAT_SD
from mettle.inference.nof1 import fit_many, reprior

SEED = 20260301
PEOPLE = 2000
THRESHOLDS = {"false_alarms_at_most": 0.08, "conservative_below": 0.03, "power_within_of_ols": 0.03}
ALARM = 0.025
SLICE = ("heavy_tails/coin", "cycle_28/phases", "missing_not_at_random/blocks")
DRAWN = [f"{world}/{worlds.DRAWN}" for world in worlds.WORLDS]
POWER = {f"{world}/{effect}": (world, effect) for world in ("usual", "white_noise") for effect in (0.2, 0.3, 0.4)}


def person(cell, number):
    """The diary of one person of a cell, the same for every method."""
    world, design, effect = described(cell)
    cells = [*names(), *POWER, *DRAWN]
    rng = np.random.default_rng([SEED, cells.index(cell), number])
    return worlds.diary(world, design, rng, acute=effect)


def names():
    return [f"{world}/{design}" for design in worlds.DESIGNS for world in worlds.WORLDS]


def described(cell):
    if cell in POWER:
        world, effect = POWER[cell]
        return world, "coin", effect
    world, design = cell.split("/")
    return world, design, 0.0


def step(cell, people):
    """Alarms of each method over some people."""
    diaries = [person(cell, number) for number in people]
    designs = [simulate.design(diary) for diary in diaries]
    posteriors = fit_many(designs)
    below = np.array([posterior.effect("acute").cdf(0.0) for posterior in posteriors])
    least = np.array([usual.least_squares(diary) for diary in diaries])
    alarms = {
        "mettle": (below < ALARM) | (below > 1 - ALARM),
        "t_test": np.array([usual.welch(diary) for diary in diaries]) < 0.05,
        "least_squares": least[:, 0] < 0.05,
        "newey_west": least[:, 1] < 0.05,
    }
    if cell in POWER:
        alone = np.array([_flat(*both).effect("acute").cdf(0.0) for both in zip(posteriors, designs, strict=True)])
        alarms["mettle_flat"] = (alone < ALARM) | (alone > 1 - ALARM)
    sums = {name: int(found.sum()) for name, found in alarms.items()}
    return sums | {
        "both": int((alarms["mettle"] & alarms["least_squares"]).sum()),
        "not_converged": int(sum(not posterior.converged for posterior in posteriors)),
        "points": int(sum(posterior.points for posterior in posteriors)),
    }


def _flat(posterior, design):
    """Under the flat prior, which is what least squares has."""
    sd = [FLAT_SD.get(name, own) for name, own in zip(design.names, design.prior_sd, strict=True)]
    return reprior(posterior, design, design.prior_mean, np.array(sd))


def _slice(cell):
    """P(effect below 0) of a cell's first people, for the test that fits them again."""
    designs = [simulate.design(person(cell, number)) for number in range(3)]
    return [posterior.effect("acute").cdf(0.0) for posterior in fit_many(designs)]


def main():
    totals = chunks.run("false_alarms", [*names(), *POWER, *DRAWN], PEOPLE, step)
    rates = {
        cell: {key: value / PEOPLE for key, value in sums.items() if key != "not_converged"}
        | {"not_converged": sums["not_converged"]}
        for cell, sums in totals.items()
    }
    document = {
        "people": PEOPLE,
        "days": worlds.DAYS,
        "seed": SEED,
        "thresholds": THRESHOLDS,
        "worlds": worlds.WORLDS,
        "false_alarms": {cell: rates[cell] for cell in [*names(), *DRAWN]},
        "slice": {cell: _slice(cell) for cell in SLICE},
        "power": {cell: rates[cell] | {"effect": POWER[cell][1]} for cell in POWER},
    }
    chunks.write(chunks.HERE / "false_alarms.json", document)


if __name__ == "__main__":
    main()
