"""From every released schema to this one: `schemas/<version>.sql` is a database as that release left it, with a few rows."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

RELEASED = sorted((ROOT / "tests" / "web" / "schemas").glob("*.sql"))
LOOK = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
from mettle.web import export, models, store
person = models.Person.objects.get()
(session,) = store.diary(person).sessions
print(session.start, session.title, session.sets[0].load, session.sets[0].reps)
print(len(export.document(person)["rows"]["operations"]), person.responses.get().answers, person.observations.get().value)
"""


@pytest.mark.parametrize("released", RELEASED, ids=lambda p: p.stem)
def test_a_database_of_a_release_comes_up_to_date_with_its_rows(released: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "mettle.sqlite3")) as database:
        database.executescript(released.read_text())
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_", "DATABASE_URL"))}
    more = {
        "METTLE_DATA": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "mettle.web.settings",
    }
    done = subprocess.run([sys.executable, "-c", LOOK], env=kept | more, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "2026-11-01T18:30:00+01:00 Legs 27.215519999999998 kg 10",
        "1 {'1': 2} 6.0",
    ]
