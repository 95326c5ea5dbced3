"""Are redraws like the first draw? 12,000 trials as `mettle trial design` draws them, each tested with 199 redraws by its own sampler.

As ``randomisation.py``, but the statistic's covariance is one fixed guess (usual noise and swings) in place of a fit to each diary:
the test is exact whatever the covariance, and so many trials are affordable. Counted beside: days with training, and how often
one day's arm equals the next one's, in first draws and in one redraw each. Writes ``redraws.json``.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import chunks
import numpy as np
import randomisation
import simulate
from scipy import stats

from mettle.trials.admissible import admissible
from mettle.trials.design import Wish, draw, sampler, wish_of

SEED = 20260308
TRIALS = 12_000
THRESHOLDS = {"ks_p_above": 0.01}
DAY = np.arange(randomisation.DAYS, dtype=float)
GAP = np.abs(DAY[:, None] - DAY)
COVARIANCE = 0.36 * np.eye(DAY.size) + 0.36 * np.exp(-GAP / 2) + 0.05**2 * np.minimum(DAY[:, None], DAY) + 9.0


def step(cell, trials):
    """Counts of p values, and of two features of first draws and of redraws."""
    del cell
    sums = {
        "levels": np.zeros(randomisation.DRAWS + 1, int),
        **{f"{what}_{who}": np.zeros(DAY.size + 1, int) for what in ("days", "alike") for who in ("first", "redraw")},
    }
    for number in trials:
        rng = np.random.default_rng([SEED, number])
        document = draw(
            Wish("days", ("train", "rest"), randomisation.START, randomisation.DAYS), seed=1_000_000 + number
        )
        wish = wish_of(document)
        found = admissible("days", rests=True, start=wish.start, days=wish.days, rules=wish.rules)
        if number == trials[0]:
            _same_as_shipped(document, found)
        rows = [[row["arm"] == "train" for row in document["schedule"]]]
        rows += [[symbol == 0 for symbol in found.draw(rng)[0]] for _ in range(randomisation.DRAWS)]
        arms = np.array(rows, float)
        y = simulate.latent(DAY.size, simulate.World(ou_time=6.0, level=0.1), rng)
        y += 0.6 / np.sqrt(3) * rng.standard_t(3, size=DAY.size)
        rated = rng.random(DAY.size) >= 0.2
        columns = arms[:, rated].T
        weighted = np.linalg.solve(COVARIANCE[np.ix_(rated, rated)], np.column_stack([y[rated], columns]))
        z = np.abs(columns.T @ weighted[:, 0] / np.sqrt(np.einsum("ij,ij->j", columns, weighted[:, 1:])))
        sums["levels"][int(np.sum(z[1:] >= z[0] - 1e-12))] += 1
        for who, one in (("first", arms[0]), ("redraw", arms[1])):
            sums[f"days_{who}"][int(one.sum())] += 1
            sums[f"alike_{who}"][int(np.sum(one[1:] == one[:-1]))] += 1
    return {name: counts.tolist() for name, counts in sums.items()}


def _same_as_shipped(document, found):
    """What is drawn here is what the shipped sampler draws."""
    again = sampler(document)(np.random.default_rng(1))
    assert [a.arm == "train" for a in again.assignments] == [s == 0 for s in found.draw(np.random.default_rng(1))[0]]


def alike(first, redraw):
    """The chi-square test's p value that two rows of counts come from one distribution; thin cells put together."""
    counts = np.array([first, redraw])
    full = counts.sum(axis=0) >= 20
    table = np.column_stack([counts[:, full], counts[:, ~full].sum(axis=1)])
    return float(stats.chi2_contingency(table[:, table.sum(axis=0) > 0]).pvalue)


def main():
    sums = chunks.run("redraws", ["days"], TRIALS, step, size=250)["days"]
    found = randomisation.uniformity(sums["levels"])
    found |= {f"{what}_alike_p": alike(sums[f"{what}_first"], sums[f"{what}_redraw"]) for what in ("days", "alike")}
    document = {
        "trials": TRIALS,
        "days": DAY.size,
        "draws": randomisation.DRAWS,
        "seed": SEED,
        "thresholds": THRESHOLDS,
    }
    chunks.write(chunks.HERE / "redraws.json", document | found)
    print(found)


if __name__ == "__main__":
    main()
