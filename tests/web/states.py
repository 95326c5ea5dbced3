"""The states inside a screen that no address leads to: a set under way, open sheets, a running test, a question, the help card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page


def states(page: Page, url: str) -> Iterator[str]:
    """Bring the page from one state to the next; the name of each, once it is there."""
    yield from _workout(page, url)
    yield from _clock(page, url)
    yield from _questionnaire(page, url)
    yield from _reactions(page, url)


def _workout(page: Page, url: str) -> Iterator[str]:
    page.goto(f"{url}/workout/")
    press(page, "Start")
    expect(page.get_by_role("button", name="Done as planned")).to_be_visible()
    yield "a set"
    press(page, "Done as planned")
    expect(page.locator("#rest")).to_be_visible()
    yield "resting"
    for tool, leave in (("swap", "Keep this one"), ("it hurts", "Back"), ("stop", "Go on")):
        press(page, tool)
        sheet = page.get_by_role("dialog")
        expect(sheet).to_be_visible()
        yield f"sheet {tool!r}"
        sheet.get_by_role("button", name=leave, exact=True).click()
    page.locator(".done-list button").first.click()
    yield "a set changed"
    press(page, "Leave it")
    press(page, "stop")
    press(page, "End the session here")
    expect(page.get_by_role("heading", name="Stopped, and kept")).to_be_visible()
    yield "a session's end"


def _clock(page: Page, url: str) -> Iterator[str]:
    page.goto(f"{url}/workout/?short=1")
    press(page, "Start")
    press(page, "Go by the clock")
    expect(page.locator(".circuit .phase")).to_be_visible()
    yield "a circuit's clock"
    press(page, "Pause")
    expect(page.locator(".circuit .phase")).to_have_text("Paused")
    yield "a circuit paused"
    press(page, "stop")
    press(page, "End the session here")
    expect(page.get_by_role("heading", name="Stopped, and kept")).to_be_visible()


def _questionnaire(page: Page, url: str) -> Iterator[str]:
    page.goto(f"{url}/questionnaire/?id=phq9")
    press(page, "Begin")
    expect(page.locator("h1.item")).to_be_visible()
    yield "a question"
    for n in range(8):
        expect(page.locator("h1.item")).to_have_text(f"question {n + 1}")
        press(page, "answer 0")
    press(page, "answer 1")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    yield "the help card"


def _reactions(page: Page, url: str) -> Iterator[str]:
    for task, running in (("pvtb", ".light"), ("flanker", ".arrows")):
        page.goto(f"{url}/reaction/?task={task}")
        press(page, "Begin")
        expect(page.locator(running)).not_to_be_empty()
        yield f"{task} running"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
