"""Nine worlds in which the model is wrong in one way each, and nothing helps: diaries to count false alarms on.

The usual truth (noise 0.6, slow swings 0.6 with a memory of two days, drift 0.05 a day, in points) with one thing changed.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import simulate

from mettle.trials.admissible import Rules, admissible

DAYS = 180
DESIGNS = ("coin", "pairs", "phases", "habit")
"""Phases are 14 days with and 14 without, which nothing keeps apart from a rhythm of 28 days. Habit is observational."""
DRAWN = "blocks"
"""Blocks of 7 to 14 days as `mettle trial design` draws them: no rhythm of 26 to 32 days leaves more than 0.2 of its height."""
WORLDS = {
    "heavy_tails": "noise with the tails of Student's t, 3 degrees of freedom",
    "ordinal": "whole points from 0 to 10",
    "weekly_cycle": "a wave of 7 days, 0.8 high",
    "cycle_28": "a wave of 28 days, 0.8 high",
    "trend": "2 SD better from begin to end",
    "half_missing": "half of the ratings missing",
    "missing_not_at_random": "bad days go unrated, about a fifth of all",
    "white_noise": "no memory at all",
    "strong_autocorrelation": "swings with a memory of 6 days, and twice the drift",
}
TRUTHS = {
    "white_noise": simulate.World(noise=0.85, ou=0.0, level=0.0),
    "strong_autocorrelation": simulate.World(ou_time=6.0, level=0.1),
}


def diary(world, design, rng, *, acute=0.0, days=DAYS):
    """One diary; its ratings divided by their own SD around their own mean, as the answer does."""
    truth = TRUTHS.get(world, simulate.World())
    dose = drawn_blocks(days, rng) if design == DRAWN else simulate.schedule(design, days, rng)
    t = np.arange(days, dtype=float)
    noise = rng.normal(size=days) if world != "heavy_tails" else rng.standard_t(3, size=days) / np.sqrt(3)
    y = acute * dose + simulate.latent(days, truth, rng) + truth.noise * noise
    if world == "weekly_cycle":
        y += 0.8 * np.sin(2 * np.pi * (t / 7 + rng.random()))
    if world == "cycle_28":
        y += 0.8 * np.sin(2 * np.pi * (t / 28 + rng.random()))
    if world == "trend":
        y += 2.0 * t / days
    rated = rng.random(days) >= _missing(world, y)
    gap = int(rng.integers(14, days - 11))
    rated[gap : gap + 11] = False
    if world == "ordinal":
        y = np.clip(np.round(5 + 2 * y), 0, 10)
    y = y[rated]
    return simulate.Diary(dose, t[rated], (y - y.mean()) / y.std(ddof=1), truth)


def drawn_blocks(days, rng):
    """Training assigned on each day of the first arm's blocks."""
    rules = Rules(block_days=14, max_without=14)
    found = admissible("blocks", rests=True, start=date(2026, 3, 2), days=days, rules=rules)
    return 1.0 - np.array(found.draw(rng)[0], float)


def _missing(world, y):
    if world == "half_missing":
        return 0.47
    if world == "missing_not_at_random":
        return 1 / (1 + np.exp(1.9 + 1.2 * (y - y.mean()) / y.std()))
    return 0.15
