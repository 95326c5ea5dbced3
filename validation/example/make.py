"""Write the example that `mettle example` carries: one simulated person whose true effect is known, as the files that real people have.

Run: .venv/bin/python validation/example/make.py
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.trials.people import PEOPLE, simulate

if TYPE_CHECKING:
    from mettle.diary import Diary
    from mettle.trials.schedule import Schedule

FOLDER = Path(__file__).resolve().parents[2] / "src" / "mettle" / "cli" / "_example"
DAYS, SEED = 84, 1
HEVY = "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,reps,distance_km,duration_seconds,rpe"


def main() -> None:
    diary, schedule = simulate(PEOPLE["benefits"], days=DAYS, seed=SEED, randomised=True)
    assert schedule is not None
    FOLDER.mkdir(exist_ok=True)
    write_checkins(diary, FOLDER / "checkins.csv")
    write_training(diary, FOLDER / "training_hevy.csv")
    write_trial(schedule, FOLDER / "trial.json")


def write_checkins(diary: Diary, path: Path) -> None:
    with path.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["at", "mood"])
        out.writerows([f"{o.when.on} {o.when.clock:%H:%M}", f"{o.value:g}"] for o in diary.observations)


def write_training(diary: Diary, path: Path) -> None:
    """In the columns of a Hevy export; no time zone, as there."""
    from datetime import timedelta

    with path.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        out.writerow(HEVY.split(","))
        for session in diary.sessions:
            begin = session.start.wall
            assert begin is not None
            end = begin + timedelta(seconds=session.duration_s or 0)
            for s in session.sets:
                load = s.load.amount if s.load else ""
                row = [
                    session.title,
                    f"{begin:%-d %b %Y, %H:%M}",
                    f"{end:%-d %b %Y, %H:%M}",
                    "",
                    s.exercise.name,
                    "",
                    "",
                ]
                out.writerow(
                    [*row, s.ordinal - 1, "normal", load, s.reps, "", "", f"{s.rpe:g}" if s.rpe is not None else ""]
                )


def write_trial(schedule: Schedule, path: Path) -> None:
    days = [{"on": a.on.isoformat(), "part": None, "arm": a.arm, "phase": a.phase} for a in schedule.assignments]
    document = {
        "version": 1,
        "kind": schedule.kind,
        "arms": list(schedule.arms),
        "timezone": None,
        "start": days[0]["on"],
        "days": len(days),
        "seed": SEED,
        "draws": 1,
        "schedule": days,
        "constraints": {},
        "outcome": "mood",
        "swc": None,
        "claims": [],
        "claims_sha256": None,
        "stopping": [],
    }
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
