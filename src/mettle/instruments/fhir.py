"""FHIR R4 out: a QuestionnaireResponse of the answers and an Observation of the score."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from mettle.instruments.instrument import Instrument, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.instruments.record import Administration
    from mettle.units import When

LOINC = "http://loinc.org"
LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and the "
    "Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at "
    "http://loinc.org/license."
)
_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_SURVEY = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}


def questionnaire_response(administration: Administration, *, identifier: str | None = None) -> dict[str, Any]:
    """The answers as a FHIR R4 QuestionnaireResponse; it holds codes and numbers, no wording.

    Parameters
    ----------
    identifier
        Id of the resource, where one is wanted.

    Items are linked by LOINC code as LOINC's own Questionnaires do (``/44250-9``) where the codes were verified, else by item
    id. A question left blank stands without an answer.
    """
    if not administration.responses:
        raise ValueError("a total that was filled in elsewhere has no answers to write; write its Observation")
    instrument = load(administration.instrument)
    panel = instrument.rules["items"].get("loinc_panel")
    links = {i.id: f"/{i.loinc}" if i.loinc else i.id for i in instrument.items}
    items = [
        _item(instrument, links[item], administration.responses.get(item))
        for item in administration.item_order
        if item in administration.responses
    ]
    asked = instrument.rules["items"]
    extra = dict(zip(asked.get("unscored", []), asked.get("loinc_unscored", []), strict=False))
    items += [_unscored(instrument, f"/{extra[key]}", value) for key, value in administration.unscored.items()]
    resource: dict[str, Any] = {"resourceType": "QuestionnaireResponse"}
    if identifier:
        resource["id"] = identifier
    if panel:
        resource["questionnaire"] = f"http://loinc.org/q/{panel}"
    resource |= {"status": "completed", "authored": _moment(administration.at), "item": items}
    if administration.language:
        resource["language"] = administration.language
    return resource


def observation(administration: Administration, *, derived_from: str | None = None) -> dict[str, Any]:
    """The score as a FHIR R4 Observation.

    Parameters
    ----------
    derived_from
        Reference to the QuestionnaireResponse, as ``QuestionnaireResponse/42``.

    The code is LOINC's where it was verified, else words; a form without a valid score says why there is no value.
    """
    instrument = load(administration.instrument)
    total = instrument.rules["items"].get("loinc_total")
    code: dict[str, Any] = {"text": f"{instrument.name} score"}
    if total:
        code["coding"] = [{"system": LOINC, "code": total}]
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "category": [_SURVEY],
        "code": code,
        "effectiveDateTime": _moment(administration.at),
    }
    value = administration.score.score
    if value is None:
        resource["dataAbsentReason"] = {
            "coding": [{"system": _ABSENT, "code": "not-asked" if not administration.responses else "asked-declined"}]
        }
    else:
        resource["valueQuantity"] = {
            "value": value,
            "unit": "score",
            "system": "http://unitsofmeasure.org",
            "code": "{score}",
        }
    low, high = instrument.range
    resource["note"] = [
        {"text": f"Scores lie in {low:g} to {high:g}; higher is {instrument.higher_is}. A score is not a diagnosis."}
    ]
    if total:
        resource["note"].append({"text": LOINC_NOTICE})
    if derived_from:
        resource["derivedFrom"] = [{"reference": derived_from}]
    return resource


def bundle(resources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Resources in one FHIR R4 Bundle of type collection; a score is linked to the answers that stand in it.

    Each gets a ``urn:uuid`` made from its content, so the same input gives the same bytes.
    """
    named = [(f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(r, sort_keys=True))}", dict(r)) for r in resources]
    answers = [name for name, r in named if r["resourceType"] == "QuestionnaireResponse"]
    for _, resource in named:
        if resource["resourceType"] == "Observation" and len(answers) == 1:
            resource["derivedFrom"] = [{"reference": answers[0]}]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": name, "resource": resource} for name, resource in named],
    }


def _item(instrument: Instrument, link: str, value: float | None) -> dict[str, Any]:
    if value is None:
        return {"linkId": link}
    codes = instrument.rules["coding"].get("loinc")
    if codes:
        answer = _coded(codes[instrument.values.index(int(value))], value)
    elif float(value).is_integer():
        answer = {"valueInteger": int(value)}
    else:
        answer = {"valueDecimal": value}
    return {"linkId": link, "answer": [answer]}


def _unscored(instrument: Instrument, link: str, value: float | None) -> dict[str, Any]:
    codes = instrument.rules["coding"].get("unscored_loinc", [])
    if value is None or not codes:
        return {"linkId": link}
    return {"linkId": link, "answer": [_coded(codes[int(value)], value)]}


def _coded(code: str, value: float) -> dict[str, Any]:
    return {
        "valueCoding": {
            "extension": [{"url": _ORDINAL, "valueDecimal": int(value)}],
            "system": LOINC,
            "code": code,
        }
    }


def _moment(when: When) -> str:
    """A FHIR dateTime: with its offset where known, else the date alone, since FHIR has no local time."""
    return str(when) if when.offset_s is not None else when.on.isoformat()
