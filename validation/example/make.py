"""Write the example that `mettle example` carries: one simulated person whose true effect is known, as the files that real people have.

The schedule is drawn as `mettle trial design` draws it, and the person does what it says. The seed is the first whose diary gives a
clear answer; `--count` tells how many of the first 24 do, so that nobody takes the example for what always happens.

Run: .venv/bin/python validation/example/make.py [--count | --picture]
`--picture` takes the README's picture of the report anew, with the Chromium that CHROMIUM names.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.answers import answer
from mettle.cli import main as shell
from mettle.trials.design import Wish, draw, to_bytes
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.schedule import schedule_from

if TYPE_CHECKING:
    from mettle.diary import Diary

FOLDER = Path(__file__).resolve().parents[2] / "src" / "mettle" / "cli" / "_example"
PICTURE = FOLDER.parents[3] / "docs" / "pictures" / "answer.png"
SEED = 2
TRIAL = Wish("days", ("train", "rest"), date(2026, 3, 2), 84, outcome="mood", claims=("3.3",), timezone="Europe/Berlin")
HEVY = "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,reps,distance_km,duration_seconds,rpe"


def main() -> None:
    trial = draw(TRIAL, seed=SEED)
    diary, _ = simulate(PEOPLE["benefits"], seed=SEED, plan=schedule_from(trial))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "trial.json").write_bytes(to_bytes(trial))
    write_checkins(diary, FOLDER / "checkins.csv")
    write_training(diary, FOLDER / "training_hevy.csv")


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


def count(seeds: range = range(1, 25)) -> None:
    """What the answer is for each seed, schedule and person drawn anew."""
    verdicts = []
    for seed in seeds:
        schedule = schedule_from(draw(TRIAL, seed=seed))
        diary, _ = simulate(PEOPLE["benefits"], seed=seed, plan=schedule)
        found = answer("mood", diary, today=date(2026, 11, 22), schedule=schedule)
        verdicts.append(f"{found.strength or ''} {found.verdict}".strip())
        print(seed, verdicts[-1], found.sentence)
    print({verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))})


def picture() -> None:
    """The begin of the example's report, 800 pixels wide."""
    with tempfile.TemporaryDirectory() as folder:
        shell(["example", "--out", folder])
        shown = [
            f"--screenshot={PICTURE}",
            "--window-size=800,1105",
            "--hide-scrollbars",
            f"file://{folder}/answer.html",
        ]
        browser = os.environ.get("CHROMIUM", "chromium")
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", *shown], check=True, capture_output=True
        )


if __name__ == "__main__":
    if "--picture" in sys.argv:
        picture()
    elif "--count" in sys.argv:
        count()
    else:
        main()
