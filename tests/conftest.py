"""What all tests share: real parts are used where they are, and their absence is said, or fails under METTLE_REQUIRE=all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("mettle", deadline=None)  # a busy machine is no failure
settings.load_profile("mettle")

ROOT = Path(__file__).resolve().parents[1]


def require(present: object, reason: str) -> None:
    """Skip with the reason where a real part is absent; fail instead where METTLE_REQUIRE=all.

    Real exports and per-arm figures are somebody else's files, so their absence never fails.
    """
    if present:
        return
    if os.environ.get("METTLE_REQUIRE") == "all":
        pytest.fail(f"METTLE_REQUIRE=all, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def exports() -> Path:
    """The folder of real export files."""
    folder = Path(os.environ.get("METTLE_EXPORTS", ROOT.parent / "shared" / "data" / "exports"))
    if not folder.is_dir():
        pytest.skip(f"no real exports at {folder}; set METTLE_EXPORTS")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require(path, "Chromium is not installed (Debian: apt-get install chromium)")
    assert path is not None
    return path
