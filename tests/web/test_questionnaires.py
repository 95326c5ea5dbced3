"""Questionnaires in the app: every one that is asked is taken, and they come in turn."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from mettle import instruments
from mettle.instruments import text
from mettle.web import fields, models, questionnaires
from tests.web.words import pack

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User

FIRST = date(2026, 11, 2)


@pytest.mark.parametrize("key", instruments.ids())
def test_how_a_questionnaire_was_asked_is_taken_whatever_its_form_is_called(key: str) -> None:
    asked = {"form": instruments.load(key).form, "language": "en", "text_sha256": "0" * 64}
    sent = {"instrument": key, "answers": {}, "form": asked}
    assert fields.checked("response", sent)["form"] == asked


def answered_on(person: models.Person, weeks: int, *, late: dict[str, int] | None = None) -> dict[str, list[int]]:
    """Days on which each questionnaire is answered by somebody who does so when it is asked, or so many days later."""
    found: dict[str, list[int]] = {}
    waited = 0
    for n in range(7 * weeks):
        key = questionnaires.due(person, FIRST + timedelta(days=n))
        if key is None or waited < (late or {}).get(key, 0):
            waited += key is not None
            continue
        waited = 0
        person.responses.create(instrument=key, on=FIRST + timedelta(days=n), finished=True)
        found.setdefault(key, []).append(n)
    return found


@pytest.fixture
def person(alice: User, tmp_path: Path) -> models.Person:
    for key in ("phq9", "gad7", "who5", "isi"):
        text.write_pack(pack(key), into=tmp_path / "text")
    return models.Person.of(alice)


def test_after_the_first_time_no_week_has_two(person: models.Person) -> None:
    found = answered_on(person, 12)
    assert found["phq9"] == [0, 14, 28, 42, 56, 70]
    assert found["gad7"] == [1, 21, 35, 49, 63, 77]  # the first before training begins, then in the weeks between
    later = sorted(n for days in found.values() for n in days)[2:]
    assert all(after - before >= 7 for before, after in itertools.pairwise(later))


def test_the_one_that_watches_is_never_held_back(person: models.Person) -> None:
    found = answered_on(person, 12, late={"gad7": 5})
    assert all(after - before == 14 for before, after in zip(found["phq9"], found["phq9"][1:], strict=False))
    assert len(found["gad7"]) >= 4


def test_more_of_them_are_spread_and_none_is_forgotten(person: models.Person) -> None:
    person.choices = {"questionnaires": ["phq9", "gad7", "who5", "isi"]}
    found = answered_on(person, 16)
    assert all(max(days) > 7 * 16 - 28 for days in found.values())
    assert {k: len(v) for k, v in found.items()}["phq9"] == 8
    assert all(len(v) >= 5 for v in found.values())
