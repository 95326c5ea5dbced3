"""Getting in and staying in, whatever else the browser has under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from mettle.web import signin

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def test_a_request_that_left_before_the_sign_in_does_not_undo_it(alice: User, bob: User) -> None:
    """A service worker fetches its shells with the key of a session that has meanwhile got a new one."""
    browser = Client()
    browser.get(signin.make_link(alice))
    late = Client()
    late.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.get(signin.make_link(bob))
    for shell in ("workout", "welcome", "today"):
        assert settings.SESSION_COOKIE_NAME not in late.get(reverse(shell)).cookies
    assert browser.get(reverse("data")).status_code == 200


def test_signing_out_removes_the_cookie(as_alice: Client) -> None:
    reply = as_alice.post(reverse("account_logout"))
    assert reply.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0


@pytest.mark.django_db
def test_a_link_works_once(alice: User) -> None:
    link = signin.make_link(alice)
    assert Client().get(link).status_code == 302
    assert Client().get(link).status_code == 410
