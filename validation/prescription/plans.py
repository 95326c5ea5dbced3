"""Everybody's polished plan, judged by the independent checker; writes plans.json beside this file.

`python validation/prescription/plans.py` takes some minutes.
"""

from __future__ import annotations

import json
from pathlib import Path

from mettle.prescription import plan, read_profile

HERE = Path(__file__).parent
PROFILES = HERE.parents[1] / "tests" / "prescription" / "profiles"


def main() -> None:
    rows = {}
    for path in sorted(PROFILES.glob("*.json")):
        profile = read_profile(path)
        made, quick = plan(profile), plan(profile, polished=False)
        rows[path.stem] = {
            "status": made.status,
            "checks": len(made.checks),
            "failed": [c.rule for c in made.checks if not c.holds],
            "shortfalls": [[s.target, s.asked, s.got] for s in made.shortfalls],
            "gap": made.gap,
            "method": made.method,
            "greedy_below_bound": None
            if made.bound is None or quick.objective is None
            else round(1 - quick.objective / made.bound, 4),
        }
        print(path.stem, made.status, made.gap)
    (HERE / "plans.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
