from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from mettle.cli import main
from mettle.trials.people import PEOPLE, simulate

if TYPE_CHECKING:
    from pathlib import Path

    from mettle.trials.people import Person


def write_person(folder: Path, person: Person, *, seed: int, days: int = 42, trial: bool = True) -> None:
    """One simulated person as the files of a cohort folder."""
    diary, schedule = simulate(person, days=days, seed=seed, randomised=trial)
    folder.mkdir(parents=True)
    with (folder / "checkins.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["at", "mood"])
        out.writerows([f"{o.when.on} {o.when.clock:%H:%M}", o.value] for o in diary.observations)
    with (folder / "exposures.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["at", "dose"])
        out.writerows([f"{s.start.on} {s.start.clock:%H:%M}", 1] for s in diary.sessions)
    (folder / "person.toml").write_text('outcome = "mood"\nhigher_is = "better"\n')
    if schedule is not None:
        rows = [{"on": f"{a.on}", "part": None, "arm": a.arm, "phase": a.phase} for a in schedule.assignments]
        document = {"version": 1, "kind": "days", "arms": ["train", "rest"], "timezone": None, "start": rows[0]["on"]}
        document |= {"days": days, "seed": 1, "draws": 1, "schedule": rows, "constraints": {}, "outcome": "mood"}
        document |= {"swc": None, "claims": [], "claims_sha256": "", "stopping": []}
        (folder / "trial.json").write_text(json.dumps(document))


@pytest.fixture(scope="session")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people in a trial, three of whom benefit, and one whose file is broken; answered once, with what was printed."""
    cohort = tmp_path_factory.mktemp("cohort") / "cohort"
    for seed in range(4):
        write_person(cohort / f"p{seed}", PEOPLE["benefits" if seed else "no_effect"], seed=seed)
    write_person(cohort / "p9_broken", PEOPLE["no_effect"], seed=9)
    (cohort / "p9_broken" / "person.toml").write_text('outcome = "mood"\nhighr_is = "better"\n')
    assert main(["cohort", str(cohort)]) == 0
    return cohort


@pytest.fixture
def folder(answered: Path, tmp_path: Path) -> Path:
    """A copy of them, with the answers that are kept."""
    return shutil.copytree(answered, tmp_path / "cohort")
