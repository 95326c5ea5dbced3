from __future__ import annotations

from typing import TYPE_CHECKING

from mettle import instruments
from mettle.web import bundle, models, programme
from tests.web.conftest import PROFILE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

GYM = PROFILE | {
    "equipment": ["barbell", "rack", "bench"],
    "plates_kg": [20, 20, 10, 10, 5, 5, 2.5, 2.5],
    "bar_kg": 20,
    "experience": "intermediate",
    "minutes": 40,
}


def test_every_loaded_bar_of_the_session_is_drawn_once(alice: User) -> None:
    person = models.Person.of(alice)
    person.profile = GYM
    programme.make(person)
    sent = bundle.of(person)
    asked = {
        s["set_up"] for session in sent["sessions"] for e in session["exercises"] for s in (*e["sets"], *e["settable"])
    }
    loaded = {words for words in asked if "a side" in words}
    assert loaded
    assert loaded <= set(sent["plates"])
    for words, drawn in sent["plates"].items():
        assert drawn.count("<text") == words.count(" + "), words
        assert "style=" not in drawn


def test_the_ladder_and_the_gentle_format_come_with_the_wish(alice: User) -> None:
    person = models.Person.of(alice)
    person.profile = PROFILE | {"goals": ["ptsd", "social_anxiety"]}
    programme.make(person)
    sent = bundle.of(person)
    assert sent["gentle"] is True
    assert len(sent["ladder"]["steps"]) >= 5
    assert {s["id"] for s in sent["short"]} == {"minimum_version", "when_upset"}
    person.profile = PROFILE
    programme.make(person)
    plain = bundle.of(person)
    assert (plain["gentle"], plain["ladder"]) == (False, None)


def test_every_answer_that_asks_for_help_has_its_card(alice: User) -> None:
    cards = bundle.help_cards(models.Person.of(alice))["safety_item"]
    for key in instruments.ids():
        for item in instruments.load(key).safety:
            asked = {str(value) for value in instruments.load(key).values if value >= item.lowest}
            assert asked <= set(cards), key
    assert "blank" in cards
