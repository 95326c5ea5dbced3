"""A diary that cannot answer, at the shell: one clear line and exit 2, or `cannot_tell` with its reason; what is left out is listed."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from mettle.cli import main

if TYPE_CHECKING:
    from pathlib import Path

START = date(2026, 3, 2)
DAYS = 28


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    rows = [
        {
            "on": str(START + timedelta(days=d)),
            "part": None,
            "arm": "train" if d * 5 % 7 < 3 else "rest",
            "phase": "trial",
        }
        for d in range(DAYS)
    ]
    path = tmp_path / "trial.json"
    path.write_text(
        json.dumps({"version": 1, "kind": "days", "arms": ["train", "rest"], "outcome": "mood", "schedule": rows})
    )
    return path


def rows(*, start: date = START, days: int = DAYS, value: float | None = None) -> list[str]:
    made = random.Random(1)
    return [
        f"{start + timedelta(days=d)} {hour:02}:00,{made.randint(30, 70) if value is None else value:g}"
        for d in range(days)
        for hour in (8, 20)
    ]


def answer(trial: Path, lines: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    checkins = trial.with_name("checkins.csv")
    checkins.write_text("\n".join(["at,mood", *lines]) + "\n")
    capsys.readouterr()
    code = main(["answer", "--checkins", str(checkins), "--outcome", "mood", "--schedule", str(trial), "--json"])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("start", [date(2025, 3, 2), date(2031, 3, 2)], ids=["another year", "the future"])
def test_a_schedule_on_other_days_than_the_diary_is_one_line(
    start: date, trial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = answer(trial, rows(start=start), capsys)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert f"no check-in lies on a day of the trial: check-ins {start} to " in err
    assert "trial 2026-03-02 to 2026-03-29" in err


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        (rows(value=50), "no_variation", "every check-in has the same value (50)"),
        (rows(days=3), "too_few_days", "3 rated days are too few; it takes at least 7"),
    ],
    ids=["one value", "3 days"],
)
def test_what_cannot_be_told_says_why(
    lines: list[str], code: str, says: str, trial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, out, _ = answer(trial, lines, capsys)
    found = json.loads(out)
    assert (exit_code, found["headline"]["verdict"]) == (0, "cannot_tell")
    assert says in found["headline"]["text"]
    assert [c["code"] for c in found["caveats"]] == [code]


def test_every_check_in_that_is_left_out_is_listed_with_why(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = rows()
    again = f"{good[1].split(',')[0]},99"
    late = rows(start=date(2026, 5, 2), days=2)
    code, out, _ = answer(trial, [good[0], *good, again, *late, "2031-01-01 08:00,50"], capsys)
    found = json.loads(out)
    assert code == 0
    assert found["data"]["observations"] == len(good)
    assert len(found["excluded"]) == 2 + len(late) + 1
    whys = [e["why"] for e in found["excluded"]]
    assert whys.count("no day of the trial") == len(late)
    assert whys.count("lies in the future") == 1
    assert whys.count("same moment and same value as another") == 1
    assert sum(why.startswith("same moment as another, whose value") for why in whys) == 1


def test_a_move_across_time_zones_is_told(trial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = [
        line.replace(" ", "T").replace(",", f"{'+01:00' if line < '2026-03-16' else '+10:00'},") for line in rows()
    ]
    code, out, _ = answer(trial, moved, capsys)
    found = json.loads(out)
    assert code == 0
    told = {c["code"]: c["text"] for c in found["caveats"]}
    assert "Your clock moved by +9 hours on 2026-03-16" in told["zone_moved"]
    assert found["data"]["observations"] == 2 * DAYS
