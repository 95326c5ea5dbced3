"""The questions of the welcome in a real Chromium: by keyboard alone, without script, back and forth, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.web.served import running, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.web.served import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
QUESTIONS = {
    "What would you like to feel different?": "Next",
    "What do you have to train with?": "A barbell and a rack",
    "How much time do you have?": "Next",
    "Have you lifted weights before?": "A little",
    "Have you been moving?": "Yes",
    "A little about your body": "Next",
    "Do you have any of these now?": "None of these",
    "Do any of these apply to you?": "None of these",
    "Does anything hurt or limit you?": "Nothing does",
    "What is your blood pressure?": "I do not know it",
}
FOCUSED = "document.activeElement === document.querySelector('h1')"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An app of its own for each test: its person has said nothing yet."""
    with running(tmp_path_factory.mktemp("mettle")) as (found, _process):
        yield found


@pytest.fixture
def browser(site: Site, chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=site.browser_arguments())
        yield started
        started.close()


def looked_at(page: Page, axe: Axe) -> list[str]:
    """What axe or the width of the screen has against a page, in light and in dark."""
    wrong = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        wrong += [f"{page.url} {scheme}: {f['id']} {f['nodes'][0]['html'][:160]}" for f in found]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*wrong, *([f"{page.url}: {wide} px wider than the screen"] if wide > 1 else [])]


def press(page: Page, name: str) -> None:
    """Tab to a button from the heading that has the focus, and press it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").startswith(name):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {name!r}")


def test_each_question_takes_the_focus_and_the_keyboard_answers_it(browser: Browser, site: Site) -> None:
    page = browser.new_context(**PHONE).new_page()
    axe, wrong = Axe(), []
    page.goto(site.link())
    page.goto(f"{site.url}/setup/feel/")
    for number, (question, answer) in enumerate(QUESTIONS.items(), start=2):
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        until(page, FOCUSED)
        expect(page.locator("progress")).to_have_attribute("value", str(number))
        wrong += looked_at(page, axe)
        if question == "A little about your body":
            press(page, "Next")
            expect(page.get_by_role("alert")).to_contain_text("Your age in years")
            assert page.evaluate("document.querySelector('[name=age]').ariaInvalid") == "true"
            wrong += looked_at(page, axe)
            page.get_by_label("Age", exact=True).focus()
            page.keyboard.type("41")
            page.keyboard.press("Enter")
            continue
        press(page, answer)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your plan is ready", timeout=60_000)
    until(page, FOCUSED)
    wrong += looked_at(page, axe)
    page.goto(f"{site.url}/setup/")
    wrong += looked_at(page, axe)
    assert wrong == []


def test_without_script_every_question_can_be_answered_and_back_and_reload_keep_it(
    browser: Browser, site: Site
) -> None:
    page = browser.new_context(**PHONE, java_script_enabled=False).new_page()
    page.goto(site.link())
    page.get_by_role("link", name="Start with me").click()
    page.get_by_role("link", name="Not now, on to the questions").click()
    page.get_by_text("burnout").click()
    page.get_by_label("The one thing you want back").fill("dancing")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="A few bands").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How much time do you have?")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("button", name="A few bands")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Back").click()
    page.reload()
    expect(page.get_by_label("burnout")).to_be_checked()
    expect(page.get_by_label("The one thing you want back")).to_have_value("dancing")
    page.goto(f"{site.url}/welcome/")  # closed, and opened again
    page.get_by_role("link", name="Go on where you stopped").click()
    for question, answer in list(QUESTIONS.items())[2:]:
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        if question == "A little about your body":
            page.get_by_label("Age", exact=True).fill("41")
        page.get_by_role("button", name=answer, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your plan is ready", timeout=60_000)


def test_a_kit_of_ones_own_asks_only_for_the_sizes_of_what_is_ticked(browser: Browser, site: Site) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.goto(site.link())
    page.goto(f"{site.url}/setup/kit/")
    page.get_by_role("button", name="Something else").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you have, exactly?")
    expect(page.get_by_label("Kettlebells, kg")).to_be_hidden()
    page.get_by_label("kettlebells", exact=True).check()
    expect(page.get_by_label("Kettlebells, kg")).to_be_visible()
    expect(page.get_by_label("Dumbbells, kg")).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("Which ones do you have?")
    page.get_by_label("Kettlebells, kg").fill("12 16")
    assert looked_at(page, Axe()) == []
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How much time do you have?")


def test_what_asks_about_health_is_read_to_its_end_before_none_can_be_tapped(browser: Browser, site: Site) -> None:
    """On a phone the button that says "none" stands under the last line of the list, not above it."""
    page = browser.new_context(**PHONE).new_page()
    page.goto(site.link())
    for key in ("symptoms", "conditions", "limits"):
        page.goto(f"{site.url}/setup/{key}/")
        none = page.locator("button.none").bounding_box()
        last = page.locator("label.choice").last.bounding_box()
        assert none
        assert last
        assert none["y"] >= last["y"] + last["height"], key
        page.locator("label.choice").first.click()
        expect(page.locator("button.none")).to_be_hidden()
        expect(page.locator("button.next")).to_be_visible()
