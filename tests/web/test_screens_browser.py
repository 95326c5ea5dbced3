"""Check-in, reaction tests and the workout's extras in a real Chromium on a phone-sized screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import PHONE, browser, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.web.served import Site

__all__ = ["browser", "site"]  # fixtures of the other browser tests
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

THINK_MS, POINT_MS, PRESS_MS = 1350, 1100, 200
"""Times to decide, to reach and to press. Source: Card, Moran and Newell 1980, doi:10.1145/358886.358895."""


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Signed in, nothing set up: the clock can be moved on by the test."""
    made = browser.new_context(**PHONE)
    page = made.new_page()
    page.goto(site.link())
    yield page
    made.close()


def wait(page: Page, ms: int) -> None:
    page.clock.fast_forward(ms)


def checked_in(page: Page, site: Site, occasion: str, *, night: bool) -> None:
    page.goto(f"{site.url}/check-in/?occasion={occasion}")
    expect(page.locator("input[type=range]")).to_have_count(3)
    for slider in page.locator("input[type=range]").all():
        wait(page, THINK_MS + POINT_MS + PRESS_MS)
        slider.fill("6")
    expect(page.locator("output", has_text="6 ✓")).to_have_count(3)
    if night:
        for label, clock in (("Went to bed", "23:15"), ("Woke up", "06:45")):
            wait(page, THINK_MS + POINT_MS + 4 * PRESS_MS)
            page.get_by_label(label).fill(clock)
            page.get_by_label(label).dispatch_event("change")
        expect(page.get_by_text("7 h 30 min")).to_be_visible()
        wait(page, THINK_MS + POINT_MS + PRESS_MS)
        page.get_by_role("button", name="good", exact=True).click()
    wait(page, POINT_MS + PRESS_MS)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("That is all.")).to_be_visible()


def test_a_day_of_check_ins_on_defaults_costs_at_most_45_seconds(page: Page, site: Site) -> None:
    page.clock.install()
    checked_in(page, site, "morning", night=True)
    checked_in(page, site, "before", night=False)
    expect(page.get_by_role("link", name="Ten minutes today")).to_be_visible()
    checked_in(page, site, "evening", night=False)
    expect(page.locator("#unsynced")).to_be_hidden()
    page.goto(f"{site.url}/burden/")
    seconds = int(page.locator(".figure").inner_text().split()[0])
    print(f"a day of three check-ins with a night's sleep: {seconds} s")
    assert 25 <= seconds <= 45
