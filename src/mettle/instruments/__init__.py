"""What the mind reports: questionnaires as data, scoring, change, measures of our own, and safety."""

from __future__ import annotations

from mettle.instruments.change import Change, change
from mettle.instruments.instrument import LICENCE_CLASSES, Cutoff, Instrument, Item, SafetyItem, Source, ids, load
from mettle.instruments.measures import Measure, body_parts, check_answer, daily_default, measures, outcome_name
from mettle.instruments.record import Administration, administer, record_total
from mettle.instruments.responses import check_response, item_order
from mettle.instruments.scoring import Score, overlaps, score, score_total

__all__ = [
    "LICENCE_CLASSES",
    "Administration",
    "Change",
    "Cutoff",
    "Instrument",
    "Item",
    "Measure",
    "SafetyItem",
    "Score",
    "Source",
    "administer",
    "body_parts",
    "change",
    "check_answer",
    "check_response",
    "daily_default",
    "ids",
    "item_order",
    "load",
    "measures",
    "outcome_name",
    "overlaps",
    "record_total",
    "score",
    "score_total",
]
