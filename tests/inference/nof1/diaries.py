"""The simulators of ``validation/nof1``, for tests."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType  # noqa: TC003 # a return type that tests read

from tests.conftest import ROOT


def simulators() -> ModuleType:
    """``validation/nof1/simulate.py`` as a module."""
    name = "nof1_simulate"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "validation" / "nof1" / "simulate.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
