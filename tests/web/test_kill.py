"""The server is killed in the middle of writing, again and again: whatever it acknowledged is there, once.

6 kills here; `make soak` makes it 60. Then everything is backed up, restored elsewhere and compared.
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

import pytest

from tests.conftest import ROOT
from tests.web.served import free_port

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
KILLS = 60 if int(os.environ.get("METTLE_SOAK", "0")) >= 1000 else 6
RESTART_S = 300.0  # a machine under full load starts it slowly
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
    acknowledged: dict[str, str] = field(default_factory=dict)
    resent: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        device, count = str(uuid.uuid4()), 0
        while not self.stop.is_set():
            count += 1
            clock = f"{int(time.time() * 1000):015d}-{count % 1_000_000:06d}-{device}"
            fields = {"exercise": "goblet_squat", "reps": count % 20, "amount": "16", "unit": "kg"}
            ops = [
                {
                    "op_id": str(uuid.uuid4()),
                    "kind": "set.put",
                    "entity": str(uuid.uuid4()),
                    "clock": clock,
                    "fields": fields,
                }
                for _ in range(3)
            ]
            self._until_acknowledged({"device": device, "ops": ops})

    def _until_acknowledged(self, body: dict[str, Any]) -> None:
        while True:
            try:
                with closing(http.client.HTTPConnection("localhost", self.port, timeout=10)) as link:
                    head = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
                    link.request("POST", "/api/v1/sync", json.dumps(body), head)
                    receipts = json.loads(link.getresponse().read())["receipts"]
            except (OSError, http.client.HTTPException, ValueError, KeyError):
                self.resent += 1
                if self.stop.is_set():
                    return
                time.sleep(0.05)
                continue
            assert [r["status"] for r in receipts] == ["accepted"] * 3
            self.acknowledged |= {op["op_id"]: op["entity"] for op in body["ops"]}
            return


def environment(data: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_", "DATABASE_URL"))}
    more = {"METTLE_DATA": str(data), "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "mettle.web.settings"}
    return kept | more


def serve(data: Path, port: int) -> subprocess.Popen[bytes]:
    """The server that `mettle up` starts: one worker, one thread."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-log"]
    command += ["--workers", "1", "--blocking-threads", "1", "mettle.web.wsgi:application"]
    return subprocess.Popen(
        command, env=environment(data), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Load, Path]:
    """The load and the data folder after all kills; the server is down."""
    data, port = tmp_path_factory.mktemp("mettle"), free_port()
    made = subprocess.run(
        [sys.executable, "-c", MAKE_KEY], env=environment(data), capture_output=True, text=True, check=True
    )
    load = Load(port, made.stdout.strip())
    rng = random.Random(20261122)
    server = serve(data, port)
    writer = threading.Thread(target=load.run, daemon=True)
    writer.start()
    try:
        for _ in range(KILLS):
            already, until = len(load.acknowledged), time.monotonic() + RESTART_S
            while len(load.acknowledged) < already + 15:
                assert time.monotonic() < until, "the server did not come back"
                time.sleep(0.02)
            time.sleep(rng.random() / 5)
            kill(server)
            server = serve(data, port)
        time.sleep(0.5)
    finally:
        load.stop.set()
        kill(server)
        writer.join(15)
    return load, data


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{data / 'mettle.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def test_no_acknowledged_event_is_lost_and_none_is_doubled(survived: tuple[Load, Path]) -> None:
    load, data = survived
    assert len(load.acknowledged) >= 15 * KILLS
    assert load.resent >= KILLS
    operations = [uuid.UUID(str(row[0])) for row in rows(data, "SELECT op_id FROM mettle_operation")]
    sets = {uuid.UUID(str(row[0])) for row in rows(data, "SELECT id FROM mettle_set WHERE reps IS NOT NULL")}
    assert {uuid.UUID(op) for op in load.acknowledged} <= set(operations)
    assert {uuid.UUID(entity) for entity in load.acknowledged.values()} <= sets
    assert len(operations) == len(set(operations)) == len(sets)


def test_the_database_is_sound(survived: tuple[Load, Path]) -> None:
    _load, data = survived
    assert rows(data, "PRAGMA integrity_check") == [("ok",)]
    assert rows(data, "PRAGMA foreign_key_check") == []


def mettle(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mettle", *arguments]
    return subprocess.run(command, env=environment(data), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def saved(survived: tuple[Load, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "all.zip"
    done = mettle(survived[1], "backup", str(file))
    assert done.returncode == 0, done.stderr
    return file


def test_a_backup_is_restored_and_equal(survived: tuple[Load, Path], saved: Path, tmp_path: Path) -> None:
    (_load, data), file, elsewhere = survived, saved, tmp_path / "elsewhere"
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


@pytest.mark.parametrize("how", ["not a zip", "one byte changed", "another zip"])
def test_a_damaged_backup_is_refused_and_nothing_changes(
    survived: tuple[Load, Path], saved: Path, tmp_path: Path, how: str
) -> None:
    _load, data = survived
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
