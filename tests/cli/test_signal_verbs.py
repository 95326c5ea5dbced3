from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import ROOT

from mettle.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = ROOT / "tests" / "importers" / "samples"


def document(capsys: pytest.CaptureFixture[str], *args: str | Path) -> dict[str, Any]:
    assert main([*map(str, args), "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_sleep_as_json_and_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    file = SAMPLES / "sleep_diary/valid/long_and_short_form.csv"
    told = document(capsys, "sleep", file, "--timezone", "Europe/Berlin")
    assert [n["tst_min"] for n in told["nights"]] == [370, 420, None]
    assert told["series"]["sri"] is None
    assert told["series"]["tst_mean_min"] == 395
    assert (told["rows_in"], told["rows_imported"], told["rows_skipped"]) == (3, 3, 0)
    assert main(["sleep", str(file)]) == 0
    said = capsys.readouterr().out
    assert "2026-03-28    8:00    6:10    25 m   30 m         82%      03:00" in said
    assert "cannot tell yet; 2 pairs of days" in said


def test_hrv_of_one_file_and_of_a_past(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = SAMPLES / "rr/valid/2026-11-22 07-05-10.txt"
    told = document(capsys, "hrv", file)
    assert told["recordings"][0]["usable"]
    assert told["week"]["place"] is None
    names = [f"2026-{month:02d}-{day:02d} 07-00.txt" for month in (10, 11) for day in range(1, 31)]
    for name in names:
        shutil.copy(file, tmp_path / name)
    week = document(capsys, "hrv", *[tmp_path / name for name in names])["week"]
    assert (week["days"], week["own_days"], week["place"]) == (7, 53, "within")


@pytest.mark.parametrize("task", ["pvtb", "flanker", "digitspan", "nback2"])
def test_every_task(capsys: pytest.CaptureFixture[str], task: str) -> None:
    told = document(capsys, "reaction", SAMPLES / f"reaction/valid/{task}.csv", "--task", task)
    assert [s["practice"] for s in told["sessions"][:3]] == [True, True, False]
    assert told["series"]["counted"] == len(told["sessions"]) - 2
    assert (told["series"]["smallest_detectable"] is not None) == (task == "pvtb")
    assert main(["reaction", str(SAMPLES / f"reaction/valid/{task}.csv"), "--task", task]) == 0
    assert "practice, not counted" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["sleep", "nowhere.csv"], "nowhere.csv: no such file"),
        (["sleep", SAMPLES / "rr/valid/one_line.txt"], "expected the columns date,bed,try"),
        (["sleep", SAMPLES / "sleep_diary/valid/semicolons.csv", "--timezone", "Berlin"], "Europe/Berlin"),
        (["hrv", SAMPLES / "sleep_diary/valid/semicolons.csv"], "expected one column named rr, rri, nn or ibi"),
        (["hrv", SAMPLES / "rr/broken/decimal_commas_without_semicolons.txt"], "decimal commas"),
        (["hrv", SAMPLES / "rr/valid/one_line.txt", "--at", "soon"], "--at: expected a date or time"),
        (["reaction", SAMPLES / "reaction/valid/pvtb.csv", "--task", "flanker"], "missing: condition, correct"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str], args: list[str | Path], why: str) -> None:
    assert main([str(a) for a in args]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert why in err
