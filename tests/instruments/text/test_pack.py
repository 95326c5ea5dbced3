from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.instruments.text.words import pack

from mettle.errors import InputError
from mettle.instruments import text

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    for key in ("phq9", "gds15", "who5"):
        text.write_pack(pack(key), into=tmp_path)
        assert text.read_pack(key, at=tmp_path) == pack(key)
    assert [p.instrument for p in text.packs(at=tmp_path)] == ["gds15", "phq9", "who5"]


def test_languages_stand_side_by_side(tmp_path: Path) -> None:
    text.write_pack(pack("phq9"), into=tmp_path)
    text.write_pack(pack("phq9", language="pt-BR"), into=tmp_path)
    assert text.languages("phq9", at=tmp_path) == ("en", "pt-BR")


@pytest.mark.parametrize(
    ("place", "value"), [("items", {"1": "something else"}), ("licence_note", "free for all"), ("sha256", "0" * 64)]
)
def test_a_pack_that_was_changed_is_refused(tmp_path: Path, place: str, value: object) -> None:
    path = text.write_pack(pack("phq9"), into=tmp_path)
    document = json.loads(path.read_text())
    document[place] = document[place] | value if isinstance(value, dict) else value
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="changed since it was written"):
        text.read_pack("phq9", at=tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"sha256": 3}', "\x00", '{"sha256":"x","items":[]}'])
def test_a_file_that_is_no_pack_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "phq9.en.json").write_text(content)
    with pytest.raises(InputError, match="not a text pack"):
        text.read_pack("phq9", at=tmp_path)


def test_another_instruments_pack_under_this_name_is_refused(tmp_path: Path) -> None:
    text.write_pack(pack("phq8"), into=tmp_path).rename(tmp_path / "phq9.en.json")
    with pytest.raises(InputError, match="changed since"):
        text.read_pack("phq9", at=tmp_path)


def test_without_words_the_message_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mettle text fetch"):
        text.read_pack("phq9", at=tmp_path)
    with pytest.raises(InputError, match="mettle text add FILE"):
        text.read_pack("who5", at=tmp_path)
    with pytest.raises(InputError, match="permission"):
        text.read_pack("isi", at=tmp_path)


def test_a_pack_that_does_not_fit_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    good = pack("gad7")
    labels = {0: "Not at all sure", 1: "b", 2: "c", 3: "d"}
    bad = {
        "known misprint": replace(good, answers=dict.fromkeys(good.items, labels)),
        "must have the answers 0, 1, 2, 3, got 0, 1": replace(good, answers=good.answers | {"2": {0: "a", 1: "b"}}),
        "no words for item 4": replace(good, items=good.items | {"4": " "}),
        "does not have: 8": replace(good, items=good.items | {"8": "extra"}),
        "answer without words": replace(good, answers=good.answers | {"1": {0: "", 1: "b", 2: "c", 3: "d"}}),
        "language": replace(good, language="../../x"),
    }
    for words, made in bad.items():
        with pytest.raises(InputError, match=words):
            text.write_pack(made, into=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_checksum_follows_every_word() -> None:
    good = pack("gad7")
    assert replace(good, items=good.items | {"1": "other"}).sha256 != good.sha256
    assert replace(good, title="other").sha256 != good.sha256
