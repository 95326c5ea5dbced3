"""The app as a person runs it: its own process, its own data folder, https on a name that is not localhost."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mettle.web import phone
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

NAME = "mettle.test"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
"""A small one, which most people's are not smaller than."""
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Site:
    """A running app."""

    url: str
    data: Path
    environment: dict[str, str]
    arguments: list[str]
    spki: str
    source: Path
    log: Path

    def link(self) -> str:
        """A fresh one-time sign-in link."""
        done = subprocess.run(
            [*self.arguments, "--link"], env=self.environment, capture_output=True, text=True, check=True, cwd=ROOT
        )
        return done.stdout.split(" is at ")[1].split()[0]

    def browser_arguments(self) -> list[str]:
        """Chromium's options: our name leads here, and our certificate counts as a trusted one."""
        return [
            *QUIET,
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={self.spki}",
        ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, database: str = "") -> dict[str, str]:
    """Of an installation with its own data folder, whatever this process was told."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_", "DATABASE_URL"))}
    more = {"METTLE_DATA": str(data), "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "mettle.web.settings"}
    return kept | more | ({"DATABASE_URL": database} if database else {})


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still are."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except (OSError, IndexError):
            continue
    return found


def lives(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return False


@contextmanager
def running(
    data: Path, *options: str, https: bool = True, source: Path = ROOT / "src", **environment: str
) -> Iterator[tuple[Site, subprocess.Popen[str]]]:
    """Start the app on a data folder with the command's options and wait until it answers; it is stopped at the end."""
    port = free_port()
    arguments = [sys.executable, "-m", "mettle.web", "--port", str(port), *options]
    spki = ""
    if https:
        made = phone.certificates(data / "tls", (NAME,))
        arguments += ["--name", NAME, "--cert", str(made.certificate), "--key", str(made.key)]
        key = x509.load_pem_x509_certificate(made.certificate.read_bytes()).public_key()
        digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
        spki = base64.b64encode(digest).decode()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_", "DATABASE_URL"))}
    env = {**kept, "METTLE_DATA": str(data), "PYTHONPATH": str(source), **environment}
    url = f"https://{NAME}:{port}" if https else f"http://localhost:{port}"
    log = (
        data / "server.log"
    )  # a file: a pipe that nobody reads fills up, and the server then waits in the middle of a request
    with log.open("w") as said:
        process = subprocess.Popen(
            arguments, env=env, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
    try:
        _wait(port, process, log)
        yield Site(url, data, env, arguments, spki, source, log), process
    finally:
        stop(process)


def stop(process: subprocess.Popen[str], how: int = signal.SIGTERM) -> None:
    """Stop the server with its workers."""
    if process.poll() is None:
        os.killpg(process.pid, how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[str], log: Path, seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"no answer on port {port} within {seconds} s")


def until(page: Page, holds: str, seconds: float = 90) -> None:
    """Wait for an expression; Playwright's own waiting would need eval, which the content policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(holds):
        assert time.monotonic() < end, holds
        page.wait_for_timeout(100)
