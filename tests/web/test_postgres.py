"""The same tests on a real PostgreSQL, in a cluster of its own that is thrown away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SAME_TESTS = [f"tests/web/test_{name}.py" for name in ("sync", "data", "converge", "api", "hosted", "lock", "signin")]
WITHOUT = ("browser", "postgres", "kill", "unkept", "processes", "migrations", "phone")
"""What starts a server or a database of its own; backups and migrations have PostgreSQL tests of their own."""
if int(os.environ.get("METTLE_SOAK", "0")) >= 1000:
    FOUND = sorted((ROOT / "tests" / "web").glob("test_*.py"))
    SAME_TESTS = [str(path) for path in FOUND if not any(word in path.stem for word in WITHOUT)]


@pytest.mark.slow
def test_the_same_tests_pass_on_postgresql(postgresql: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *SAME_TESTS]
    environment = {**os.environ, "DATABASE_URL": postgresql}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
