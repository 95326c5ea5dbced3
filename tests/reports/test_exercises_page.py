from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mettle.cli import main
from mettle.training.catalogue import exercises

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_page_shows_every_exercise_once(tmp_path: Path) -> None:
    page = tmp_path / "all.html"
    assert main(["exercises", "--html", str(page)]) == 0
    text = page.read_text()
    assert text.count("<article") == text.count('role="img"') == len(exercises())
    assert "None" not in text


def test_json_has_the_fields_that_were_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises", "--equipment", "band,chair", "--pattern", "hpull", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in rows} == {"band_row", "seated_band_row"}
    assert {
        "id",
        "name",
        "pattern",
        "equipment",
        "compound",
        "laterality",
        "muscles",
        "tags",
        "spinal_load",
        "skill",
        "functional",
        "control",
        "regression",
        "progression",
        "cue",
    } <= set(rows[0])


def test_no_equipment_at_all_is_a_question_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises", "--equipment", "--json"]) == 0
    assert all(row["equipment"] == [] for row in json.loads(capsys.readouterr().out))


def test_unknown_words_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises", "--equipment", "trampoline"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["exercises", "--pattern", "jump"]) == 2
    assert "squat" in capsys.readouterr().err
