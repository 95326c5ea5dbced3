"""How long a plan takes: the greedy answer, the polish to 1% of the bound, and expanding weeks.

Pools of 60 from a full gym, goals and experience varied; times are processor seconds of this process, so that other work
on the machine counts less, and wall seconds beside them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

from mettle.prescription.assembly import USUAL_DAYS, expand, template
from mettle.prescription.candidates import pool, possible
from mettle.prescription.dose import dose
from mettle.prescription.greedy import greedy
from mettle.prescription.polish import polish
from mettle.prescription.problem import build, objective
from mettle.prescription.profile import read_profile
from mettle.prescription.screening import screen
from mettle.training.vocabulary import EQUIPMENT

GYM: dict[str, Any] = {
    "age": 35,
    "sex": "F",
    "body_mass_kg": 65,
    "active_now": True,
    "equipment": list(EQUIPMENT),
    "plates_kg": [20, 20, 10, 10, 5, 5, 2.5, 2.5, 1.25, 1.25],
    "dumbbells_kg": list(range(2, 31, 2)),
    "kettlebells_kg": [8, 12, 16, 20, 24],
    "bands": ["red", "green", "blue"],
    "stack": {"first_kg": 5, "step_kg": 5},
}
GOALS = (["depression"], ["strength"], ["muscle"])


def timed(work: Any) -> tuple[Any, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    return made, time.process_time() - cpu, time.perf_counter() - wall


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def case(days: int, experience: str, goals: list[str], minutes: int, seed: int) -> dict[str, float]:
    profile = read_profile(GYM | {"days_per_week": days, "experience": experience, "goals": goals, "minutes": minutes})
    screening = screen(profile)
    aim = dose(profile, screening)

    def problem_of() -> Any:
        everything = possible(profile, screening, aim)
        chosen = pool(everything)
        made = build(chosen, profile, screening, aim, weekdays=USUAL_DAYS[aim.days], seed=seed)
        return everything, made

    (everything, problem), build_cpu, build_wall = timed(problem_of)
    quick, greedy_cpu, greedy_wall = timed(lambda: greedy(problem))
    polished, polish_cpu, polish_wall = timed(lambda: polish(problem))
    value = objective(problem, polished.sets)
    chosen = [
        [(problem.candidates[e], int(polished.sets[e, d])) for e in range(problem.size) if polished.sets[e, d]]
        for d in range(problem.days)
    ]
    made = template(chosen, everything, profile, screening, aim)
    _, expand_cpu, expand_wall = timed(lambda: expand(made, weeks=12, start=None))
    return {
        "days": days,
        "pool": problem.size,
        "greedy_cpu": build_cpu + greedy_cpu,
        "greedy_wall": build_wall + greedy_wall,
        "polish_cpu": polish_cpu,
        "polish_wall": polish_wall,
        "gap": (polished.bound - value) / polished.bound,
        "greedy_gap": (polished.bound - objective(problem, quick)) / polished.bound,
        "expand_cpu": expand_cpu,
        "expand_wall": expand_wall,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--days", type=int, nargs="+", default=[2, 3, 4, 5, 6])
    parser.add_argument("--minutes", type=int, nargs="+", default=[30, 45, 60])
    args = parser.parse_args()
    rows = [
        case(days, experience, goals, minutes, seed)
        for days in args.days
        for experience in ("novice", "intermediate")
        for goals in GOALS
        for minutes in args.minutes
        for seed in range(args.seeds)
    ]
    few = [r for r in rows if r["days"] <= 4]
    many = [r for r in rows if r["days"] >= 5]
    figures: dict[str, Any] = {
        "cases": len(rows),
        "pool": [min(r["pool"] for r in rows), max(r["pool"] for r in rows)],
        "greedy_p95_s": both([r["greedy_cpu"] for r in rows], [r["greedy_wall"] for r in rows], 0.95),
        "greedy_gap": [statistics.median(r["greedy_gap"] for r in rows), max(r["greedy_gap"] for r in rows)],
        "expand_12_weeks_p95_s": both([r["expand_cpu"] for r in rows], [r["expand_wall"] for r in rows], 0.95),
    }
    for name, some in (("2_4_days", few), ("5_6_days", many)):
        if some:
            cpu, wall = [r["polish_cpu"] for r in some], [r["polish_wall"] for r in some]
            figures[f"polish_{name}_p50_s"] = both(cpu, wall, 0.5)
            figures[f"polish_{name}_p95_s"] = both(cpu, wall, 0.95)
            figures[f"gap_{name}"] = [min(r["gap"] for r in some), max(r["gap"] for r in some)]
    print(json.dumps(figures, indent=1))


def both(cpu: list[float], wall: list[float], share: float) -> dict[str, float]:
    return {"cpu": percentile(cpu, share), "wall": percentile(wall, share)}


if __name__ == "__main__":
    main()
