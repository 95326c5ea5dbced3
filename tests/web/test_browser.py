"""A real Chromium on a phone-sized screen, over https on a name that is not localhost."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, expect, sync_playwright

from tests.web.hands import set_up
from tests.web.served import PHONE, Site, running, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("mettle")) as (found, _process):
        yield found


@pytest.fixture(scope="module")
def browser(site: Site, chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=site.browser_arguments())
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    made = browser.new_context(**PHONE)
    elsewhere: list[str] = []
    made.on("request", lambda r: None if r.url.startswith((site.url, "data:", "blob:")) else elsewhere.append(r.url))
    yield made
    made.close()
    assert elsewhere == [], "a request left for another origin"


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    """Signed in, with a plan for a chair and bands."""
    page = context.new_page()
    page.goto(site.link())
    set_up(page, site.url)
    return page


def ready_for_offline(page: Page, site: Site) -> None:
    """Visit once with a network: the service worker takes over and the bundle is here."""
    page.goto(f"{site.url}/workout/")
    until(page, "navigator.serviceWorker.controller !== null")
    expect(page.get_by_role("button", name="Start").first).to_be_visible()


def test_a_check_in_offline_is_kept_and_sent_later(page: Page, context: BrowserContext, site: Site) -> None:
    ready_for_offline(page, site)
    context.set_offline(True)
    page.goto(f"{site.url}/check-in/")
    page.get_by_label("mood").first.fill("7")
    expect(page.locator("#unsynced")).to_have_text("1 not sent yet")
    page.reload()
    expect(page.locator("#unsynced")).to_have_text("1 not sent yet")
    context.set_offline(False)
    expect(page.locator("#unsynced")).to_be_hidden(timeout=10_000)


def test_a_session_logged_offline_survives_reload_a_closed_tab_and_reconnects(
    page: Page, context: BrowserContext, site: Site
) -> None:
    ready_for_offline(page, site)
    context.set_offline(True)
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.get_by_text("Done so far")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Done so far")).to_be_visible()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.locator(".done-list li")).to_have_count(2)
    page.close()
    again = context.new_page()
    again.goto(f"{site.url}/workout/")
    expect(again.locator(".done-list li")).to_have_count(2)
    context.set_offline(False)
    expect(again.locator("#unsynced")).to_be_hidden(timeout=15_000)
    again.goto(f"{site.url}/sessions/")
    again.locator(".session-list a").first.click()
    expect(again.locator("details.one-set")).to_have_count(2)


def test_a_page_that_needs_the_network_says_so(page: Page, context: BrowserContext, site: Site) -> None:
    ready_for_offline(page, site)
    context.set_offline(True)
    page.goto(f"{site.url}/plan/")
    expect(page.get_by_role("heading", name="No connection just now")).to_be_visible()
    page.goto(f"{site.url}/help-now/")
    expect(page.get_by_text("You do not have to carry this alone")).to_be_visible()


def test_leaving_quickly_shows_nothing_of_the_app_without_a_network_and_locks_the_way_back(
    page: Page, context: BrowserContext, site: Site
) -> None:
    page.goto(f"{site.url}/settings/")
    until(page, "(dispatchEvent(new PointerEvent('pointerdown')), localStorage.getItem('mettle-active-at') !== null)")
    page.get_by_label("PIN of 4 to 8 digits").fill("2718")
    page.locator("form[action='/settings/lock/'] button").click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    ready_for_offline(page, site)
    expect(page.locator("dialog#lock")).to_have_count(0)  # keeping the page for later has locked nobody out
    page.goto(f"{site.url}/data/")
    assert page.url == f"{site.url}/data/"
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()  # an open session is told on every page of the app
    expect(page.get_by_role("button", name="Done as planned")).to_be_visible()
    for offline in (True, False):
        context.set_offline(offline)
        page.goto(f"{site.url}/help-now/")
        page.get_by_role("button", name="Leave this page quickly").click()
        page.wait_for_url("**/away/")
        assert page.title() == "Notes"
        assert page.locator("body").inner_text().strip() == ""
        if offline:
            page.goto(f"{site.url}/workout/")
            expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    until(page, "fetch('/data/', { redirect: 'manual' }).then((r) => r.type === 'opaqueredirect')")
    page.goto(f"{site.url}/unlock/")
    page.locator("input[name=pin]").fill("2718")
    page.locator("form[action='/unlock/'] button, main form button").first.click()
    page.wait_for_url(f"{site.url}/")
    page.goto(f"{site.url}/settings/")
    page.locator("form[action='/settings/lock/'] button").click()
    expect(page.get_by_text("Kept.")).to_be_visible()


def test_nothing_personal_is_readable_in_the_browsers_store(page: Page, context: BrowserContext, site: Site) -> None:
    ready_for_offline(page, site)
    context.set_offline(True)
    page.goto(f"{site.url}/check-in/")
    page.get_by_label("mood").first.fill("7")
    expect(page.locator("#unsynced")).to_be_visible()
    dump = page.evaluate(
        """async () => {
          const name = (await indexedDB.databases()).map((d) => d.name).find((n) => n.startsWith("mettle-"));
          const db = await new Promise((ok) => { const r = indexedDB.open(name); r.onsuccess = () => ok(r.result); });
          const out = [];
          for (const store of db.objectStoreNames) {
            const rows = await new Promise((ok) => { const r = db.transaction(store).objectStore(store).getAll(); r.onsuccess = () => ok(r.result); });
            for (const row of rows) {
              if (row instanceof CryptoKey) { out.push("key extractable " + row.extractable); continue; }
              out.push(row.data ? new TextDecoder().decode(row.data) : String(row));
            }
          }
          return out.join("\\n");
        }""",
    )
    assert "key extractable false" in dump
    assert "mood" not in dump


def test_signing_out_with_unsent_records_is_stopped(page: Page, context: BrowserContext, site: Site) -> None:
    ready_for_offline(page, site)
    page.goto(f"{site.url}/data/")
    context.set_offline(True)
    page.evaluate(
        "import(`/static/${document.body.dataset.static}/mettle/store.js`).then((s) => s.record([{kind: 'observation.put', fields: {on: '2026-11-22', outcome: 'mood', value: 5}}]))"
    )
    page.get_by_role("button", name="Sign out on this device").click()
    expect(page.get_by_role("heading", name="Some records are only on this device")).to_be_visible()
    expect(page.get_by_role("button", name="I have the file: sign out")).to_be_disabled()
    context.set_offline(False)


SUBSCRIBED = """PushManager.prototype.getSubscription = async () => ({
  endpoint: "https://fcm.googleapis.com/fcm/send/a-shared-phone",
  unsubscribe: async () => { console.log("no more prompts"); },
});"""
"""A browser without a window has no push service to subscribe to; this one says that it is subscribed."""
TAKE_OVER = """async () => {
  const csrf = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const keys = { p256dh: "B".repeat(87), auth: "a".repeat(22) };
  const body = JSON.stringify({ endpoint: "https://fcm.googleapis.com/fcm/send/a-shared-phone", keys });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
  return (await fetch("/api/v1/push/subscriptions", { method: "POST", body, headers })).status;
}"""


def test_prompts_of_a_shared_phone_are_ones_own_or_can_be_taken_over_and_end_with_the_sign_out(
    page: Page, site: Site
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(SUBSCRIBED)
    ready_for_offline(page, site)
    page.goto(f"{site.url}/prompts/")
    turn_on, turn_off = page.locator("#push-on"), page.locator("#push-off")
    expect(turn_on).to_be_visible()  # the browser is subscribed, for somebody else
    expect(turn_off).to_be_hidden()
    assert page.evaluate(TAKE_OVER) == 200
    page.reload()
    expect(turn_off).to_be_visible()
    expect(turn_on).to_be_hidden()
    page.goto(f"{site.url}/data/")
    expect(page.locator("#unsynced")).to_be_hidden()
    page.get_by_role("button", name="Sign out on this device").click()
    page.wait_for_url("**/welcome/")
    assert "no more prompts" in said


def test_a_full_disk_is_said_and_not_swallowed(page: Page, context: BrowserContext, site: Site) -> None:
    ready_for_offline(page, site)
    page.add_init_script(
        "IDBObjectStore.prototype.put = function () { throw new DOMException('no room', 'QuotaExceededError'); };"
    )
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    expect(page.get_by_role("alert")).to_contain_text("not kept")


def test_script_on_the_workout_screen_is_small(page: Page, site: Site) -> None:
    sizes: list[int] = []
    page.on(
        "response",
        lambda r: sizes.append(len(gzip.compress(r.body()))) if r.url.endswith(".js") or ".js?" in r.url else None,
    )
    try:
        page.goto(f"{site.url}/workout/")
    except Error:
        pytest.fail("the screen did not load")
    page.wait_for_timeout(500)
    print(f"script on the Workout screen, each file gzipped: {sum(sizes)} bytes")
    assert 0 < sum(sizes) < 60_000


def test_the_lock_covers_the_offline_screens_too(page: Page, context: BrowserContext, site: Site) -> None:
    page.goto(f"{site.url}/settings/")
    page.get_by_label("PIN of 4 to 8 digits").fill("2718")
    page.locator("form[action='/settings/lock/'] button").click()
    ready_for_offline(page, site)
    page.evaluate("localStorage.setItem('mettle-active-at', '0')")
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    expect(page.get_by_role("button", name="Start").first).to_be_hidden()
    page.get_by_label("Your PIN").fill("1111")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("That was not it.")).to_be_visible()
    page.get_by_label("Your PIN").fill("2718")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("button", name="Start").first).to_be_visible()


def test_two_devices_edit_one_session_and_both_see_the_same(
    page: Page, context: BrowserContext, browser: Browser, site: Site
) -> None:
    """The phone changes the reps in the gym's cellar; meanwhile the laptop changes load and reps of the same set."""
    ready_for_offline(page, site)
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.locator(".done-list li")).to_have_count(1)
    expect(page.locator("#unsynced")).to_be_hidden()

    laptop_context = browser.new_context(storage_state=context.storage_state())
    laptop = laptop_context.new_page()
    laptop.goto(f"{site.url}/sessions/")
    laptop.locator(".session-list a").first.click()
    laptop.locator("details.one-set > summary").first.click()

    context.set_offline(True)
    page.locator(".done-list button").first.click()
    page.get_by_role("spinbutton", name="Reps").fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".done-list li").first).to_contain_text("× 7")
    expect(page.locator("#unsynced")).to_have_text("1 not sent yet")

    form = laptop.locator("form.set-form").first
    form.get_by_label("Reps").fill("9")
    form.get_by_label("Load").fill("12.5")
    form.get_by_role("button", name="Keep").click()
    expect(laptop.get_by_text("9 × 12.5 kg")).to_be_visible()

    expect(page.locator(".done-list li")).to_have_count(1)
    laptop.get_by_text("Add a set").click()
    added = laptop.locator("form.set-form", has=laptop.get_by_role("button", name="Add it"))
    added.get_by_label("Exercise").fill("Goblet squat")
    added.get_by_label("Reps").fill("5")
    added.get_by_label("Load").fill("16")
    added.get_by_role("button", name="Add it").click()
    expect(laptop.get_by_text("5 × 16 kg")).to_be_visible()

    context.set_offline(False)
    expect(page.locator("#unsynced")).to_be_hidden()
    expect(page.locator(".done-list li").first).to_contain_text("12.5 kg × 9")
    expect(page.locator(".done-list li").nth(1)).to_contain_text("Goblet squat")
    expect(page.locator(".done-list li").nth(1)).to_contain_text("16 kg × 5 · from another device")
    laptop.reload()
    expect(laptop.get_by_text("9 × 12.5 kg")).to_be_visible()
    laptop.goto(f"{site.url}/data/")
    shown = laptop.locator("section", has=laptop.get_by_role("heading", name="Values that another device replaced"))
    expect(shown).to_contain_text("reps was 7")
    laptop_context.close()


ALWAYS_SAID_HERE = {"in-incognito"}
"""Chromium counts a test's fresh context as a private window."""


def test_it_can_be_installed_with_icons_that_a_phone_takes_under_the_name_that_was_chosen(
    page: Page, context: BrowserContext, site: Site
) -> None:
    def seen(name: str, picture: str) -> None:
        ready_for_offline(page, site)
        expect(page.locator("header .name")).to_have_text(name)  # a shell, which is the same for everyone
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile(picture))
        page.goto(f"{site.url}/more/")
        browser = context.new_cdp_session(page)
        manifest = browser.send("Page.getAppManifest")
        assert manifest["errors"] == []
        told = json.loads(manifest["data"])
        assert told["name"] == name
        assert {i["sizes"] for i in told["icons"] if i["purpose"] == "maskable"} == {"192x192", "512x512"}
        errors = {e["errorId"] for e in browser.send("Page.getInstallabilityErrors")["installabilityErrors"]}
        assert errors <= ALWAYS_SAID_HERE
        sizes = """async (src) => { const i = new Image(); i.src = src; await i.decode(); return `${i.naturalWidth}x${i.naturalHeight}`; }"""
        for icon in told["icons"]:
            assert picture in icon["src"]
            if icon["type"] == "image/png":
                assert page.evaluate(sizes, icon["src"]) == icon["sizes"]
        apple = page.locator("link[rel=apple-touch-icon]").get_attribute("href")
        assert apple is not None
        assert picture in apple
        assert page.evaluate(sizes, apple) == "180x180"
        assert page.evaluate(sizes, "/favicon.ico") == "32x32"

    seen("mettle", "mettle/icons/mettle")
    page.goto(f"{site.url}/settings/")
    page.get_by_label("Show the app under another name").fill("Notes")
    page.get_by_label("Show the app under another name").evaluate("(field) => field.form.requestSubmit()")
    expect(page.get_by_text("Kept.")).to_be_visible()
    seen("Notes", "mettle/icons/notes")
    page.goto(f"{site.url}/settings/")
    page.get_by_label("Show the app under another name").fill("")
    page.get_by_label("Show the app under another name").evaluate("(field) => field.form.requestSubmit()")
    expect(page.get_by_text("Kept.")).to_be_visible()
