"""A PostgreSQL cluster of a test's own, without a network, thrown away at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import require
from tests.web.served import children, lives

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


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL, which can be killed and started again.

    Parameters
    ----------
    address
        For ``DATABASE_URL``.
    folder
        Where it keeps everything.
    who
        User and group to run it as, where that is not our own.
    options
        What the server is started with.
    """

    address: str
    folder: Path
    who: dict[str, int]
    options: str

    def start(self, *, largest: int | None = None) -> None:
        """Start it and wait until it takes connections; with ``largest`` no file of it can grow beyond so many bytes."""
        arguments = ["-o", self.options, "-l", str(self.folder / "log"), "-t", "300", "start"]
        self._control(*arguments, check=True, largest=largest)

    def stop(self) -> None:
        """Stop it as if the power went: no connection is finished, nothing is written out."""
        self._control("-m", "immediate", "-t", "300", "stop", check=False)

    def main(self) -> int:
        """Its first process; 0 where it has ended."""
        said = self.folder / "data" / "postmaster.pid"
        return int(said.read_text().split()[0]) if said.exists() else 0

    def kill(self) -> None:
        """Kill it with all its processes, and wait until they are gone."""
        main = self.main()
        every = [main, *children(main)] if main else []
        for process in every:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        end = time.monotonic() + 60
        while any(lives(process) for process in every):
            assert time.monotonic() < end, "PostgreSQL does not die"
            time.sleep(0.02)
        for lock in (self.folder / "data" / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)  # whoever is dead and not yet reaped would still seem to hold it

    def _control(self, *arguments: str, check: bool, largest: int | None = None) -> None:
        command = [str(_found() / "pg_ctl"), "-D", str(self.folder / "data"), "-w", *arguments]
        if largest is not None:
            command = ["prlimit", f"--fsize={largest}:", *command]
        subprocess.run(command, check=check, capture_output=True, cwd=self.folder, **self.who)  # type: ignore[call-overload] # user and group, or neither


def _found() -> Path:
    binaries = _binaries()
    require(binaries, "PostgreSQL is not installed (Debian: apt-get install postgresql)")
    assert binaries is not None
    return binaries


@contextmanager
def controlled(*, fsync: bool = False) -> Iterator[Cluster]:
    """A fresh one, gone at the end; with ``fsync`` it waits for the disk as in earnest."""
    binaries = _found()
    with tempfile.TemporaryDirectory(prefix="mettle-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        who = _as_server(folder)
        command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "mettle", "--auth=trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", *([] if fsync else ["--no-sync", "--wal-segsize=1"])]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload] # likewise
        options = f"-k {folder} -c listen_addresses='' -c fsync={'on' if fsync else 'off'}"
        made = Cluster(f"postgresql://mettle@/postgres?host={folder}", folder, who, options)
        made.start()
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def cluster(*, fsync: bool = False) -> Iterator[str]:
    """The address of a fresh one, gone at the end."""
    with controlled(fsync=fsync) as made:
        yield made.address
