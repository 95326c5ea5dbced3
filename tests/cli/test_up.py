from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mettle.cli import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", ["up", "demo"])
@pytest.mark.parametrize("port", ["0", "-1", "65536", "x"])
def test_a_port_that_cannot_be_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str], verb: str, port: str
) -> None:
    assert main([verb, "--port", port]) == 2
    assert "from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "address", "code", "told"),
    [
        ("up --no-open", "mysql://me:secret@localhost/mettle", 2, "must begin with postgresql:// or sqlite:///"),
        ("up --no-open", "postgresql://me:secret@localhost:port/mettle", 2, "not an address"),
        ("up --no-open", "postgresql://me:secret@127.0.0.1:9/mettle", 1, "the database: "),
        ("backup to.zip", "sqlite:////nowhere/to/be/found.sqlite3", 1, "unable to open database file"),
        ("restore from.zip", "mysql://me:secret@localhost/mettle", 2, "must begin with postgresql:// or sqlite:///"),
    ],
)
def test_a_database_that_cannot_be_had_is_one_line(
    tmp_path: Path, verb: str, address: str, code: int, told: str
) -> None:
    where = {k: v for k, v in os.environ.items() if not k.startswith(("METTLE_", "DJANGO_"))}
    where |= {"METTLE_DATA": str(tmp_path / "data"), "PYTHONPATH": str(ROOT / "src"), "DATABASE_URL": address}
    command = [sys.executable, "-m", "mettle", *verb.split()]
    said = subprocess.run(command, cwd=tmp_path, env=where, capture_output=True, text=True, check=False)
    assert said.returncode == code, said.stderr
    [line] = [line for line in said.stderr.splitlines() if line]
    assert told in line
    assert "secret" not in line
    assert sorted(p.name for p in tmp_path.iterdir()) in ([], ["data"])
