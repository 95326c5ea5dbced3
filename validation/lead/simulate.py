"""How often the lead test fires: simulated people of 84 days with and without reverse causation.

Run: python validation/lead/simulate.py [PEOPLE_A_CELL]     (400 a cell take some minutes; writes lead.json beside this file)
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from mettle import __version__
from mettle.evidence.priors import zero_centred
from mettle.inference.nof1 import fit
from mettle.trials.checks import lead_test
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.table import build

DAYS = 84
CELLS = {"no_effect": "no effect", "benefits": "a true effect", "follows_mood": "trains on good days, no effect"}


def fires(name: str, seed: int) -> tuple[bool, float] | None:
    """Whether the test fired on one diary, and what it could have found in own SD; None where it could not be made."""
    diary, _ = simulate(PEOPLE[name], days=DAYS, seed=seed)
    table = build(diary, "mood", today=date(2027, 1, 1))
    found = lead_test(table, zero_centred(table.scale).default, fit=fit)
    return None if found is None else (found.fired, found.detectable / table.scale)


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    cells = {}
    for name, words in CELLS.items():
        found = [f for seed in range(people) if (f := fires(name, 10_000 + seed)) is not None]
        share = sum(fired for fired, _ in found) / len(found)
        cells[name] = {
            "person": words,
            "diaries": len(found),
            "fired": round(share, 4),
            "se": round((share * (1 - share) / len(found)) ** 0.5, 4),
            "detectable_sd_median": round(sorted(size for _, size in found)[len(found) // 2], 3),
        }
        print(name, cells[name], flush=True)
    document = {"days": DAYS, "version": __version__, "cells": cells}
    (Path(__file__).parent / "lead.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
