"""Limits on a hosted instance behind a reverse proxy: each visitor by their own address, and nobody by one that they made up."""

from __future__ import annotations

import http.client
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from mettle.errors import InputError
from mettle.web import models, throttle
from mettle.web.place import Place
from tests.web.served import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.contrib.auth.models import User

TOO_MANY = "Too many failed login attempts"
NAME = "gym.example.org"


class _Proxy(BaseHTTPRequestHandler):
    """What nginx does with ``proxy_add_x_forwarded_for``: it adds the address that it sees to whatever the visitor claims."""

    def do_GET(self) -> None:
        self._pass("GET")

    def do_POST(self) -> None:
        self._pass("POST")

    def _pass(self, method: str) -> None:
        to: http.client.HTTPConnection = http.client.HTTPConnection(self.server.behind, timeout=60)  # type: ignore[attr-defined] # set below
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "x-forwarded-proto")}
        claimed = headers.pop("X-Forwarded-For", "")
        headers["X-Forwarded-For"] = f"{claimed}, {self.client_address[0]}" if claimed else self.client_address[0]
        headers["X-Forwarded-Proto"] = "https"
        body = self.rfile.read(int(headers.get("Content-Length", 0)))
        to.request(method, self.path, body, headers)
        reply = to.getresponse()
        content = reply.read()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        to.close()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def proxy(behind: str) -> Iterator[int]:
    with ThreadingHTTPServer(("0.0.0.0", 0), _Proxy) as server:  # 127.0.0.2 and 127.0.0.3 reach it as well
        server.behind = behind  # type: ignore[attr-defined] # read above
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def asked(
    port: int, path: str, *, comes_from: str, body: dict[str, str] | None = None, **headers: str
) -> tuple[int, str, str]:
    """Status, page and cookies, as somebody at another address gets them."""
    there = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(comes_from, 0))
    sent = {"Host": NAME, "Referer": f"https://{NAME}/", **{k.replace("_", "-"): v for k, v in headers.items()}}
    sent |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    there.request("POST" if body else "GET", path, urlencode(body) if body else None, sent)
    reply = there.getresponse()
    page = reply.read().decode()
    cookies = "; ".join(c.split(";")[0] for c in reply.headers.get_all("Set-Cookie") or ())
    there.close()
    return reply.status, page, cookies


def tried(port: int, login: str, *, comes_from: str, **headers: str) -> str:
    _, page, cookies = asked(port, "/accounts/login/", comes_from=comes_from)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    body = {"csrfmiddlewaretoken": token[1], "login": login, "password": "wrong"}
    return asked(port, "/accounts/login/", comes_from=comes_from, body=body, Cookie=cookies, **headers)[1]


@pytest.mark.slow
def test_behind_a_proxy_each_visitor_counts_by_their_own_address(tmp_path: Path) -> None:
    hosted: dict[str, Any] = {"METTLE_HTTPS": "1", "METTLE_HOSTED": "1", "METTLE_HOSTS": NAME}
    with running(tmp_path, https=False, **hosted) as (site, _process), proxy(urlsplit(site.url).netloc) as port:
        for n in range(5):
            assert TOO_MANY not in tried(port, f"guess{n}", comes_from="127.0.0.2")
        made_up = {"X_Forwarded_For": "198.51.100.7"}
        assert TOO_MANY in tried(port, "guess5", comes_from="127.0.0.2", **made_up)
        assert TOO_MANY not in tried(port, "guess5", comes_from="127.0.0.3")
        cookies = asked(port, "/accounts/login/", comes_from="127.0.0.3")[2]
        assert "__Host-" in cookies
        assert asked(port, "/join/guess/", comes_from="127.0.0.3")[0] == 410


WAYS = {
    "sign-in links": ("/sign-in/{}/", {}, 410),
    "invitations": ("/join/{}/", {}, 410),
    "calendars": ("/calendar/{}.ics", {}, 404),
    "keys": ("/api/v1/next", {"HTTP_AUTHORIZATION": "Bearer mettle_{}"}, 401),
}


@pytest.mark.parametrize("what", WAYS)
def test_wrong_tokens_one_after_the_other_have_to_wait_and_a_right_one_never(db: None, what: str) -> None:
    path, headers, wrong = WAYS[what]

    def guess(n: int, comes_from: str) -> int:
        told: dict[str, Any] = {name: value.format(n) for name, value in headers.items()}
        return Client(REMOTE_ADDR=comes_from, **told).get(path.format(n)).status_code

    seen = [guess(n, "203.0.113.5") for n in range(throttle.MOST + 2)]
    assert seen == [wrong] * throttle.MOST + [429] * 2
    assert guess(99, "203.0.113.6") == wrong
    invitation = models.Invitation.objects.create(made_by=get_user_model().objects.create_user("me"))
    assert Client(REMOTE_ADDR="203.0.113.5").get(reverse("join", args=[invitation.token])).status_code == 302


def test_the_page_that_says_wait_is_ours(db: None) -> None:
    visitor = Client(REMOTE_ADDR="203.0.113.5")
    replies = [visitor.get("/join/x/") for _ in range(throttle.MOST + 1)]
    assert "A moment, please" in replies[-1].content.decode()
    assert replies[-1]["Retry-After"] == "900"


def test_wrong_codes_of_an_app_close_the_door_as_wrong_passwords_do(alice: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(alice, generate_totp_secret())
    browser = Client(REMOTE_ADDR="203.0.113.9")
    browser.post(reverse("account_login"), {"login": "alice", "password": "a long enough password"})
    said = [browser.post(reverse("mfa_authenticate"), {"code": f"00000{n}"}).content.decode() for n in range(7)]
    assert "Incorrect code" in said[0]
    assert "Too many failed" in said[-1]


def test_one_account_is_closed_wherever_its_guesses_come_from_and_whatever_they_call_the_host(alice: User) -> None:
    for n in range(5):
        guesser = Client(REMOTE_ADDR=f"203.0.113.{n}", HTTP_HOST=f"localhost:{n + 1}")
        guesser.post(reverse("account_login"), {"login": "Alice", "password": "wrong"})
    right = {"login": "alice", "password": "a long enough password"}
    assert TOO_MANY in Client(REMOTE_ADDR="203.0.113.77").post(reverse("account_login"), right).content.decode()


@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (1, "", "127.0.0.1"),
        (1, "not an address", "127.0.0.1"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "10.0.0.1", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_what_proxies_in_front_have_written_is_believed(
    settings: Any, rf: Any, count: int, forwarded: str, expected: str
) -> None:
    from allauth.account.adapter import get_adapter

    settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", **({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}))
    assert get_adapter().get_client_ip(request) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, 0),
        ({"METTLE_HTTPS": "1"}, 1),
        ({"METTLE_HTTPS": "1", "METTLE_PROXIES": "0"}, 0),
        ({"METTLE_PROXIES": "2"}, 2),
    ],
)
def test_a_proxy_is_expected_where_something_else_ends_https(
    said: dict[str, str], expected: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("METTLE_DATA", str(tmp_path))
    for name in ("METTLE_HTTPS", "METTLE_PROXIES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert Place.from_environment().proxies == expected


@pytest.mark.parametrize("said", ["-1", "two", "10", "1.5", "²"])
def test_a_number_of_proxies_that_is_none_is_one_line(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METTLE_PROXIES", said)
    with pytest.raises(InputError, match="METTLE_PROXIES: expected a number from 0 to 9"):
        Place.from_environment()
