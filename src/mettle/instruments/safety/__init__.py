"""Safety as pure functions over tables: clearance, warning signs, guardrails, limits on withholding training, help."""

from __future__ import annotations

from mettle.instruments.safety.clearance import Clearance, clearance
from mettle.instruments.safety.guardrails import Guardrail, guardrails, rules
from mettle.instruments.safety.messages import FORBIDDEN, Message, forbidden_phrases, message, messages
from mettle.instruments.safety.red_flags import RedFlag, most_urgent, red_flags
from mettle.instruments.safety.withholding import (
    WithholdingLimit,
    longest_stretch,
    stopping_rules,
    trial_must_stop,
    withholding_limit,
)

__all__ = [
    "FORBIDDEN",
    "Clearance",
    "Guardrail",
    "Message",
    "RedFlag",
    "WithholdingLimit",
    "clearance",
    "forbidden_phrases",
    "guardrails",
    "longest_stretch",
    "message",
    "messages",
    "most_urgent",
    "red_flags",
    "rules",
    "stopping_rules",
    "trial_must_stop",
    "withholding_limit",
]
