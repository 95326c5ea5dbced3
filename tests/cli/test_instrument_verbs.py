from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import fhirkit
import pytest
from tests.instruments.text.words import pack, questionnaire

from mettle.cli import main
from mettle.instruments import text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("METTLE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def typed(monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines.split(","))))


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(args)
    out, err = capsys.readouterr()
    return code, out, err


def document(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    code, out, _ = run(capsys, *args, "--json")
    assert code == 0
    return json.loads(out)


def test_score_in_the_agreed_shape(capsys: pytest.CaptureFixture[str]) -> None:
    scored = document(capsys, "score", "phq9", "--responses", "2,NA,1,2,0,2,1,0,0")
    assert {"instrument", "score", "band", "subscales", "missing", "flags", "valid", "recall_days"} <= set(scored)
    assert (scored["missing"], scored["flags"]) == ([2], ["prorated"])


def test_help_comes_before_the_score_and_json_stays_clean(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "score", "phq9", "--responses", "0,0,0,0,0,0,0,0,1")
    assert out.index("local emergency number") < out.index("add up to 1")
    code, out, err = run(capsys, "score", "phq9", "--responses", "0,0,0,0,0,0,0,0,1", "--json")
    assert code == 0
    assert "item9" in json.loads(out)["flags"]
    assert "local emergency number" in err


def test_overlap_and_total(capsys: pytest.CaptureFixture[str]) -> None:
    scored = document(capsys, "score", "isi", "--total", "9", "--on", "2026-11-22", "--previous", "2026-11-15")
    assert scored["flags"] == ["overlap"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["score", "phq9", "--responses", "2,,1"], "item 2: expected a number or NA, got ''"),
        (["score", "phq9", "--responses", "1,2"], "expected 9 responses, got 2"),
        (["score", "phq9", "--responses", "1,2,3,4,0,0,0,0,0"], "item 4 takes 0, 1, 2, 3, got 4"),
        (["score", "phq9", "--responses", "1,2,inf,1,0,0,0,0,0"], "item 3: expected a number"),
        (["score", "phq", "--total", "3"], "no instrument 'phq'; there are: asrs6"),
        (["score", "phq9", "--total", "x"], "--total: expected a number, got 'x'"),
        (["score", "phq9", "--total", "3", "--on", "soon"], "--on: expected a date"),
        (["score", "phq9", "--total", "3", "--on", "2026-01-01", "--previous", "2026-01-02"], "lies after it"),
        (["change", "phq9", "--before", "30", "--after", "3"], "before must lie in 0-27, got 30"),
        (["change", "phq9", "--before", "20", "--after", "3", "--reliability", "1"], "reliability must lie in 0-1"),
        (["check-in", "phq9"], "mettle text fetch"),
        (["check-in", "phq9", "--save", "x.txt"], "ending in .csv or .json"),
        (["check-in", "--measures", "joy"], "no measure 'joy'"),
        (["text", "add", "nowhere.json"], "nowhere.json: no such file"),
        (["text", "fetch", "--wheel", "nowhere.whl"], "nowhere.whl: no such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str], args: list[str], words: str) -> None:
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"\xff\xfe\x00", "a.csv: not a CSV in UTF-8"),
        ("a.csv", b"day,mood\n", "its header must be at,outcome,value"),
        ("a.csv", b"at,outcome,value\nsoon,mood,3\n", "a.csv: row 2: at: "),
        ("a.json", b'[{"instrument": "phq9"}]', "a.json: record 1: at: "),
        ("a.json", b"{", "expected a JSON list of records"),
        ("a.json", b"[" * 100_000, "expected a JSON list of records"),
    ],
)
def test_a_file_that_cannot_be_added_to_is_refused_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    target = tmp_path / name
    target.write_bytes(content)
    code, out, err = run(capsys, "check-in", "--save", str(target))
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.strip().splitlines()) == 1
    assert target.read_bytes() == content


def test_change_in_the_agreed_shape(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "change", "phq9", "--before", "15", "--after", "8")
    assert list(found) == ["difference", "reliable_change", "rci95", "z", "mcid", "noticeable", "words"]
    assert (found["difference"], found["reliable_change"], found["noticeable"]) == (-7, "improved", True)


def test_the_list_says_licence_and_whether_words_are_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    text.write_pack(pack("phq9"))
    listed = document(capsys, "instruments")
    rows = {row["id"]: row for row in listed["instruments"]}
    assert (rows["phq9"]["wording"], rows["phq9"]["languages"]) == ("at hand", ["en"])
    assert (rows["gad7"]["wording"], rows["isi"]["wording"], rows["tug"]["wording"]) == ("fetch", "add", "own words")
    assert {row["licence_class"] for row in rows.values()} == {"A", "B", "C"}
    assert [m["id"] for m in listed["measures"] if m["daily"]] == ["mood", "calm", "energy"]


def test_a_form_is_added_and_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    form = tmp_path / "gad7.json"
    form.write_text(json.dumps(questionnaire("gad7")))
    assert run(capsys, "text", "add", str(form))[0] == 0
    listed = document(capsys, "text", "list")["packs"]
    assert [(p["instrument"], p["source"]) for p in listed] == [("gad7", "gad7.json")]
    assert "stand-in copyright line" in listed[0]["licence_note"]


def test_a_refused_form_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own_folder: Path
) -> None:
    form = tmp_path / "gad7.json"
    form.write_text(json.dumps(questionnaire("gad7")).replace("never", "Not at all sure"))
    code, _, err = run(capsys, "text", "add", str(form))
    assert code == 2
    assert "misprint" in err
    assert not own_folder.exists()


def test_without_a_network_fetch_says_what_else_works(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    code, out, err = run(capsys, "text", "fetch")
    assert (code, out) == (1, "")
    assert "--wheel FILE" in err
    assert run(capsys, "text", "fetch", "--quiet") == (0, "", "")


def test_a_phq9_in_the_terminal_shows_help_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text.write_pack(pack("phq9"))
    typed(monkeypatch, "1,1,1,1,0,0,0,0,1,,2")
    save = tmp_path / "checkins.csv"
    code, out, _ = run(capsys, "check-in", "phq9", "--save", str(save), "--contact", "Mo 5550100")
    assert code == 0
    assert (
        out.index("question 9") < out.index("local emergency number") < out.index("how hard") < out.index("add up to 5")
    )
    assert "Mo: 5550100" in out
    assert "stand-in words" in out
    with save.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["outcome"], r["value"]) for r in rows] == [("phq9", "5")]
    assert rows[0]["at"][10] == "T"


@pytest.mark.parametrize(("answer", "words"), [("y", "call your local emergency number now"), ("n", "reach a doctor")])
def test_a_higher_answer_asks_about_danger(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answer: str, words: str
) -> None:
    text.write_pack(pack("phq9"))
    typed(monkeypatch, f"0,0,0,0,0,0,0,0,2,{answer},,1")
    _, out, _ = run(capsys, "check-in", "phq9")
    assert out.index("Are you in danger") < out.index(words) < out.index("add up to 2")


def test_a_ninth_left_open_shows_the_quiet_card_and_no_total(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text.write_pack(pack("phq9"))
    typed(monkeypatch, "0,0,0,0,0,0,0,0,,")
    _, out, _ = run(capsys, "check-in", "phq9")
    assert "local emergency number" in out
    assert "scored as a PHQ-8" in out


def test_a_form_that_was_left_goes_on_and_the_record_says_what_was_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_folder: Path
) -> None:
    text.write_pack(pack("gad7"))
    save = tmp_path / "records.json"
    typed(monkeypatch, "1,2,q")
    _, out, _ = run(capsys, "check-in", "gad7", "--save", str(save))
    assert "The same command goes on" in out
    assert not save.exists()
    typed(monkeypatch, "3,9,b,0,3,3,3,3")  # a wrong number, one step back, another answer
    _, out, _ = run(capsys, "check-in", "gad7", "--save", str(save))
    assert "question 1" not in out
    assert "Please type one of 0, 1, 2, 3" in out
    records = json.loads(save.read_text())
    assert records[0]["responses"] == {"1": 1, "2": 2, "3": 0, "4": 3, "5": 3, "6": 3, "7": 3}
    assert records[0]["text_sha256"] == pack("gad7").sha256
    assert not any((own_folder / "drafts").iterdir())
    typed(monkeypatch, "0,0,0,0,0,0,0")
    again = document(capsys, "check-in", "gad7", "--save", str(save))
    assert again["score"]["flags"] == ["overlap"]
    assert len(json.loads(save.read_text())) == 2


def test_three_daily_questions_and_a_blank_is_no_zero(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    save = tmp_path / "checkins.csv"
    save.write_text("at,outcome,value\n2026-11-21,mood,4\n")
    typed(monkeypatch, "7,,0")
    run(capsys, "check-in", "--save", str(save))
    with save.open(newline="") as file:
        rows = [(r["outcome"], r["value"]) for r in csv.DictReader(file)]
    assert rows == [("mood", "4"), ("mood", "7"), ("energy", "0")]


def test_a_file_of_another_shape_is_refused_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    save = tmp_path / "wide.csv"
    save.write_text("date,mood\n2026-11-21,4\n")
    code, out, err = run(capsys, "check-in", "--save", str(save))
    assert (code, out) == (2, "")
    assert "its header must be at,outcome,value" in err
    assert save.read_text() == "date,mood\n2026-11-21,4\n"


def test_fhir_is_one_bundle_that_a_validator_passes(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["score", "phq9", "--responses", "1,1,1,1,1,1,1,1,1", "--on", "2026-11-22", "--fhir"]
    code, out, err = run(capsys, *args)
    assert code == 0
    assert "local emergency number" in err
    bundle = json.loads(out)
    assert fhirkit.validate(bundle) == []
    answers, seen = (entry["resource"] for entry in bundle["entry"])
    assert seen["valueQuantity"]["value"] == 9
    assert seen["derivedFrom"] == [{"reference": bundle["entry"][0]["fullUrl"]}]
    assert len(answers["item"]) == 9
    assert run(capsys, *args)[1] == out
    code, out, _ = run(capsys, "score", "isi", "--total", "9", "--on", "2026-11-22", "--fhir")
    assert [e["resource"]["resourceType"] for e in json.loads(out)["entry"]] == ["Observation"]


def test_the_own_plan_is_kept_and_one_step_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_folder: Path
) -> None:
    assert "local emergency number" in run(capsys, "help")[1]
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"what_helps": ["cold water"], "people": [{"name": "Mo", "phone": "5550100"}]}))
    assert run(capsys, "help", "--plan", str(plan))[0] == 0
    assert (own_folder / "safety_plan.json").stat().st_mode & 0o077 == 0
    for args in (["help"], ["score", "phq9", "--responses", "0,0,0,0,0,0,0,0,1"]):
        out = run(capsys, *args)[1]
        assert "cold water" in out
        assert "Mo: 5550100" in out
    text.write_pack(pack("phq9"))
    typed(monkeypatch, "0,0,0,0,0,0,0,0,1,")
    assert "cold water" in run(capsys, "check-in", "phq9")[1]


@pytest.mark.parametrize("content", ["{", "[]", '{"signs": []}', '{"places": 3}', '{"written_on": "soon"}'])
def test_a_bad_plan_is_refused_and_the_old_one_stays(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own_folder: Path, content: str
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(content)
    code, out, err = run(capsys, "help", "--plan", str(plan))
    assert (code, out) == (2, "")
    assert err.startswith("mettle: plan.json: ")
    assert not own_folder.exists()


def test_tension_by_place_and_the_one_thing_in_own_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "6,3")
    code, out, err = run(
        capsys, "check-in", "--measures", "tension:neck,one_thing_back", "--about", "singing", "--json"
    )
    assert code == 0
    assert json.loads(out)["answers"] == {"tension_neck": 6, "one_thing_back": 3}
    assert "(neck)" in err
    assert "(singing)" in err


def test_a_form_that_is_left_is_still_one_json_document(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text.write_pack(pack("gad7"))
    typed(monkeypatch, "1,2,q")
    assert document(capsys, "check-in", "gad7") == {"instrument": "gad7", "finished": False, "answered": 2}


def test_a_later_time_is_shorter_and_a_rise_asks_about_danger(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text.write_pack(pack("phq9"))
    save = str(tmp_path / "records.json")
    shown = []
    for ninth in ("0,1", "1,,1", "1,,1"):  # then a rise from 0 to 1 with Enter on its question, then the same again
        typed(monkeypatch, f"1,0,0,0,0,0,0,0,{ninth}" if ninth == "0,1" else f"1,0,0,0,0,0,0,0,{ninth},1")
        shown.append(run(capsys, "check-in", "phq9", "--save", save)[1])
    assert "local emergency number" not in shown[0]
    assert "hard to carry alone" in shown[1]
    assert "Are you in danger" in shown[1]
    assert "hard to carry alone" not in shown[2]
    assert "local emergency number" in shown[2]
    assert "Are you in danger" not in shown[2]


def test_a_file_where_the_data_folder_should_be_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own_folder: Path
) -> None:
    own_folder.write_text("not a folder")
    form = tmp_path / "gad7.json"
    form.write_text(json.dumps(questionnaire("gad7")))
    code, out, err = run(capsys, "text", "add", str(form))
    assert (code, out) == (1, "")
    assert len(err.strip().splitlines()) == 1


def test_a_test_is_told_against_age_and_sex(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "score", "chair30", "--responses", "9", "--age", "72", "--sex", "F")
    assert "fewer than most people of that age and sex" in out
