"""How long reading a large Hevy export takes, beside csv.reader alone on the same file, and how much memory a hostile file takes.

Run: python benchmarks/importers.py [--json]
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.diary import merge
from mettle.importers import read

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 13_650
RUNS = 7
HEADER = (
    "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,"
    "set_index,set_type,weight_kg,reps,distance_km,duration_seconds,rpe"
)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
EXERCISES = [
    "Squat (Barbell)",
    "Bench Press (Barbell)",
    "Pull Up",
    "Romanian Deadlift (Barbell)",
    "Chest Dip (Assisted)",
]
MEASURED = """
import resource, subprocess, sys
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
print(subprocess.run(sys.argv[1:], **quiet).returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A small process in between: a child's peak counts from its parent's size."""


def write_export(path: Path, rows: int) -> None:
    """A Hevy export of that many rows: 25 sets a session, the same five exercises again and again."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(f'"{name}"' for name in HEADER.split(",")) + "\n")
        for row in range(rows):
            session, place = divmod(row, 25)
            day = f"{session % 28 + 1} {MONTHS[session // 28 % 12]} {2020 + session // 336}"
            exercise, index = EXERCISES[place // 5], place % 5
            load = "" if exercise == "Pull Up" else f"{40 + 2.5 * (row % 33)}"
            kind = "warmup" if index == 0 else "normal"
            note = "felt\nheavy" if place == 0 else ""
            file.write(
                f'"Day {session % 3}","{day}, 18:05","{day}, 19:10","","{exercise}",,"{note}",{index},'
                f'"{kind}",{load},{5 + row % 8},,,{8 if row % 2 else ""}\n'
            )


def median_s(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def csv_alone(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def peak_mb(path: Path) -> tuple[int, float]:
    """Exit code and peak resident memory of ``mettle import`` on the file."""
    run = [sys.executable, "-c", MEASURED, sys.executable, "-m", "mettle", "import", str(path), "--json"]
    code, peak = subprocess.run(run, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return int(code), round(int(peak) * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def write_health(path: Path, megabytes: int) -> None:
    """An Apple Health export of about that size: heart rates, with 12 spans of sleep and one HRV in every 1,000 records."""
    shape = (
        '<Record type="{kind}" sourceName="Watch" sourceVersion="10.1" unit="count/min" creationDate="{at} +0100"'
        ' startDate="{at} +0100" endDate="{to} +0100" value="{value}"><MetadataEntry key="context" value="0"/></Record>\n'
    )
    record = 0
    with path.open("w") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="en_US">\n')
        while file.tell() < megabytes * 1_000_000:
            lines = []
            for _ in range(1000):
                day, place = divmod(record, 1000)
                kind, value = "HKQuantityTypeIdentifierHeartRate", "72"
                if place < 12:
                    kind, value = "HKCategoryTypeIdentifierSleepAnalysis", "HKCategoryValueSleepAnalysisAsleepCore"
                elif place == 12:
                    kind, value = "HKQuantityTypeIdentifierHeartRateVariabilitySDNN", "41.5"
                date = f"{2000 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"
                at, to = f"{date} {place % 6:02}:{place % 60:02}:00", f"{date} {place % 6:02}:{place % 60:02}:30"
                lines.append(shape.format(kind=kind, at=at, to=to, value=value))
                record += 1
            file.writelines(lines)
        file.write("</HealthData>\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--health-mb", type=int, default=200, help="size of the Apple Health export")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), args.health_mb)
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<44} {value}")


def measure(folder: Path, health_mb: int) -> dict[str, float | int]:
    path, long_line = folder / "hevy.csv", folder / "line.csv"
    write_export(path, ROWS)
    with long_line.open("wb") as file:
        file.write(b"date,mood\n2026-01-05,")
        for _ in range(100):
            file.write(b"1" * 1_000_000)
    imported = read(path)
    assert (imported.rows_in, imported.sets) == (ROWS, ROWS)
    ours, plain = median_s(lambda: read(path)), median_s(lambda: csv_alone(path))
    again = median_s(lambda: merge([imported.diary, imported.diary]))
    code, peak = peak_mb(path)
    hostile_code, hostile_peak = peak_mb(long_line)
    health = folder / "export.xml"
    write_health(health, health_mb)
    started = time.perf_counter()
    health_code, health_peak = peak_mb(health)
    health_s = time.perf_counter() - started
    assert (code, hostile_code, health_code) == (0, 2, 0)
    return {
        "rows": ROWS,
        "read_s": round(ours, 3),
        "csv_reader_alone_s": round(plain, 4),
        "ratio_to_csv_reader": round(ours / plain, 1),
        "merge_with_itself_s": round(again, 3),
        "command_peak_mb": peak,
        "one_line_of_100_mb_peak_mb": hostile_peak,
        "apple_health_mb": health_mb,
        "apple_health_command_s": round(health_s, 1),
        "apple_health_peak_mb": health_peak,
    }


if __name__ == "__main__":
    main()
