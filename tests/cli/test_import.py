from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import ROOT

from mettle.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = ROOT / "tests" / "importers" / "samples"

PEAK_MB = 120
"""The interpreter with mettle takes about 30 MB; a file of 100 MB in memory would show."""

MEASURED = """
import resource, subprocess, sys
run = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(run.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A small process in between: a child's peak counts from its parent's size, and a test run is large."""


def imported(capsys: pytest.CaptureFixture[str], *args: str | Path) -> dict[str, Any]:
    assert main(["import", *map(str, args), "--json"]) == 0
    out = capsys.readouterr().out
    return dict(json.loads(out))


def test_json_accounts_for_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    told = imported(capsys, SAMPLES / "strong/valid/ios_2025_rest_timer_and_letters.csv")
    (file,) = told["files"]
    assert {k: file[k] for k in ("file", "format", "rows_in", "rows_imported", "rows_skipped", "sessions", "sets")} == {
        "file": "ios_2025_rest_timer_and_letters.csv",
        "format": "strong",
        "rows_in": 6,
        "rows_imported": 4,
        "rows_skipped": 2,
        "sessions": 1,
        "sets": 4,
    }
    assert (file["first_day"], file["last_day"], file["observations"]) == ("2025-02-10", "2025-02-10", 0)
    assert (file["unit"], file["timezone"]) == (None, None)
    assert [p["row"] for p in file["problems"]] == [3, 5]
    assert [q["code"] for q in file["questions"]] == ["unit", "timezone"]
    assert told["merged"] == {"sessions": 1, "sets": 4, "observations": 0, "duplicates": 0}


def test_the_options_answer_the_questions(capsys: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / "strong/valid/ios_2019_rpe.csv"
    (file,) = imported(capsys, path, "--unit", "lb", "--timezone", "Europe/Berlin")["files"]
    assert (file["unit"], file["timezone"], file["questions"]) == ("lb", "Europe/Berlin", [])


def test_the_same_file_twice_counts_once(capsys: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / "checkins/valid/wide_several_a_day.csv"
    merged = imported(capsys, path, path)["merged"]
    assert merged == {"sessions": 0, "sets": 0, "observations": 7, "duplicates": 7}


def test_one_session_in_two_apps_is_one_session(capsys: pytest.CaptureFixture[str]) -> None:
    folder = SAMPLES / "pairs"
    merged = imported(capsys, folder / "strong.csv", folder / "hevy.csv", "--unit", "kg")["merged"]
    assert merged == {"sessions": 2, "sets": 5, "observations": 0, "duplicates": 3}


def test_without_json_a_person_reads_the_questions_and_the_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(SAMPLES / "hevy/broken/bad_rows_among_good.csv")]) == 0
    told = capsys.readouterr()
    assert "2 of 7 rows, 2025-04-15" in told.out
    assert "? The file does not say in which time zone" in told.out
    assert "bad_rows_among_good.csv: row 3: left out: expected a number, got '=18+2'" in told.err


def test_a_wrong_zone_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / "hevy/valid/lbs_miles.csv"
    for zone in ("Mars/Olympus", "../../etc/passwd", ""):
        assert main(["import", str(path), "--timezone", zone]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "expected a time zone like Europe/Berlin" in told.err


def test_a_header_that_claims_what_no_row_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = (SAMPLES / "hevy/valid/lbs_miles.csv").read_text().splitlines()[0]
    path = tmp_path / "claims.csv"
    path.write_text(f"{header}\n" + ",".join(["x"] * 14) + "\n")
    assert main(["import", str(path), "--json"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("mettle: claims.csv: row 2: ")
    assert told.err.count("\n") == 1


def hostile(kind: str, path: Path) -> None:
    header = b"date,mood\n"
    with path.open("wb") as file:
        if kind == "one line of 100 MB":
            file.write(header + b"2026-01-05,")
            for _ in range(100):
                file.write(b"1" * 1_000_000)
        elif kind == "one quoted cell of 100 MB":
            file.write(header + b'2026-01-05,"')
            for _ in range(100):
                file.write((b"1" * 99 + b"\n") * 10_000)
        elif kind == "100 MB of zero bytes":
            file.truncate(100_000_000)
        elif kind == "random bytes":
            file.write(bytes(range(128, 256)) * 1000)
        elif kind == "a zip archive":
            file.write(b"PK\x03\x04" + bytes(1000))


@pytest.mark.parametrize(
    "kind",
    ["one line of 100 MB", "one quoted cell of 100 MB", "100 MB of zero bytes", "random bytes", "a zip archive"],
)
def test_a_hostile_file_is_one_line_exit_2_and_little_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    hostile(kind, path)
    run = [sys.executable, "-c", MEASURED, sys.executable, "-m", "mettle", "import", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(run, capture_output=True, text=True, env=environment, check=True)
    code, peak = (int(word) for word in done.stdout.split())
    assert code == 2
    assert done.stderr.startswith("mettle: hostile.csv: ")
    assert done.stderr.count("\n") == 1
    assert peak * (1 if sys.platform == "darwin" else 1024) / 1e6 < PEAK_MB
