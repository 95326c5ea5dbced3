"""On an instance that somebody else hosts, two lives that differ in one answer only, the one on self-harm, look the same to the host:
every byte on the wire, the database, its backup, the exports, the log, the files, and what the service worker keeps.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.core import signing
from playwright.sync_api import expect, sync_playwright

from mettle.instruments import text
from tests.web.served import QUIET, Site, running, until
from tests.web.wire import tapped, timeless
from tests.web.words import pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
KEPT_HERE = """async () => {
  const store = await import(`/static/${document.body.dataset.static}/mettle/store.js`);
  return await store.kept("mine");
}"""
CACHED = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found[new URL(request.url).pathname] = await (await cache.match(request)).text();
  }
  return found;
}"""
TAKE_ALONG = """async () => {
  const token = document.querySelector("form[action='/data/take-along/'] [name=csrfmiddlewaretoken]").value;
  const reply = await fetch("/data/take-along/", { method: "POST", body: new URLSearchParams({ csrfmiddlewaretoken: token }) });
  return Array.from(new Uint8Array(await reply.arrayBuffer()));
}"""
LATER = ("/", "/data/", "/progress/", "/questionnaires/", "/trials/", "/data/summary/", "/help-now/", "/check-in/")
VOLATILE = ("django_session", "mettle_cache", "mettle_signinlink", "auth_user", "sqlite_sequence", "django_migrations")
"""Tables of moments and random keys; what is in a session is looked at by itself."""


@dataclass(frozen=True)
class World:
    """What is to be seen of one life: by the host, and at the end on the device."""

    while_asked: list[Any]
    wire: list[Any]
    exported: dict[str, str]
    backed_up: dict[str, list[str]]
    sessions: list[list[str]]
    files: list[str]
    log: str
    cached: dict[str, str]
    kept_here: Any


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[list[World]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield [lived(browser, tmp_path_factory.mktemp("mettle"), ninth) for ninth in (0, 3)]
        browser.close()


def lived(browser: Browser, data: Path, ninth: int) -> World:
    """Somebody answers the form with this ninth answer, looks around, takes everything along; then the host looks."""
    text.write_pack(pack("phq9"), into=data / "text")
    with running(data, https=False, METTLE_HOSTED="1") as (site, _process):
        port = int(site.url.rpartition(":")[2])
        with tapped(port) as wire:
            origin = f"http://localhost:{wire.port}"
            made = browser.new_context()
            page = made.new_page()
            page.goto(site.link().replace(site.url, origin))
            page.goto(f"{origin}/data/")  # from here on the browser knows whose data it holds
            until(page, "navigator.serviceWorker.controller !== null")
            page.goto(f"{origin}/questionnaire/?id=phq9")
            page.get_by_role("button", name="Begin").click()
            page.wait_for_load_state("networkidle")
            before = len(wire.requests())
            answer(page, ninth)
            while_asked = wire.requests()[before:]
            page.get_by_role("button", name="Add them up").click()
            page.wait_for_url("**/questionnaires/*/")
            for address in LATER:
                page.goto(origin + address)
                page.wait_for_load_state("networkidle")
            page.goto(f"{origin}/data/")
            expect(page.get_by_text("Answers to 1 questionnaire that never leave this device")).to_be_visible()
            exported = unpacked(bytes(page.evaluate(TAKE_ALONG)))
            cached, kept_here = page.evaluate(CACHED), page.evaluate(KEPT_HERE)
            made.close()
        backed_up = tables(site, data)
    return World(
        while_asked=[one for one in told(while_asked) if "Referer: http://HERE/sw.js" not in one[2]],
        wire=told(wire.requests()),
        exported={name: timeless(content) for name, content in exported.items()},
        backed_up=backed_up,
        sessions=sessions(data),
        files=sorted(
            timeless(str(f.relative_to(data)))
            for f in data.rglob("*")
            if f.is_file() and not f.name.endswith(("-wal", "-shm"))
        ),
        log=timeless(site.log.read_text()),
        cached=cached,
        kept_here=kept_here,
    )


def told(requests: list[Any]) -> list[Any]:
    """Without what is the same for everybody and which a browser fetches when it likes."""
    return [one for one in requests if not one[1].startswith(("/static/", "/sw.js", "/manifest", "/favicon"))]


def chosen(request: Any) -> bool:
    """Whether somebody did this: went to a page, or sent something. What a page fetches may be cut off by the next one."""
    return request[0] != "GET" or "Sec-Fetch-Mode: navigate" in request[2]


def wherever(request: Any) -> Any:
    """A request without the page that it was made on."""
    return request[0], request[1], tuple(h for h in request[2] if not h.startswith("Referer")), request[3]


def answer(page: Page, ninth: int) -> None:
    for number in range(8):
        page.get_by_role("button", name=f"answer {number % 4}").click()
    page.get_by_role("button", name=f"answer {ninth}").click()
    if ninth:
        expect(page.get_by_role("alertdialog")).to_be_visible()
        no = page.get_by_role("button", name="No", exact=True).or_(page.get_by_role("button", name="I am safe, go on"))
        no.first.click()
    expect(page.get_by_role("button", name="Add them up")).to_be_visible()
    page.wait_for_load_state("networkidle")


def unpacked(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def tables(site: Site, data: Path) -> dict[str, list[str]]:
    """Every row of a backup, table by table."""
    from tests.web.test_kill import mettle  # the command, as a person types it

    done = mettle(data, "backup", str(data / "backup.zip"))
    assert done.returncode == 0, (done.stderr, site.log.read_text())
    with zipfile.ZipFile(data / "backup.zip") as file:
        (data / "copy").write_bytes(file.read("mettle.sqlite3"))
    with sqlite3.connect(data / "copy") as copy:
        names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: sorted(timeless(repr(row)) for row in copy.execute(f'SELECT * FROM "{name}"'))
            for name in names
            if name not in VOLATILE
        }
    copy.close()
    return found


def sessions(data: Path) -> list[list[str]]:
    """What the server remembers of each signed-in browser: the names, their values being moments and random keys."""
    key = (data / "secret_key").read_text()
    with sqlite3.connect(data / "copy") as copy:
        rows = copy.execute("SELECT session_data FROM django_session").fetchall()
    copy.close()
    salt = "django.contrib.sessions.SessionStore"
    return sorted(sorted(signing.loads(row[0], key=key, salt=salt, max_age=None)) for row in rows)


def test_nothing_leaves_the_device_while_the_questions_are_asked(worlds: list[World]) -> None:
    assert [world.while_asked for world in worlds] == [[], []]


def test_every_request_is_the_same_with_its_headers_and_referrers(worlds: list[World]) -> None:
    without, with_it = (Counter(one for one in world.wire if chosen(one)) for world in worlds)
    assert with_it == without
    assert sum(with_it.values()) > len(LATER)
    fetched = [{wherever(one) for one in world.wire if not chosen(one)} for world in worlds]
    assert fetched[0] == fetched[1]
    posts = [[one for one in world.wire if one[0] != "GET"] for world in worlds]
    assert posts[0] == posts[1]


def test_the_form_arrives_without_the_ninth_answer_and_whole(worlds: list[World]) -> None:
    for world in worlds:
        (body,) = [json.loads(one[3]) for one in world.wire if one[:2] == ("POST", "/api/v1/sync")]
        (sent,) = body["ops"]
        assert set(sent["fields"]["answers"]) == {str(i) for i in range(1, 9)}
        assert sent["fields"]["finished"] is True


@pytest.mark.parametrize("what", ["exported", "backed_up", "sessions", "files", "log"])
def test_what_the_host_holds_is_the_same(worlds: list[World], what: str) -> None:
    without, with_it = (getattr(world, what) for world in worlds)
    assert without == with_it
    if what in ("exported", "backed_up"):
        assert '"1":' in str(without), "its other answers are there"
        assert '"9":' not in str(without)
        assert "item9" not in str(without.get("mettle_response", without))


def test_the_service_worker_keeps_shells_and_nothing_of_anybody(worlds: list[World]) -> None:
    without, with_it = (world.cached for world in worlds)
    assert set(without) == set(with_it)
    assert "/questionnaire/" in without
    for path, content in with_it.items():
        assert timeless(content) == timeless(without[path]), path


def test_the_answer_is_in_the_devices_own_store(worlds: list[World]) -> None:
    assert [[m["answers"] for m in world.kept_here] for world in worlds] == [[{"9": 0}], [{"9": 3}]]
