"""Does the app start? Asked of the first page, on a data folder that is thrown away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE_S = 90


def free_port(wanted: int = 0) -> int:
    """The wanted port of this machine where it is free, otherwise one that is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


def answers() -> float | None:
    """Seconds until the first page answered; None where it did not."""
    port = free_port()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mettle-") as folder:
        command = [sys.executable, "-m", "mettle.web", "--port", str(port)]
        environment = os.environ | {"METTLE_DATA": folder}
        child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            while child.poll() is None and time.monotonic() - began < PATIENCE_S:
                if _is_there(f"http://localhost:{port}/welcome/"):
                    return time.monotonic() - began
                time.sleep(0.1)
        finally:
            child.terminate()
            child.wait()
    return None


def _is_there(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 # our own address
            return bool(reply.status == 200 and b"mettle" in reply.read())
    except (urllib.error.URLError, OSError):
        return False
