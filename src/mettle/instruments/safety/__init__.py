"""Safety as pure functions over tables: clearance, warning signs, guardrails, limits on withholding training, help."""

from __future__ import annotations

from mettle.instruments.safety.clearance import Clearance, clearance
from mettle.instruments.safety.deterioration import Deterioration, deterioration
from mettle.instruments.safety.guardrails import Guardrail, guardrails, rules
from mettle.instruments.safety.help import HelpCard, HelpNumber, Layout, help_card, help_numbers
from mettle.instruments.safety.messages import FORBIDDEN, Message, forbidden_phrases, message, messages
from mettle.instruments.safety.plan import Person, SafetyPlan
from mettle.instruments.safety.red_flags import RedFlag, most_urgent, red_flags
from mettle.instruments.safety.response import Response, after_total, response
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
    "Deterioration",
    "Guardrail",
    "HelpCard",
    "HelpNumber",
    "Layout",
    "Message",
    "Person",
    "RedFlag",
    "Response",
    "SafetyPlan",
    "WithholdingLimit",
    "after_total",
    "clearance",
    "deterioration",
    "forbidden_phrases",
    "guardrails",
    "help_card",
    "help_numbers",
    "longest_stretch",
    "message",
    "messages",
    "most_urgent",
    "red_flags",
    "response",
    "rules",
    "stopping_rules",
    "trial_must_stop",
    "withholding_limit",
]
