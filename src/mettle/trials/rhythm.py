"""How much of a weekly or a monthly rhythm would pass for an effect of the arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WEEK = (7.0,)
MONTH = tuple(np.arange(26.0, 32.01, 0.25).tolist())
LIMIT = 0.2
"""A rhythm may leave at most this share of its amplitude in the difference between the arms."""


class Rhythms:
    """Leaks of rhythms of given periods, for many schedules on the same days.

    Parameters
    ----------
    days
        Day numbers of the positions that are compared, (n,).
    periods
        In days.
    """

    def __init__(self, days: Sequence[int], periods: Sequence[float]) -> None:
        angle = 2j * np.pi * np.asarray(days, dtype=float) / np.asarray(periods)[:, None]
        self._waves: NDArray[np.complex128] = np.exp(angle)

    def leak(self, first: Sequence[int], counted: Sequence[int] | None = None) -> float:
        """The most that any of the rhythms, in its worst phase, puts between the arms; 1 = its whole amplitude.

        Parameters
        ----------
        first
            1 where a position belongs to the first arm, else 0, (n,).
        counted
            1 where a position is compared, else 0, (n,); all by default.
        """
        of_first = np.asarray(first, dtype=float)
        all_ = np.ones(of_first.size) if counted is None else np.asarray(counted, dtype=float)
        n, m = float(of_first @ all_), float((1 - of_first) @ all_)
        if not n or not m:
            return float("inf")
        return float(np.abs(self._waves @ (all_ * (of_first / n - (1 - of_first) / m))).max())


def leaks(days: Sequence[int], first: Sequence[int], counted: Sequence[int] | None = None) -> dict[str, float]:
    """The weekly and the monthly leak of one schedule.

    >>> leaks(range(28), [d < 14 for d in range(28)])["monthly"] > 1
    True
    >>> leaks(range(28), [d % 2 == 0 for d in range(28)])["weekly"] < 0.01
    True
    """
    return {"weekly": Rhythms(days, WEEK).leak(first, counted), "monthly": Rhythms(days, MONTH).leak(first, counted)}
