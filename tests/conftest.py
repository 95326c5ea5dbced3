"""What all tests share: real parts are used where they are, and their absence is said, or fails under METTLE_REQUIRE=all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

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


MAY_BE_ABSENT = {
    "no real exports": "other people's files",
    "no table of claims": "likewise",
    "no article": "likewise",
    "no shared tables": "likewise",
    "the words at hand were added": "somebody's own choice of words stands in place of the fetched ones",
}
"""How the reason of a skip begins that passes even with METTLE_REQUIRE=all, and why: no package can bring the part."""


def strict(report: pytest.TestReport | pytest.CollectReport) -> None:
    """With METTLE_REQUIRE=all, whatever way a test skips, it fails unless its reason may be."""
    if os.environ.get("METTLE_REQUIRE") != "all" or not report.skipped or not isinstance(report.longrepr, tuple):
        return
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if not reason.startswith(tuple(MAY_BE_ABSENT)):
        report.outcome = "failed"
        report.longrepr = f"METTLE_REQUIRE=all, but {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    strict(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    strict(report)
    return report


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
