"""People with roles: Alice owns, Bob is another person, and an outsider has no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import expect

from mettle.web import answering, programme
from mettle.web.models import Person
from tests.web import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.contrib.auth.models import User

expect.set_options(
    timeout=20_000
)  # two browsers and two servers share two cores; a test fails by what it sees, not by the clock

PROFILE = {
    "age": 40,
    "sex": "X",
    "body_mass_kg": 70,
    "experience": "novice",
    "equipment": ["chair"],
    "days_per_week": 2,
    "minutes": 20,
}


@pytest.fixture(autouse=True)
def no_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No official wording is at hand unless a test puts some there, whatever this machine has fetched."""
    monkeypatch.setenv("METTLE_DATA", str(tmp_path))


@pytest.fixture(autouse=True)
def nothing_under_way() -> None:
    """No computation of an earlier test is taken for this one's: a test's people get the same numbers again."""
    answering._running.clear()
    programme._better.clear()


@pytest.fixture
def postgresql() -> Iterator[str]:
    with postgres.cluster() as address:
        yield address


@pytest.fixture
def alice(db: None) -> User:
    user = get_user_model().objects.create_user("alice", password="a long enough password")
    Person.objects.create(user=user, timezone="Europe/Berlin", profile=PROFILE)
    return user


@pytest.fixture
def bob(db: None) -> User:
    user = get_user_model().objects.create_user("bob", password="another long password")
    Person.objects.create(user=user, timezone="Europe/Berlin", profile=PROFILE)
    return user


@pytest.fixture
def as_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def as_bob(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client
