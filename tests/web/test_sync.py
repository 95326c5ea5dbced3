from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from mettle.web import models, store

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

PHONE = "00000000-0000-0000-0000-0000000000aa"


def op(kind: str, entity: str | None = None, ms: int = 1, device: str = PHONE, **fields: Any) -> dict[str, Any]:
    clock = f"{ms:015d}-000000-{device}"
    return {
        "op_id": str(uuid.uuid4()),
        "kind": kind,
        "entity": entity or str(uuid.uuid4()),
        "clock": clock,
        "fields": fields,
    }


def send(client: Client, *ops: dict[str, Any], device: str = PHONE) -> list[dict[str, Any]]:
    body = json.dumps({"device": device, "ops": ops})
    reply = client.post("/api/v1/sync", body, content_type="application/json")
    assert reply.status_code == 200, reply.content
    receipts: list[dict[str, Any]] = reply.json()["receipts"]
    return receipts


def a_session(ms: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    session = op("session.put", ms=ms, on="2026-11-22", clock_time="18:30:00", offset_s=3600, zone="Europe/Berlin")
    one_set = op("set.put", ms=ms, session=session["entity"], exercise="goblet_squat", reps=10, amount="100", unit="lb")
    return session, one_set


def test_a_set_arrives_as_entered(as_alice: Client, alice: User) -> None:
    assert [r["status"] for r in send(as_alice, *a_session())] == ["accepted", "accepted"]
    (session,) = store.diary(models.Person.of(alice)).sessions
    assert str(session.sets[0].load) == "100 lb"
    assert str(session.start) == "2026-11-22T18:30:00+01:00"


def test_a_set_that_arrives_before_its_session_is_not_lost(as_alice: Client, alice: User) -> None:
    session, one_set = a_session()
    send(as_alice, one_set)
    send(as_alice, session)
    assert len(store.diary(models.Person.of(alice)).sessions[0].sets) == 1


def test_a_replay_returns_the_first_receipt_and_changes_nothing(as_alice: Client) -> None:
    session, one_set = a_session()
    first = send(as_alice, session, one_set)
    assert send(as_alice, session, one_set) == first
    assert models.Set.objects.count() == 1


def test_a_refused_event_says_why_and_is_kept(as_alice: Client) -> None:
    (receipt,) = send(as_alice, op("set.put", reps=-3))
    assert receipt["status"] == "refused"
    assert receipt["why"].startswith("reps")
    assert models.Operation.objects.get().fields == {"reps": -3}
    assert models.Set.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "fields", "named"),
    [
        ("set.put", {"weight": 5}, "weight"),
        ("set.put", {"amount": "NaN"}, "amount"),
        ("set.put", {"amount": "1e999999"}, "amount"),
        ("observation.put", {"value": None}, "value"),
        ("session.put", {"on": "2026-02-30"}, "on"),
        ("plan.put", {}, "kind"),
        ("set.steal", {}, "kind"),
    ],
)
def test_what_is_allowed_is_named(as_alice: Client, kind: str, fields: dict[str, Any], named: str) -> None:
    (receipt,) = send(as_alice, op(kind, **fields))
    assert receipt["status"] == "refused"
    assert named in receipt["why"]


def test_two_devices_converge_and_the_losing_value_is_shown(as_alice: Client) -> None:
    session, one_set = a_session(ms=1)
    tablet = "00000000-0000-0000-0000-0000000000bb"
    send(as_alice, session, one_set)
    send(as_alice, op("set.put", one_set["entity"], 9, tablet, reps=12), device=tablet)
    (late,) = send(as_alice, op("set.put", one_set["entity"], 5, reps=11))
    assert models.Set.objects.get().reps == 12
    assert late["lost"] == [{"field": "reps", "value": 11}]
    assert set(models.LostValue.objects.values_list("value", flat=True)) == {10, 11}


def test_a_deleted_set_stays_deleted_whatever_comes_later(as_alice: Client, alice: User) -> None:
    session, one_set = a_session()
    send(
        as_alice, session, one_set, op("set.delete", one_set["entity"], 3), op("set.put", one_set["entity"], 9, reps=4)
    )
    assert store.diary(models.Person.of(alice)).sessions[0].sets == ()


def test_nobody_writes_into_anothers_records(as_alice: Client, as_bob: Client, bob: User) -> None:
    session, one_set = a_session()
    send(as_alice, session, one_set)
    device = "00000000-0000-0000-0000-0000000000cc"
    (receipt,) = send(as_bob, op("set.put", one_set["entity"], 9, device, reps=1), device=device)
    assert receipt["status"] == "refused"
    assert models.Set.objects.get().reps == 10


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"device": "x", "ops": []}', '{"device": "' + PHONE + '"}', "null", '{"ops": 3}']
)
def test_malformed_bodies_are_told_never_a_500(as_alice: Client, body: str) -> None:
    reply = as_alice.post("/api/v1/sync", body, content_type="application/json")
    assert reply.status_code in (400, 422)


@pytest.mark.parametrize("year", ["1970-01-01", "2038-01-20", "9999-12-31"])
def test_clocks_far_off_are_no_trouble(as_alice: Client, year: str) -> None:
    body = {"device": PHONE, "device_now": f"{year}T00:00:00Z", "ops": [*a_session()]}
    reply = as_alice.post("/api/v1/sync", json.dumps(body), content_type="application/json")
    assert [r["status"] for r in reply.json()["receipts"]] == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"instrument": "nonsense", "answers": {"1": 1}, "finished": True}, "instrument"),
        ({"instrument": "phq9", "answers": {"1": 9}, "finished": True}, "item 1"),
        ({"instrument": "phq9", "answers": {"77": 1}, "finished": True}, "77"),
    ],
)
def test_answers_that_fit_no_form_are_refused_with_the_item(
    as_alice: Client, fields: dict[str, Any], named: str
) -> None:
    (receipt,) = send(as_alice, op("response.put", on="2026-11-22", **fields))
    assert receipt["status"] == "refused"
    assert named in receipt["why"]
    assert models.Response.objects.count() == 0
