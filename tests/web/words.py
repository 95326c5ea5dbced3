"""Stand-in words for a questionnaire, made up here: tests need a form to ask, and no official wording is in this repository."""

from __future__ import annotations

from mettle import instruments
from mettle.instruments.text import TextPack


def pack(key: str) -> TextPack:
    """A text pack that fits the instrument and says nothing."""
    instrument = instruments.load(key)
    answers = {value: f"answer {value:g}" for value in instrument.values}
    return TextPack(
        instrument=key,
        language="en",
        title=f"Stand-in for {instrument.name}",
        stem="Stand-in words:",
        items={i: f"question {i}" for i in instrument.item_ids},
        answers={i: dict(answers) for i in instrument.item_ids},
        unscored={},
        source="made up for a test",
        source_sha256="0" * 64,
        licence_note="Made up for a test.",
    )
