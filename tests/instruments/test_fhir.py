from __future__ import annotations

import json
from typing import Any

import fhirkit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.instruments.text.words import changed

from mettle import instruments
from mettle.instruments import fhir
from mettle.units import When

AT = When.parse("2026-11-22T10:00:00+01:00")


def filled(key: str, value: float | None = None) -> instruments.Administration:
    found = instruments.load(key)
    low, _ = found.response_range
    unscored = {"difficulty": 1} if key == "phq9" else {}
    answers = [low if value is None else value] * len(found.items)
    return instruments.administer(key, answers, at=AT, unscored=unscored, language="en")


@pytest.mark.parametrize("key", instruments.ids())
def test_both_resources_pass_a_validator_that_we_did_not_write(key: str) -> None:
    record = filled(key)
    for resource in (
        fhir.questionnaire_response(record, identifier="a1"),
        fhir.observation(record, derived_from="QuestionnaireResponse/a1"),
    ):
        assert [str(i) for i in fhirkit.validate(json.loads(json.dumps(resource)))] == []


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=9, max_size=9))
def test_any_answers_pass(answers: list[float | None]) -> None:
    record = instruments.administer("phq9", answers, at=When.parse("2026-11-22"))
    for resource in (fhir.questionnaire_response(record), fhir.observation(record)):
        assert fhirkit.validate(resource) == []


def test_answers_carry_loinc_codes_and_ordinals() -> None:
    resource = fhir.questionnaire_response(filled("phq9", 2))
    assert resource["questionnaire"] == "http://loinc.org/q/44249-1"
    assert resource["item"][8]["linkId"] == "/44260-8"
    coding = resource["item"][8]["answer"][0]["valueCoding"]
    assert (coding["code"], coding["extension"][0]["valueDecimal"]) == ("LA6570-1", 2)
    assert resource["item"][9]["linkId"] == "/69722-7"
    assert resource["item"][9]["answer"][0]["valueCoding"]["code"] == "LA6573-5"  # codes are not in order of value


def test_a_blank_has_no_answer_and_an_invalid_score_no_value() -> None:
    record = instruments.administer("phq9", [1] * 8 + [None], at=AT)
    assert fhir.questionnaire_response(record)["item"][8] == {"linkId": "/44260-8"}
    seen = fhir.observation(record)
    assert "valueQuantity" not in seen
    assert seen["dataAbsentReason"]["coding"][0]["code"] == "asked-declined"


def test_a_local_time_without_a_zone_goes_as_its_date() -> None:
    record = instruments.administer("gad7", [0] * 7, at=When.parse("2026-11-22T10:00"))
    assert fhir.observation(record)["effectiveDateTime"] == "2026-11-22"


def test_the_value_is_the_score_with_its_unit() -> None:
    value = fhir.observation(filled("who5", 3))["valueQuantity"]
    assert value == {"value": 60, "unit": "score", "system": "http://unitsofmeasure.org", "code": "{score}"}


def test_a_total_alone_has_no_response_but_an_observation() -> None:
    record = instruments.record_total("isi", 9, at=AT)
    assert fhirkit.validate(fhir.observation(record)) == []
    with pytest.raises(ValueError, match="no answers to write"):
        fhir.questionnaire_response(record)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["item", 0, "linkId"], "DELETE"),
        (["item", 0, "answer", 0, "valueCoding"], "x"),
        (["authored"], "yesterday"),
        (["status"], "DELETE"),
    ],
)
def test_the_validator_would_have_seen_a_broken_one(path: list[str | int], value: Any) -> None:
    assert fhirkit.validate(changed(fhir.questionnaire_response(filled("phq9")), path, value)) != []


def test_what_leaves_for_another_machine_holds_no_trace_of_the_ninth_answer() -> None:
    answers = [1, 2, 1, 0, 3, 1, 2, 0]
    sent = [
        instruments.administer("phq9", [*answers, ninth], at=AT, unscored={"difficulty": 2}, language="en").hosted()
        for ninth in (0, 1, 3, None)
    ]
    documents = {json.dumps(s.to_json()) for s in sent if s is not None}
    assert len(documents) == 1
    assert instruments.administer("cesdr", [0] * 20, at=AT).hosted() is None
    assert instruments.record_total("phq9", 9, at=AT).hosted() is None
    whole = instruments.administer("gad7", [1] * 7, at=AT)
    assert whole.hosted() is whole


def test_everything_asked_is_stored_with_the_score() -> None:
    record = instruments.administer("rses", [0] * 10, at=AT, order="a", language="en", text_sha256="ab")
    kept = record.to_json()
    assert kept["form"] == "RSES, 10 items, ids in the order of 1965"
    assert kept["item_order"] == ["7", "10", "2", "4", "5", "9", "1", "8", "3", "6"]
    assert (kept["language"], kept["text_sha256"], kept["at"]) == ("en", "ab", "2026-11-22T10:00:00+01:00")
