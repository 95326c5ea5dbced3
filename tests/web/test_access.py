"""Who may open what. A new address without a row here fails; what is Alice's never shows to Bob or to an outsider."""

from __future__ import annotations

import importlib
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mettle.web import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User

    from tests.web.mailbox import Mailbox

ANYONE = "anyone"
"""No personal data in it: a shell, a help page, a way in."""
OWN = "own"
"""A signed-in person, about themselves."""
ROW = "row"
"""One row by its id: its owner alone; for everybody else it does not exist."""

WHO: dict[str, str] = {
    "today": OWN,
    "heard": OWN,
    "welcome": ANYONE,
    "simulated": OWN,
    "come_back": OWN,
    "sign_in": ANYONE,
    "setup": OWN,
    "setup_now": OWN,
    "setup_ready": OWN,
    "setup_step": OWN,
    "plan": OWN,
    "plan_again": OWN,
    "plan_change": OWN,
    "plan_printed": OWN,
    "plan_calendar": OWN,
    "more": OWN,
    "trials": OWN,
    "trial_new": OWN,
    "trial_preview": OWN,
    "trial_start": OWN,
    "trial_decide": ROW,
    "trial_raw": ROW,
    "trial_end": ROW,
    "answer": OWN,
    "answer_unseal": OWN,
    "answer_closer": OWN,
    "answer_library": OWN,
    "evidence": OWN,
    "claim": OWN,
    "safety_plan": OWN,
    "settings": OWN,
    "lock_change": OWN,
    "unlock": OWN,
    "keys": OWN,
    "key_take_back": ROW,
    "invitations": OWN,
    "join": ANYONE,
    "questionnaires": OWN,
    "questionnaire_result": ROW,
    "questionnaire_total": OWN,
    "progress": OWN,
    "sessions": OWN,
    "session_add": OWN,
    "session": ROW,
    "burden": OWN,
    "reactions": OWN,
    "reaction": ANYONE,
    "prompts": OWN,
    "prompts_feed": ANYONE,
    "api:push_key": OWN,
    "api:push_subscribe": OWN,
    "api:push_mine": OWN,
    "api:push_unsubscribe": OWN,
    "workout": ANYONE,
    "check_in": ANYONE,
    "questionnaire": ANYONE,
    "help_now": ANYONE,
    "offline": ANYONE,
    "away": ANYONE,
    "data": OWN,
    "summary": OWN,
    "data_look": OWN,
    "data_keep": OWN,
    "data_leave": OWN,
    "data_revert": ROW,
    "data_take_along": OWN,
    "data_erase": OWN,
    "service_worker": ANYONE,
    "manifest": ANYONE,
    "favicon": ANYONE,
    "api:sync_ops": OWN,
    "api:about": ANYONE,
    "api:bundle_of": OWN,
    "api:next_session": OWN,
    "api:session_now": ROW,
    "api:import_file": OWN,
    "api:export_document": OWN,
    "api:openapi-json": ANYONE,
    "api:api-root": ANYONE,
}
WITH_LETTERS: dict[str, str] = {
    "account_email": OWN,
    "account_confirm_email": ANYONE,
    "account_email_verification_sent": ANYONE,
    "account_request_login_code": ANYONE,
    "account_confirm_login_code": ANYONE,
    "account_reset_password": ANYONE,
    "account_confirm_password_reset_code": ANYONE,
    "account_complete_password_reset": ANYONE,
    "account_password_reset_completed": ANYONE,
}
"""What comes with a mail server: pages of allauth in our own frame."""
ANYWAY = {
    *("account_login", "account_logout", "account_inactive", "account_signup", "account_reauthenticate"),
    *("account_change_password", "account_set_password"),
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "account_confirm_email": {"key": "x"},
    "sign_in": {"token": "x"},
    "data_revert": {"batch": uuid.UUID(int=7)},
    "questionnaire_result": {"response": uuid.UUID(int=8)},
    "key_take_back": {"key": 9},
    "join": {"token": "x"},
    "claim": {"number": "1.2"},
    "setup_step": {"key": "feel"},
    "session": {"session": uuid.UUID(int=9)},
    "api:session_now": {"session": uuid.UUID(int=9)},
    "trial_new": {"code": "days"},
    "trial_preview": {"code": "days"},
    "trial_decide": {"trial": 77},
    "trial_raw": {"trial": 77},
    "trial_end": {"trial": 77},
    "prompts_feed": {"token": "guessed"},
    "questionnaire_total": {"instrument": "phq9"},
}
SECRET = "Alice's own words 7f3a"


def addresses() -> Iterator[str]:
    def walk(patterns: list[URLPattern | URLResolver], namespace: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                if "allauth" not in str(pattern.urlconf_name):  # its own test suite covers it
                    yield from walk(pattern.url_patterns, inner)
            elif pattern.name:
                yield namespace + pattern.name

    yield from walk(get_resolver().url_patterns, "")


def address(name: str) -> str:
    return reverse(name, kwargs=ARGUMENTS.get(name))


@pytest.fixture
def alices_records(alice: User) -> models.Person:
    person = models.Person.of(alice)
    person.choices = {"one_thing": SECRET, "contact": {"name": SECRET, "phone": "1"}}
    person.save()
    session = models.Session.objects.create(
        id=uuid.UUID(int=9), person=person, on="2026-11-01", title=SECRET, notes=SECRET
    )
    models.Set.objects.create(person=person, session=session.id, exercise=SECRET, reps=5)
    models.Observation.objects.create(person=person, on="2026-11-01", outcome=SECRET, value=3)
    models.ImportBatch.objects.create(id=uuid.UUID(int=7), person=person, file_name=SECRET, sha256="0", format="hevy")
    models.Response.objects.create(
        id=uuid.UUID(int=8), person=person, on="2026-11-01", instrument="phq9", form={"x": SECRET}
    )
    models.Trial.objects.create(
        pk=77,
        person=person,
        trial={
            "kind": "days",
            "start": "2026-01-01",
            "schedule": [{"on": "2026-01-01", "arm": "b", "phase": "trial"}],
            "outcome": SECRET,
            "arms": [SECRET, "b"],
        },
    )
    models.SafetyPlan.objects.create(person=person, plan={"places": [SECRET]})
    models.ApiToken.objects.create(pk=9, person=person, name=SECRET, token_sha256="0")
    return person


def test_every_address_has_a_row() -> None:
    assert set(addresses()) == set(WHO)


@pytest.mark.parametrize("name", sorted(WHO))
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_outsider_sees_nothing_of_anybody(name: str, method: str, alices_records: models.Person) -> None:
    reply = getattr(Client(), method)(address(name))
    assert SECRET.encode() not in reply.content
    if WHO[name] != ANYONE:
        assert reply.status_code in (302, 401, 403, 405)


@pytest.mark.parametrize("name", sorted(WHO))
@pytest.mark.parametrize("method", ["get", "post"])
def test_bob_sees_nothing_of_alice(name: str, method: str, alices_records: models.Person, as_bob: Client) -> None:
    reply = getattr(as_bob, method)(address(name))
    content = reply.content if not reply.streaming else b"".join(reply)
    assert SECRET.encode() not in content
    if WHO[name] == ROW:
        assert reply.status_code in (404, 405)


def test_every_address_that_comes_with_letters_has_a_row(mailing: Mailbox) -> None:
    addresses = importlib.import_module("allauth.account.urls").urlpatterns
    assert {pattern.name for pattern in addresses} == set(WITH_LETTERS) | ANYWAY


@pytest.mark.parametrize("name", sorted(WITH_LETTERS))
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_sees_anothers_address_of_mail(
    name: str, method: str, alice: User, as_bob: Client, mailing: Mailbox
) -> None:
    EmailAddress.objects.create(user=alice, email="secret7f3a@example.org", verified=True, primary=True)
    for browser, signed_in in ((Client(), False), (as_bob, True)):
        reply = getattr(browser, method)(address(name))
        assert b"secret7f3a" not in reply.content
        assert "unsafe" not in reply["Content-Security-Policy"]
        if WITH_LETTERS[name] == OWN and not signed_in:
            assert reply["Location"].startswith("/welcome/")
    assert not mailing.letters


@pytest.mark.parametrize("act", ["action_remove", "action_primary", "action_send"])
def test_nobody_changes_anothers_address_of_mail(act: str, alice: User, as_bob: Client, mailing: Mailbox) -> None:
    EmailAddress.objects.create(user=alice, email="ann@example.org", verified=False, primary=False)
    as_bob.post(address("account_email"), {"email": "ann@example.org", act: ""})
    assert EmailAddress.objects.filter(user=alice, verified=False, primary=False).exists()
    assert not mailing.letters


def test_pages_of_personal_data_are_never_cached(as_alice: Client) -> None:
    for name in ("data", "more"):
        assert as_alice.get(address(name))["Cache-Control"] == "no-store"


def test_no_inline_script_and_no_other_origin_is_allowed(as_alice: Client) -> None:
    policy = as_alice.get(address("data"))["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
