"""What the mind reports: questionnaires as data, scoring, change, measures of our own, and safety."""

from __future__ import annotations

__all__: list[str] = []
