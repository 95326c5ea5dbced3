from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.instruments.text.words import changed

from mettle import instruments
from mettle.instruments import fhir
from mettle.units import When

JUDGES = ROOT / "tests" / "instruments" / "judges"
AT = When.parse("2026-11-22T10:00:00+01:00")


def judged(documents: list[dict[str, Any]]) -> list[dict[str, list[str]]]:
    """The errors of two npm validators."""
    if shutil.which("node") is None or not (JUDGES / "node_modules" / "fhir").is_dir():
        pytest.skip("the npm FHIR validators are absent: npm ci --prefix tests/instruments/judges --ignore-scripts")
    done = subprocess.run(
        ["node", "judge.js"], input=json.dumps(documents), capture_output=True, text=True, cwd=JUDGES, check=True
    )
    found: list[dict[str, list[str]]] = json.loads(done.stdout)
    return found


def everything() -> list[dict[str, Any]]:
    made = []
    for key in ("phq9", "sppb"):  # coded by LOINC; by item id, with decimals
        one = instruments.load(key)
        answers: list[float | None] = [one.response_range[1]] * len(one.items)
        unscored = {"difficulty": 3} if key == "phq9" else {}
        blank = [None, *answers[1:]] if len(answers) > 1 else answers
        for responses in (answers, blank):
            record = instruments.administer(key, responses, at=AT, unscored=unscored, language="en")
            made += [fhir.questionnaire_response(record, identifier="a1"), fhir.observation(record)]
    return made


def test_two_more_validators_pass_what_is_written_and_catch_what_the_first_one_lets_through() -> None:
    documents = everything()
    broken = [changed(document, ["status"], "done") for document in documents[:2]]
    found = judged([*documents, *broken])  # one process: it takes seconds to start
    assert found[: len(documents)] == [{"fhir": [], "schema": []}] * len(documents)
    for errors in found[len(documents) :]:
        assert errors["fhir"]
        assert errors["schema"]
