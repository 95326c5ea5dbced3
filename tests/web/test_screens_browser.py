"""Check-in, reaction tests and the workout's extras in a real Chromium on a phone-sized screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.hands import check_in, set_up
from tests.web.test_browser import browser, site

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.web.served import Site

__all__ = ["browser", "site"]  # fixtures of the other browser tests
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def test_the_way_back_from_the_simulated_person_stands_on_the_screens_that_work_offline_too(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.url}/welcome/")
    page.get_by_role("button", name="Try it with a simulated person").click(timeout=120_000)
    expect(page.locator("#simulated")).to_be_visible(timeout=120_000)
    page.goto(f"{site.url}/workout/")
    back = page.get_by_role("button", name="Back to me")
    expect(back).to_be_visible(timeout=60_000)
    page.context.set_offline(True)
    back.click()
    expect(page.get_by_text("That needs a connection.")).to_be_visible()
    page.context.set_offline(False)
    back.click()
    page.wait_for_url(lambda address: "/workout/" not in address)
    expect(page.locator("#simulated")).to_be_hidden()
    page.goto(f"{site.url}/workout/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(back).to_have_count(0)


def test_a_day_of_check_ins_on_defaults_costs_at_most_45_seconds(page: Page, site: Site) -> None:
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # a busy machine's own seconds do not count
    check_in(page, site.url, "morning", night=True)
    check_in(page, site.url, "before")
    expect(page.get_by_role("link", name="Ten minutes today")).to_be_visible()
    check_in(page, site.url, "evening")
    expect(page.locator("#unsynced")).to_be_hidden()
    rows = page.evaluate("fetch('/api/v1/export').then((r) => r.json())")["rows"]["observations"]
    seconds = round(sum(r["fields"]["value"] for r in rows if r["fields"]["outcome"] == "check_in_s"))
    print(f"a day of three check-ins with a night's sleep: {seconds} s")
    assert 25 <= seconds <= 45


ANSWERS = """() => {
  const place = document.getElementById('reaction'); let seen = '', n = 0;
  new MutationObserver(() => {
    const text = place.querySelector('.light, .arrows')?.textContent ?? '';
    if (text === seen) return;
    seen = text;
    if (text === '0') setTimeout(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: ' ' })), 250);
    if (text.length === 5 && /[<>]/.test(text)) {
      const side = text[2] === '<' ? 'left' : 'right'; n += 1;
      setTimeout(() => (n % 2 ? document.dispatchEvent(new KeyboardEvent('keydown', { key: side === 'left' ? 'ArrowLeft' : 'ArrowRight' }))
        : place.querySelector(`[data-side=${side}]`).dispatchEvent(new PointerEvent('pointerdown', { isPrimary: true, bubbles: true, pointerType: 'touch' }))), 300);
    }
  }).observe(place, { childList: true, subtree: true, characterData: true });
}"""
"""Somebody who presses a quarter of a second after the light, and names the middle arrow by key and by button in turn."""


def shortened(page: Page, site: Site, **tasks: dict[str, object]) -> None:
    """The tasks as the server sent them, but over in seconds; everything else is the real thing."""
    page.goto(f"{site.url}/more/")
    page.evaluate(
        """async (tasks) => {
          const [store, sync] = await Promise.all(['store', 'sync'].map((n) => import(`/static/${document.body.dataset.static}/mettle/${n}.js`)));
          const bundle = await sync.bundle();
          for (const [name, fields] of Object.entries(tasks)) Object.assign(bundle.reaction[name], fields);
          await store.keep('bundle', bundle);
        }""",
        tasks,
    )


def test_the_light_is_answered_offline_and_kept_with_the_refresh_rate(page: Page, site: Site) -> None:
    shortened(page, site, pvtb={"seconds": 4, "gap_ms": [300, 600]})
    page.goto(f"{site.url}/reaction/?task=pvtb")
    page.evaluate(
        "new Promise((ok) => navigator.serviceWorker.controller ? ok() : navigator.serviceWorker.addEventListener('controllerchange', ok))"
    )
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    page.context.set_offline(True)
    page.reload()
    page.evaluate(ANSWERS)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Kept")).to_be_visible(timeout=20_000)
    kept = page.evaluate("import(`/static/${document.body.dataset.static}/mettle/store.js`).then((s) => s.unsent())")
    (sent,) = [o for o in kept if o["kind"] == "reaction.put"]
    times = [t["rt_ms"] for t in sent["fields"]["answers"]["trials"]]
    assert len(times) >= 2
    assert all(200 <= t <= 5_000 for t in times[:-1]), (
        times
    )  # 250 ms later by a timer, which a busy machine may hold up
    assert 20 <= float(sent["fields"]["form"]["refresh_hz"]) <= 500
    page.context.set_offline(False)
    expect(page.locator("#unsynced")).to_be_hidden(timeout=15_000)
    page.goto(f"{site.url}/reactions/")
    expect(page.get_by_text("practice", exact=True)).to_be_visible()


def test_the_arrows_take_keys_and_buttons(page: Page, site: Site) -> None:
    shortened(page, site, flanker={"trials": 4, "gap_ms": [200, 300]})
    page.goto(f"{site.url}/reaction/?task=flanker")
    page.evaluate(ANSWERS)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Kept")).to_be_visible(timeout=20_000)
    expect(page.locator("#unsynced")).to_be_hidden(timeout=15_000)
    page.goto(f"{site.url}/reactions/")
    expect(page.get_by_text("100%")).to_be_visible()


def test_nothing_comes_by_surprise_the_step_is_confirmed_and_two_taps_end_it(page: Page, site: Site) -> None:
    set_up(page, site.url, feel={"goals": ["ptsd", "social_anxiety"]})
    page.goto(f"{site.url}/help-now/")
    page.get_by_role("link", name="Five quiet minutes").click()
    expect(page.get_by_role("heading", name="Five minutes when upset")).to_be_visible()
    page.goto(f"{site.url}/workout/")
    page.get_by_role("button", name="Start").first.click()
    expect(page.get_by_text("Nothing else will come.")).to_be_visible()
    page.get_by_text("Another step").click()
    page.get_by_role("button", name="2. Walk to the gym").click()
    page.get_by_role("group", name="How tense are you now?").get_by_role("button", name="6 of 10").click()
    page.get_by_role("checkbox").first.uncheck()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Done as planned").click()
    page.get_by_role("button", name="leave out").click()
    page.get_by_role("button", name="stop", exact=True).click()
    page.get_by_role("button", name="End the session here").click()
    page.get_by_role("group", name="How is your mood?").get_by_role("button", name="7 of 10").click()
    page.get_by_role("group", name="How calm do you feel?").get_by_role("button", name="8 of 10").click()
    page.get_by_role("group", name="How tense are you now?").get_by_role("button", name="3 of 10").click()
    expect(page.locator("#unsynced")).to_be_hidden(timeout=15_000)
    page.goto(f"{site.url}/sessions/")
    expect(page.get_by_text("1 set:")).to_be_visible()
    page.locator(".session-list a").click()
    page.get_by_text("The session itself").click()
    expect(page.get_by_label("Note")).to_have_value("Step 2: outside the gym")
