"""Long runs in small steps: each step's counts are kept as a line, so that a run that was stopped goes on where it was.

Lines stand in ``out/nof1/<name>.jsonl`` (not kept in the repository); the summary that is made of them is.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / "out" / "nof1"
CHUNK = 100


def run(name, cells, people, step, *, size=CHUNK):
    """Sums over all people of each cell.

    Parameters
    ----------
    name
        Of the run.
    cells
        Names of the cells, in order.
    people
        How many people in each.
    step
        ``step(cell, people: range) -> dict of numbers or lists of numbers``, summed over steps.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}.jsonl"
    done = {}
    if path.exists():
        for line in path.read_text().splitlines():
            row = json.loads(line)
            done[row["cell"], row["first"]] = row["sums"]
    todo = [(cell, first) for cell in cells for first in range(0, people, size) if (cell, first) not in done]
    began = time.monotonic()
    with path.open("a") as file:
        for i, (cell, first) in enumerate(todo):
            sums = step(cell, range(first, min(first + size, people)))
            done[cell, first] = sums
            file.write(json.dumps({"cell": cell, "first": first, "sums": sums}) + "\n")
            file.flush()
            left = (time.monotonic() - began) / (i + 1) * (len(todo) - i - 1)
            sys.stderr.write(f"{name}: {i + 1}/{len(todo)} {cell} {left / 60:.1f} min left\n")
    totals = {}
    for cell in cells:
        steps = [done[cell, first] for first in range(0, people, size)]
        totals[cell] = {key: np.sum([s[key] for s in steps], axis=0).tolist() for key in steps[0]}
    return totals


def write(path, document):
    """One JSON file, whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(document, indent=1) + "\n")
    part.replace(path)
