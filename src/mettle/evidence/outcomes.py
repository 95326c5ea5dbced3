"""What a claim may be followed by: an instrument, a task or signal, or an item of our own."""

from __future__ import annotations

from mettle import instruments

TASKS = {
    "csd": "a sleep diary",
    "flanker": "the arrow task (flanker)",
    "nback2": "the memory task (2-back)",
    "pvtb": "the reaction task (PVT-B)",
    "rmssd": "heart rate variability (RMSSD) on waking",
}
"""Ids of what is measured and not asked, with their names."""


def check_instrument(instrument: str) -> None:
    """Raise ValueError for an id that is no instrument; an empty text is fine."""
    known = {*instruments.ids(), *TASKS}
    if instrument and instrument not in known:
        raise ValueError(f"instrument {instrument!r} is not known, allowed: {', '.join(sorted(known))}")


def check_measure(measure: str) -> None:
    """Raise ValueError for an id that is no item of ours; an empty text is fine."""
    known = instruments.measures()
    if measure and measure not in known:
        raise ValueError(f"measure {measure!r} is not known, allowed: {', '.join(sorted(known))}")


def instrument_name(instrument: str) -> str:
    """The name that people know.

    >>> instrument_name("phq9"), instrument_name("csd")
    ('PHQ-9', 'a sleep diary')
    """
    return TASKS[instrument] if instrument in TASKS else instruments.load(instrument).name
