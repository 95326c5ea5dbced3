"""What the body does: exercises, sets and sessions."""

from __future__ import annotations

from mettle.training.sets import Exercise, PerformedSession, PerformedSet, PlannedSet

__all__ = ["Exercise", "PerformedSession", "PerformedSet", "PlannedSet"]
