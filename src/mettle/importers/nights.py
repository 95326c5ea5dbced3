"""What nights give a diary: the variables under their names, hours of sleep as a signal of the morning they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.diary import Observation, Signal
from mettle.importers.imported import TIMEZONE, observed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.importers.imported import Imported, Question, Stated, Tally
    from mettle.instruments.sleep import Sleep

DIARY = "sleep_diary"


def from_nights(
    tally: Tally, nights: Sequence[Sleep], stated: Stated, *, kind: str, questions: tuple[Question, ...] | None = None
) -> Imported:
    """A file of nights.

    Parameters
    ----------
    tally, nights, stated
        The count of its rows, the nights, and what the person said.
    kind
        The format, which is also the source of every value.
    questions
        What the file leaves open; by default its zone, where no night has one.
    """
    if questions is None:
        questions = (TIMEZONE,) if any(n.wake.instant is None for n in nights) else ()
    found = [item for night in nights for item in observations(night)]
    return observed(tally, kind, found, timezone=stated.timezone, questions=questions)


def observations(night: Sleep) -> list[Observation | Signal]:
    """What one night gives a diary, at the moment of waking; its source stands in every value.

    A diary's variables are ``csd_...``; an app's or a device's span is no total sleep time and has its own name, so that
    the two are never one series.
    """
    diary = night.source == DIARY
    values: dict[str, float | None] = {"mid_sleep_min": night.mid_sleep_min, "quality": night.quality}
    if diary:
        values |= {
            "tib_min": night.tib_min,
            "sol_min": night.sol_min,
            "waso_min": night.waso_min,
            "tst_min": night.tst_min,
            "se_percent": night.se_dse,
            "se_tib_percent": night.se_tib,
        }
    else:
        values |= {"period_min": night.period_min}
    prefix = "csd" if diary else "tracked_sleep"
    found: list[Observation | Signal] = [
        Observation(f"{prefix}_{name}", night.wake, value, night.source)
        for name, value in values.items()
        if value is not None
    ]
    asleep = night.tst_min if diary else night.period_min
    if asleep is not None:
        found.append(Signal("sleep_h", night.wake, asleep / 60, night.source))
    return found
