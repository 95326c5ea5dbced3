from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import fhirkit
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.instruments.text.words import changed, questionnaire

from mettle import instruments
from mettle.errors import InputError
from mettle.instruments import text

if TYPE_CHECKING:
    from pathlib import Path

ITEM: list[str | int] = ["item", 0, "item"]
FIRST: list[str | int] = [*ITEM, 0]
CHOICE: list[str | int] = [*FIRST, "answerOption", 0]
OPTION: list[str | int] = [*CHOICE, "valueCoding"]


def read(tmp_path: Path, document: object, **options: Any) -> text.TextPack:
    path = tmp_path / "form.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return text.from_questionnaire(path, **options)


def test_the_stand_in_forms_are_fhir() -> None:
    for key in ("phq9", "gad7", "who5"):
        assert fhirkit.validate(questionnaire(key)) == []


@pytest.mark.parametrize("key", [k for k in instruments.ids() if instruments.load(k).values])
@pytest.mark.parametrize("coded", [True, False])
def test_every_instrument_is_matched_by_code_or_by_link(tmp_path: Path, key: str, coded: bool) -> None:
    named = None if instruments.load(key).items[0].loinc and coded else key
    found = read(tmp_path, questionnaire(key, coded=coded), instrument=named, permission="from its owner")
    assert found.instrument == key
    assert found.items == {i: f"question {i}" for i in instruments.load(key).item_ids}
    assert set(found.answers["1"]) == set(instruments.load(key).values)
    assert "stand-in copyright line" in found.licence_note
    assert found.stem == "Lately, how about"


def test_items_are_matched_by_code_not_by_place(tmp_path: Path) -> None:
    form = questionnaire("gad7")
    form["item"][0]["item"].reverse()
    assert read(tmp_path, form).items["1"] == "question 1"


def test_its_name_tells_which_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, questionnaire("who5", coded=False)).instrument == "who5"
    with pytest.raises(InputError, match="say --instrument, one of: asrs6"):
        read(tmp_path, changed(questionnaire("who5", coded=False), ["name"], "Form") | {"title": "Form"})


def test_answers_may_stand_in_a_contained_value_set(tmp_path: Path) -> None:
    form = questionnaire("gad7")
    concepts = [o["valueCoding"] for o in form["item"][0]["item"][0]["answerOption"]]
    form["contained"] = [{"resourceType": "ValueSet", "id": "a", "compose": {"include": [{"concept": concepts}]}}]
    for item in form["item"][0]["item"]:
        del item["answerOption"]
        item["answerValueSet"] = "#a"
    assert read(tmp_path, form).answers["7"] == {0: "never", 1: "sometimes", 2: "often", 3: "always"}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ([*CHOICE, "extension"], "DELETE", ""),  # the LOINC answer code still says the value
        ([*CHOICE, "extension", 0, "valueDecimal"], 1, "answer LA6568-5 must have the value 0, got 1"),
        ([*OPTION, "code"], "LA9", ""),
        ([*OPTION, "display"], "Not at all sure", "known misprint"),
        ([*FIRST, "answerOption"], [], "item 1 must have the answers 0, 1, 2, 3, got none"),
        ([*FIRST, "text"], "", "no words for item 1"),
        (FIRST, "DELETE", "which instrument this is cannot be told|was found 0 times"),
        ([*FIRST, "linkId"], 7, "every item needs a linkId"),
        ([*FIRST, "code"], 7, "malformed"),
        ([*FIRST, "text"], {"en": "x"}, "must be a text, got dict"),
        ([*OPTION, "display"], ["x"], "an answer must be a text, got list"),
        (["item"], "text", "item must be a list"),
        (["resourceType"], "Patient", "not a FHIR Questionnaire"),
    ],
)
def test_a_changed_form(tmp_path: Path, path: list[str | int], value: object, words: str) -> None:
    form = changed(questionnaire("gad7"), path, value)
    if not words:
        assert read(tmp_path, form).instrument == "gad7"
        return
    with pytest.raises(InputError, match=words):
        read(tmp_path, form, instrument=None)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"', "[" * 100_000, "\ufeff{}"])
def test_what_is_no_form_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"not JSON|not a FHIR Questionnaire"):
        read(tmp_path, content)


def test_two_answers_of_one_value_are_refused(tmp_path: Path) -> None:
    form = questionnaire("who5", coded=False)
    form["item"][0]["item"][0]["answerOption"][1]["valueCoding"]["extension"][0]["valueDecimal"] = 0
    with pytest.raises(InputError, match="two answers have the value 0"):
        read(tmp_path, form)


def test_an_answer_without_a_value_is_refused_not_counted(tmp_path: Path) -> None:
    form = questionnaire("who5", coded=False)
    del form["item"][0]["item"][0]["answerOption"][1]["valueCoding"]["extension"]
    with pytest.raises(InputError, match="no whole ordinal value"):
        read(tmp_path, form)


def test_an_owners_permission_is_asked_for_and_kept(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--permission"):
        read(tmp_path, questionnaire("isi", coded=False))
    found = read(tmp_path, questionnaire("isi", coded=False), permission="letter of 3 May 2026")
    assert "letter of 3 May 2026" in found.licence_note


def places(document: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in inside:
        found += places(value, (*path, key))
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_form_broken_anywhere_is_refused_in_one_line_or_still_fits(tmp_path: Path, data: st.DataObject) -> None:
    form = questionnaire("gad7")
    path = data.draw(st.sampled_from(places(form)))
    value = data.draw(st.sampled_from([None, 0, -1, 2.5, True, "", "x", [], {}, [None], {"a": 1}]))
    refused = ""
    try:
        text.check_pack(read(tmp_path, changed(form, list(path), value)))
    except InputError as error:
        refused = str(error)
    assert "\n" not in refused
