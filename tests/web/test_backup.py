"""A restore is refused as a whole: beneath a running app, and where the rows of a backup are of another version."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from mettle.errors import InputError
from mettle.web import backup
from mettle.web.models import Person
from tests.web.served import environment

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wrong", [{"from_tomorrow": 1}, {"user": 4711}, {"made_at": "x"}, {"key": None}], ids=str)
def test_rows_that_do_not_fit_are_one_line_and_nothing_changes(
    tmp_path: Path, django_user_model: Any, wrong: dict[str, Any]
) -> None:
    owner: User = django_user_model.objects.create_user("me")
    Person.of(owner)
    file = tmp_path / "all.zip"
    backup.make(file)
    with zipfile.ZipFile(file) as whole:
        told = json.loads(whole.read("backup.json"))
    here = json.loads(backup._rows())
    person = next(row for row in here if row["model"] == "mettle.person")
    content = json.dumps(
        [r for r in here if r is not person] + [person | {"fields": person["fields"] | wrong}]
    ).encode()
    told |= {"holds": "rows.json", "sha256": hashlib.sha256(content).hexdigest()}
    with zipfile.ZipFile(file, "w") as changed:
        changed.writestr("backup.json", json.dumps(told))
        changed.writestr("rows.json", content)
    with pytest.raises(InputError, match="do not fit"):
        backup.restore(file, before=tmp_path / "before.zip")
    assert json.loads(backup._rows()) == here


def test_beneath_another_web_server_nothing_is_restored(tmp_path: Path) -> None:
    """`mettle up` tells by its lock where it serves (test_processes.py); gunicorn and its like share that lock."""
    env = environment(tmp_path)
    serves = "import mettle.web.wsgi, sys; print('up', flush=True); sys.stdin.read()"
    other = [sys.executable, "-c", serves]
    restore = [sys.executable, "-m", "mettle.web", "--restore", str(tmp_path / "none.zip")]
    with subprocess.Popen(other, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "up\n"
        done = subprocess.run(restore, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "mettle: mettle serves this data now; stop it first\n")
