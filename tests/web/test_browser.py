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
    expect(page.locator("#lock")).to_have_count(0)  # keeping the page for later has locked nobody out
    page.goto(f"{site.url}/data/")
    assert page.url == f"{site.url}/data/"
    page.goto(f"{site.url}/workout/")
