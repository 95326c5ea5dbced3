"""The same journeys on PostgreSQL with two serving processes, where the database matters: from the first page to an answer, a session
without a network, two devices, the question on self-harm; and a database that dies in the middle of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from mettle.instruments import text
from tests.web import test_browser as gym
from tests.web import test_browser_quality as quality
from tests.web.postgres import Cluster, controlled
from tests.web.served import Site, children, running
from tests.web.words import pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

playwright, browser, state, simulated = quality.playwright, quality.browser, quality.state, quality.simulated
context, page = quality.context, gym.page

test_from_the_first_page_to_the_first_set = quality.test_from_the_first_page_to_the_first_set
test_the_set_and_the_check_in_have_arrived = quality.test_the_set_and_the_check_in_have_arrived
test_a_session_logged_offline = gym.test_a_session_logged_offline_survives_reload_a_closed_tab_and_reconnects
test_two_devices_edit_one_session = gym.test_two_devices_edit_one_session_and_both_see_the_same
test_the_question_on_self_harm = quality.test_the_question_on_self_harm_shows_help_at_once_without_a_network


@dataclass(frozen=True)
class Both:
    """The app and its database."""

    site: Site
    cluster: Cluster
    server: int


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    data = tmp_path_factory.mktemp("mettle")
    text.write_pack(pack("phq9"), into=data / "text")
    with controlled() as cluster, running(data, DATABASE_URL=cluster.address) as (found, process):
        yield Both(found, cluster, process.pid)


@pytest.fixture(scope="module")
def site(both: Both) -> Site:
    return both.site


def test_two_processes_serve_and_the_simulated_person_has_an_answer(both: Both, simulated: Any) -> None:
    assert len(children(both.server)) == 2
    assert simulated["cookies"]
    assert not list(both.site.data.glob("*.sqlite3*"))


def test_a_database_that_dies_in_a_session_costs_no_set(page: Page, context: BrowserContext, both: Both) -> None:
    gym.ready_for_offline(page, both.site)
    page.get_by_role("button", name="Start").first.click()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.locator(".done-list .arrived")).to_have_count(1, timeout=60_000)
    expect(page.locator("#unsynced")).to_be_hidden()
    both.cluster.kill()
    page.get_by_role("button", name="Done as planned").click()
    expect(page.locator(".done-list li")).to_have_count(2)
    expect(page.locator("#unsynced")).to_have_text("1 not sent yet")
    page.reload()
    expect(page.locator(".done-list li")).to_have_count(2)
    page.goto(f"{both.site.url}/sessions/")
    expect(page.get_by_role("heading", name="Not just now")).to_be_visible()
    expect(page.locator("#unsynced")).to_have_text("1 not sent yet")
    page.get_by_role("link", name="Workout").click()
    expect(page.locator(".done-list li")).to_have_count(2)
    both.cluster.start()
    page.reload()  # it would be sent within half a minute anyway
    expect(page.locator("#unsynced")).to_be_hidden()
    page.goto(f"{both.site.url}/sessions/")
    page.locator(".session-list a").first.click()
    expect(page.locator("details.one-set")).to_have_count(2)
