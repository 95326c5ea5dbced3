"""When the last days look harder than this person's usual, or they fall silent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from mettle.instruments.safety.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOW_DAYS = 7
LEAST_DAYS = 3
"""Days with an entry that a 7-day mean needs before it is read."""
BASELINE_DAYS = 14
"""Days with an entry before the window that make a baseline."""
SILENT_DAYS = 5
REGULAR_DAYS = 5
"""Entries in the seven days before the silence that make regular use."""


@dataclass(frozen=True, slots=True)
class Deterioration:
    """One kind card, and any stretch without training ends.

    Parameters
    ----------
    reason
        ``lower``: the 7-day mean lies one own SD on the worse side of the baseline. ``silence``: five silent days after
        regular use. None: neither.
    card
        What is shown, once; None where nothing is.
    """

    reason: Literal["lower", "silence"] | None = None
    card: Message | None = None

    @property
    def fired(self) -> bool:
        """Whether either rule holds; then any stretch without training ends."""
        return self.reason is not None


def deterioration(
    daily: Mapping[date, float], *, today: date, higher_is: Literal["better", "worse"] = "better"
) -> Deterioration:
    """Whether the last week asks for a kind word.

    Parameters
    ----------
    daily
        One value a day of one daily item (its mean where there were several), in its own points.
    today
        The day it is asked; values after it are ignored.
    higher_is
        Direction of the item.

    The baseline is the mean and SD (ddof 1) of the entries before the last seven days, at least 14 of them.

    >>> from datetime import date, timedelta
    >>> start = date(2026, 1, 1)
    >>> days = {start + timedelta(d): 6 + d % 2 for d in range(28)} | {start + timedelta(d): 4 for d in range(28, 35)}
    >>> deterioration(days, today=start + timedelta(34)).reason
    'lower'
    """
    entries = {d: v for d, v in daily.items() if d <= today}
    if not entries:
        return Deterioration()
    last = max(entries)
    before_silence = sum(last - timedelta(REGULAR_DAYS + 1) <= d <= last for d in entries)
    if (today - last).days > SILENT_DAYS and before_silence >= REGULAR_DAYS:
        return Deterioration("silence", message("silence"))
    opens = today - timedelta(WINDOW_DAYS - 1)
    window = [v for d, v in entries.items() if d >= opens]
    baseline = [v for d, v in entries.items() if d < opens]
    if len(window) < LEAST_DAYS or len(baseline) < BASELINE_DAYS:
        return Deterioration()
    mean = math.fsum(baseline) / len(baseline)
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in baseline) / (len(baseline) - 1))
    shift = math.fsum(window) / len(window) - mean
    worse = -shift if higher_is == "better" else shift
    if sd > 0 and worse >= sd:
        return Deterioration("lower", message("deterioration"))
    return Deterioration()
