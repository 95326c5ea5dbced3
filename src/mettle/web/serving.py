"""How the app is served: alone on its SQLite file, by processes that come back when one of them dies and that end together."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time
import uuid
from multiprocessing import connection as pipes
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.web.place import SAFE_SQLITE

if TYPE_CHECKING:
    import argparse
    from typing import IO

PATIENCE_S = 30.0
"""How long a start waits for processes that a killed server left and that are about to end."""
GRACE_S = 10.0
"""How long a process whose parent has died may take over the request it is in."""

RUNS = 0x6D6574746C65
"""PostgreSQL's number for the lock that serving processes share, and that a restore wants for itself."""

_told: list[Any] = []
"""The connection that holds that lock in this serving process."""
_held: list[IO[str]] = []
"""The lock file of this process, open for as long as it lives; serving processes inherit it."""


def end_with_parent() -> None:
    """See to it that this process ends when the one that started it does, however that one ended.

    Otherwise a killed server would leave processes behind that go on serving, and writing, beside the next one.
    """
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), name="follow", daemon=True).start()


def _follow(parent: int) -> None:
    pipes.wait([parent])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def alone(lock: Path) -> str | None:
    """Be the only one to serve a SQLite file for as long as this process lives; None then, or where another one serves it.

    Two servers could share a port without a word, and SQLite before 3.51.3 can damage its log under several writing
    processes.

    Raises
    ------
    InputError
        Where processes of a server that was killed do not end.
    """
    if sys.platform == "win32":  # it has no such lock, and lets no two servers share a port
        return None
    import fcntl  # noqa: PLC0415 # not everywhere

    file = lock.open("a+", encoding="utf-8")
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:  # somebody has it
            file.seek(0)
            process, _, there = file.read().partition(" ")
            if process.isdigit() and _lives(int(process)):
                file.close()
                return there
            if time.monotonic() > until:
                file.close()
                raise InputError("processes of an earlier mettle still serve this data; end them first") from None
            time.sleep(0.1)
        except OSError:  # a file system without locks
            file.close()
            return None
    _held.append(file)
    at("")
    return None


def tell_restores() -> None:
    """Let whoever would restore a backup beneath this serving process know that it runs; asked again each minute.

    Under ``mettle up`` on SQLite the process that started this one holds the lock already; under another server this one shares
    it. On PostgreSQL a connection of its own holds a lock for as long as it lives, and comes back after the database was away.
    """
    from django.conf import settings  # noqa: PLC0415 # the computing process imports this module and needs no Django
    from django.db import DatabaseError, InterfaceError, connection  # noqa: PLC0415 # likewise

    if connection.vendor == "sqlite":
        if not _held and "METTLE_RUN" not in os.environ:
            _share(settings.PLACE.sqlite_lock())
        return
    try:
        if not _told:
            own = connection.copy()
            own.inc_thread_sharing()  # the clock's thread asks again
            own.cursor().execute("SELECT pg_advisory_lock_shared(%s)", [RUNS])
            _told.append(own)
        _told[0].cursor().execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        _told.clear()


def _share(lock: Path | None) -> None:
    if lock is None or sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 # not everywhere

    file = lock.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise InputError("mettle serves this data already, or a backup is being restored") from None
    _held.append(file)
    at("")


def at(address: str) -> None:
    """Tell who else would serve the same file where it is served."""
    for file in _held:
        file.truncate(0)
        file.write(f"{os.getpid()} {address}")
        file.flush()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def free(host: str, port: int) -> None:
    """See that nothing else listens there; what a killed server left may take a moment to go.

    Raises
    ------
    InputError
        With what to do instead.
    """
    until = time.monotonic() + PATIENCE_S / 10
    while True:
        try:
            socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
        except OSError as error:
            if time.monotonic() > until:
                why = error.strerror or str(error)
                raise InputError(f"cannot listen on {host}, port {port}: {why}; choose another with --port") from None
            time.sleep(0.1)
        else:
            return


def serve(args: argparse.Namespace) -> int:
    """Serve with granian until interrupted: one writing process on SQLite, two on PostgreSQL, one thread each."""
    import sqlite3  # noqa: PLC0415 # the computing process imports this module and has no use for it

    from django.conf import settings  # noqa: PLC0415 # needs the settings module named first
    from django.db import connections  # noqa: PLC0415 # likewise
    from granian import Granian  # noqa: PLC0415 # only for serving
    from granian.constants import Interfaces  # noqa: PLC0415 # likewise

    on_sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]
    if on_sqlite and sqlite3.sqlite_version_info < SAFE_SQLITE:
        safe = ".".join(map(str, SAFE_SQLITE))
        print(
            f"SQLite {sqlite3.sqlite_version} (before {safe}): one process writes, which is safe.",
            file=sys.stderr,
            flush=True,
        )
    os.environ.setdefault("METTLE_TICK_S", "60")  # the serving processes look every minute who is to be prompted
    os.environ["METTLE_RUN"] = uuid.uuid4().hex
    connections.close_all()  # a connection does not survive the parting of processes
    gc.collect()
    gc.freeze()  # what is loaded stays shared and is not gone through again
    Granian(
        "mettle.web.wsgi:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=1 if on_sqlite else 2,
        blocking_threads=1,
        respawn_failed_workers=True,  # one that was killed, for want of memory say, is no end of the app
        ssl_cert=Path(args.cert) if args.cert else None,
        ssl_key=Path(args.key) if args.key else None,
        log_enabled=False,
    ).serve()
    return 0
