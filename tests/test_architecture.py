from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT


def test_every_top_level_name_stands_in_the_folder_table() -> None:
    package = ROOT / "src" / "mettle"
    real = {
        path.stem
        for path in package.iterdir()
        if (path.suffix == ".py" and not path.name.startswith("_"))
        or (path.is_dir() and (path / "__init__.py").exists())
    }
    told = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "ARCHITECTURE.md").read_text(), flags=re.MULTILINE))
    assert told == real


def test_importing_units_loads_nothing_heavy() -> None:
    code = "import sys, mettle.units; print(*[m for m in ('numpy', 'scipy', 'numba', 'django', 'altair') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []


def test_no_address_of_a_package_registry_in_any_lock() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(), lock.name
