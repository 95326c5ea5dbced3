"""A claim's published figures on one axis: what is good for the person to the right, no difference in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mettle.evidence import Study

UNITS = ("SMD", "r")
"""Units in which 0 is no difference and figures of several studies can share an axis."""
REACHES = (0.5, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a figure lies on an axis from 0 (clearly worse) over 0.5 (no difference) to 1 (clearly better).

    Parameters
    ----------
    at
        The estimate.
    low, high
        Its interval, the lower end first; None where none is published.
    """

    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Axis:
    """The intervals of one unit, and how far the axis reaches to either side in that unit."""

    unit: str
    reach: float
    intervals: Mapping[str, Interval]


def axes(figures: Iterable[Study]) -> tuple[Axis, ...]:
    """One axis a unit, of the figures that have a direction; the others are told in words alone.

    >>> from mettle.evidence.studies import study
    >>> [axis] = axes([study("gordon2018_depression"), study("noetel2024_strength")])
    >>> axis.reach, {name: round(i.at, 3) for name, i in axis.intervals.items()}
    (1.0, {'gordon2018_depression': 0.83, 'noetel2024_strength': 0.745})
    """
    kept = [f for f in figures if f.estimate is not None and f.benefit and f.unit in UNITS]
    return tuple(
        _axis(unit, [f for f in kept if f.unit == unit]) for unit in UNITS if any(f.unit == unit for f in kept)
    )


def _axis(unit: str, figures: list[Study]) -> Axis:
    far = max(abs(value) for f in figures for value in (f.estimate, f.low, f.high) if value is not None)
    reach = next((r for r in REACHES if r >= far), far)
    return Axis(unit, reach, {f.id: _interval(f, reach) for f in figures})


def _interval(figure: Study, reach: float) -> Interval:
    sign = 1 if figure.benefit == "plus" else -1

    def place(value: float) -> float:
        return 0.5 + sign * value / (2 * reach)

    assert figure.estimate is not None
    if figure.low is None or figure.high is None:
        return Interval(place(figure.estimate), None, None)
    low, high = sorted((place(figure.low), place(figure.high)))
    return Interval(place(figure.estimate), low, high)
