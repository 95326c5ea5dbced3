"""From a person to a programme they can do: profile, screening, plan, independent check, progression."""

from __future__ import annotations

from mettle.prescription.checker import check
from mettle.prescription.planner import plan
from mettle.prescription.profile import Profile, read_profile
from mettle.prescription.programme import Plan
from mettle.prescription.settable import settings
from mettle.prescription.swaps import swaps

__all__ = ["Plan", "Profile", "check", "plan", "read_profile", "settings", "swaps"]
