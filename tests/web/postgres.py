"""A PostgreSQL cluster of a test's own, without a network, thrown away at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import require

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@contextmanager
def cluster(*, fsync: bool = False) -> Iterator[str]:
    """The address of a fresh one, gone at the end; with ``fsync`` it waits for the disk as in earnest."""
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
        options = ["-o", f"-k {folder} -c listen_addresses='' -c fsync={'on' if fsync else 'off'}"]
        subprocess.run([*control, *options, "start"], check=True, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload] # likewise
        try:
            yield f"postgresql://mettle@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload] # likewise
