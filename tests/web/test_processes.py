"""The app as it is served: one process on SQLite, two on PostgreSQL; what must happen once happens once, what counts counts in both."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.web.served import children, environment, free_port, lives, running
from tests.web.test_prompts import PushService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow
PASSWORD = "a long enough password"  # of an account that is thrown away
PEOPLE = 3
MAKE = """
import json, sys
from datetime import timedelta
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth import get_user_model
from mettle.web import days, models
told = json.loads(sys.argv[1])
for number, endpoint in enumerate(told["endpoints"]):
    user = get_user_model().objects.create_user(f"person{number}", password=told["password"])
    choices = {"prompt_times": {"evening": told["now"]}, "quiet_from": "00:00", "quiet_until": "00:00"}
    person = models.Person.objects.create(user=user, timezone="UTC", choices=choices, profile={"age": 40})
    person.push_subscriptions.create(endpoint=endpoint, keys=told["keys"])
    today = days.today(person)
    for n in range(30):
        models.Observation.objects.create(person=person, on=today - timedelta(days=n), outcome="mood", value=n % 7)
        if n % 2:
            models.Session.objects.create(person=person, on=today - timedelta(days=n), finished=True)
"""
LOOK = """
import django; django.setup()
from mettle.web import models
print(models.KeptAnswer.objects.count(), models.SentPrompt.objects.count())
"""


@pytest.fixture
def push() -> Iterator[PushService]:
    service = PushService()
    yield service
    service.server.shutdown()
    service.server.server_close()


def people(push: PushService, where: dict[str, str]) -> None:
    """Some people who all asked to be prompted now, each with a month of records."""
    endpoints = [f"{push.origin}/{n}" for n in range(PEOPLE)]
    told = {"endpoints": endpoints, "keys": push.subscription()["keys"], "password": PASSWORD}
    told |= {"now": f"{datetime.now(UTC):%H:%M}"}
    subprocess.run([sys.executable, "-c", MAKE, json.dumps(told)], env=where, check=True, capture_output=True)


def until(condition: Callable[[], Any], seconds: float = 400) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"not within {seconds} s")


def command_line(pid: int) -> bytes:
    """What a process was started as; empty where it has ended."""
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def computing(pid: int) -> list[int]:
    """The computing processes of a server's workers."""
    return [c for worker in children(pid) for c in children(worker) if b"spawn_main" in command_line(c)]


def signed_in(url: str, name: str, password: str = PASSWORD) -> tuple[requests.Session, str]:
    """A browser of its own that tried to sign in, and the page it was shown."""
    browser = requests.Session()
    page = browser.get(f"{url}/accounts/login/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, page[:500]
    form = {"login": name, "password": password, "csrfmiddlewaretoken": token[1]}
    return browser, browser.post(f"{url}/accounts/login/", form, allow_redirects=False).text


def test_one_process_on_sqlite_prompts_each_person_once(push: PushService, tmp_path: Path) -> None:
    people(push, environment(tmp_path))
    with running(tmp_path, https=False, METTLE_TICK_S="0.3") as (site, server):
        assert len(children(server.pid)) == 1
        until(lambda: len(push.got) >= PEOPLE)
        assert requests.Session().get(f"{site.url}/welcome/").status_code == 200
    assert len(push.got) == PEOPLE


def test_two_processes_on_postgresql_share_what_counts(push: PushService, tmp_path: Path, postgresql: str) -> None:
    where = environment(tmp_path, postgresql)
    people(push, where)
    with running(tmp_path, https=False, METTLE_TICK_S="0.3", DATABASE_URL=postgresql) as (site, server):
        assert len(until(lambda: len(found := children(server.pid)) == 2 and found)) == 2
        until(lambda: len(push.got) >= PEOPLE)
        # an answer is asked for on many connections, which either process may get: one of them works it out
        browser, _ = signed_in(site.url, "person0")
        most = 0
        for _ in range(8):
            page = requests.get(f"{site.url}/answer/", cookies=browser.cookies, timeout=60)
            assert page.status_code == 200
            most = max(most, len(computing(server.pid)))

        def kept() -> bool:
            nonlocal most
            most = max(most, len(computing(server.pid)))
            done = subprocess.run([sys.executable, "-c", LOOK], env=where, check=True, capture_output=True, text=True)
            return done.stdout.split()[0] == "1"

        until(kept)  # though nobody asked again
        assert most == 1
        # wrong passwords on many connections close the door in both processes
        for _ in range(5):
            signed_in(site.url, "person1", "wrong")
        for _ in range(6):
            assert "Too many failed" in signed_in(site.url, "person1")[1]
    assert len(push.got) == PEOPLE


def test_ticks_at_the_same_moment_send_one_prompt(push: PushService, tmp_path: Path, postgresql: str) -> None:
    where = environment(tmp_path, postgresql)
    people(push, where)
    command = [sys.executable, "-m", "mettle.web", "tick"]
    ticks = [subprocess.Popen(command, env=where, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [tick.communicate(timeout=120)[0] for tick in ticks]
    assert [tick.returncode for tick in ticks] == [0, 0, 0]
    assert sum(int(words.split()[0]) for words in said) == PEOPLE
    assert len(push.got) == PEOPLE


def test_the_demo_begins_before_the_serving_process_and_its_answer_is_ready_though_nobody_asked(tmp_path: Path) -> None:
    with running(tmp_path, "--demo", https=False, METTLE_TICK_S="60") as (site, _server), requests.Session() as browser:
        browser.get(site.link())

        def kept() -> bool:
            command = [sys.executable, "-c", LOOK]
            done = subprocess.run(command, env=environment(tmp_path), check=True, capture_output=True, text=True)
            return done.stdout.split()[0] == "1"

        until(kept)
        assert "How sure, and why" in browser.get(f"{site.url}/answer/").text


def started(where: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mettle.web", *arguments]
    return subprocess.run(command, env=where, capture_output=True, text=True, check=False, timeout=400)


def test_a_second_start_is_shown_the_way_to_the_first(tmp_path: Path) -> None:
    """Two servers on one port would share it without a word, and two writing processes can damage an older SQLite's log."""
    with running(tmp_path, https=False) as (site, _server):
        again = started(environment(tmp_path), "--port", str(free_port()))
        assert again.returncode == 0
        found = re.search(f"runs already, at ({re.escape(site.url)}/sign-in/[^ ]+)\n", again.stdout)
        assert found, again
        assert requests.get(found[1], allow_redirects=False, timeout=60).status_code == 302
        sample = started(environment(tmp_path), "--demo")
        assert f"{site.url}/welcome/" in sample.stdout
        back = started(environment(tmp_path), "--restore", str(tmp_path / "none.zip"))
        assert (back.returncode, site.url in back.stderr) == (2, True)
        elsewhere = started(environment(tmp_path / "other"), "--port", site.url.rpartition(":")[2])
        assert elsewhere.returncode == 2
        assert "choose another with --port" in elsewhere.stderr
        assert "Traceback" not in again.stderr + sample.stderr + back.stderr + elsewhere.stderr


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "mettle.sqlite3.serving").mkdir()
    done = started(environment(tmp_path), "--port", str(free_port()))
    assert done.returncode == 1
    assert "mettle.sqlite3.serving" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    done = started(environment(tmp_path, f"postgresql://nobody@/none?host={tmp_path}"), "--port", str(free_port()))
    assert done.returncode == 1
    assert done.stderr.startswith("mettle: the database: ")
    assert "Traceback" not in done.stderr


COMPUTES = """
import time
from mettle.web import computing
if __name__ == "__main__":
    computing.submit(time.sleep, 600)
    time.sleep(600)
"""


def test_the_computing_process_ends_with_the_one_that_it_works_for(tmp_path: Path) -> None:
    script = tmp_path / "computes.py"
    script.write_text(COMPUTES)
    parent = subprocess.Popen([sys.executable, str(script)], env=environment(tmp_path))
    try:
        works = until(lambda: [c for c in children(parent.pid) if b"spawn_main" in command_line(c)])
        time.sleep(1)  # so that it is at work; where it is not yet, it ends all the sooner
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not any(lives(child) for child in works))
