from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import ROOT

from mettle.cli import main, verbs

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = str(ROOT / "tests" / "prescription" / "profiles" / "class_of_eight.json")
BAD = "bad.json"
TAKES_JSON = {
    "plan": ["plan", BAD],
    "plan --trial": ["plan", PROFILE, "--trial", BAD],
    "equipment": ["equipment", BAD],
    "next": ["next", BAD, BAD],
    "help": ["help", "--plan", BAD],
    "trial rehearse": ["trial", "rehearse", BAD, "--out", "o"],
    "trial design --scores": ["trial", "design", "--kind", "days", "--days", "84", "--scores", BAD, "--out", "o"],
    "answer --schedule": ["answer", "--checkins", BAD, "--outcome", "mood", "--schedule", BAD],
    "text add": ["text", "add", BAD],
}


@pytest.mark.parametrize("verb", verbs())
def test_an_option_that_no_verb_has_is_refused_in_one_line(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--no-such-option"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"mettle: {verb}")
    assert told.err.endswith("--help tells more\n")
    assert told.err.count("\n") == 1


def test_a_verb_that_is_none_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["anwser"]) == 2
    told = capsys.readouterr().err
    assert "'anwser'" in told
    assert "answer" in told
    assert told.count("\n") == 1


CONTENTS = {
    "nested": b"[" * 100_000,
    "digits": b'{"version": 1, "seed": ' + b"9" * 5_000 + b"}",
    "cut": b'{"version": 1, "kind": "da',
    "not_text": b"\xff\xfe\x00{}",
    "a_list": b"[1, 2]",
    "a_number": b"5",
    "empty": b"",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("verb", TAKES_JSON)
def test_a_file_that_is_no_such_document_is_one_line(
    verb: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("METTLE_DATA", str(tmp_path / "data"))
    (tmp_path / BAD).write_bytes(content)
    assert main(TAKES_JSON[verb]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert BAD in told.err
    assert told.err.count("\n") == 1
    assert not (tmp_path / "o").exists()
