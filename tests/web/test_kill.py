"""The server is killed in the middle of writing, again and again, as a whole and in part: whatever it acknowledged is there, once.

6 kills on each database; `make soak` makes it 60. Then everything is backed up, restored elsewhere and compared.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.web.events import ROWS, batch
from tests.web.postgres import cluster
from tests.web.served import children, environment, free_port, lives

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
KILLS = 60 if int(os.environ.get("METTLE_SOAK", "0")) >= 1000 else 6
PATIENCE_S = 300.0  # a machine under full load starts it slowly
BETWEEN = 4  # batches that must be acknowledged between one kill and the next
MAKE_KEY = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from mettle.web import models, signin, tokens
print(tokens.make(models.Person.of(signin.owner()), "load"))
"""


@dataclass
class Load:
    """A client that never gives up: it sends each batch again until a receipt for every operation has come."""

    port: int
    key: str
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    batches: int = 0
    resent: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        device, before = str(uuid.uuid4()), dict[str, str]()
        while not self.stop.is_set():
            gone = before if self.batches % 3 == 2 else {}
            ops = batch(self.batches, device, int(time.time() * 1000), gone=gone)
            self._until_acknowledged({"device": device, "ops": ops})
            before = {op["kind"].partition(".")[0]: op["entity"] for op in ops if op["kind"].endswith(".put")}

    def _until_acknowledged(self, body: dict[str, Any]) -> None:
        while True:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as link:
                    head = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
                    link.request("POST", "/api/v1/sync", json.dumps(body), head)
                    receipts = json.loads(link.getresponse().read())["receipts"]
            except (OSError, http.client.HTTPException, ValueError, KeyError):
                self.resent += 1
                if self.stop.is_set():
                    return
                time.sleep(0.05)
                continue
            assert [(r["op_id"], r["status"]) for r in receipts] == [(op["op_id"], "accepted") for op in body["ops"]]
            self.acknowledged += body["ops"]
            self.batches += 1
            return

    def wait_for(self, more: int) -> None:
        """Wait until this many more batches are acknowledged."""
        already, until = self.batches, time.monotonic() + PATIENCE_S
        while self.batches < already + more:
            assert time.monotonic() < until, "the server did not come back"
            time.sleep(0.02)


def serve(where: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """What `mettle up` starts: one worker on SQLite, two on PostgreSQL."""
    command = [sys.executable, "-m", "mettle.web", "--port", str(port)]
    return subprocess.Popen(
        command, env=where, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kill_everything(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def kill_first_process(server: subprocess.Popen[bytes]) -> None:
    """Only the process that was started: what it started must not go on serving beside the next one."""
    started = children(server.pid)
    server.kill()
    server.wait()
    until = time.monotonic() + PATIENCE_S
    while any(lives(process) for process in started):
        assert time.monotonic() < until, "orphans go on serving"
        time.sleep(0.02)


def kill_a_worker(server: subprocess.Popen[bytes]) -> None:
    """Only one that serves: another takes its place."""
    os.kill(children(server.pid)[0], signal.SIGKILL)


WAYS = (kill_everything, kill_a_worker, kill_first_process)


@dataclass(frozen=True)
class Survivor:
    """What the load was told, and where the data is; the server is down."""

    load: Load
    data: Path
    database: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a question to the database brings."""
        if self.database:
            with psycopg.connect(self.database) as link:
                return link.execute(query.encode()).fetchall()
        return rows(self.data, query)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def survived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survivor]:
    data = tmp_path_factory.mktemp("mettle")
    if request.param == "sqlite":
        yield Survivor(killed_again_and_again(environment(data)), data, "")
        return
    with cluster() as address:
        yield Survivor(killed_again_and_again(environment(data, address)), data, address)


def killed_again_and_again(where: dict[str, str]) -> Load:
    made = subprocess.run([sys.executable, "-c", MAKE_KEY], env=where, capture_output=True, text=True, check=True)
    port = free_port()
    load = Load(port, made.stdout.strip())
    rng = random.Random(20261122)
    server = serve(where, port)
    writer = threading.Thread(target=load.run, daemon=True)
    writer.start()
    try:
        for number in range(KILLS):
            load.wait_for(BETWEEN)
            time.sleep(rng.random() / 5)
            WAYS[number % len(WAYS)](server)
            if server.poll() is not None:
                server = serve(where, port)
        load.wait_for(1)
    finally:
        load.stop.set()
        kill_everything(server)
        writer.join(15)
    return load


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{data / 'mettle.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def test_no_acknowledged_event_is_lost_and_none_is_doubled(survived: Survivor) -> None:
    sent = survived.load.acknowledged
    assert len(sent) >= BETWEEN * KILLS * len(ROWS)
    assert survived.load.resent > 0
    operations = [uuid.UUID(str(row[0])) for row in survived.rows("SELECT op_id FROM mettle_operation")]
    assert {uuid.UUID(op["op_id"]) for op in sent} <= set(operations)
    assert len(operations) == len(set(operations))
    deleted = {op["entity"] for op in sent if op["kind"].endswith(".delete")}
    for kind, table in ROWS.items():
        there = {
            str(uuid.UUID(str(key))): bool(gone) for key, gone in survived.rows(f"SELECT id, deleted FROM {table}")
        }
        written = {op["entity"] for op in sent if op["kind"] == f"{kind}.put"}
        assert written, kind
        assert written <= set(there), kind
        assert all(there[entity] for entity in written & deleted), kind
    puts = survived.rows("SELECT count(*) FROM mettle_operation WHERE kind LIKE '%.put'")[0][0]
    assert puts == sum(survived.rows(f"SELECT count(*) FROM {table}")[0][0] for table in set(ROWS.values()))


ON_SQLITE = pytest.mark.parametrize("survived", ["sqlite"], indirect=True)


@ON_SQLITE
def test_the_database_is_sound(survived: Survivor) -> None:
    assert rows(survived.data, "PRAGMA integrity_check") == [("ok",)]
    assert rows(survived.data, "PRAGMA foreign_key_check") == []


def mettle(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mettle", *arguments]
    return subprocess.run(command, env=environment(data), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def saved(survived: Survivor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "all.zip"
    done = mettle(survived.data, "backup", str(file))
    assert done.returncode == 0, done.stderr
    return file


@ON_SQLITE
def test_a_backup_is_restored_and_equal(survived: Survivor, saved: Path, tmp_path: Path) -> None:
    data, file, elsewhere = survived.data, saved, tmp_path / "elsewhere"
    assert file.stat().st_mode & 0o077 == 0
    assert mettle(data, "backup", str(file)).returncode == 2  # never over another one
    done = mettle(elsewhere, "restore", str(file))
    assert done.returncode == 0, done.stderr
    tables = [r[0] for r in rows(data, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mettle_%'")]
    assert len(tables) > 15
    for table in tables:
        query = f'SELECT * FROM "{table}" ORDER BY 1'
        assert rows(elsewhere, query) == rows(data, query), table
    assert list(elsewhere.glob("before-restore-*.zip"))


@ON_SQLITE
@pytest.mark.parametrize("how", ["not a zip", "one byte changed", "another zip"])
def test_a_damaged_backup_is_refused_and_nothing_changes(
    survived: Survivor, saved: Path, tmp_path: Path, how: str
) -> None:
    data = survived.data
    file = tmp_path / "all.zip"
    shutil.copy(saved, file)
    if how == "not a zip":
        file.write_bytes(b"nothing")
    else:
        with zipfile.ZipFile(file) as before:
            told, content = before.read("backup.json"), bytearray(before.read("mettle.sqlite3"))
        content[-100] ^= 1
        with zipfile.ZipFile(file, "w") as after:
            after.writestr("backup.json", b"{}" if how == "another zip" else told)
            after.writestr("mettle.sqlite3", bytes(content))
    count = rows(data, "SELECT count(*) FROM mettle_operation")
    done = mettle(data, "restore", str(file))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert rows(data, "SELECT count(*) FROM mettle_operation") == count
    assert not list(data.glob("before-restore-*.zip"))
