from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mettle.instruments.safety import help_numbers
from mettle.web import bundle, models
from mettle.web.settings_form import COUNTRIES, SettingsForm
from tests.web.served import until
from tests.web.test_browser import browser, site

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from playwright.sync_api import Browser

    from tests.web.served import Site

__all__ = ["browser", "site"]  # fixtures of the other browser tests
KEPT = {"check_in": ["mood"], "country": "DE", "emergency_number": "112"}


def test_every_country_of_the_numbers_has_a_name(as_alice: Client) -> None:
    assert {n.country for n in help_numbers()} == set(COUNTRIES)
    page = as_alice.get(reverse("settings")).content.decode()
    assert '<option value="DE">Germany</option>' in page
    assert page.index("Australia") < page.index("Germany") < page.index("United States")


def test_every_field_stands_in_one_section() -> None:
    named = [field for _anchor, _title, fields in SettingsForm.sections for field in fields]
    assert sorted(named) == sorted(SettingsForm.base_fields)


def test_the_number_that_a_person_confirmed_is_first_on_every_card(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    assert bundle.help_cards(person, None)["card"]["emergency"] is None  # nobody has checked the list
    as_alice.post(reverse("settings"), KEPT)
    person.refresh_from_db()
    cards = bundle.help_cards(person, None)
    every = [cards["card"], cards["danger"], *(c for pair in cards["safety_item"].values() for c in pair.values())]
    assert [card["emergency"] for card in every] == ["112"] * len(every)
    assert as_alice.get(reverse("api:export_document")).json()["person"]["choices"]["emergency_number"] == "112"


@pytest.mark.parametrize("number", ["call me", "javascript:1", "1" * 30, "<b>"])
def test_what_is_no_number_is_told(number: str, as_alice: Client, alice: User) -> None:
    reply = as_alice.post(reverse("settings"), KEPT | {"emergency_number": number})
    assert reply.status_code == 400
    assert "emergency_number" not in models.Person.of(alice).choices


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_from_help_now_the_number_of_where_one_is_is_confirmed_in_one_tap(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="de-AT")
    page = context.new_page()
    page.goto(site.link())
    page.goto(f"{site.url}/help-now/")
    page.get_by_role("link", name="Put your emergency number").click()
    page.get_by_role("button", name="Austria, and 112 is right there").click()
    expect(page.get_by_label("Where you are")).to_have_value("AT")
    expect(page.locator("#offer button")).to_have_count(0)
    page.get_by_label("Where you are").select_option("GB")
    expect(page.get_by_label("Emergency number there")).to_have_value("")  # not that of another country
    page.get_by_role("button", name="United Kingdom, and 999 is right there").click()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    page.goto(f"{site.url}/help-now/")
    expect(page.get_by_role("link", name="Emergency: 999")).to_be_visible()
    context.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_on_a_desk_settings_are_two_columns_with_an_index(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(site.link())
    page.goto(f"{site.url}/settings/")
    left, right = (page.locator(anchor).bounding_box() for anchor in ("#set-check-in", "#set-help"))
    assert left
    assert right
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]
    assert page.locator("input[type=checkbox]:visible").count() <= 12
    page.get_by_role("link", name="Look and sound").click()
    expect(page.get_by_label("Show the app under another name")).to_be_in_viewport()
    context.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_settings_page_is_locked_as_any_other(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(site.link())
    page.goto(f"{site.url}/settings/")
    page.get_by_label("PIN of 4 to 8 digits").fill("2718")
    page.get_by_role("button", name="Keep the PIN").click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    until(page, "Number(localStorage.getItem('mettle-active-at')) > 0")
    page.goto(f"{site.url}/help-now/")  # what the phone keeps is fetched anew there
    expect(page.get_by_role("link", name="Put your emergency number")).to_be_visible()
    page.goto(f"{site.url}/settings/")
    page.evaluate("localStorage.setItem('mettle-active-at', '0')")
    page.reload()
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    page.get_by_label("Your PIN").fill("2718")
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="Keep the PIN").click()  # an empty one takes it off
    expect(page.get_by_text("Kept.")).to_be_visible()
    context.close()
