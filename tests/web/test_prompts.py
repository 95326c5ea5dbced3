"""Prompts against a push service on this machine: what arrives is unsealed and read, as a browser would."""

from __future__ import annotations

import base64
import json
import re
import threading
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import http_ece
import icalendar
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.urls import reverse

from mettle.web import models, programme, prompts, ticking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User
    from django.test import Client

BERLIN = ZoneInfo("Europe/Berlin")
HABITS = prompts.Habits("Europe/Berlin", {"morning": time(8, 30), "evening": time(20)}, (time(22), time(7)))


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


class PushService:
    """A browser and its push service in one: it keeps what arrives and can unseal it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 201
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"

    def subscription(self) -> dict[str, Any]:
        def text(raw: bytes) -> str:
            return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": f"{self.origin}/one", "keys": {"p256dh": text(point), "auth": text(self.secret)}}

    def read(self, number: int = -1) -> dict[str, Any]:
        _, body = self.got[number]
        shown: dict[str, Any] = json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret))
        return shown


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    made = PushService()
    settings.PUSH_SERVICES_TOO = (made.origin,)
    yield made
    made.server.shutdown()
    made.server.server_close()


def subscribe(client: Client, body: dict[str, Any]) -> int:
    return client.post("/api/v1/push/subscriptions", json.dumps(body), content_type="application/json").status_code


@pytest.fixture
def subscribed(as_alice: Client, alice: User, service: PushService) -> models.Person:
    assert subscribe(as_alice, service.subscription()) == 200
    return models.Person.of(alice)


def test_a_prompt_arrives_sealed_signed_and_says_nothing(subscribed: models.Person, service: PushService) -> None:
    assert ticking.tick(at("2026-11-20 08:31")) == 1
    shown = service.read()
    assert shown["title"] == "mettle"
    assert not re.search(
        r"mood|health|score|train|PHQ|anxi|depress|\d", f"{shown['title']} {shown['body']}", re.IGNORECASE
    )
    headers, body = service.got[0]
    assert headers["authorization"].startswith("vapid ")
    assert b"minute" not in body
    assert ticking.tick(at("2026-11-20 08:32")) == 0


def test_a_clock_that_jumps_prompts_nobody_twice(subscribed: models.Person) -> None:
    jumped = ["2026-11-20 08:31", "2026-11-20 07:45", "2026-11-20 08:31", "2026-11-27 08:31", "2026-11-20 08:40"]
    assert [ticking.tick(at(now)) for now in jumped] == [1, 0, 0, 1, 0]


def test_the_neutral_name_is_the_one_chosen(subscribed: models.Person, service: PushService) -> None:
    subscribed.choices = {"app_name": "Notes"}
    subscribed.save()
    ticking.tick(at("2026-11-20 20:00"))
    assert service.read()["title"] == "Notes"


def test_a_browser_that_is_gone_is_forgotten_and_other_trouble_is_not(
    subscribed: models.Person, service: PushService
) -> None:
    service.status = 500
    ticking.tick(at("2026-11-20 08:31"))
    assert subscribed.push_subscriptions.count() == 1
    service.status = 410
    ticking.tick(at("2026-11-20 20:01"))
    assert subscribed.push_subscriptions.count() == 0


def test_a_trial_of_sessions_asks_one_and_four_hours_after_and_three_a_day_is_the_most(
    subscribed: models.Person, service: PushService
) -> None:
    models.Trial.objects.create(person=subscribed, trial={"kind": "session", "outcome": "mood"})
    models.Session.objects.create(
        person=subscribed, on="2026-11-20", clock_time="09:00", duration_s=1800, finished=True
    )
    sent = [ticking.tick(at("2026-11-20 08:00") + timedelta(minutes=m)) for m in range(0, 16 * 60, 5)]
    assert sum(sent) == 3
    urls = [service.read(n)["url"] for n in range(3)]
    assert urls == ["/check-in/?occasion=morning", "/check-in/?occasion=after_1h", "/check-in/?occasion=after_4h"]
    due = subscribed.sent_prompts.order_by("due_at").values_list("due_at", flat=True)
    assert [d.astimezone(BERLIN).strftime("%H:%M") for d in due] == ["08:30", "10:30", "13:30"]


def test_what_was_answered_is_not_asked(subscribed: models.Person) -> None:
    today = datetime.now(UTC).astimezone(BERLIN)
    models.Observation.objects.create(
        person=subscribed,
        on=today.date() if today.hour >= 3 else today.date() - timedelta(days=1),
        outcome="mood",
        value=5,
        occasion="evening",
    )
    assert "evening" in ticking._done(subscribed)
    assert "morning" not in ticking._done(subscribed)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20 08:29", []),
        ("2026-11-20 08:30", ["morning"]),
        ("2026-11-20 08:59", ["morning"]),
        ("2026-11-20 09:00", []),  # nobody was there to send it: dropped, not late
    ],
)
def test_a_prompt_has_its_half_hour(now: str, expected: list[str]) -> None:
    assert [p.occasion for p in prompts.due(HABITS, now=at(now))] == expected


@pytest.mark.parametrize(
    ("quiet", "count"), [((time(22), time(7)), 0), ((time(7), time(22)), 1), ((time(0), time(0)), 1)]
)
def test_quiet_hours_hold_across_midnight(quiet: tuple[time, time], count: int) -> None:
    late = prompts.Habits("Europe/Berlin", {"evening": time(23, 30)}, quiet)
    assert len(prompts.due(late, now=at("2026-11-20 23:45"))) == count


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_on_the_nights_when_the_clocks_change_each_prompt_comes_once(night: str) -> None:
    habits = prompts.Habits("Europe/Berlin", {"morning": time(2, 30), "evening": time(20)}, (time(0), time(0)))
    start = at(f"{night} 00:00").astimezone(UTC)
    sent: list[tuple[str, datetime]] = []
    for minute in range(0, 23 * 60, 1):
        sent += [(p.key, p.due) for p in prompts.due(habits, now=start + timedelta(minutes=minute), sent=sent)]
    assert [key.split()[0] for key, _ in sent] == ["morning", "evening"]
    assert sent[1][1].astimezone(BERLIN).strftime("%H:%M") == "20:00"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:1/x",
        "https://10.0.0.1/x",
        "https://evil.example/x",
        "https://fcm.googleapis.com.evil.example/",
        "file:///etc/passwd",
    ],
)
def test_this_server_cannot_be_made_to_call_anybody(as_alice: Client, endpoint: str, service: PushService) -> None:
    assert subscribe(as_alice, service.subscription() | {"endpoint": endpoint}) == 400
    assert models.PushSubscription.objects.count() == 0


def test_unsubscribing_is_ones_own(
    as_alice: Client, as_bob: Client, subscribed: models.Person, service: PushService
) -> None:
    body = json.dumps({"endpoint": service.subscription()["endpoint"]})
    as_bob.delete("/api/v1/push/subscriptions", body, content_type="application/json")
    assert subscribed.push_subscriptions.count() == 1
    as_alice.delete("/api/v1/push/subscriptions", body, content_type="application/json")
    assert subscribed.push_subscriptions.count() == 0


def is_mine(client: Client, service: PushService) -> bool:
    body = json.dumps({"endpoint": service.subscription()["endpoint"]})
    reply = client.post("/api/v1/push/subscriptions/mine", body, content_type="application/json")
    mine: bool = reply.json()["mine"]
    return mine


def test_a_shared_phone_prompts_whoever_turned_it_on_last(
    as_alice: Client, as_bob: Client, bob: User, subscribed: models.Person, service: PushService
) -> None:
    """One browser has one subscription with the same keys, whichever account is signed in."""
    assert (is_mine(as_alice, service), is_mine(as_bob, service)) == (True, False)
    other = models.Person.of(bob)
    other.choices = {"app_name": "Bob's"}
    other.save()
    assert subscribe(as_bob, service.subscription()) == 200
    assert (is_mine(as_alice, service), is_mine(as_bob, service)) == (False, True)
    assert ticking.tick(at("2026-11-20 08:31")) == 1
    assert service.read()["title"] == "Bob's"


@pytest.mark.parametrize("kept", [(), ("p256dh",), ("auth",)])
def test_who_knows_an_endpoint_alone_takes_nothing_over(
    as_bob: Client, subscribed: models.Person, service: PushService, kept: tuple[str, ...]
) -> None:
    shown = service.subscription()
    shown["keys"] = {name: value if name in kept else "x" * len(value) for name, value in shown["keys"].items()}
    assert subscribe(as_bob, shown) == 400
    assert subscribed.push_subscriptions.get().keys == service.subscription()["keys"]
    assert ticking.tick(at("2026-11-20 08:31")) == 1
    assert service.read()["title"] == "mettle"


def test_turning_it_on_again_is_one_browser_still(
    as_alice: Client, subscribed: models.Person, service: PushService
) -> None:
    more = [service.subscription() | {"endpoint": f"{service.origin}/{n}"} for n in range(9)]
    assert [subscribe(as_alice, one) for one in more] == [200] * 9
    assert subscribe(as_alice, service.subscription()) == 200
    assert subscribe(as_alice, service.subscription() | {"endpoint": f"{service.origin}/eleven"}) == 400
    assert subscribed.push_subscriptions.count() == 10


def test_the_calendar_address_is_stored_as_a_hash_works_without_signing_in_and_ends(
    client: Client, as_alice: Client, alice: User
) -> None:
    page = as_alice.post(reverse("prompts"), {"act": "feed"}).content.decode()
    address = re.search(r"/calendar/([\w-]+)\.ics", page)
    assert address is not None
    assert address[1] not in json.dumps(models.Person.of(alice).choices)
    reply = client.get(address[0])
    events: Any = icalendar.Calendar.from_ical(reply.content).walk("VEVENT")
    starts = [e["dtstart"].dt for e in events if "rrule" in e]
    assert [s.strftime("%H:%M") for s in starts] == ["08:30", "20:00"]
    assert all(s.tzinfo is None for s in starts)  # floats: the same wall time on both sides of a change of clocks
    assert not re.search(rb"mood|health|train", reply.content, re.IGNORECASE)
    as_alice.post(reverse("prompts"), {"act": "no_feed"})
    assert client.get(address[0]).status_code == 404


def test_times_are_kept_and_a_wrong_one_is_told(as_alice: Client, alice: User) -> None:
    as_alice.post(reverse("prompts"), {"act": "times", "morning": "07:15", "evening": ""})
    assert prompts.habits(models.Person.of(alice)).times == {"morning": time(7, 15)}
    reply = as_alice.post(reverse("prompts"), {"act": "times", "morning": "soon"}, follow=True)
    assert "A time is written like 08:30." in reply.content.decode()


def test_a_late_rating_keeps_its_true_time(as_alice: Client, alice: User) -> None:
    from tests.web.test_sync import op, send

    send(
        as_alice,
        op(
            "observation.put",
            on="2026-11-20",
            clock_time="15:47:00",
            offset_s=3600,
            zone="Europe/Berlin",
            outcome="mood",
            value=6,
            occasion="after_4h",
        ),
    )
    from mettle.web import store

    (seen,) = store.diary(models.Person.of(alice)).of("mood")
    assert str(seen.when) == "2026-11-20T15:47:00+01:00"


def test_a_trial_that_asks_after_sessions_has_both_in_the_calendar_never_in_quiet_hours_nor_four_a_day(
    client: Client, as_alice: Client, alice: User
) -> None:
    person = models.Person.of(alice)
    plan = programme.make(person)
    session = programme.planned_sessions(plan)[0]
    address = re.search(r"/calendar/([\w-]+)\.ics", as_alice.post(reverse("prompts"), {"act": "feed"}).content.decode())
    assert address is not None

    def shown() -> list[Any]:
        reply = client.get(address[0])
        assert not re.search(rb"mood|health|train|session|lift|trial", reply.content, re.IGNORECASE)
        return list(icalendar.Calendar.from_ical(reply.content).walk("VEVENT"))

    def once(on: str) -> list[str]:
        events = [e for e in shown() if "rrule" not in e and str(e["dtstart"].dt.date()) == on]
        return sorted(f"{e['dtstart'].dt:%H:%M}" for e in events)

    assert len(once(session["on"])) == 1  # the session itself
    person.trials.create(trial={"kind": "variant", "schedule": [], "outcome": "mood", "arms": ["a", "b"]})
    planned = datetime.fromisoformat(f"{session['on']}T18:00") + timedelta(minutes=round(session["minutes"]))
    assert once(session["on"]) == ["18:00", f"{planned + timedelta(hours=1):%H:%M}"]  # four hours later is quiet
    evening = next(e for e in shown() if "rrule" in e and e["dtstart"].dt.hour == 20)
    assert session["on"] in {str(d.dt.date()) for d in evening["exdate"].dts}
    person.sessions.create(
        plan_session=session["id"], on=session["on"], clock_time="10:00", duration_s=1800, finished=True
    )
    assert once(session["on"]) == ["11:30", "14:30"]  # from when it really ended
