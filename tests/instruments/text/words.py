"""Stand-in wording: real forms are never part of these tests."""

from __future__ import annotations

import copy
from typing import Any

from mettle import instruments
from mettle.instruments.text import TextPack

LABELS = ["never", "sometimes", "often", "always", "all the time", "beyond", "way beyond"]
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def pack(key: str, *, language: str = "en") -> TextPack:
    found = instruments.load(key)
    labels = {v: LABELS[n] for n, v in enumerate(found.values)}
    return TextPack(
        instrument=found.id,
        language=language,
        title=f"Stand-in {found.name}",
        stem="Lately, how about",
        items={i: f"question {i}" for i in found.item_ids},
        answers=dict.fromkeys(found.item_ids, labels),
        unscored={"difficulty": ("how hard", {0: "not", 1: "a bit", 2: "very", 3: "too"})} if key == "phq9" else {},
        source="stand-in",
        source_sha256="0" * 64,
        licence_note="stand-in words",
    )


def questionnaire(key: str, *, coded: bool = True) -> dict[str, Any]:
    """A FHIR R4 Questionnaire of stand-in words, coded with LOINC or by linkId alone."""
    found = instruments.load(key)
    answer_codes = found.rules["coding"].get("loinc", [])

    def option(place: int, value: int) -> dict[str, Any]:
        coding: dict[str, Any] = {"display": LABELS[place], "extension": [{"url": ORDINAL, "valueDecimal": value}]}
        if coded and answer_codes:
            coding |= {"system": "http://loinc.org", "code": answer_codes[place]}
        if coded:  # as US Core's PHQ-9 has it: the value stands on the option, not in its coding
            return {"valueCoding": coding, "extension": coding.pop("extension")}
        return {"valueCoding": coding}

    items = []
    for item in found.items:
        row: dict[str, Any] = {"linkId": f"/{item.loinc}" if coded and item.loinc else f"q{item.id}"}
        if coded and item.loinc:
            row["code"] = [{"system": "http://loinc.org", "code": item.loinc}]
        row |= {"text": f"question {item.id}", "type": "choice"}
        row["answerOption"] = [option(n, v) for n, v in enumerate(found.values)]
        items.append(row)
    return {
        "resourceType": "Questionnaire",
        "status": "active",
        "name": found.name.replace("-", ""),
        "title": f"Stand-in {found.name}",
        "copyright": "stand-in copyright line",
        "item": [{"linkId": "g", "type": "group", "text": "Lately, how about", "item": items}],
    }


def changed(document: dict[str, Any], path: list[str | int], value: object) -> dict[str, Any]:
    """A copy with one place changed; ``DELETE`` removes it."""
    made = copy.deepcopy(document)
    place: Any = made
    for step in path[:-1]:
        place = place[step]
    if value == "DELETE":
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made
