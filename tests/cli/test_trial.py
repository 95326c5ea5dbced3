"""`mettle trial`: from a claim to an answer, and one clear line for each wrong wish."""

from __future__ import annotations

import copy
import json
import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from tests.conftest import ROOT

from mettle.cli import main
from mettle.trials.claims import ready
from mettle.trials.design import Wish, draw

START = ["--start", "2026-03-02"]
PHQ9 = "at,phq9,phq9_item9\n2026-02-27,8,0\n"
DOCS = Path(__file__).parents[2] / "docs" / "trials.md"


def design(out: Path, *more: str) -> int:
    return main(["trial", "design", *START, "--out", str(out), *more])


def test_a_newcomer_gets_from_a_claim_to_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines() if "profile.json" not in line]
    assert len(commands) == 8
    told = []
    for command in commands:
        words = shlex.split(command)
        assert words[0] == "mettle"
        assert main(words[1:]) == 0, command
        told.append(capsys.readouterr().out)
    assert "of 100 people like you about" in told[0]
    assert "A session helps your mood" in told[-3]
    assert "helps" not in told[-2]
    assert "worsens" not in told[-2]


def test_the_same_command_writes_the_same_bytes_and_counts_redraws(tmp_path: Path) -> None:
    out = tmp_path / "trial.json"
    assert design(out, "--kind", "days", "--days", "84", "--seed", "1") == 0
    first = out.read_bytes()
    assert design(out, "--kind", "days", "--days", "84", "--seed", "1") == 0
    assert out.read_bytes() == first
    assert design(out, "--kind", "days", "--days", "84", "--seed", "2") == 0
    assert json.loads(out.read_bytes())["draws"] == 2


def test_json_on_stdout_is_what_stands_in_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "trial.json"
    assert design(out, "--claim", "8.2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(out.read_bytes())
    assert told["claims"] == ["8.2"]
    assert told["arms"] == ["evening", "morning"]
    assert {r["part"] for r in told["schedule"]} == {"am", "pm"}
    assert {s["code"] for s in told["stopping"]} >= {"stop_item9", "stop_deterioration"}


def test_the_calendar_tells_a_stranger_nothing(tmp_path: Path) -> None:
    ics = tmp_path / "t.ics"
    assert (
        design(tmp_path / "t.json", "--kind", "variant", "--arms", "heavier,lighter", "--days", "56", "--ics", str(ics))
        == 0
    )
    events = Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert {str(e["summary"]) for e in events} == {"Session A", "Session B"}
    assert b"heavier" not in ics.read_bytes()


@pytest.mark.parametrize("scores", [PHQ9, '[{"at": "2026-02-27", "answers": {"phq9": 8, "phq9_item9": 0}}]'])
def test_stretches_without_training_need_a_fresh_phq9(tmp_path: Path, scores: str) -> None:
    path = tmp_path / "scores"
    path.write_text(scores)
    out = tmp_path / "t.json"
    blocks = ("--kind", "blocks", "--days", "84")
    assert design(out, *blocks, "--scores", str(path)) == 0
    assert "stopping_test" in {n["code"] for n in json.loads(out.read_bytes())["notes"]}


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        (None, "no PHQ-9 of the last 14 days"),
        ("at,phq9,phq9_item9\n2026-02-01,8,0\n", "older than 14 days"),
        ("at,phq9,phq9_item9\n2026-02-27,15,0\n", "15 or more"),
        ("at,phq9,phq9_item9\n2026-02-27,1,1\n", "question 9"),
        ("at,outcome,value\n2026-02-27,phq9,1\n", "blank or not in the file"),
    ],
)
def test_without_clearance_no_stretch_is_drawn(
    tmp_path: Path, scores: str | None, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    more = []
    if scores is not None:
        (tmp_path / "s.csv").write_text(scores)
        more = ["--scores", str(tmp_path / "s.csv")]
    out = tmp_path / "t.json"
    assert design(out, "--kind", "blocks", "--days", "84", *more) == 2
    told = capsys.readouterr().err
    assert why in told
    assert told.count("\n") == 1
    assert not out.exists()
    assert design(out, "--claim", "1.2", "--days", "84", *more) == 0
    assert json.loads(out.read_bytes())["kind"] == "days"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (["--days", "84"], "--kind must be one of"),
        (["--kind", "days"], "--days must be given"),
        (["--claim", "0.1"], "cannot be tried at home"),
        (["--claim", "99"], "unknown claim"),
        (["--kind", "days", "--days", "84", "--weekdays", "Mon,Foo"], "--weekdays must be some of Mon"),
        (["--kind", "days", "--days", "84", "--per-week", "x"], "--per-week must be like 2-4"),
        (["--kind", "days", "--days", "84", "--arms", "train"], "--arms must be two names"),
        (["--kind", "variant", "--days", "84"], "needs --arms"),
        (["--kind", "days", "--days", "84", "--timezone", "Nowhere"], "Europe/Berlin"),
        (["--kind", "days", "--days", "84", "--seed", "-1"], "expected a whole number of at least 0, got '-1'"),
        (["--kind", "days", "--days", "84", "--swc", "-1"], "--swc must be a number above 0"),
        (["--kind", "blocks", "--arms", "heavier,lighter", "--days", "84", "--block-days", "30"], "from 2 to 28"),
    ],
)
def test_a_wrong_wish_is_one_line_and_writes_nothing(
    tmp_path: Path, wish: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "t.json"
    assert design(out, *wish) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert not out.exists()


def test_a_file_that_is_no_trial_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "notes.json"
    out.write_text("my notes")
    assert design(out, "--kind", "days", "--days", "84") == 2
    assert out.read_text() == "my notes"


def test_the_claims_and_their_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trial", "claims", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"]["end_to_end"] == told["counts"]["testable"] == len(ready()) == 106
    assert len(told["claims"]) == 106
    assert main(["trial", "claims"]) == 0
    assert "106 of 106 claims" in capsys.readouterr().out


def test_a_plan_from_the_own_diary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "t.json"
    assert design(out, "--claim", "3.3") == 0
    assert main(["trial", "rehearse", str(out), "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["trial", "plan", "--claim", "3.3", "--history", str(tmp_path / "checkins.csv"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert 5 < told["own_sd"] < 25  # the simulated person's 12 points, lifts and all
    assert told["own_sd_source"].startswith("your diary")
    assert told["noise"]["item"] != 0.6
    assert told["designs"][0]["days"] == [28, 56, 84, 120, 180, 365]
    assert date.fromisoformat(json.loads(out.read_bytes())["start"]) == date(2026, 3, 2)


def test_a_stretch_ends_at_once_and_what_was_recorded_is_still_analysed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, scores = tmp_path / "t.json", tmp_path / "s.csv"
    scores.write_text(PHQ9)
    assert design(out, "--kind", "blocks", "--days", "84", "--scores", str(scores)) == 0
    assert main(["trial", "rehearse", str(out), "--out", str(tmp_path)]) == 0
    ending = ["trial", "end", str(out), "--reason", "item9", "--on", "2026-04-20", "--arms", "morning,evening"]
    capsys.readouterr()
    assert main(ending) == 0
    told = capsys.readouterr().err
    assert "you train as planned" in told
    assert "mettle help" in told
    go_on = shlex.split(next(line for line in told.splitlines() if "trial design" in line).partition("mettle ")[2])
    assert main([*go_on[:-1], str(tmp_path / go_on[-1])]) == 0
    assert main(ending) == 2
    assert "ended before" in capsys.readouterr().err
    files = ["--checkins", str(tmp_path / "checkins.csv"), "--exposures", str(tmp_path / "exposures.csv")]
    assert main(["answer", *files, "--outcome", "mood", "--schedule", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["credibility"] == "randomised"
    assert found["data"]["last_day"] == "2026-04-19"
    assert found["effects"]["acute"]["mean"] is not None
    assert 0 < found["checks"]["randomisation_p"] <= 1
    assert {e["why"] for e in found["excluded"] if e["when"] >= "2026-04-20 03"} == {"a washout day"}
    assert found["adherence"]["done_when_assigned"] == 1.0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--reason", "item9", "--on", "2027-01-01"], "outside the trial"),
        (["--reason", "item9", "--on", "soon"], "--on must be a date"),
        (["--reason", "item9", "--on", "2026-04-20", "--arms", "happy,sad"], "no plan can hold"),
        (["--reason", "tired"], "invalid choice"),
    ],
)
def test_a_wrong_end_changes_nothing(
    tmp_path: Path, more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "t.json"
    assert design(out, "--kind", "days", "--days", "84") == 0
    before = out.read_bytes()
    capsys.readouterr()
    assert main(["trial", "end", str(out), *more]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert out.read_bytes() == before


def test_someone_who_trains_meets_the_offers_that_keep_them_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["claims"], ["plan", "--kind", "days"]):
        assert main(["trial", *command]) == 0
        told = capsys.readouterr().out
        assert (
            told.index("random days within the week")
            < told.index("two against three sessions")
            < told.index("stopping test")
        )
    assert design(tmp_path / "t.json", "--days", "84") == 2
    assert "--kind am_pm --arms morning,evening" in capsys.readouterr().err
    scores = tmp_path / "s.csv"
    scores.write_text(PHQ9)
    assert design(tmp_path / "t.json", "--kind", "blocks", "--days", "84", "--scores", str(scores)) == 0
    told = capsys.readouterr().err
    assert "stopping test" in told
    assert "these come first" in told


@pytest.mark.parametrize("claim", ["2.0", "7.8", "8.2"], ids=["rare_questionnaire", "own_record", "morning_evening"])
def test_claims_of_other_kinds_get_from_design_to_answer(
    claim: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, scores = tmp_path / "t.json", tmp_path / "s.csv"
    scores.write_text(PHQ9)
    assert design(out, "--claim", claim, "--scores", str(scores), "--start", "2026-03-02") == 0
    assert main(["trial", "rehearse", str(out), "--out", str(tmp_path)]) == 0
    command = shlex.split(capsys.readouterr().err.splitlines()[-1])
    assert main([*command[1:], "--json", "--open"]) == 0
    found = json.loads(capsys.readouterr().out)
    trial = ready()[claim]
    assert found["headline"]["effect"] == trial.effect
    assert found["outcome"]["higher_is"] == trial.higher_is
    assert found["credibility"] == "randomised"
    assert found["effects"][trial.effect]["mean"] is not None
    assert found["adherence"]["done_when_assigned"] == 1.0


NONSENSE: tuple[Any, ...] = (None, [], {}, "x", -1, 10**12, 1e308, ["x", 3], {"a": {}}, "9999-12-31")
FIELDS = (
    "kind", "arms", "start", "days", "seed", "draws", "schedule", "constraints", "outcome", "swc", "claims", "claims_sha256", "ended",
    "constraints.weekdays", "constraints.per_week", "constraints.min_gap_hours", "constraints.max_run", "constraints.block_days",
    "constraints.run_in", "constraints.washout", "constraints.max_days_without_training", "constraints.rhythm_limit",
    "schedule.0.on", "schedule.1.arm", "schedule.2.phase", "schedule.3.part", "schedule.4.rate",
)  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_a_trial_with_nonsense_in_a_field_is_one_line_or_still_a_trial(
    field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = draw(Wish("days", ("train", "rest"), date(2026, 3, 2), 28), seed=1)
    path, profile = tmp_path / "t.json", str(ROOT / "tests" / "prescription" / "profiles" / "refused_child.json")
    checkins = tmp_path / "c.csv"
    checkins.write_text("date,mood\n" + "".join(f"2026-03-{d:02d},{d % 3}\n" for d in range(2, 30)))
    for value in NONSENSE:
        document = copy.deepcopy(whole)
        at: Any = document
        *way, last = (int(part) if part.isdecimal() else part for part in field.split("."))
        for part in way:
            at = at[part]
        at[last] = value
        for command in (
            ["trial", "rehearse", str(path), "--out", str(tmp_path)],
            ["plan", profile, "--trial", str(path)],
            [
                "answer",
                "--checkins",
                str(checkins),
                "--outcome",
                "mood",
                "--schedule",
                str(path),
                "--drop-first-days",
                "25",
            ],
            ["trial", "end", str(path), "--reason", "item9", "--on", "2026-03-10"],
        ):
            path.write_text(json.dumps(document))
            code = main(command)
            told = capsys.readouterr().err
            assert code in (0, 2), (value, command, told)
            assert code == 0 or told.count("\n") == 1, (value, command, told)
