"""On PostgreSQL a backup comes back equal, and a release's rows come up to date."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.web.postgres import cluster
from tests.web.served import environment

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


def test_a_release_comes_up_to_date_with_its_rows(server: str, tmp_path: Path) -> None:
    env = on(server, tmp_path, "released")
    row = run(FIRST, env).strip()
    up = SETUP + 'call_command("migrate", verbosity=0)\n'
    up += "from mettle.web import models; s = models.Set.objects.get(); print(s.pk, s.amount, s.reps)"
    assert run(up, env).strip() == f"{row} 27.215519999999998 10"
