"""What pip installs is what is in the repository: the wheel is built, unpacked, and used from there alone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
SERVES = """
import django; django.setup()
from django.test import Client
from django.contrib.staticfiles import finders
import mettle
assert finders.find("mettle/app.css"), "no style sheet"
reply = Client().get("/welcome/", HTTP_HOST="localhost")
assert reply.status_code == 200 and Client().get("/help-now/", HTTP_HOST="localhost").status_code == 200
print(mettle.__file__)
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / "site")
    return folder / "site"


def environment(unpacked: Path, data: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_", "PYTHONPATH"))}
    return kept | {"PYTHONPATH": str(unpacked), "METTLE_DATA": str(data)}


def test_every_file_of_the_package_is_in_it(unpacked: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "src/mettle"], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {name.removeprefix("src/") for name in listed.stdout.splitlines()}
    assert wanted <= {str(p.relative_to(unpacked)) for p in unpacked.rglob("*") if p.is_file()}


def test_the_app_and_a_verb_work_from_it_alone(unpacked: Path, tmp_path: Path) -> None:
    env = environment(unpacked, tmp_path / "data")
    more = {"DJANGO_SETTINGS_MODULE": "mettle.web.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SERVES], env=env | more, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().startswith(str(unpacked))
    done = subprocess.run(
        [sys.executable, "-m", "mettle", "score", "gad7", "--responses", "1,1,1,1,1,1,1", "--json"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"score": 7' in done.stdout
