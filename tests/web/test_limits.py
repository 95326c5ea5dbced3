"""Too much, too late, or not one's own: refused with a proper answer, and nothing is kept."""

from __future__ import annotations

import gzip
import io
import json
import uuid
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from mettle.web import models
from tests.web.test_sync import PHONE, op

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BOMB = 200 * 1024 * 1024


def test_ten_thousand_events_in_one_post_are_refused_as_a_whole(as_alice: Client) -> None:
    one = op("set.put", reps=5)
    ops = [one | {"op_id": str(uuid.UUID(int=n))} for n in range(10_000)]
    reply = as_alice.post("/api/v1/sync", json.dumps({"device": PHONE, "ops": ops}), content_type="application/json")
    assert reply.status_code == 422
    assert not models.Operation.objects.exists()


def test_a_packed_body_is_not_unpacked(as_alice: Client) -> None:
    packed = gzip.compress(b'{"ops": "' + b"a" * BOMB + b'"}', compresslevel=1)
    reply = as_alice.post("/api/v1/sync", packed, content_type="application/json", HTTP_CONTENT_ENCODING="gzip")
    assert 400 <= reply.status_code < 500


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file, file.open(name, "w") as member:
        for _ in range(BOMB // 2**20 * 6):
            member.write(b"0" * 2**20)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.csv.gz", lambda: gzip.compress(b"0" * BOMB, compresslevel=1)),
        ("export.csv", lambda: gzip.compress(b"0" * BOMB, compresslevel=1)),
        ("mettle.zip", lambda: zipped("mettle.json")),
        ("export.zip", lambda: zipped("apple_health_export/export.xml")),
    ],
)
def test_a_bomb_is_told_on_every_way_in(name: str, content: Any, as_alice: Client) -> None:
    file = SimpleUploadedFile(name, content())
    for where in ("data_look", "data_keep", "api:import_file"):
        file.seek(0)
        reply = as_alice.post(reverse(where), {"file": file, "keep": "true"})
        assert 400 <= reply.status_code < 500, where
    assert not models.ImportBatch.objects.exists()


def test_an_invitation_that_ran_out_opens_nothing_even_where_it_was_opened_before(db: None) -> None:
    owner = get_user_model().objects.create_user("me")
    made = models.Invitation.objects.create(made_by=owner)
    guest = Client()
    assert guest.get(reverse("join", args=[made.token])).status_code == 302
    models.Invitation.objects.filter(pk=made.pk).update(until=now() - timedelta(seconds=1))
    guest.post(reverse("account_signup"), {"username": "carol", "password1": "a really long passphrase"})
    assert not get_user_model().objects.filter(username="carol").exists()
    assert Client().get(reverse("join", args=[made.token])).status_code == 410


def test_one_invitation_opened_twice_makes_one_account(db: None) -> None:
    owner = get_user_model().objects.create_user("me")
    made = models.Invitation.objects.create(made_by=owner)
    guests = [Client(), Client()]
    for guest in guests:
        guest.get(reverse("join", args=[made.token]))
    for guest, name in zip(guests, ("carol", "dora"), strict=True):
        guest.post(reverse("account_signup"), {"username": name, "password1": "a really long passphrase"})
    assert set(get_user_model().objects.values_list("username", flat=True)) == {"me", "carol"}


def test_a_calendar_address_tells_of_its_own_person_alone(as_alice: Client, as_bob: Client, bob: User) -> None:
    models.Person.objects.filter(user=bob).update(
        choices={"prompt_times": {"morning": "05:05", "evening": ""}, "app_name": "Bobs"}
    )
    page = as_alice.post(reverse("prompts"), {"act": "feed"}).content.decode()
    address = "/calendar/" + page.split("/calendar/")[1].split(".ics")[0] + ".ics"
    as_bob.post(reverse("prompts"), {"act": "no_feed"})
    reply = Client().get(address)
    assert reply.status_code == 200
    assert b"Bobs" not in reply.content
    assert b"T0505" not in reply.content
