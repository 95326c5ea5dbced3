"""The app's own times, server side, through the real server over http: one client, then eight. `python benchmarks/web.py`.

Once on SQLite (one serving process, synchronous=FULL) and once on PostgreSQL (two, fsync on), on a simulated person with 26
weeks behind them: 180 days and more for the Answer page. Times are wall clock from the request's first byte to the reply's
last, in a client on the same machine; the busier the machine, the longer, so its load is printed beside. Starts are those of
`mettle up`, from the command to the first page, with Python's compiled files at hand as pip leaves them. Memory is the sum of the
proportional set sizes of every process of the app, the shell command and the computing process too; PostgreSQL's own are not in it.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.web import postgres  # noqa: E402 # a cluster that is thrown away

PORT = 18_765
STARTS = 5
SCRIPTS = ("app.js", "workout.js", "store.js", "sync.js", "clock.js", "dom.js")
GOALS = {
    "log a set, one client": 20,
    "next session after a log, one client": 50,
    "log a set, eight clients at five sets a second in all": 60,
    "Today, beside them": 100,
    "Answer page, kept, 180-day diary": 500,
}
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import timedelta
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from mettle.web import demo, models, tokens, days
demo.WEEKS = 26
demo._questionnaires = lambda *_: None
from django.conf import settings
settings.LOOK_FOR_BETTER_PLANS = False
user = demo.simulated_user()
store = SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.save()
from mettle.web import programme
person = models.Person.of(user)
plan = programme.current(person)
first = programme.planned_sessions(plan)[0]
done = models.Session.objects.create(person=person, on=days.today(person), plan_session=first["id"], finished=True)
names = {e["exercise"] for p in first["parts"] for e in p["exercises"]}
for exercise in names:
    models.Set.objects.create(person=person, session=done.id, exercise=exercise, reps=10, rir=3, amount="10", unit="kg", done_at="0")
print(tokens.make(models.Person.of(user), "benchmark"), store.session_key, done.id, sorted(names)[0])
"""


def environment(data: str, database: str) -> dict[str, str]:
    left_out = ("METTLE_", "DJANGO_", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    return kept | {
        "METTLE_DATA": data,
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "mettle.web.settings",
        **({"DATABASE_URL": database} if database else {}),
    }


class Client:
    def __init__(self, port: int, key: str, session: str) -> None:
        self.link = http.client.HTTPConnection("localhost", port, timeout=60)
        self.head = {
            "Authorization": f"Bearer {key}",
            "Cookie": f"sessionid={session}",
            "Content-Type": "application/json",
        }
        self.device = str(uuid.uuid4())

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[float, bytes]:
        began = time.perf_counter()
        self.link.request(method, path, body, self.head)
        reply = self.link.getresponse()
        content = reply.read()
        assert reply.status == 200, (path, reply.status, content[:300])
        return 1000 * (time.perf_counter() - began), content

    def log_a_set(self, session: str = "", exercise: str = "goblet_squat") -> float:
        clock = f"{int(time.time() * 1000):015d}-000000-{self.device}"
        fields = {
            "session": session or str(uuid.uuid4()),
            "exercise": exercise,
            "reps": 10,
            "amount": "16",
            "unit": "kg",
            "rir": 3,
        }
        op = {
            "op_id": str(uuid.uuid4()),
            "kind": "set.put",
            "entity": str(uuid.uuid4()),
            "clock": clock,
            "fields": fields,
        }
        return self.ask("POST", "/api/v1/sync", json.dumps({"device": self.device, "ops": [op]}))[0]


def p95(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]


def memory_mb(group: int) -> list[float]:
    """Proportional set size of each process of a group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[2]) == group:
                rollup = (stat.parent / "smaps_rollup").read_text()
                found.append(int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1]) / 1024)
        except (OSError, TypeError):
            continue
    return sorted(found, reverse=True)


def in_words(found: list[float]) -> str:
    return f"{sum(found):.0f} MB ({len(found)} processes: {', '.join(f'{mb:.0f}' for mb in found)})"


def processor_s(group: int) -> float:
    """Processor seconds of a process group so far: what a busy machine inflates least."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(where: dict[str, str]) -> Iterator[tuple[int, float, float]]:
    """The app from `mettle up`: its process group, and the seconds and processor seconds until the first page."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "mettle", "up", "--no-open", "--port", str(PORT)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=where, start_new_session=True, **quiet)
    try:
        while True:
            try:
                Client(PORT, "", "").ask("GET", "/welcome/")
                break
            except OSError:
                time.sleep(0.02)
        yield server.pid, time.perf_counter() - began, processor_s(server.pid)
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End every process of the app; one that was still starting may not hear the first word."""
    os.killpg(server.pid, 15)
    until = time.perf_counter() + 5
    while memory_mb(server.pid) and time.perf_counter() < until:
        server.poll()
        time.sleep(0.05)
    if memory_mb(server.pid):
        os.killpg(server.pid, 9)
    server.wait()


def main() -> None:
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as data:
        print("== SQLite, one serving process")
        on(data, "")
    with tempfile.TemporaryDirectory() as data, postgres.cluster(fsync=True) as address:
        print("== PostgreSQL, two serving processes")
        on(data, address)
    size = sum(len(gzip.compress((ROOT / "src/mettle/web/static/mettle" / f).read_bytes())) for f in SCRIPTS)
    print(f"script on the Workout screen: {size / 1000:.1f} kB gzipped")


def on(data: str, database: str) -> None:
    where = environment(data, database)
    with serving(where) as (_, wall, processor):
        print(f"first start of all, on an empty database: {wall:.2f} s, processor {processor:.2f} s")
    prepared = subprocess.run([sys.executable, "-c", PREPARE], env=where, capture_output=True, text=True, check=True)
    key, session, *logged = prepared.stdout.split()
    starts = []
    for _ in range(STARTS):
        with serving(where) as (_, *took):
            starts.append(took)
    wall, processor = (statistics.median(s) for s in zip(*starts, strict=True))
    print(f"start to first page: median of {STARTS} {wall:.2f} s, goal 3 s, processor {processor:.2f} s")
    with serving(where) as (group, *_):
        most = measure(PORT, key, session, group, logged)
        print(f"memory while an answer is worked out, at most: {in_words(most)}, goal 300 MB")
        print(f"memory after the load: {in_words(memory_mb(group))}")


def measure(port: int, key: str, session: str, group: int, logged: list[str]) -> list[float]:
    """Ask, print what it took; the memory of each process at the moment when they had most."""
    one = Client(port, key, session)
    for _ in range(5):
        one.log_a_set()
        one.ask("GET", "/api/v1/bundle")
    told: dict[str, list[float]] = {}
    used = {}
    before = processor_s(group)
    told["log a set, one client"] = [one.log_a_set() for _ in range(200)]
    used["log a set, one client"] = 1000 * (processor_s(group) - before) / 200
    told["next session after a log, one client"] = []
    before = processor_s(group)
    for _ in range(40):
        one.log_a_set(*logged)
        told["next session after a log, one client"].append(one.ask("GET", "/api/v1/next")[0])
    what = "next session after a log, one client"
    used[what] = 1000 * (processor_s(group) - before) / 40 - used["log a set, one client"]
    told["bundle after a log, one client"] = []
    for _ in range(40):
        one.log_a_set(*logged)
        told["bundle after a log, one client"].append(one.ask("GET", "/api/v1/bundle")[0])
    most = memory_mb(group)
    for _ in range(1200):
        if b"How sure, and why" in one.ask("GET", "/answer/")[1]:
            break
        time.sleep(0.1)
        most = max(most, memory_mb(group), key=sum)
    before = processor_s(group)
    told["Answer page, kept, 180-day diary"] = [one.ask("GET", "/answer/")[0] for _ in range(40)]
    used["Answer page, kept, 180-day diary"] = 1000 * (processor_s(group) - before) / 40
    told |= eight(port, key, session)
    for what, times in told.items():
        middle, high = p95(times)
        goal = f", goal {GOALS[what]} ms" if what in GOALS else ""
        processor = f", processor {used[what]:.1f} ms each" if what in used else ""
        print(f"{what}: median {middle:.1f} ms, p95 {high:.1f} ms{goal}{processor} (n = {len(times)})")
    return most


def eight(port: int, key: str, session: str, seconds: float = 20) -> dict[str, list[float]]:
    """Eight phones that log a set every 1.6 s, and a ninth that looks at Today."""
    sets: list[float] = []
    today: list[float] = []
    until = time.perf_counter() + seconds

    def phone(start: float) -> None:
        client = Client(port, key, session)
        time.sleep(start)
        while time.perf_counter() < until:
            took = client.log_a_set()
            sets.append(took)
            time.sleep(max(0, 1.6 - took / 1000))

    threads = [threading.Thread(target=phone, args=(n * 0.2,)) for n in range(8)]
    for thread in threads:
        thread.start()
    reader = Client(port, key, session)
    while time.perf_counter() < until:
        today.append(reader.ask("GET", "/")[0])
        time.sleep(0.5)
    for thread in threads:
        thread.join()
    return {"log a set, eight clients at five sets a second in all": sets, "Today, beside them": today}


if __name__ == "__main__":
    main()
