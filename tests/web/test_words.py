"""Strings ready for translation: in a made-up language whose every phrase stands in brackets, nothing visible stands outside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import dates, translation
from playwright.sync_api import expect, sync_playwright

from mettle import instruments
from mettle.training import catalogue
from tests.web import pseudo
from tests.web.hands import ANSWERS, set_up
from tests.web.served import Site, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
TOLD = re.compile(r"You trained on \d+ of the last \d+ days?; the others were rest\.")
"""Sentences that the layers below the web compose from numbers; they are English so far."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    source = pseudo.spoken(tmp_path_factory.mktemp("source"))
    data = tmp_path_factory.mktemp("mettle")
    with running(data, source=source) as (found, _process):
        yield found


@pytest.fixture(scope="module")
def page(site: Site, chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=site.browser_arguments())
        made = browser.new_context(viewport={"width": 360, "height": 740}, locale=pseudo.LANGUAGE).new_page()
        made.set_default_timeout(90_000)
        made.goto(site.link())
        yield made
        browser.close()


SEEN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (!at.closest('script, style, noscript, svg, [hidden]') && walker.currentNode.data.trim()) texts.push(walker.currentNode.data.trim());
  }
  return texts;
}"""


def outside(page: Page, known: list[str]) -> list[str]:
    """Visible words that neither stand in brackets nor are names, dates or words of the data (exercises, measures)."""
    return pseudo.outside(TOLD.sub("", "\n".join(page.evaluate(SEEN))), known)


def words_of_the_data() -> list[str]:
    """What is written in the data files and told by the lower layers: exercises, measures; and Django's own dates."""
    exercises = catalogue.exercises().values()
    measures = instruments.measures().values()
    known = {w for e in exercises for w in (e.name, e.cue, e.breath)} | {
        w for m in measures for w in (m.question, m.low, m.high)
    }
    with translation.override(pseudo.LANGUAGE):
        known |= {str(d) for table in (dates.WEEKDAYS, dates.MONTHS, dates.MONTHS_3) for d in table.values()}
    return sorted((k for k in known if k), key=len, reverse=True)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_no_visible_words_of_the_main_screens_escape_translation(page: Page, site: Site) -> None:
    known = words_of_the_data()
    escaped: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found = outside(page, known)
        if found:
            escaped[name] = found

    page.goto(f"{site.url}/welcome/")
    assert page.locator("html").get_attribute("lang") == pseudo.LANGUAGE
    look("welcome")
    page.goto(f"{site.url}/setup/now/")
    expect(page.locator("main input[type=range]")).to_have_count(3)
    look("setup, now")
    for key in ANSWERS:
        page.goto(f"{site.url}/setup/{key}/")
        look(f"setup, {key}")
    set_up(page, site.url)
    rows = page.evaluate("fetch('/api/v1/export').then((r) => r.json())")["rows"]["plans"]
    known = sorted({*known, *strings([r["fields"]["plan"]["messages"] for r in rows])}, key=len, reverse=True)
    for name in ("setup/", "setup/ready/", "setup/kit/"):
        page.goto(f"{site.url}/{name}")
        look(name)
    bundle = page.evaluate("fetch('/api/v1/bundle').then((r) => r.json())")
    sets_up = [
        s for e in bundle["sessions"] + bundle["short"] for s in strings([x["exercises"] for x in [e]]) if "⟦" not in s
    ]
    titles = [s["title"] for s in bundle["sessions"] if "⟦" not in s["title"]]
    flags = [w for group in bundle["safety"]["red_flags"] for w in (*group["signs"], group["action"])]
    known = sorted(
        {*known, *titles, *(s for s in sets_up if len(s) < 400), *flags, *strings(bundle["help"])},
        key=len,
        reverse=True,
    )
    page.goto(f"{site.url}/")
    expect(page.locator("main button.main").first).to_be_visible()
    look("today")
    page.goto(f"{site.url}/check-in/?occasion=before")
    expect(page.locator("main button.main")).to_be_visible()
    look("check-in")
    page.goto(f"{site.url}/workout/")
    page.locator("main button.main").first.click()
    expect(page.locator("button.done")).to_be_visible()
    look("workout")
    page.locator("button.done").click()
    expect(page.locator(".done-list li")).to_have_count(1)
    look("workout, a set done")
    page.locator(".tools .stop").click()
    look("stop")
    page.locator("dialog button.main").click()
    expect(page.locator(".tap-scale").first).to_be_visible()
    look("workout, the end")
    for name in ("help-now", "more", "progress", "answer", "burden", "safety-plan", "offline"):
        page.goto(f"{site.url}/{name}/")
        look(name)
    assert escaped == {}
