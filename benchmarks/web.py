"""The app's own times, server side, through a real server over http: one client, then eight. `python benchmarks/web.py`.

The server is the one of `mettle up` (granian, one worker, one thread, SQLite with synchronous=FULL) on the simulated person's
sixteen weeks and, for the Answer page, 180 days. Times are wall clock from the request's first byte to the reply's last, in a client on
the same machine. The busier the machine, the longer: the load is printed beside.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
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
print(tokens.make(models.Person.of(user), "benchmark"), store.session_key)
"""


def environment(data: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_"))}
    return kept | {
        "METTLE_DATA": data,
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "mettle.web.settings",
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

    def log_a_set(self) -> float:
        clock = f"{int(time.time() * 1000):015d}-000000-{self.device}"
        fields = {
            "session": str(uuid.uuid4()),
            "exercise": "goblet_squat",
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


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and its children."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(stat.parent.name) == pid or int(fields[1]) == pid or int(fields[2]) == pid:
                total += int(re.search(r"^Pss:\s+(\d+)", (stat.parent / "smaps_rollup").read_text(), re.MULTILINE)[1])
        except (OSError, TypeError):
            continue
    return total / 1024


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


def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        prepared = subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment(data), capture_output=True, text=True, check=True
        )
        key, session = prepared.stdout.split()
        port = 18_765
        began = time.perf_counter()
        command = [sys.executable, "-m", "mettle.web", "--port", str(port)]
        server = subprocess.Popen(command, env=environment(data), stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            while True:
                try:
                    Client(port, "", "").ask("GET", "/welcome/")
                    break
                except OSError:
                    time.sleep(0.02)
            print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            print(
                f"start to first page: {time.perf_counter() - began:.2f} s, processor {processor_s(server.pid):.2f} s"
            )
            measure(port, key, session, server.pid)
            print(f"memory (proportional, all processes): {memory_mb(server.pid):.0f} MB")
        finally:
            os.killpg(server.pid, 15)
            server.wait()
    size = sum(len(gzip.compress((ROOT / "src/mettle/web/static/mettle" / f).read_bytes())) for f in SCRIPTS)
    print(f"script on the Workout screen: {size / 1000:.1f} kB gzipped")


def measure(port: int, key: str, session: str, group: int) -> None:
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
        one.log_a_set()
        told["next session after a log, one client"].append(one.ask("GET", "/api/v1/next")[0])
    what = "next session after a log, one client"
    used[what] = 1000 * (processor_s(group) - before) / 40 - used["log a set, one client"]
    told["bundle after a log, one client"] = []
    for _ in range(15):
        one.log_a_set()
        told["bundle after a log, one client"].append(one.ask("GET", "/api/v1/bundle")[0])
    for _ in range(240):
        if b"How sure, and why" in one.ask("GET", "/answer/")[1]:
            break
        time.sleep(0.5)
    before = processor_s(group)
    told["Answer page, kept, 180-day diary"] = [one.ask("GET", "/answer/")[0] for _ in range(40)]
    used["Answer page, kept, 180-day diary"] = 1000 * (processor_s(group) - before) / 40
    told |= eight(port, key, session)
    for what, times in told.items():
        middle, high = p95(times)
        goal = f", goal {GOALS[what]} ms" if what in GOALS else ""
        processor = f", processor {used[what]:.1f} ms each" if what in used else ""
        print(f"{what}: median {middle:.1f} ms, p95 {high:.1f} ms{goal}{processor} (n = {len(times)})")


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
