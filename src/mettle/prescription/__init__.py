"""From a person to a programme they can do: profile, screening, plan, independent check, progression."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mettle.prescription.blocks import MOST_GAP_DAYS, as_block, moved_on, on_days, sessions_in_order
from mettle.prescription.carrying import carried, onward
from mettle.prescription.exposure import Visit, ready_for
from mettle.prescription.profile import Profile, read_profile
from mettle.prescription.programme import Plan
from mettle.prescription.settable import settings
from mettle.prescription.swaps import Offers, offers, swaps
from mettle.prescription.turns import clock, turns

if TYPE_CHECKING:
    from mettle.prescription.checker import check
    from mettle.prescription.planner import plan
    from mettle.prescription.replacing import replaced

__all__ = [
    "MOST_GAP_DAYS",
    "Offers",
    "Plan",
    "Profile",
    "Visit",
    "as_block",
    "carried",
    "check",
    "clock",
    "moved_on",
    "offers",
    "on_days",
    "onward",
    "plan",
    "read_profile",
    "ready_for",
    "replaced",
    "sessions_in_order",
    "settings",
    "swaps",
    "turns",
]

_WHERE = {
    "check": "mettle.prescription.checker",
    "plan": "mettle.prescription.planner",
    "replaced": "mettle.prescription.replacing",
}
"""What makes and checks whole plans loads numpy and the optimiser: a second that following a plan does not need."""


def __getattr__(name: str) -> object:
    """``plan`` and ``check``, loaded when they are first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_WHERE[name]), name)
    return found
