"""Turn the melatonin trial of nof1kit (70 days, three mood ratings a day, days drawn at random, MIT licence) into our formats and answer it.

Run: .venv/bin/python validation/melatonin/convert.py EXPORTS/nof1 OUT
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path

from mettle.cli import main as mettle


def convert(source: Path, out: Path) -> None:
    """checkins.csv (wide) and trial.json from the export's rows and schedule."""
    out.mkdir(parents=True, exist_ok=True)
    with (source / "melatonin_ema_nof1kit.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (out / "checkins.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["at", "mood"])
        writer.writerows([row["datetime"], row["mood"]] for row in rows if row["mood"])
    drawn = json.loads((source / "melatonin_schedule.json").read_text())
    start = date.fromisoformat(min(row["date"] for row in rows))
    days = [
        {
            "on": str(start + timedelta(days=int(n) - 1)),
            "part": None,
            "arm": "melatonin" if taken else "none",
            "phase": "trial",
        }
        for n, taken in drawn.items()
    ]
    trial = {
        "version": 1,
        "kind": "days",
        "arms": ["melatonin", "none"],
        "start": str(start),
        "days": len(days),
        "schedule": days,
    }
    (out / "trial.json").write_text(json.dumps(trial, indent=1) + "\n")


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    convert(Path(sys.argv[1]), folder)
    args = [
        "answer",
        "--checkins",
        str(folder / "checkins.csv"),
        "--outcome",
        "mood",
        "--schedule",
        str(folder / "trial.json"),
    ]
    sys.exit(mettle([*args, *sys.argv[3:]]))
