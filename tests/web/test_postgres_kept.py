"""On PostgreSQL a backup comes back equal, and a release's rows come up to date."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
import requests

from tests.web.postgres import cluster
from tests.web.served import environment, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
SETUP = "import django; django.setup()\nfrom django.core.management import call_command\n"
LOOK = (
    SETUP
    + """
from django.core import serializers
from mettle.web import backup
call_command("migrate", verbosity=0)
for model in backup._kept_models():
    print(model._meta.label_lower, serializers.serialize("json", model._default_manager.order_by("pk")))
"""
)
FIRST = (
    SETUP
    + """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
call_command("migrate", verbosity=0)
call_command("migrate", "mettle", "0001", verbosity=0)
apps = MigrationExecutor(connection).loader.project_state([("mettle", "0001_initial")]).apps
user = apps.get_model("auth", "User").objects.create(username="me")
person = apps.get_model("mettle", "Person").objects.create(user=user, timezone="Europe/Berlin")
row = apps.get_model("mettle", "Set").objects.create(person=person, exercise="squat", amount="27.215519999999998", unit="kg", reps=10)
print(row.pk)
"""
)
SAMPLE = (
    SETUP
    + """
call_command("migrate", verbosity=0)
from mettle.web.demo import simulated_user
simulated_user()
"""
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with cluster() as address:
        yield address


def run(script: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def on(server: str, data: Path, database: str = "postgres") -> dict[str, str]:
    """The environment of an installation on a database of the cluster, which is made where it is missing."""
    env = environment(data) | {"DATABASE_URL": server.replace("/postgres?", f"/{database}?")}
    if database != "postgres":
        make = f"from django.db import connection; connection.cursor().execute('CREATE DATABASE {database}')"
        run(SETUP + make, env | {"DATABASE_URL": server})
    return env


def test_a_backup_comes_back_equal_into_another_database(server: str, tmp_path: Path) -> None:
    here, there = on(server, tmp_path / "here", "here"), on(server, tmp_path / "there", "there")
    run(SAMPLE, here)
    before, file = run(LOOK, here), tmp_path / "all.zip"
    assert before.count('"model"') > 1000
    for env, verb in ((here, "backup"), (there, "restore")):
        command = [sys.executable, "-m", "mettle", verb, str(file)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert run(LOOK, there) == before
    more = "from django.contrib.auth import get_user_model as u; print(u().objects.create_user('later').pk)"
    assert int(run(SETUP + more, there)) > 0  # new rows get numbers of their own


def restored(env: dict[str, str], file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mettle", "restore", str(file)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def saved(env: dict[str, str], file: Path) -> Path:
    command = [sys.executable, "-m", "mettle", "backup", str(file)]
    subprocess.run(command, env=env, capture_output=True, check=True)
    return file


ONE = (
    SETUP
    + """
from mettle.web import models, signin
call_command("migrate", verbosity=0)
models.Person.of(signin.owner())
"""
)
WRITER = (
    ONE
    + """
import sys, time
end = time.monotonic() + 120
while time.monotonic() < end:
    print(models.Set.objects.create(person=models.Person.objects.get(), exercise="squat", reps=5).pk, flush=True)
"""
)


def test_beneath_a_running_server_nothing_is_restored(server: str, tmp_path: Path) -> None:
    env = on(server, tmp_path / "here", "runs")
    run(ONE, env)
    file = saved(env, tmp_path / "all.zip")
    kept = tmp_path / "here"
    with running(kept, https=False, DATABASE_URL=env["DATABASE_URL"]) as (site, _process):
        assert requests.get(f"{site.url}/welcome/", timeout=60).status_code == 200
        done = restored(env | {"METTLE_DATA": str(tmp_path / "another machine")}, file)
        assert (done.returncode, done.stderr.strip()) == (2, "mettle: mettle serves this database now; stop it first")
        assert requests.get(f"{site.url}/welcome/", timeout=60).status_code == 200
    assert not list(tmp_path.glob("*/before-restore-*.zip"))
    assert restored(env, file).returncode == 0


def test_what_is_written_meanwhile_is_here_or_in_what_was_kept(server: str, tmp_path: Path) -> None:
    """A writer that nobody noticed: each of its rows is in the database afterwards, or in the file of what was there before."""
    env = on(server, tmp_path, "busy")
    run(ONE, env)
    file = saved(env, tmp_path / "all.zip")
    with subprocess.Popen([sys.executable, "-c", WRITER], env=env, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        written = [writer.stdout.readline().strip() for _ in range(5)]
        done = restored(env, file)
        assert done.returncode == 0, done.stderr
        written += [writer.stdout.readline().strip() for _ in range(5)]
        writer.kill()
        written += writer.stdout.read().split()
    with zipfile.ZipFile(next(tmp_path.glob("before-restore-*.zip"))) as before:
        rows = json.loads(before.read("rows.json"))
    kept = {row["pk"] for row in rows if row["model"] == "mettle.set"}
    after = set(
        run(SETUP + "from mettle.web import models\nfor s in models.Set.objects.all(): print(s.pk)", env).split()
    )
    assert len(written) > 10
    assert kept
    assert after
    assert set(written) <= kept | after


def test_a_release_comes_up_to_date_with_its_rows(server: str, tmp_path: Path) -> None:
    env = on(server, tmp_path, "released")
    row = run(FIRST, env).strip()
    up = SETUP + 'call_command("migrate", verbosity=0)\n'
    up += "from mettle.web import models; s = models.Set.objects.get(); print(s.pk, s.amount, s.reps)"
    assert run(up, env).strip() == f"{row} 27.215519999999998 10"
