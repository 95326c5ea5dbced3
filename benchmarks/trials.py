"""How long planning, drawing and redrawing a trial take.

Run: OPENBLAS_NUM_THREADS=1 python benchmarks/trials.py [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from mettle import evidence
from mettle.instruments.safety import WithholdingLimit
from mettle.trials import planning
from mettle.trials.design import Wish, draw, sampler

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 7


def cpu(work: Callable[[], object], runs: int = RUNS) -> float:
    """Median CPU seconds."""
    times = []
    for _ in range(runs):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    priors = evidence.for_claim("3.3", "mood", own_sd=2.0)

    def curves() -> int:
        found = planning.plan("acute", priors=priors, own_sd=2.0, two_ways=False)
        assert len(found.curves) == 5
        assert len(found.curves[0].lengths) == 6
        return len(found.curves)

    begin = time.process_time()
    curves()
    first = time.process_time() - begin
    wish = Wish("days", ("train", "rest"), date(2026, 3, 2), 84, limit=WithholdingLimit(14))
    trial = draw(wish, seed=1)
    again, rng = sampler(trial), np.random.default_rng(0)
    found = {
        "curves_first_s": first,
        "curves_s": cpu(curves),
        "draw_84_days_s": cpu(lambda: draw(wish, seed=1)),
        "redraws_999_s": cpu(lambda: [again(rng) for _ in range(999)], runs=3),
    }
    rounded = {name: round(value, 4) for name, value in found.items()}
    print(json.dumps(rounded) if args.json else "\n".join(f"{n:<20}{v:10.4f}" for n, v in rounded.items()))


if __name__ == "__main__":
    main()
