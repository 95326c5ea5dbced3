"""Every address that takes a form gets nonsense in every field: it is told, or taken as it is, and nothing falls over."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mettle.web import models, signin
from tests.web import test_access
from tests.web.test_access import ARGUMENTS, WHO, alices_records

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from tests.web.mailbox import Mailbox

__all__ = ["alices_records"]

SIMULATED = "simulated"
"""It reads no field, and makes sixteen weeks of records: `test_demo.py` has it."""
FORMS: dict[str, tuple[str, ...]] = {
    "heard": (),
    "come_back": (),
    "setup": (),
    "setup_step": ("goals", "one_thing", "timezone"),  # the other screens: `test_setup.py`
    "plan_again": (),
    "plan_change": ("act", "session", "to", "old", "new"),
    "trial_preview": ("outcome", "weeks", "expected", "again"),
    "trial_start": ("anything",),
    "trial_end": ("decision",),
    "answer_unseal": ("outcome",),
    "safety_plan": ("warning_signs", "what_helps", "people", "places"),
    "settings": (
        *("check_in", "questionnaires", "timezone", "country", "emergency_number", "contact_name", "contact_phone"),
        *("quiet_from", "quiet_until", "app_name", "show_wins", "sound"),
    ),
    "lock_change": ("pin", "minutes"),
    "unlock": ("pin", "next"),
    "keys": ("name",),
    "key_take_back": (),
    "invitations": ("to",),
    "questionnaire_total": ("total",),
    "session_add": (),
    "session": (
        *("act", "title", "on", "clock_time", "notes", "duration_min", "session_rpe", "pain"),
        *("set", "exercise", "reps", "hold_s", "rir", "amount", "unit", "load_kind", "status", "was_reps", "was_on"),
    ),
    "prompts": ("act", "morning", "evening"),
    "data_look": ("unit", "timezone"),
    "data_keep": ("staged", "unit", "timezone"),
    "data_leave": (),
    "data_revert": (),
    "data_take_along": (),
    "data_erase": ("word",),
    "api:import_file": ("unit", "timezone", "keep"),
}
LETTER_FORMS: dict[str, tuple[str, ...]] = {
    "account_email": ("email", "action_add", "action_send", "action_remove", "action_primary"),
    "account_confirm_email": ("next",),
    "account_request_login_code": ("email", "next"),
    "account_confirm_login_code": ("code", "action", "next"),
    "account_reset_password": ("email", "next"),
    "account_confirm_password_reset_code": ("code", "next"),
    "account_complete_password_reset": ("password1", "password2", "next"),
}
ASKED_FIRST = {
    "account_confirm_login_code": "account_request_login_code",
    "account_confirm_password_reset_code": "account_reset_password",
    "account_complete_password_reset": "account_reset_password",
}
NO_FORMS = {"account_email_verification_sent", "account_password_reset_completed"}
WITH_FILES = ("data_look", "data_keep", "api:import_file")
SLOW = {"settings", "safety_plan"}
"""Long pages, whose fields Django's own checks read: each field gets a few values, all together get every one."""
FEW = ("half a character", "a zero byte", "huge", "a digit that is none")
DESCRIPTION = {"api:openapi-json", "api:api-root"}
"""They answer any method with the same text."""
JSON: dict[str, dict[str, Any]] = {
    "api:sync_ops": {"device": str(uuid.UUID(int=3)), "device_now": None, "ops": []},
    "api:push_subscribe": {"endpoint": "https://x", "keys": {"p256dh": "x" * 87, "auth": "y" * 22}},
    "api:push_unsubscribe": {"endpoint": "https://x"},
    "api:push_mine": {"endpoint": "https://x"},
}
GOOD = {
    "act": "set",
    "weeks": "4",
    "outcome": "mood",
    "on": "2026-11-01",
    "check_in": "mood",
}
NONSENSE: dict[str, Any] = {
    "empty": "",
    "a zero byte": "a\0b",
    "half a character": "a\ud800b",
    "below nothing": "-1",
    "huge": "9" * 400,
    "beyond numbers": "1e999",
    "no number": "nan",
    "a digit that is none": "²",
    "other digits": "٣",
    "no day": "2026-02-30",
    "the year nought": "0000-00-00",
    "the last day": "9999-12-31",
    "no hour": "25:61",
    "json": '{"a": [1]}',
    "list": ["a", "b"],
    "a path": "../../etc/passwd",
}


def posted(client: Client, name: str, said: dict[str, Any]) -> int:
    where = reverse(name, kwargs=ARGUMENTS.get(name))
    if name in WITH_FILES:
        texts = {k: v.replace("\ud800", "?") if isinstance(v, str) else v for k, v in said.items()}
        file = SimpleUploadedFile("x.csv", b"at,mood\n2026-04-01T20:00,6\n")
        return client.post(where, {"file": file, **texts}, HTTP_HOST="localhost").status_code
    body = urlencode(said, doseq=True, errors="surrogatepass")
    return client.post(where, body, content_type="application/x-www-form-urlencoded", HTTP_HOST="localhost").status_code


def test_every_address_that_takes_a_form_is_here(as_alice: Client, alices_records: models.Person) -> None:
    takes = {
        name
        for name in WHO
        if name not in FORMS
        and name not in JSON
        and name not in (SIMULATED, *DESCRIPTION)
        and as_alice.post(test_access.address(name), HTTP_HOST="localhost").status_code != 405
    }
    assert takes == set()


@pytest.mark.parametrize("name", sorted(FORMS))
def test_nonsense_in_a_form_is_told(name: str, as_alice: Client, alices_records: models.Person) -> None:
    one_set = models.Set.objects.get()
    if name == "keys":
        models.ApiToken.objects.all().delete()  # its number was given by hand, and PostgreSQL counts up to it
    for field in (None, *FORMS[name]):
        for value in [NONSENSE[few] for few in FEW] if field and name in SLOW else NONSENSE.values():
            said = {f: GOOD.get(f, value) for f in FORMS[name]} | ({field: value} if field else {})
            if "set" in FORMS[name] and field != "set":
                said["set"] = str(one_set.pk)
            if field is None and name == "trial_preview":
                said = dict.fromkeys(FORMS[name], value)
            assert posted(as_alice, name, said) < 500, (field, value)
            if field is None and not FORMS[name]:
                break


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_without_fields_or_with_a_megabyte_is_told(
    name: str, as_alice: Client, alices_records: models.Person
) -> None:
    assert posted(as_alice, name, {}) < 500
    if FORMS[name]:
        long = "x" * (1_000_000 // len(FORMS[name]))
        assert posted(as_alice, name, dict.fromkeys(FORMS[name], long)) < 500


def test_every_form_that_comes_with_letters_is_here() -> None:
    assert set(LETTER_FORMS) == set(test_access.WITH_LETTERS) - NO_FORMS


@pytest.mark.parametrize("name", sorted({**LETTER_FORMS, "invitations": ()}))
def test_nonsense_in_a_form_of_letters_is_told(name: str, alice: User, as_alice: Client, mailing: Mailbox) -> None:
    fields = LETTER_FORMS.get(name) or FORMS[name]
    signed_in = as_alice if name == "account_email" else Client()
    if name == "invitations":
        signed_in.force_login(signin.owner())
    EmailAddress.objects.create(user=alice, email="ann@example.org", verified=True)
    if name in ASKED_FIRST:
        posted(signed_in, ASKED_FIRST[name], {"email": "ann@example.org"})
    if name == "account_complete_password_reset":
        posted(signed_in, "account_confirm_password_reset_code", {"code": mailing.code()})
    for field in (None, *fields):
        for value in [
            *NONSENSE.values(),
            "x" * 100_000,
            "a@" + "b" * 300,
            "ä@ö.example",
            '"a b"@example.org',
            "a@b.c\nBcc: d@e.f",
        ]:
            said = {field: value} if field else dict.fromkeys(fields, value)
            if field and field.startswith("action"):
                said["email"] = "ann@example.org"
            assert posted(signed_in, name, said) < 500, (field, value)
            cache.clear()  # else the limits answer for the form


@pytest.mark.parametrize("name", sorted(JSON))
def test_nonsense_in_what_a_script_sends_is_told(name: str, as_alice: Client) -> None:
    values: list[Any] = [*NONSENSE.values(), None, -1, 10**400, True, [], {}, [1], {"a": 1}, [[[]]]]
    op: dict[str, Any] = {"op_id": str(uuid.uuid4()), "kind": "set.put", "entity": str(uuid.uuid4())}
    op |= {"clock": "000001790000000-000001-00000000-0000-0000-0000-000000000001", "fields": {"reps": 5}}
    bodies: list[Any] = [JSON[name] | {field: value} for field in JSON[name] for value in values]
    bodies += values
    if name == "api:sync_ops":
        bodies += [JSON[name] | {"ops": [op | {field: value}]} for field in op for value in values]
        bodies += [
            JSON[name] | {"ops": [op | {"fields": {f: v}}]} for f in ("reps", "amount", "done_at") for v in values
        ]
    address = reverse(name)
    for body in bodies:
        send = as_alice.delete if name.endswith("unsubscribe") else as_alice.post
        reply = send(address, json.dumps(body), content_type="application/json", HTTP_HOST="localhost")
        assert reply.status_code < 500, body


@pytest.mark.parametrize(
    "address", ["/answer/?outcome=a%00b", "/sessions/?page=%00", "/join/a%00b/", "/answer/?outcome=" + "x" * 5000]
)
def test_an_address_that_no_record_can_have_is_told(address: str, as_alice: Client) -> None:
    assert 400 <= as_alice.get(address).status_code < 500
