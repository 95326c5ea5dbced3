from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.cohort.conftest import write_person

from mettle.cli import main
from mettle.trials.people import PEOPLE

if TYPE_CHECKING:
    from pathlib import Path


def lines(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[list[dict[str, Any]], str]:
    """What ``mettle cohort ... --json`` prints, and what it tells beside."""
    assert main(["cohort", *args, "--json"]) == 0
    printed = capsys.readouterr()
    return [json.loads(line) for line in printed.out.splitlines()], printed.err


def test_everybody_is_answered_and_a_broken_person_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, told = lines(capsys, str(folder))
    assert "5 of 5 were answered before" in told  # by the fixture
    assert [line.get("person") for line in found] == ["p0", "p1", "p2", "p3", "p9_broken", None]
    assert [line.get("status") for line in found] == ["ok"] * 4 + ["error", None]
    assert "highr_is" in found[4]["error"]
    assert found[1]["answer"]["credibility"] == "randomised"
    assert set(found[0]) == {"person", "status", "answer"}
    acute, chronic = found[5]["pooled"]
    assert (acute["effect"], acute["people"], chronic["effect"]) == ("acute", 4, "chronic")
    assert acute["mean"]["q025"] > 0  # three of four benefit by more than one of their own SD
    assert "helps mood" in acute["text"]
    assert {p["wording"] for p in acute["personal"]} == {"personal"}
    for person in chronic["personal"]:  # six weeks say little of months
        spoke = person["own_data_sd_ratio"] < 0.8
        assert person["wording"] == ("personal" if spoke else "people_like_you")
    assert any(person["wording"] == "people_like_you" for person in chronic["personal"])
    assert "people like you" in chronic["text"]


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (folder / "answers.jsonl").read_bytes()
    rows = whole.splitlines(keepends=True)
    (folder / "answers.jsonl").write_bytes(b"".join(rows[:2]) + rows[2][: len(rows[2]) // 2])
    _, told = lines(capsys, str(folder))
    assert "2 of 5 were answered before" in told
    assert "p9_broken: person.toml" in told
    assert (folder / "answers.jsonl").read_bytes() == whole


def test_only_who_changed_is_answered_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, _ = lines(capsys, str(folder))
    checkins = (folder / "p1" / "checkins.csv").read_text().splitlines(keepends=True)
    (folder / "p1" / "checkins.csv").write_text("".join(checkins[:-5]))
    after, told = lines(capsys, str(folder))
    assert "4 of 5 were answered before" in told
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True, True, True, False]


def test_threads_and_processes_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("p2", "p3"):
        shutil.rmtree(folder / name)
    assert main(["cohort", str(folder)]) == 0
    for executor in ("threads", "processes"):
        out = tmp_path / f"{executor}.jsonl"
        assert main(["cohort", str(folder), "--executor", executor, "--workers", "2", "--out", str(out)]) == 0
        assert out.read_bytes() == (folder / "answers.jsonl").read_bytes()


def test_observational_people_are_pooled_apart_and_without_a_causal_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(3):
        write_person(tmp_path / "c" / f"lots{seed}", PEOPLE["benefits"], seed=seed)
        write_person(tmp_path / "c" / f"habit{seed}", PEOPLE["benefits"], seed=seed, trial=False)
    found, _ = lines(capsys, str(tmp_path / "c"))
    rows = {row["credibility"]: row for row in found[-1]["pooled"] if row["effect"] == "acute"}
    assert rows["randomised"]["people"] == 3
    assert "helps" not in rows["observational"]["text"]
    assert "worsens" not in rows["observational"]["text"]


def test_a_table_for_other_software(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the cluster extra")
    found, _ = lines(capsys, str(folder), "--parquet", str(tmp_path / "answers.parquet"))
    table = parquet.read_table(tmp_path / "answers.parquet").to_pylist()
    assert [row["person"] for row in table] == ["p0", "p1", "p2", "p3", "p9_broken"]
    assert table[1]["acute_mean"] == found[1]["answer"]["effects"]["acute"]["mean"]
    assert table[4]["error"] == found[4]["error"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["missing"], "is no folder"),
        (["empty"], "holds no person"),
        (["c", "--executor", "ray"], "--executor"),
        (["c", "--out", "c/p/checkins.csv"], "is no file of answers"),
        (["c", "--workers", "0"], "whole number from 1"),
        (["c", "--parquet", "nowhere/x.parquet"], "no folder"),
    ],
)
def test_bad_input_is_one_clear_line(
    args: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    write_person(tmp_path / "c" / "p", PEOPLE["no_effect"], seed=0, days=20)
    before = (tmp_path / "c" / "p" / "checkins.csv").read_bytes()
    assert main(["cohort", *args]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "c" / "p" / "checkins.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("person.toml", "outcome = \n", "is no TOML"),
        ("person.toml", 'outcome = "calm"\n', "calm"),
        ("person.toml", 'outcome = "mood"\nswc = -1\n', "above 0"),
        ("person.toml", 'outcome = "mood"\nhigher_is = "good"\n', "better or worse"),
        ("trial.json", "{", "trial.json"),
    ],
)
def test_each_trouble_of_a_person_is_told_and_ends_nothing(
    name: str, text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for person in ("a", "b"):
        write_person(tmp_path / person, PEOPLE["no_effect"], seed=0, days=20)
    (tmp_path / "a" / name).write_text(text)
    found, _ = lines(capsys, str(tmp_path))
    assert [line.get("status") for line in found] == ["error", "ok", None]
    assert said in found[0]["error"]


def test_a_trial_that_still_runs_stays_sealed_until_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_person(tmp_path / "a", PEOPLE["benefits"], seed=1, days=42)
    monkeypatch.setattr("mettle.cli.cohort.today", lambda: date(2026, 4, 10))  # two days before its end
    sealed, _ = lines(capsys, str(tmp_path))
    assert sealed[0]["answer"]["effects"]["acute"]["mean"] is None
    assert sealed[-1]["pooled"] == []
    opened, _ = lines(capsys, str(tmp_path), "--open")
    assert opened[0]["answer"]["effects"]["acute"]["mean"] is not None
