"""A second device, from `mettle up --phone` to a set kept without a network: what the terminal prints is all that it gets."""

from __future__ import annotations

import base64
import hashlib
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import expect, sync_playwright

from tests.conftest import ROOT
from tests.web import hands
from tests.web.served import PHONE, QUIET, environment, free_port, stop, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@contextmanager
def printed(data: Path) -> Iterator[tuple[str, str]]:
    """The two addresses that `mettle up --phone` prints: where to trust this machine, and where to sign in."""
    said = data / "said.txt"
    ports = ["--port", str(free_port()), "--trust-port", str(free_port())]
    with said.open("w") as file:
        command = [sys.executable, "-m", "mettle.web", "--phone", *ports]
        server = subprocess.Popen(
            command,
            env=environment(data),
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + 180
        while "Then, on the phone, to sign in" not in said.read_text():
            assert server.poll() is None, said.read_text()
            assert time.monotonic() < end
            time.sleep(0.1)
        trust = re.search(r"first trust this machine: (http://\S+)", said.read_text())
        link = re.search(r"mettle is at (https://\S+)", said.read_text())
        assert trust is not None
        assert link is not None
        yield trust[1], link[1]
    finally:
        stop(server, signal.SIGTERM)


def test_a_phone_is_paired_and_trains_without_a_network(tmp_path: Path, chromium: str) -> None:
    with printed(tmp_path) as (trust, link), sync_playwright() as playwright:
        here = re.sub(r"//[^:]+:", "//127.0.0.1:", trust)  # this machine may have no network of its own
        assert "https://" in urllib.request.urlopen(here).read().decode()
        assert b"BEGIN CERTIFICATE" in urllib.request.urlopen(f"{here}mettle-authority.crt").read()
        served = x509.load_pem_x509_certificate(next((tmp_path / "tls").glob("server*.crt")).read_bytes())
        key = served.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        trusted = base64.b64encode(hashlib.sha256(key).digest()).decode()  # what installing the authority does
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                *QUIET,
                "--host-resolver-rules=MAP * 127.0.0.1",
                f"--ignore-certificate-errors-spki-list={trusted}",
            ],
        )
        context = browser.new_context(**PHONE)
        page = context.new_page()
        page.goto(link)
        hands.set_up(page, link.split("/sign-in/")[0])
        until(page, "navigator.serviceWorker.controller !== null")
        page.goto(link.split("/sign-in/")[0] + "/workout/")
        expect(page.get_by_role("button", name="Start").first).to_be_visible()
        context.set_offline(True)
        page.reload()
        page.get_by_role("button", name="Start").first.tap()
        page.get_by_role("button", name="Done as planned").tap()
        expect(page.locator(".done-list li")).to_have_count(1)
        browser.close()
