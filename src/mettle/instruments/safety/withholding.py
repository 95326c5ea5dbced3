"""Limits on keeping a person from training in a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mettle.instruments.safety._tables import table
from mettle.instruments.safety.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class WithholdingLimit:
    """The longest stretch of days on which training may not be allowed.

    Parameters
    ----------
    max_days
        14, or 0: no day at all.
    reasons
        Codes of why it is 0: ``phq9_high``, ``item9``, ``item9_missing``, ``phq9_absent``, ``phq9_old``, ``condition``, ``minor``,
        ``deterioration``. Empty where 14.
    """

    max_days: int
    reasons: tuple[str, ...] = ()


def withholding_limit(
    *,
    phq9: int | None,
    item9: int | None,
    phq9_age_days: int | None,
    conditions: Iterable[str] = (),
    age: float | None = None,
    deteriorating: bool = False,
) -> WithholdingLimit:
    """How long a schedule may keep this person from training.

    Parameters
    ----------
    phq9
        The latest PHQ-9 total, 0-27; None where there is none.
    item9
        Its ninth answer, 0-3; None where it was left blank.
    phq9_age_days
        Days since it was filled in.
    deteriorating
        Whether the deterioration rule has fired.

    >>> withholding_limit(phq9=9, item9=0, phq9_age_days=3)
    WithholdingLimit(max_days=14, reasons=())
    >>> withholding_limit(phq9=1, item9=1, phq9_age_days=0).reasons
    ('item9',)
    """
    rules = table("withholding")
    if phq9 is not None and not 0 <= phq9 <= 27:
        raise ValueError(f"phq9 must lie in 0-27, got {phq9}")
    if item9 is not None and not 0 <= item9 <= 3:
        raise ValueError(f"item9 must lie in 0-3, got {item9}")
    known = phq9 is not None and phq9_age_days is not None
    why = {
        "phq9_absent": not known,
        "phq9_old": known and phq9_age_days is not None and not 0 <= phq9_age_days <= rules["phq9_valid_days"],
        "phq9_high": phq9 is not None and phq9 >= rules["phq9_from"],
        "item9": item9 is not None and item9 >= rules["item9_from"],
        "item9_missing": known and item9 is None,
        "condition": bool(set(conditions) & set(rules["conditions"])),
        "minor": age is not None and age < rules["adult_age"],
        "deterioration": deteriorating,
    }
    reasons = tuple(code for code, holds in why.items() if holds)
    return WithholdingLimit(0 if reasons else rules["max_days"], reasons)


def longest_stretch(training_allowed: Sequence[bool]) -> int:
    """Days in the longest run on which training is not allowed, run-in and washout included.

    >>> longest_stretch([True, False, False, True, False])
    2
    """
    longest = run = 0
    for allowed in training_allowed:
        run = 0 if allowed else run + 1
        longest = max(longest, run)
    return longest


def stopping_rules() -> tuple[Message, ...]:
    """The rules that end a trial early, as a schedule stores them."""
    return tuple(message(k) for k in ("stop_phq9_rise", "stop_item9", "stop_injury", "stop_deterioration"))


def trial_must_stop(
    *,
    phq9_at_start: int | None,
    phq9_now: int | None,
    item9_now: int | None,
    injured: bool = False,
    deteriorating: bool = False,
) -> tuple[Message, ...]:
    """The stopping rules that have been met; empty where the trial goes on.

    >>> [m.code for m in trial_must_stop(phq9_at_start=6, phq9_now=11, item9_now=0)]
    ['stop_phq9_rise']
    """
    rules = table("withholding")
    met = {
        "stop_phq9_rise": phq9_at_start is not None
        and phq9_now is not None
        and phq9_now - phq9_at_start >= rules["phq9_rise_stops"],
        "stop_item9": item9_now is not None and item9_now >= rules["item9_from"],
        "stop_injury": injured,
        "stop_deterioration": deteriorating,
    }
    return tuple(message(key) for key, holds in met.items() if holds)
