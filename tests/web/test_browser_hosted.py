"""On an instance that somebody else hosts, a real browser is watched on the wire: the answer on self-harm stays in it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from mettle.instruments import text
from tests.web.served import Site, running
from tests.web.words import pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, Request

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
KEPT_HERE = """async () => {
  const store = await import(`/static/${document.body.dataset.static}/mettle/store.js`);
  return await store.kept("mine");
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("mettle")
    text.write_pack(pack("phq9"), into=data / "text")
    with running(data, METTLE_HOSTED="1") as (found, _process):
        yield found


@pytest.fixture(scope="module")
def page(site: Site, chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=site.browser_arguments())
        made = browser.new_page()
        made.goto(site.link())
        made.goto(
            f"{site.url}/data/"
        )  # a page of the signed-in person: from here on the browser knows whose data it holds
        yield made
        browser.close()


def fill_in(page: Page, site: Site, ninth: int) -> list[tuple[str, str, Any]]:
    """Answer the form with a given ninth answer; every request from the first question to the result, without ids and times."""
    sent: list[tuple[str, str, Any]] = []

    def note(request: Request) -> None:
        body = json.loads(request.post_data) if request.post_data else None
        for op in body["ops"] if body else []:
            for varying in ("op_id", "entity", "clock"):
                op[varying] = ""
            op["fields"]["clock_time"] = ""
        path = request.url.removeprefix(site.url)
        sent.append(
            (
                request.method,
                path if len(path) < 40 else path[:16],
                [o["fields"] for o in body["ops"]] if body else None,
            )
        )

    page.goto(f"{site.url}/questionnaire/?id=phq9")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_load_state("networkidle")
    page.on("request", note)
    for number in range(8):
        page.get_by_role("button", name=f"answer {number % 4}").click()
    page.get_by_role("button", name=f"answer {ninth}").click()
    if ninth:
        expect(page.get_by_role("alertdialog")).to_be_visible()
        no = page.get_by_role("button", name="No", exact=True).or_(page.get_by_role("button", name="I am safe, go on"))
        no.first.click()
    expect(page.get_by_role("button", name="Add them up")).to_be_visible()
    assert sent == [], "something left the device before the last question was done"
    page.get_by_role("button", name="Add them up").click()
    page.wait_for_url("**/questionnaires/*/")
    page.remove_listener("request", note)
    return [s for s in sent if s[0] == "POST"]


def test_the_wire_carries_the_same_whatever_the_answer_was(page: Page, site: Site) -> None:
    without, with_it = fill_in(page, site, 0), fill_in(page, site, 3)
    assert with_it == without
    ((_method, _path, (fields,)),) = with_it
    assert set(fields["answers"]) == {str(i) for i in range(1, 9)}
    assert fields["finished"] is True


def test_it_is_in_the_devices_store_and_in_no_row(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/data/")
    assert [m["answers"] for m in page.evaluate(KEPT_HERE)] == [{"9": 0}, {"9": 3}]
    expect(page.get_by_text("Answers to 2 questionnaires that never leave this device")).to_be_visible()
    with closing(sqlite3.connect(f"file:{site.data / 'mettle.sqlite3'}?mode=ro", uri=True)) as database:
        dump = "\n".join(database.iterdump())
        rows = database.execute("SELECT answers, json_extract(score, '$.score') FROM mettle_response").fetchall()
    assert len(rows) == 2
    assert rows[0] == rows[1]
    assert '"9":' not in dump
    assert "phq9_item9" not in dump


def test_signing_out_tells_of_answers_that_are_nowhere_else_and_offers_them_as_a_file(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/data/")
    kept = page.evaluate(KEPT_HERE)
    expect(page.locator("#unsynced")).to_be_hidden()
    page.get_by_role("button", name="Sign out on this device").click()
    told = page.get_by_role("dialog")
    expect(told).to_contain_text(f"Answers to {len(kept)} questionnaires never leave this device")
    expect(told.get_by_role("button", name="I have the file: sign out")).to_be_disabled()
    told.get_by_role("button", name="Stay signed in").click()
    page.goto(f"{site.url}/data/")
    assert page.evaluate(KEPT_HERE) == kept
    page.get_by_role("button", name="Sign out on this device").click()
    with page.expect_download() as downloading:
        told.get_by_role("button", name="Save them as a file").click()
    assert json.loads(downloading.value.path().read_text())["only_here"] == kept
    told.get_by_role("button", name="I have the file: sign out").click()
    page.wait_for_url("**/welcome/")
