"""From a person to a programme they can do: profile, screening, plan, independent check, progression."""

from __future__ import annotations

from mettle.prescription.checker import check
from mettle.prescription.exposure import Visit, ready_for
from mettle.prescription.planner import plan
from mettle.prescription.profile import Profile, read_profile
from mettle.prescription.programme import Plan
from mettle.prescription.settable import settings
from mettle.prescription.swaps import Offers, offers, swaps
from mettle.prescription.turns import clock, turns

__all__ = [
    "Offers",
    "Plan",
    "Profile",
    "Visit",
    "check",
    "clock",
    "offers",
    "plan",
    "read_profile",
    "ready_for",
    "settings",
    "swaps",
    "turns",
]
