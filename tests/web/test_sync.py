from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mettle.web import models, own_edits, store, sync

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


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "1e400", '"\\u0000"', '"\\ud800"', "[" * 60 + "]" * 60, "1" * 400]
)
@pytest.mark.parametrize("name", ["reps", "notes", "planned", "\\u0000"])
def test_what_no_database_keeps_is_refused_and_the_rest_of_the_batch_taken(
    as_alice: Client, name: str, value: str
) -> None:
    session, one_set = a_session()
    odd = json.dumps(op("set.put")).replace('"fields": {}', f'"fields": {{"{name}": {value}}}')
    body = f'{{"device": "{PHONE}", "ops": [{json.dumps(session)}, {odd}, {json.dumps(one_set)}]}}'
    reply = as_alice.post("/api/v1/sync", body, content_type="application/json")
    assert [r["status"] for r in reply.json()["receipts"]] == ["accepted", "refused", "accepted"]
    assert models.Operation.objects.count() == 3
    assert as_alice.get("/api/v1/export").status_code == 200


def test_another_persons_device_is_not_mine_to_write_with(as_alice: Client, as_bob: Client, bob: User) -> None:
    send(as_alice, *a_session())
    body = json.dumps({"device": PHONE, "ops": [*a_session()]})
    assert as_bob.post("/api/v1/sync", body, content_type="application/json").status_code == 400
    assert not models.Set.objects.filter(person__user=bob).exists()


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _send_at(client: Client, device_now: datetime, *ops: dict[str, Any], device: str = PHONE) -> Any:
    body = {"device": device, "device_now": device_now.isoformat(), "ops": ops}
    return client.post("/api/v1/sync", json.dumps(body), content_type="application/json").json()


@pytest.mark.parametrize("days_off", [-1, 1, -20_000, 5_000])
def test_a_device_whose_clock_is_off_neither_always_wins_nor_always_loses(as_alice: Client, days_off: int) -> None:
    """It is off by the same amount when it writes and when it sends, so the true order counts, also from its second contact on."""
    session, one_set = a_session()
    now = datetime.now(UTC)
    shift = timedelta(days=days_off)
    told = _send_at(as_alice, now + shift, session, one_set)
    assert abs(told["shifted_ms"] + shift.total_seconds() * 1000) < 60_000
    tablet = "00000000-0000-0000-0000-0000000000bb"
    entity = one_set["entity"]
    send(as_alice, op("set.put", entity, _ms(now) - 3_000, tablet, reps=12), device=tablet)
    learnt = timedelta(milliseconds=told["shifted_ms"])
    later = now - timedelta(seconds=1)
    again = op("set.put", entity, _ms(later + shift + learnt), reps=11)
    assert _send_at(as_alice, now + shift + learnt, again)["shifted_ms"] == 0
    assert models.Set.objects.get().reps == 11
    send(as_alice, op("set.put", entity, _ms(now), tablet, reps=13), device=tablet)
    assert models.Set.objects.get().reps == 13


def test_a_write_from_the_future_does_not_win_for_years(as_alice: Client) -> None:
    """The device was in 2099 when the set was done and is right again when it sends."""
    session, one_set = a_session(ms=_ms(datetime(2099, 1, 1, tzinfo=UTC)))
    send(as_alice, session, one_set)
    tablet = "00000000-0000-0000-0000-0000000000bb"
    soon = _ms(datetime.now(UTC)) + 1_000
    send(as_alice, op("set.put", one_set["entity"], soon, tablet, reps=12), device=tablet)
    assert models.Set.objects.get().reps == 12


JUMPS = [timedelta(days=-1), timedelta(days=-20_000), timedelta(days=1), timedelta(days=4_000)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_server_whose_clock_jumps_and_is_set_right_again_costs_no_edit(
    jump: timedelta, as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phone edits one set before, while and after; then a tablet and the page do: whoever was last stands."""
    session, one_set = a_session()
    entity, tablet = one_set["entity"], "00000000-0000-0000-0000-0000000000bb"
    start = datetime.now(UTC)
    learnt = {PHONE: 0, tablet: 0}

    def at(minute: int, *, wrong_by: timedelta = timedelta(0)) -> datetime:
        true = start + timedelta(minutes=minute)
        monkeypatch.setattr(sync, "_system_time", lambda: true + wrong_by)
        return true

    def edit(now: datetime, reps: int, device: str = PHONE) -> None:
        """As the browser does: what it has learnt of its distance is added to the clock and to its own time."""
        shift = timedelta(milliseconds=learnt[device])
        made = op("set.put", entity, _ms(now - timedelta(seconds=5) + shift), device, reps=reps)
        told = _send_at(as_alice, now + shift, made, device=device)
        learnt[device] += told["shifted_ms"]
        assert [r["status"] for r in told["receipts"]] == ["accepted"]
        assert models.Set.objects.get().reps == reps

    first = at(0)
    for one in (session, one_set):
        one["clock"] = f"{_ms(first) - 10_000:015d}-000000-{PHONE}"
    _send_at(as_alice, first, session, one_set)
    edit(at(1), 11)
    edit(at(2, wrong_by=jump), 12)
    edit(at(3, wrong_by=jump), 13)
    edit(at(4), 14)
    edit(at(5), 15, tablet)
    edit(at(6), 16)
    at(7)
    own_edits.write(models.Person.of(alice), [("set.put", models.Set.objects.get().pk, {"reps": 17})])
    assert models.Set.objects.get().reps == 17
    edit(at(8), 18, tablet)


def test_a_wrong_server_clock_believes_no_device_that_is_years_ahead(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, one_set = a_session(ms=_ms(datetime.now(UTC)))
    send(as_alice, session, one_set)
    now = datetime.now(UTC)
    monkeypatch.setattr(sync, "_system_time", lambda: now - timedelta(days=20_000))
    far = now + timedelta(days=30_000)
    told = _send_at(as_alice, far, op("set.put", one_set["entity"], _ms(far), reps=12))
    assert abs(told["shifted_ms"] + timedelta(days=30_000).total_seconds() * 1000) < 60_000
    assert models.Device.objects.get().last_seen < now + timedelta(minutes=1)


def test_writes_from_the_future_keep_the_order_in_which_the_device_made_them(as_alice: Client) -> None:
    future = _ms(datetime(2099, 1, 1, tzinfo=UTC))
    session, one_set = a_session(ms=future)
    edits = [op("set.put", one_set["entity"], future + 1000 * n, reps=reps) for n, reps in enumerate((9, 20, 10), 1)]
    send(as_alice, session, one_set, *edits)
    assert models.Set.objects.get().reps == 10


@pytest.mark.parametrize("done_at", ["garbage", "25:00", "000003"])
def test_a_time_that_is_none_is_refused_and_breaks_no_page(as_alice: Client, alice: User, done_at: str) -> None:
    one_set = a_session()[1]
    one_set["fields"]["done_at"] = done_at
    assert send(as_alice, one_set)[0]["status"] == "refused"
    models.Set.objects.create(
        person=models.Person.of(alice), session=one_set["fields"]["session"], exercise="squat", reps=3, done_at=done_at
    )
    assert as_alice.get("/").status_code == 200


def test_dates_that_cannot_be_counted_with_are_refused(as_alice: Client) -> None:
    for on, taken in [("0001-01-01", False), ("9999-12-31", False), ("1970-01-01", True), ("2038-01-19", True)]:
        (receipt,) = send(as_alice, op("session.put", on=on))
        assert (receipt["status"] == "accepted") == taken


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
