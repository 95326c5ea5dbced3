from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT

from mettle.cli import main
from mettle.cli.answer import today
from mettle.diary import Diary
from mettle.importers import read
from mettle.trials.exposure import Axis, exposures

DATA = Path(str(files("mettle.cli"))) / "_example"
EXAMPLE = ["--checkins", str(DATA / "checkins.csv"), "--outcome", "mood", "--training", str(DATA / "training_hevy.csv")]


def run(*args: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["answer", *args])
    out = capsys.readouterr()
    return code, out.out, out.err


def document(*args: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    code, out, _ = run(*args, "--json", capsys=capsys)
    assert code == 0
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_the_example_as_a_trial_is_answered_in_25_lines(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(*EXAMPLE, "--schedule", str(DATA / "trial.json"), capsys=capsys)
    assert code == 0
    lines = out.splitlines()
    assert len(lines) <= 25
    assert "A session helps your mood: in the four hours after it" in " ".join(lines)
    assert any("●" in line and "░" in line and "│" in line for line in lines)


def test_the_same_call_prints_the_same_bytes_and_a_seed_changes_little(capsys: pytest.CaptureFixture[str]) -> None:
    first = run(*EXAMPLE, "--json", capsys=capsys)[1]
    assert first == run(*EXAMPLE, "--json", capsys=capsys)[1]
    base, other = json.loads(first), document(*EXAMPLE, "--seed", "5", capsys=capsys)
    one, two = base["effects"]["acute"], other["effects"]["acute"]
    assert abs(one["mean"] - two["mean"]) < 0.15 * one["sd"]
    assert other["seed"] == 5


def test_without_a_schedule_the_words_are_not_causal(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(*EXAMPLE, capsys=capsys)
    assert found["credibility"] in ("observational", "not_credible")
    assert "helps" not in found["text"]
    assert found["checks"]["lead_test"]["detectable"] > 0


def test_exposures_direction_swc_and_prior_are_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkins, doses = tmp_path / "c.csv", tmp_path / "d.csv"
    days = [f"2026-03-{d:02d}" for d in range(1, 32)]
    checkins.write_text("date;stress\n" + "".join(f"{d};{5 + i % 3},5\n" for i, d in enumerate(days)))
    doses.write_text("date,dose\n" + "".join(f"{d},{i % 2}\n" for i, d in enumerate(days)))
    found = document(
        "--checkins", str(checkins), "--outcome", "stress", "--exposures", str(doses), "--higher-is", "worse",
        "--swc", "0.7", "--prior", "sceptical", capsys=capsys,
    )  # fmt: skip
    assert found["outcome"] == {"name": "stress", "unit": "points", "higher_is": "worse"}
    assert (found["swc"], found["prior"]["name"]) == (0.7, "sceptical")
    assert found["data"]["exposed_days"] == 15
    acute = found["effects"]["acute"]
    assert (acute["p_better"] > 0.5) == (acute["median"] < 0)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--outcome", "energy"], "the diary has: mood"),
        (["--schedule", "missing.json"], "no such file"),
        (["--schedule", str(DATA / "checkins.csv")], "expected a JSON schedule"),
        (["--timezone", "Mars/Olympus"], "expected a time zone"),
        (["--report", "no/such/folder/out.html"], "no such folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(args: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(*EXAMPLE, *args, capsys=capsys)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert says in err


def test_no_exposure_at_all_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run("--checkins", str(DATA / "checkins.csv"), "--outcome", "mood", capsys=capsys)
    assert code == 2
    assert "say what was done" in err


def test_a_skipped_row_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "c.csv"
    broken.write_text((DATA / "checkins.csv").read_text() + "soon,5\n")
    code, _, err = run("--checkins", str(broken), *EXAMPLE[2:], capsys=capsys)
    assert code == 0
    assert "c.csv: row 230: left out" in err


def test_the_shell_answer_loads_neither_numba_nor_scipy_nor_charts() -> None:
    code = (
        "import sys; from mettle.cli import main; main(['answer', *sys.argv[1:]]);"
        "print(*[m for m in ('numba', 'scipy', 'altair', 'jinja2', 'django') if m in sys.modules], file=sys.stderr)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code, *EXAMPLE], capture_output=True, text=True, check=True, env=env)
    assert done.stderr.split() == []


def test_example_prints_the_answer_and_writes_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "--out", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "simulated person" in out
    assert "A session helps your mood" in out
    assert re.search(r"The randomisation test, which needs no model, agrees \(p = 0\.0\d\d\)", out)
    page = (tmp_path / "new" / "answer.html").read_text()
    assert "simulated person" in page
    assert str(tmp_path / "new" / "answer.html") in out


def test_real_exports_joined_with_a_diary(exports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in ("hevy/kg_2025_mit.csv", "strong/ios_2021_german_workout_names.csv"):
        checkins = made_diary(exports / file, tmp_path / "c.csv")
        args = ["--checkins", str(checkins), "--outcome", "mood", "--training", str(exports / file), "--unit", "kg"]
        report = tmp_path / "r.html"
        found = document(*args, "--report", str(report), capsys=capsys)
        assert found["data"]["exposed_days"] >= 10
        assert found["effects"]["acute"]["mean"] is not None
        assert found["effects"]["acute"]["q025"] < 0.8 < found["effects"]["acute"]["q975"]
        assert report.stat().st_size < 2_000_000


def made_diary(training: Path, out: Path) -> Path:
    """An evening check-in a day around real sessions, with 0.8 points more for a day's dose of one."""
    rng = random.Random(4)
    sessions = read(training, unit="kg").diary.sessions
    first = min(s.start.day for s in sessions)
    doses = exposures(Diary(sessions=sessions), Axis(first)).by_day()
    rows, mood = ["date,mood"], 0.0
    for day in range(min(max(doses), 200)):
        mood = 0.6 * mood + rng.gauss(0, 0.8)
        if rng.random() < 0.9:
            value = 6 + mood + 0.8 * doses.get(day, 0.0) + rng.gauss(0, 0.6)
            rows.append(f"{first + timedelta(days=day)},{value:.1f}")
    out.write_text("\n".join(rows) + "\n")
    return out


def design(folder: Path, *, start: str) -> Path:
    out = folder / "trial.json"
    args = ["--days", "28", "--kind", "days", "--start", start, "--seed", "1", "--outcome", "mood", "--out", str(out)]
    assert main(["trial", "design", *args]) == 0
    return out


def test_a_trial_drawn_and_followed_gets_its_randomisation_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = design(tmp_path, start="2026-03-02")
    rows = [r for r in json.loads(trial.read_text())["schedule"] if r["phase"] == "trial"]
    made = random.Random(2)
    lines = [f"{r['on']},{50 + 9 * (r['arm'] == 'train') + made.gauss(0, 6):.0f},{made.gauss(50, 9):.0f}" for r in rows]
    (tmp_path / "c.csv").write_text("date,mood,focus\n" + "\n".join(lines))
    given = ["--checkins", str(tmp_path / "c.csv"), "--schedule", str(trial), "--expected", "4", "--opened", "9,3"]
    capsys.readouterr()
    found = document("--outcome", "mood", *given, capsys=capsys)
    assert found["checks"]["randomisation_p"] < 0.05
    assert found["trial"]["ended"] is True
    assert found["trial"]["decision"]["choice"] in ("keep", "change", "drop")
    assert found["expectancy"] == {"expected": 4.0, "of_ten": None, "opened_days": [3, 9]}
    many = document("--outcome", "mood,focus", *given, capsys=capsys)
    assert [a["outcome"]["name"] for a in many["answers"]] == ["mood", "focus"]
    family = {s["outcome"]: s for s in many["family"]}
    assert family["mood"]["p_adjusted"] >= family["mood"]["p"]
    _, out, _ = run("--outcome", "mood", "--outcome", "focus", *given, capsys=capsys)
    assert "2 outcomes at once" in out
    assert max(len(line) for line in out.splitlines()) <= 80
    code, _, err = run("--outcome", "mood,focus", *given, "--report", str(tmp_path / "r.html"), capsys=capsys)
    assert (code, "one --outcome" in err, (tmp_path / "r.html").exists()) == (2, True, False)


def test_a_running_trial_is_sealed_unless_it_is_opened_and_that_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = today() - timedelta(days=20)
    trial = design(tmp_path, start=start.isoformat())
    made = random.Random(2)
    lines = [f"{start + timedelta(days=d)},{made.gauss(50, 9):.0f}" for d in range(20)]
    (tmp_path / "c.csv").write_text("date,mood\n" + "\n".join(lines))
    given = ["--checkins", str(tmp_path / "c.csv"), "--outcome", "mood", "--schedule", str(trial)]
    capsys.readouterr()
    sealed = document(*given, capsys=capsys)
    assert [c["code"] for c in sealed["caveats"]] == ["sealed"]
    assert sealed["effects"]["acute"]["mean"] is None
    opened = document(*given, "--open", capsys=capsys)
    assert opened["effects"]["acute"]["mean"] is not None
    assert opened["checks"]["randomisation_p"] is None
    assert opened["expectancy"]["opened_days"] == [21]


def test_two_trials_on_the_same_days_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = design(tmp_path, start="2026-03-02")
    other = tmp_path / "other.json"
    other.write_text(trial.read_text())
    capsys.readouterr()
    code, out, err = run(*EXAMPLE, "--schedule", str(trial), str(other), capsys=capsys)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "two trials overlap: trial.json and other.json both assign 28 days" in err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--expected", "much"],
        ["--opened", "0"],
        ["--opened", "x"],
        ["--effect", "slow"],
        ["--swc", "0"],
        ["--swc", "nan"],
        ["--seed", "-1"],
        ["--drop-first-days", "-3"],
    ],
)
def test_a_wrong_option_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(*EXAMPLE, *wrong, capsys=capsys)
    assert (code, out) == (2, "")
    assert wrong[0] in err
    assert wrong[1] in err


def test_what_a_session_may_cause_is_no_covariate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(*EXAMPLE, "--adjust", "energy", capsys=capsys)
    assert (code, out) == (2, "")
    assert "may be a consequence of the session" in err
    made = random.Random(4)
    days = [today() - timedelta(days=60 - d) for d in range(60)]
    rows = [f"{on},{made.gauss(50, 9):.0f},{made.gauss(7, 1):.1f}" for on in days]
    (tmp_path / "c.csv").write_text("date,mood,sleep_h\n" + "\n".join(rows))
    (tmp_path / "d.csv").write_text("date,dose\n" + "\n".join(f"{on},{i % 2}" for i, on in enumerate(days)))
    given = ["--checkins", str(tmp_path / "c.csv"), "--exposures", str(tmp_path / "d.csv"), "--outcome", "mood"]
    adjusted = document(*given, "--adjust", "sleep_h", capsys=capsys)
    assert adjusted == document(*given, capsys=capsys)  # all that are recorded are held constant anyway
    plain = document(*given, "--adjust", "none", capsys=capsys)
    assert plain["effects"]["acute"]["mean"] != adjusted["effects"]["acute"]["mean"]
