from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.conftest import ROOT

from mettle.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PROFILE = ROOT / "tests" / "prescription" / "profiles" / "class_of_eight.json"


def test_plan_then_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(PROFILE), "--json", "--start", "2026-03-02"]) == 0
    printed = capsys.readouterr()
    made = json.loads(printed.out)
    assert made["status"] == "ok"
    assert made["weeks"][0]["sessions"][0]["on"] == "2026-03-02"
    (tmp_path / "plan.json").write_text(printed.out)
    (tmp_path / "log.json").write_text(
        json.dumps({"sessions": [{"on": "2026-03-02", "skipped": "missed", "sets": []}]})
    )
    assert main(["next", str(tmp_path / "plan.json"), str(tmp_path / "log.json"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["session"]["id"] == made["weeks"][0]["sessions"][0]["id"]


def test_a_refusal_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(PROFILE.parent / "refused_child.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "refused"


def test_files_are_written_and_a_calendar_needs_dates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(PROFILE), "--html", str(tmp_path / "p.html")]) == 0
    assert (tmp_path / "p.html").read_text().startswith("<!doctype html>")
    assert main(["plan", str(PROFILE), "--ics", str(tmp_path / "p.ics")]) == 2
    assert "--ics needs --start DATE" in capsys.readouterr().err
    assert not (tmp_path / "p.ics").exists()
    assert main(["plan", str(PROFILE)]) == 0
    assert "Warm-up" in capsys.readouterr().out


def test_bad_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trial.json").write_text("{}")
    (tmp_path / "plan.json").write_text("{}")
    (tmp_path / "log.json").write_text('{"sessions": 1}')
    for args, words in [
        (["plan", str(PROFILE), "--weeks", "0"], "--weeks must be from 1 to 52, got 0"),
        (["plan", str(PROFILE), "--start", "soon"], "--start: expected a date like 2026-01-31, got 'soon'"),
        (["plan", str(PROFILE), "--trial", str(tmp_path / "trial.json")], "kind must be one of"),
        (["plan", str(tmp_path / "none.json")], "no such file"),
        (["next", str(tmp_path / "plan.json"), str(tmp_path / "log.json")], "needs weeks, a list"),
    ]:
        assert main(args) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
