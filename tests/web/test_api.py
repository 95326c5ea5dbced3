"""The API as a personal script meets it: its description, its keys, and what it answers to nonsense."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openapi_spec_validator import validate

from mettle.web import models, programme, tokens
from tests.web.test_data import hevy
from tests.web.test_sync import PHONE, a_session, op

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TOO_LARGE = 50 * 1024 * 1024


@pytest.fixture
def key(alice: User) -> str:
    return tokens.make(models.Person.of(alice), "a script")


def with_key(key: str) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def test_the_description_is_valid_openapi(client: Client) -> None:
    description = client.get(reverse("api:openapi-json")).json()
    validate(description)
    assert {"/api/v1/sync", "/api/v1/bundle", "/api/v1/imports", "/api/v1/export"} <= set(description["paths"])


def test_a_script_with_a_key_writes_and_reads(key: str, alice: User) -> None:
    script = Client(enforce_csrf_checks=True)  # a script has no cookie and no form
    body = json.dumps({"device": PHONE, "ops": [*a_session()]})
    sent = script.post("/api/v1/sync", body, content_type="application/json", **with_key(key))
    assert [r["status"] for r in sent.json()["receipts"]] == ["accepted", "accepted"]
    exported = script.get("/api/v1/export", **with_key(key)).json()
    assert len(exported["rows"]["sets"]) == 1
    assert models.Access.objects.get(person=models.Person.of(alice)).what.startswith("export of everything")
    assert models.ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("path", ["bundle", "next", "sessions/{}"])
def test_whatever_a_key_reads_leaves_one_line_a_day_that_the_data_page_shows(
    key: str, alice: User, as_alice: Client, path: str
) -> None:
    person = models.Person.of(alice)
    session = person.sessions.create(on="2026-11-20", finished=True)
    for _ in range(3):
        assert Client().get(f"/api/v1/{path.format(session.pk)}", **with_key(key)).status_code == 200
    (line,) = models.Access.objects.filter(person=person)
    assert line.what == "read with the key a script"
    assert "read with the key a script" in as_alice.get("/data/").content.decode()
    line.at -= timedelta(days=1)
    line.save()
    Client().get("/api/v1/next", **with_key(key))
    assert models.Access.objects.filter(person=person).count() == 2
    assert "(2 times, this is the last)" in as_alice.get("/data/").content.decode()


def test_ones_own_phone_and_what_a_key_writes_leave_no_line(key: str, alice: User, as_alice: Client) -> None:
    as_alice.get("/api/v1/bundle")
    as_alice.get("/api/v1/next")
    body = json.dumps({"device": PHONE, "ops": [*a_session()]})
    Client().post("/api/v1/sync", body, content_type="application/json", **with_key(key))
    assert not models.Access.objects.exists()
    assert "Nobody but you." in as_alice.get("/data/").content.decode()


def test_every_reading_of_the_api_is_noted_for_a_key(key: str, alice: User) -> None:
    """A new operation that reads is noted too, unless it says that it holds nothing of the person."""
    nothing = {"/api/v1/about", "/api/v1/push/key"}
    paths = Client().get(reverse("api:openapi-json")).json()["paths"]
    session = models.Person.of(alice).sessions.create(on="2026-11-20")
    reading = {p for p, operations in paths.items() if "get" in operations} - nothing
    assert len(reading) >= 4
    for path in reading:
        models.Access.objects.all().delete()
        assert Client().get(path.replace("{session}", str(session.pk)), **with_key(key)).status_code == 200, path
        assert "the key a script" in models.Access.objects.get().what, path


def test_a_script_asks_what_is_next(key: str, alice: User) -> None:
    assert Client().get("/api/v1/next", **with_key(key)).json() == {"session": None}
    programme.make(models.Person.of(alice))
    session = Client().get("/api/v1/next", **with_key(key)).json()["session"]
    assert any(part["exercises"] for part in session["parts"])


def test_a_script_imports_a_file_after_a_dry_run(key: str) -> None:
    def send(**said: str) -> Any:
        file = SimpleUploadedFile("hevy.csv", hevy(1, 2))
        return Client().post("/api/v1/imports", {"file": file, **said}, **with_key(key)).json()

    assert send()["sets"] == 4
    assert models.Set.objects.count() == 0
    assert send(keep="true")["added"]["sets"] == 4
    assert models.Set.objects.count() == 4


def test_a_key_is_stored_as_a_hash_and_shown_once(as_alice: Client) -> None:
    first = as_alice.post(reverse("keys"), {"name": "backup"}).content.decode()
    key = first.split('id="key">')[1].split("<")[0]
    assert key.startswith(tokens.PREFIX)
    row = models.ApiToken.objects.get()
    assert key not in str(vars(row))
    again = as_alice.get(reverse("keys")).content.decode()
    assert "backup" in again
    assert key not in again


def test_a_key_taken_back_or_made_up_opens_nothing(key: str, as_alice: Client) -> None:
    as_alice.post(reverse("key_take_back", args=[models.ApiToken.objects.get().pk]))
    for tried in (key, "mettle_made_up", ""):
        assert Client().get("/api/v1/bundle", **with_key(tried)).status_code == 401


def test_a_key_opens_the_api_and_no_page(key: str) -> None:
    assert Client().get("/data/", **with_key(key)).status_code == 302


def test_a_page_of_another_site_cannot_write_with_the_cookie(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    body = json.dumps({"device": PHONE, "ops": [*a_session()]})
    assert browser.post("/api/v1/sync", body, content_type="application/json").status_code == 403
    assert models.Session.objects.count() == 0


@pytest.mark.parametrize("zone", ["Mars/Olympus", "x" * 65, "../../etc/passwd"])
def test_an_unknown_time_zone_is_told(key: str, zone: str) -> None:
    file = SimpleUploadedFile("checkins.csv", b"at,mood\n2026-04-01T20:00,6\n")
    reply = Client().post("/api/v1/imports", {"file": file, "timezone": zone}, **with_key(key))
    assert reply.status_code in (400, 422)


def test_a_body_nested_beyond_reason_is_told(as_alice: Client) -> None:
    reply = as_alice.post("/api/v1/sync", "[" * 200_000, content_type="application/json")
    assert reply.status_code in (400, 422)


def test_bytes_that_are_no_text_are_told(as_alice: Client) -> None:
    reply = as_alice.post("/api/v1/sync", b"\xff\xfe{", content_type="application/json")
    assert reply.status_code in (400, 422)


def test_fifty_megabytes_are_refused_and_nothing_is_kept(as_alice: Client, key: str) -> None:
    body = b'{"ops": "' + b"a" * TOO_LARGE + b'"}'
    assert as_alice.post("/api/v1/sync", body, content_type="application/json").status_code == 413
    file = SimpleUploadedFile("huge.csv", b"a,b\n" + b"1,2\n" * (TOO_LARGE // 4))
    for where in ("data_look", "data_keep"):
        file.seek(0)
        reply = as_alice.post(reverse(where), {"file": file})
        assert reply.status_code == 400
        assert "40 MB" in reply.content.decode()
    file.seek(0)
    reply = Client().post("/api/v1/imports", {"file": file, "keep": "true"}, **with_key(key))
    assert reply.status_code == 400
    assert models.ImportBatch.objects.count() == 0


def test_more_operations_than_a_batch_holds_are_refused_as_a_whole(as_alice: Client) -> None:
    ops = [op("set.put", reps=5) for _ in range(501)]
    reply = as_alice.post("/api/v1/sync", json.dumps({"device": PHONE, "ops": ops}), content_type="application/json")
    assert reply.status_code == 422
    assert models.Operation.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"on": "2026-03-29", "clock_time": "02:30:00", "offset_s": 3600, "zone": "Europe/Berlin"},  # does not exist
        {"on": "2026-10-25", "clock_time": "02:30:00", "offset_s": 7200, "zone": "Europe/Berlin"},  # exists twice
        {"on": "1970-01-01", "clock_time": "00:00:00", "offset_s": 0, "zone": "UTC"},
        {"on": "2038-01-19", "clock_time": "03:14:08", "offset_s": 0, "zone": "UTC"},
        {"on": "2026-11-22", "clock_time": "00:30:00", "offset_s": 50_400, "zone": "Mars/Olympus"},
    ],
)
def test_odd_moments_are_kept_as_written_and_no_page_stumbles(as_alice: Client, fields: dict[str, Any]) -> None:
    sent = [op("observation.put", outcome="mood", value=5, **fields), op("session.put", finished=True, **fields)]
    sent += [op("set.put", session=sent[1]["entity"], exercise="goblet_squat", reps=3, amount="16", unit="kg")]
    body = json.dumps({"device": PHONE, "ops": sent})
    receipts = as_alice.post("/api/v1/sync", body, content_type="application/json").json()["receipts"]
    assert {r["status"] for r in receipts} == {"accepted"}
    for name in ("today", "answer", "data", "api:bundle_of"):
        assert as_alice.get(reverse(name), HTTP_HOST="localhost").status_code == 200, name


@pytest.mark.parametrize(
    "damage",
    [
        {"person": 3},
        {"rows": []},
        {"rows": {"sets": [{"model": "auth.user", "pk": None, "fields": {"username": "root", "is_superuser": True}}]}},
        {"rows": {"sets": [{"model": "mettle.set", "pk": "no id", "fields": {}}]}},
        {"rows": {"sets": [{"model": "mettle.set", "pk": str(uuid.UUID(int=1)), "fields": {"reps": "many"}}]}},
        {
            "rows": {
                "observations": [
                    {"model": "mettle.observation", "pk": str(uuid.UUID(int=2)), "fields": {"on": "2026-02-30"}}
                ]
            }
        },
        {"safety_plan": [1]},
    ],
)
def test_a_damaged_export_is_told_and_nothing_of_it_is_kept(as_alice: Client, damage: dict[str, Any]) -> None:
    person = {"timezone": "", "profile": {}, "choices": {}}
    whole = {"format": "mettle-export", "version": 1, "person": person, "safety_plan": {}, "rows": {}} | damage
    file = SimpleUploadedFile("mettle.json", json.dumps(whole).encode())
    reply = as_alice.post(reverse("data_keep"), {"file": file})
    assert reply.status_code in (302, 400)
    assert models.Set.objects.count() == 0
    assert not type(models.Person.objects.get().user).objects.filter(is_superuser=True).exists()


def test_five_wrong_passwords_close_the_door_for_a_while(alice: User) -> None:
    browser = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(5):
        browser.post(reverse("account_login"), {"login": "alice", "password": "wrong"})
    reply = browser.post(reverse("account_login"), {"login": "alice", "password": "a long enough password"})
    assert "Too many failed" in reply.content.decode()
    assert "_auth_user_id" not in browser.session
