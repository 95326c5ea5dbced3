"""Do 95% intervals hold the truth 95% of the time? Truths, scales and decay drawn from the estimator's own prior.

Writes ``calibration.json`` (simulation-based calibration; 2,000 diaries, designs in turn; seconds to minutes).
Source: Talts et al. 2018, Validating Bayesian inference algorithms with simulation-based calibration, arXiv 1804.06788.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import chunks
import compare
import numpy as np
import simulate
from scipy import stats

from mettle.inference.nof1 import fit_many

SEED = 20260302
PEOPLE = 2000
THRESHOLDS = {"coverage": 0.95, "within": 0.015}
BINS = 20


def person(number):
    rng = np.random.default_rng([SEED, number])
    kind = simulate.KINDS[number % len(simulate.KINDS)]
    diary = simulate.diary(kind, rng, world=simulate.from_prior(rng))
    return drawn_nuisances(diary, rng)


def drawn_nuisances(diary, rng):
    """Intercept, trend and weekday effects from their priors too."""
    design = simulate.design(diary)
    n = design.x.shape[1] - 2
    return diary, design, design.x[:, :n] @ (design.prior_sd[:n] * rng.normal(size=n))


def step(cell, people):
    """How many intervals hold the truth, by effect, and the histogram of its rank."""
    del cell
    from dataclasses import replace

    drawn = [person(number) for number in people]
    posteriors = fit_many([replace(design, y=design.y + nuisance) for _, design, nuisance in drawn])
    sums = {"not_converged": int(sum(not p.converged for p in posteriors))}
    for effect in compare.EFFECTS:
        ranks = []
        for (diary, _, _), posterior in zip(drawn, posteriors, strict=True):
            world = diary.world
            truth = (
                3 / 7 * (world.acute + world.next_day + world.chronic) if effect == "total" else getattr(world, effect)
            )
            ranks.append(compare.effect(posterior, effect).cdf(truth))
        ranks = np.array(ranks)
        sums[effect] = int(np.sum((ranks > 0.025) & (ranks < 0.975)))
        sums[f"{effect}_ranks"] = np.histogram(ranks, bins=BINS, range=(0, 1))[0].tolist()
    return sums


def main():
    sums = chunks.run("calibration", ["prior"], PEOPLE, step)["prior"]
    effects = {
        name: {
            "coverage": sums[name] / PEOPLE,
            "ranks": sums[f"{name}_ranks"],
            "uniform_p": float(stats.chisquare(sums[f"{name}_ranks"]).pvalue),
        }
        for name in compare.EFFECTS
    }
    document = {"people": PEOPLE, "days": 180, "seed": SEED, "thresholds": THRESHOLDS, "effects": effects}
    chunks.write(chunks.HERE / "calibration.json", document | {"not_converged": sums["not_converged"]})
    print({name: found["coverage"] for name, found in effects.items()})


if __name__ == "__main__":
    main()
