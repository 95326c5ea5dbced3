"""The disk is full, or the database is gone or may not be written to: told as that, nothing half-done, and all is well afterwards."""

from __future__ import annotations

import os
import re
import resource
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import requests
from django.db import connection

from mettle.web import models
from tests.web.events import batch
from tests.web.postgres import Cluster, controlled
from tests.web.served import children, environment, running
from tests.web.test_data import hevy
from tests.web.test_kill import MAKE_KEY
from tests.web.test_sync import a_session, op, send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

PATIENCE_S = 120
TOLD = {507: "no room left", 503: "cannot reach its data, or may not write there"}


@dataclass
class Phone:
    """What a phone does: it keeps each batch until its receipts are there."""

    url: str
    key: str
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    batches: int = 0
    kept: list[str] = field(default_factory=list)

    def batch(self) -> list[dict[str, Any]]:
        self.batches += 1
        return batch(self.batches, self.device, int(time.time() * 1000), gone={})

    def send(self, ops: list[dict[str, Any]]) -> requests.Response:
        reply = requests.post(
            f"{self.url}/api/v1/sync",
            json={"device": self.device, "ops": ops},
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=60,
        )
        if reply.ok:
            assert [(r["op_id"], r["status"]) for r in reply.json()["receipts"]] == [
                (o["op_id"], "accepted") for o in ops
            ]
            self.kept += [o["op_id"] for o in ops]
        return reply

    def send_until_kept(self, ops: list[dict[str, Any]]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not self.send(ops).ok:
            assert time.monotonic() < end, "it did not recover"
            time.sleep(0.1)


def phone(url: str, where: dict[str, str]) -> Phone:
    made = subprocess.run([sys.executable, "-c", MAKE_KEY], env=where, capture_output=True, text=True, check=True)
    return Phone(url, made.stdout.strip())


def refused(reply: requests.Response) -> None:
    """Refused as a whole, in one line that says why and that nothing was kept."""
    assert reply.status_code in TOLD
    detail = reply.json()["detail"]
    assert TOLD[reply.status_code] in detail
    assert "nothing of this was kept" in detail
    assert int(reply.headers["Retry-After"]) > 0


def no_file_grows(server: int, *, beyond: int | None) -> None:
    """What the server's processes write to files: no further than so many bytes; None lifts it."""
    for process in (server, *children(server)):
        hard = resource.prlimit(process, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process, resource.RLIMIT_FSIZE, (hard if beyond is None else beyond, hard))


@pytest.mark.slow
def test_a_disk_without_room_on_sqlite(tmp_path: Path) -> None:
    with running(tmp_path, https=False) as (site, server):
        browser = requests.Session()
        browser.get(site.link())
        page = browser.get(f"{site.url}/data/").text
        found = phone(site.url, environment(tmp_path))
        first, second = found.batch(), found.batch()
        assert found.send(first).ok
        no_file_grows(server.pid, beyond=4096)
        refused(found.send(second))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        file = {"file": ("hevy.csv", hevy(*range(1, 29)) * 2)}
        form = {"csrfmiddlewaretoken": token[1]}
        answer = browser.post(f"{site.url}/data/look/", form, files=file)
        assert answer.status_code in TOLD, answer.text
        assert "What was kept before is safe" in answer.text
        assert not [f for f in (tmp_path / "uploads").rglob("*") if f.is_file()]
        assert browser.get(f"{site.url}/help-now/").ok
        refused(found.send(second))
        no_file_grows(server.pid, beyond=None)
        found.send_until_kept(second)
        assert browser.get(f"{site.url}/data/").ok
    with closing(sqlite3.connect(tmp_path / "mettle.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        kept = [str(uuid.UUID(row[0])) for row in database.execute("SELECT op_id FROM mettle_operation")]
    assert sorted(kept) == sorted(o["op_id"] for o in (*first, *second))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="other: the database that says so here is SQLite")
def test_a_full_database_is_507_and_keeps_nothing_of_the_batch(as_alice: Client) -> None:
    send(as_alice, *a_session())
    as_alice.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count")
        (before,) = cursor.fetchone()
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages}")
    try:
        big = [op("set.put", exercise="squat", reps=5, notes="n" * 4000) for _ in range(30)]
        body = {"device": "00000000-0000-0000-0000-0000000000aa", "ops": big}
        reply = as_alice.post("/api/v1/sync", body, content_type="application/json")
        assert reply.status_code == 507, reply.content
        assert TOLD[507] in reply.json()["detail"]
        assert models.Operation.objects.count() == 2
        assert models.Set.objects.count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count={before}")
    assert {r["status"] for r in send(as_alice, *big)} == {"accepted"}


LARGEST = 1_600_000  # bytes: more than PostgreSQL's own files have, less than the batch below needs


def sets(phone: Phone, many: int) -> list[dict[str, Any]]:
    return [o for _ in range(many) for o in phone.batch() if o["kind"] == "set.put"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with controlled() as made:
        yield made


def told(cluster: Cluster, words: str) -> None:
    """Say something to the database itself."""
    with psycopg.connect(cluster.address, autocommit=True) as link:
        link.execute(words.encode())
        link.execute(b"SELECT pg_reload_conf()")


@pytest.mark.slow
def test_postgresql_that_is_killed_or_read_only_or_without_room(cluster: Cluster, tmp_path: Path) -> None:
    """One server all the way through: it is never started again."""
    with running(tmp_path, https=False, DATABASE_URL=cluster.address) as (site, _server):
        found = phone(site.url, environment(tmp_path, cluster.address))
        assert found.send(found.batch()).ok
        for how in (cluster.kill, cluster.stop):
            how()
            waiting = found.batch()
            for _ in range(3):
                refused(found.send(waiting))
            page = requests.get(f"{site.url}/welcome/", timeout=60)
            assert page.status_code in (200, 503)
            cluster.start()
            found.send_until_kept(waiting)
        told(cluster, "ALTER SYSTEM SET default_transaction_read_only = on")
        waiting = found.batch()
        end = time.monotonic() + PATIENCE_S
        while (reply := found.send(waiting)).ok:  # the setting takes a moment to reach every process
            assert time.monotonic() < end
            waiting = found.batch()
        refused(reply)
        with psycopg.connect(cluster.address, autocommit=True) as link:
            link.execute("SET default_transaction_read_only = off")
            link.execute("ALTER SYSTEM RESET default_transaction_read_only")
            link.execute("SELECT pg_reload_conf()")
        found.send_until_kept(waiting)
        cluster.stop()
        cluster.start(largest=LARGEST)
        before = len(found.kept)
        large = [o | {"fields": o["fields"] | {"notes": os.urandom(2000).hex()}} for o in sets(found, LARGEST // 4000)]
        refused(found.send(large))
        assert len(found.kept) == before
        found.send_until_kept(found.batch())  # what fits is taken
        cluster.stop()
        cluster.start()
        found.send_until_kept(large)
    with psycopg.connect(cluster.address) as link:
        kept = [str(row[0]) for row in link.execute("SELECT op_id FROM mettle_operation")]
    assert sorted(kept) == sorted(found.kept)
