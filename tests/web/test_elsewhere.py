"""Over plain http from elsewhere in the network: the app answers to this machine's own names, and says why offline is off."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from mettle.web import phone
from mettle.web.__main__ import _names_elsewhere
from tests.web.served import QUIET, running

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_who_serves_this_machine_only_answers_to_no_other_name(host: str) -> None:
    assert _names_elsewhere(host) == []


def test_who_serves_the_network_answers_to_the_machines_names_and_addresses() -> None:
    assert set(phone.own_names()) <= set(_names_elsewhere("0.0.0.0"))
    assert "192.168.1.20" in _names_elsewhere("192.168.1.20")
    assert "[fd00::20]" in _names_elsewhere("fd00::20")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_from_another_device_over_plain_http_one_line_says_why_offline_is_off(tmp_path: Path, chromium: str) -> None:
    name = next(n for n in phone.own_names() if n.endswith(".local"))
    with (
        running(tmp_path, "--host", "0.0.0.0", https=False) as (site, _process),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*QUIET, f"--host-resolver-rules=MAP {name} 127.0.0.1"]
        )
        page = browser.new_page()
        line = page.get_by_text("Offline is off here: browsers allow it only over https or on this machine.")
        link = site.link()
        page.goto(link.replace("localhost", name))
        page.goto(f"{site.url.replace('localhost', name)}/data/")
        expect(page.get_by_role("heading", name="Your data")).to_be_visible()
        expect(line).to_be_visible()
        assert page.evaluate("window.isSecureContext") is False
        page.goto(site.link())
        page.goto(f"{site.url}/data/")
        expect(page.get_by_role("heading", name="Your data")).to_be_visible()
        expect(line).to_be_hidden()
        with pytest.raises(urllib.error.HTTPError) as refused:  # a name of nobody's is refused as before
            urllib.request.urlopen(urllib.request.Request(site.url, headers={"Host": "evil.example"}), timeout=60)
        assert refused.value.code == 400
        browser.close()
