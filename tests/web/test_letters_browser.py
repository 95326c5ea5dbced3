"""The pages that come with letters, as a person with a lost passkey sees them on a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.web.mailbox import mailbox
from tests.web.served import PHONE, running
from tests.web.test_browser_quality import watch

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
LOOKS = [("light", "100%"), ("dark", "200%")]
PICTURES = os.environ.get("METTLE_PICTURES")
"""A folder for what was seen, where somebody wants to look."""


class Looker:
    """Looks at a page in light and dark, at two sizes of text, for what axe finds and what does not fit."""

    def __init__(self) -> None:
        self.axe = Axe()
        self.wrong: list[str] = []

    def look(self, page: Page, name: str) -> None:
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-360.png", full_page=True)
            page.set_viewport_size({"width": 1280, "height": 800})
            page.screenshot(path=Path(PICTURES) / f"{name}-1280.png", full_page=True)
            page.set_viewport_size(PHONE["viewport"])
        for scheme, size in LOOKS:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # a literal
            page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
            found = self.axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
            serious = [f for f in found if f["impact"] in ("serious", "critical")]
            self.wrong += [
                f"{name} {scheme} {size}: {f['id']} {n['html'][:160]}" for f in serious for n in f["nodes"][:2]
            ]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            self.wrong += [f"{name} {scheme} {size}: {wide} px wider than the screen"] if wide > 1 else []


def test_the_way_back_in_by_letter(tmp_path: Path, chromium: str) -> None:
    """An address is added and confirmed; the passkey is lost; a code signs in, another makes a new password."""
    looker = Looker()
    with (
        mailbox() as box,
        running(tmp_path, METTLE_EMAIL_URL=box.url, METTLE_HOSTED="1") as (site, _process),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=site.browser_arguments())
        context = browser.new_context(**PHONE)
        seen = watch(context, site)
        page = context.new_page()
        page.goto(site.link())
        page.goto(f"{site.url}/settings/")
        page.get_by_role("link", name="E-mail address").tap()
        looker.look(page, "address-none")
        page.get_by_label("Email").fill("ann.with.a.rather.long.name@mail.some-long-place.example.org")
        page.get_by_role("button", name="Add it").tap()
        expect(page.get_by_text("A letter is on its way")).to_be_visible()
        looker.look(page, "address-added")
        page.goto(site.url + box.link())
        looker.look(page, "confirm")
        page.get_by_role("button", name="Yes, confirm").tap()
        expect(page.get_by_text("You have confirmed")).to_be_visible()
        looker.look(page, "address-confirmed")
        page.goto(site.url + "/accounts/confirm-email/used/")
        looker.look(page, "confirm-used")
        page.goto(site.url + "/accounts/confirm-email/")
        looker.look(page, "confirm-sent")
        page.goto(f"{site.url}/invitations/")
        page.get_by_label("Send it to").fill("bo@example.org")
        page.get_by_role("button", name="Make an invitation").tap()
        expect(page.get_by_text("Sent. This is the address")).to_be_visible()
        looker.look(page, "invitation")

        lost = browser.new_context(**PHONE)
        also = watch(lost, site)
        page = lost.new_page()
        page.goto(f"{site.url}/accounts/login/")
        looker.look(page, "sign-in")
        page.get_by_role("link", name="Get a code by e-mail").tap()
        looker.look(page, "code-ask")
        page.get_by_label("Email").fill("ann.with.a.rather.long.name@mail.some-long-place.example.org")
        page.get_by_role("button", name="Send a code").tap()
        expect(page.get_by_role("heading", name="Type the code")).to_be_visible()
        looker.look(page, "code-type")
        page.get_by_label("Code").fill("no")
        page.get_by_role("button", name="Go on").tap()
        expect(page.get_by_text("Incorrect code")).to_be_visible()
        looker.look(page, "code-wrong")
        page.get_by_label("Code").fill(box.code().lower())
        page.get_by_role("button", name="Go on").tap()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        lost.clear_cookies()

        page.goto(f"{site.url}/accounts/password/reset/")
        looker.look(page, "password-ask")
        page.get_by_label("Email").fill("ann.with.a.rather.long.name@mail.some-long-place.example.org")
        page.get_by_role("button", name="Send a code").tap()
        expect(page.get_by_role("heading", name="Type the code")).to_be_visible()
        page.get_by_label("Code").fill(box.code())
        looker.look(page, "password-code")
        page.get_by_role("button", name="Go on").tap()
        expect(page.get_by_label("New Password", exact=True)).to_be_visible()
        looker.look(page, "password-new")
        for field in page.locator("input[type=password]").all():
            field.fill("a really long passphrase")
        page.get_by_role("button", name="Keep").tap()
        expect(page.get_by_text("Your new password is kept")).to_be_visible()
        looker.look(page, "password-kept")
        browser.close()
    assert not looker.wrong, "\n".join(looker.wrong)
    assert (seen.elsewhere, seen.refused, also.elsewhere, also.refused) == ([], [], [], [])
