from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mettle.web import lock, models

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


@pytest.fixture
def locked(as_alice: Client, alice: User) -> Client:
    """Alice set a PIN and was away for long."""
    lock.set_pin(models.Person.of(alice), "2718", minutes=5)
    return as_alice


def test_after_a_while_away_every_page_asks_for_the_pin(locked: Client) -> None:
    for path in ("/", "/data/", "/questionnaires/", "/answer/"):
        reply = locked.get(path)
        assert reply.status_code == 302
        assert reply["Location"].startswith("/unlock/")
    assert locked.get("/api/v1/bundle").status_code == 403
    reply = locked.post("/unlock/", {"pin": "2718", "next": "/data/"})
    assert reply["Location"] == "/data/"
    assert locked.get("/data/").status_code == 200


def test_help_is_never_behind_the_pin(locked: Client) -> None:
    assert locked.get("/help-now/").status_code == 200


def test_what_a_locked_phone_sends_is_taken(locked: Client) -> None:
    body = json.dumps({"device": "00000000-0000-0000-0000-0000000000aa", "ops": []})
    assert locked.post("/api/v1/sync", body, content_type="application/json").status_code == 200


def test_five_wrong_pins_make_the_right_one_wait(locked: Client) -> None:
    for _ in range(5):
        assert locked.post("/unlock/", {"pin": "0000"}).status_code == 403
    assert locked.post("/unlock/", {"pin": "2718"}).status_code == 403


def test_the_way_back_never_leads_to_another_site(locked: Client) -> None:
    assert locked.post("/unlock/", {"pin": "2718", "next": "https://elsewhere.example/"})["Location"] == "/"


def test_quick_exit_locks_at_once(locked: Client) -> None:
    locked.post("/unlock/", {"pin": "2718"})
    locked.get("/away/")
    assert locked.get("/data/").status_code == 302


@pytest.mark.parametrize("pin", ["12", "abcd", "123456789", "12 4"])
def test_a_pin_is_four_to_eight_digits(as_alice: Client, pin: str) -> None:
    reply = as_alice.post("/settings/lock/", {"pin": pin, "minutes": "5"})
    assert reply.status_code == 400


def test_the_pin_itself_is_stored_nowhere(as_alice: Client, alice: User) -> None:
    as_alice.post("/settings/lock/", {"pin": "27182818", "minutes": "5"})
    assert "27182818" not in json.dumps(models.Person.of(alice).choices)
    as_alice.post("/settings/lock/", {"pin": "", "minutes": "5"})
    assert "lock" not in models.Person.objects.get(user=alice).choices
