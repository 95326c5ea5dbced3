from __future__ import annotations

import copy
import json
import pickle
from datetime import date
from typing import TYPE_CHECKING, ClassVar

import pytest

from mettle import words
from mettle.words import Figure, Sentence, catalogues, mark, say, says, together, told
from tests.web import pseudo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class German:
    """A few sentences, as a catalogue would hold them."""

    ONE: ClassVar = {
        "Keep {first}: it did your {outcome} more good.": "Deiner {outcome} tat {first} besser, also bleib dabei.",
        "mood": "Stimmung",
        "until {day}": "bis {day}",
        "{points} higher": "{points} höher",
    }

    def one(self, source: str, /) -> str:
        return self.ONE.get(source, source)

    def many(self, one: str, many: str, n: int, /) -> str:
        return {"{n} day": ("{n} Tag", "{n} Tage")}.get(one, (one, many))[n != 1]

    def figure(self, text: str, /) -> str:
        return text.replace(".", ",")

    def day(self, on: date, /) -> str:
        return f"{on:%d.%m.%Y}"


@pytest.fixture
def german() -> Iterator[None]:
    before = words.read_by(German)
    yield
    words.read_by(before)


KEEP = say("Keep {first}: it did your {outcome} more good.", first="rowing", outcome=mark("mood"))


def test_a_sentence_is_its_english_text_wherever_nobody_translates() -> None:
    assert KEEP == "Keep rowing: it did your mood more good."
    assert told(KEEP) is KEEP
    assert json.dumps({"text": KEEP}) == '{"text": "Keep rowing: it did your mood more good."}'
    assert f"{KEEP} And {KEEP:<3}".startswith("Keep rowing: it did your mood more good. And Keep")


@pytest.mark.usefixtures("german")
def test_a_reader_has_another_order_of_words_and_the_values_are_told_too() -> None:
    assert told(KEEP) == "Deiner Stimmung tat rowing besser, also bleib dabei."
    assert str(KEEP) == "Keep rowing: it did your mood more good."


@pytest.mark.usefixtures("german")
def test_counts_figures_and_days_are_written_as_the_language_does() -> None:
    assert [told(says("{n} day", "{n} days", n)) for n in (1, 2)] == ["1 Tag", "2 Tage"]
    assert told(say("{points} higher", points=Figure("0.5"))) == "0,5 höher"
    assert told(say("until {day}", day=date(2026, 11, 22))) == "bis 22.11.2026"
    assert say("until {day}", day=date(2026, 11, 22)) == "until 22 November 2026"


@pytest.mark.usefixtures("german")
def test_sentences_one_after_the_other_are_told_one_by_one() -> None:
    assert told(together(KEEP, "", mark("mood"), between=" · ")).endswith("dabei. · Stimmung")


@pytest.mark.usefixtures("german")
def test_in_a_document_only_sentences_are_told() -> None:
    assert told({"id": "mood", "name": mark("mood"), "all": [mark("mood"), 3, None]}) == {
        "id": "mood",
        "name": "Stimmung",
        "all": ["Stimmung", 3, None],
    }


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    "said",
    [
        KEEP,
        says("{n} day", "{n} days", 2),
        say("until {day}", day=date(2026, 11, 22)),
        say("{points} higher", points=Figure("0.5")),
        together(KEEP, mark("mood")),
    ],
)
def test_a_stored_sentence_is_english_and_told_in_the_language_of_whoever_reads_it(said: Sentence) -> None:
    stored = json.loads(json.dumps(words.kept({"rows": [{"text": said}]})))
    assert stored["rows"][0]["text"] == str(said)
    assert told(words.recalled(stored)["rows"][0]["text"]) == told(said)


@pytest.mark.parametrize(
    "made",
    [
        None,
        3,
        {"a": 3},
        {"text": {"a": {"say": 3}}},
        {"text": 3},
        {"text": {"a": 3}},
        {"text": {"a": {"say": "x", "with": 3}}},
        {"text": {"a": {"say": "x", "with": {"d": {"day": "never"}}}}},
        {"text": {"a": {"say": "x", "many": "xs"}}},
    ],
)
def test_a_stored_document_with_damaged_or_no_sentences_stays_readable(made: object) -> None:
    found = words.recalled({"text": "a", "said": made})
    assert found["text"] == "a"


@pytest.mark.usefixtures("german")
def test_what_a_stored_sentence_says_cannot_reach_into_objects() -> None:
    stored = {"text": "a", "said": {"text": {"a": {"say": "{x.__class__} {x!r:>9999999} {x}", "with": {"x": "1"}}}}}
    assert told(words.recalled(stored)["text"]) == "{x.__class__} {x!r:>9999999} 1"


def test_a_stored_word_that_a_program_decides_on_is_not_taken_for_a_sentence() -> None:
    stored = json.loads(json.dumps(words.kept({"kind": "circuit", "rule": mark("circuit")})))
    found = words.recalled(stored)
    assert (type(found["kind"]), type(found["rule"])) == (str, Sentence)


def test_sentences_cross_processes_and_copies() -> None:
    for again in (pickle.loads(pickle.dumps(KEEP)), copy.deepcopy(KEEP)):  # our own bytes
        assert (again, again.source, dict(again.values)) == (KEEP, KEEP.source, dict(KEEP.values))


def test_a_page_escapes_what_a_sentence_holds() -> None:
    assert say("{a} & b", a="<script>").__html__() == "&lt;script&gt; &amp; b"


def test_the_command_line_reads_the_same_catalogues_without_django(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "eo" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = 'msgid ""\nmsgstr ""\n\nmsgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] ""\n\nmsgid "mood"\nmsgstr ""\n'
    (folder / "django.mo").write_bytes(pseudo.compiled(po))
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    monkeypatch.setenv("LANGUAGE", "eo")
    reader = words.reader_of_environment()
    assert reader is not None
    assert (reader.one("mood"), reader.one("calm"), reader.many("{n} day", "{n} days", 2)) == (
        "⟦mood⟧",
        "calm",
        "⟦⟧{n}⟦ days⟧",
    )


def test_without_a_translation_nothing_is_loaded_and_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "xx")
    assert words.reader_of_environment() is None
