"""People with roles: Alice owns, Bob is another person, and an outsider has no account."""

from __future__ import annotations

import dataclasses
import importlib
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import clear_url_caches
from playwright.sync_api import expect

from mettle.web import answering, programme
from mettle.web.models import Person
from tests.web import postgres
from tests.web.mailbox import Mailbox, mailbox
from tests.web.served import PHONE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.contrib.auth.models import User
    from playwright.sync_api import Browser, Page

    from tests.web.served import Site

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
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def mailing(settings: Any, box: Mailbox) -> Iterator[Mailbox]:
    """The app as it is with a mail server: its settings, and the addresses that come with them."""
    place = dataclasses.replace(settings.PLACE, email_url=box.url)
    told = {"PLACE": place, "MAILING": True, "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
    for name, value in {**told, **place.email(), **settings.WITH_LETTERS}.items():
        setattr(settings, name, value)
    _addresses_anew()
    yield box
    settings.MAILING = settings.ACCOUNT_LOGIN_BY_CODE_ENABLED = settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = False
    _addresses_anew()


def _addresses_anew() -> None:
    for module in ("allauth.account.urls", "allauth.urls", "mettle.web.urls"):
        importlib.reload(importlib.import_module(module))
    clear_url_caches()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A phone in a module's own browser, signed in at its own site; nothing is set up."""
    made = browser.new_context(**PHONE)
    page = made.new_page()
    page.goto(site.link())
    yield page
    made.close()


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
