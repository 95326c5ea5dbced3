"""The same tests on a real PostgreSQL, in a cluster of its own that is thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, require

if TYPE_CHECKING:
    from collections.abc import Iterator

SAME_TESTS = [f"tests/web/test_{name}.py" for name in ("sync", "data", "converge", "api", "hosted", "lock", "signin")]
WITHOUT = ("browser", "postgres", "kill", "migrations", "phone")
"""What starts a server or a database of its own; the kills and the migrations have their PostgreSQL tests here."""
if int(os.environ.get("METTLE_SOAK", "0")) >= 1000:
    FOUND = sorted((ROOT / "tests" / "web").glob("test_*.py"))
    SAME_TESTS = [str(path) for path in FOUND if not any(word in path.stem for word in WITHOUT)]


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) if Path("/usr/lib/postgresql").exists() else []
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _as_server(folder: Path) -> dict[str, int]:
    """PostgreSQL refuses to run as root; there it runs as the user that its package made."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid}


@pytest.fixture
def cluster() -> Iterator[str]:
    binaries = _binaries()
    require(binaries, "PostgreSQL is not installed (Debian: apt-get install postgresql)")
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="mettle-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        who = _as_server(folder)
        data, log = folder / "data", folder / "log"
        initdb = [
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            "mettle",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload] # user and group, or neither
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-l", str(log), "-w"]
        options = ["-o", f"-k {folder} -c listen_addresses='' -c fsync=off"]
        subprocess.run([*control, *options, "start"], check=True, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload] # likewise
        try:
            yield f"postgresql://mettle@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload] # likewise


@pytest.mark.slow
def test_the_same_tests_pass_on_postgresql(cluster: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *SAME_TESTS]
    environment = {**os.environ, "DATABASE_URL": cluster, "METTLE_SOAK": "10"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
