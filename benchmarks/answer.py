"""`mettle answer` from the shell, warm: wall clock, processor time and peak memory, beside the bare import of its libraries.

Run: .venv/bin/python benchmarks/answer.py
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "src" / "mettle" / "cli" / "_example"
RUNS = 7
CODE = "import resource, sys; from mettle.cli import main; code = main(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"


def timed(*command: str) -> tuple[float, float, str]:
    """Wall and processor seconds of one run, and what it said on stderr."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=True,
        env=_warm(),
    )
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stderr


def _warm() -> dict[str, str]:
    """The environment of a person's second run: compiled modules are kept, also where this shell says not to."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "mettle_warm"),
    }


def show(what: str, runs: list[tuple[float, float, str]], more: str = "") -> None:
    wall, cpu = (statistics.median(r[i] for r in runs) for i in (0, 1))
    print(f"{what:<58} wall {wall:5.2f} s   processor {cpu:5.2f} s   {more}")


def evening_diary(folder: Path, days: int) -> list[str]:
    """One rating an evening for so many days, and sessions by habit: the diary that most people keep."""
    import random
    from datetime import date, timedelta

    rng, start = random.Random(1), date(2026, 1, 5)
    on = [start + timedelta(days=d) for d in range(days)]
    done = [d.weekday() in (0, 2, 4) and rng.random() < 0.85 for d in on]
    (folder / "c.csv").write_text(
        "date,mood\n" + "".join(f"{d},{60 + 4 * t + rng.gauss(0, 10):.0f}\n" for d, t in zip(on, done, strict=True))
    )
    (folder / "d.csv").write_text("date,dose\n" + "".join(f"{d},{int(t)}\n" for d, t in zip(on, done, strict=True)))
    return ["answer", "--checkins", str(folder / "c.csv"), "--exposures", str(folder / "d.csv"), "--outcome", "mood"]


def main() -> None:
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; medians of {RUNS}")
    example = [
        "--checkins",
        str(EXAMPLE / "checkins.csv"),
        "--training",
        str(EXAMPLE / "training_hevy.csv"),
        "--outcome",
        "mood",
    ]
    with tempfile.TemporaryDirectory() as folder:
        jobs = {
            "answer, the example (84 days, 228 check-ins, 33 sessions)": ["answer", *example],
            "answer, 180 evenings": evening_diary(Path(folder), 180),
        }
        for what, args in jobs.items():
            timed("-c", CODE, *args)
            runs = [timed("-c", CODE, *args) for _ in range(RUNS)]
            show(what, runs, f"peak {max(int(r[2].split()[-1]) for r in runs) / 1024:.0f} MB")
    for code in ("import numpy", "import mettle.units", "pass"):
        timed("-c", code)
        show(f"python -c '{code}'", [timed("-c", code) for _ in range(RUNS)])


if __name__ == "__main__":
    main()
