"""Change between two scores, told with both yardsticks: measurement error, and what people notice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mettle.instruments.instrument import Instrument, load
from mettle.words import Figure, Sentence, say, together

if TYPE_CHECKING:
    from mettle.words import Value

Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Change:
    """How far two scores of one person lie apart, and what that is worth.

    Parameters
    ----------
    difference
        After minus before, in points.
    reliable_change
        ``improved`` or ``worsened`` beyond measurement error at 95%, else ``none``.
    rci95
        Smallest change beyond measurement error, points; None where unknown.
    z
        Difference in units of its standard error; None where unknown.
    mcid
        Smallest change that people call noticeable from this baseline, points; None where unknown.
    noticeable
        Whether the difference reaches it.
    words
        Both in a sentence or two.
    """

    instrument: str
    difference: float
    reliable_change: Literal["improved", "worsened", "none"]
    rci95: float | None
    z: float | None
    mcid: float | None
    noticeable: bool
    words: str

    def to_json(self) -> dict[str, Any]:
        """The document that ``mettle change --json`` prints."""
        return {
            "difference": self.difference,
            "reliable_change": self.reliable_change,
            "rci95": self.rci95,
            "z": self.z,
            "mcid": self.mcid,
            "noticeable": self.noticeable,
            "words": self.words,
        }


def change(key: str, before: float, after: float, *, reliability: float | None = None) -> Change:
    """What a change from ``before`` to ``after`` is worth.

    Parameters
    ----------
    key
        Instrument id.
    before, after
        Two scores, in the instrument's range.
    reliability
        0-1, in place of the instrument's own; a published alpha makes the error look smaller than a retest does.

    Source: Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12; noticeable change as each instrument's table says.

    >>> change("phq9", 15, 8).reliable_change, change("phq9", 15, 9).reliable_change
    ('improved', 'none')
    >>> round(change("gad7", 12, 8).z, 2), round(change("gad7", 12, 8, reliability=0.92).z, 2)
    (-1.46, -2.13)
    """
    instrument = load(key)
    low, high = instrument.range
    for name, value in (("before", before), ("after", after)):
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError(f"{instrument.name}: {name} must lie in {low:g}-{high:g}, got {value:g}")
    if reliability is not None and not 0 <= reliability < 1:
        raise ValueError(f"reliability must lie in 0-1, got {reliability:g}")
    difference = after - before
    rci, z = _error(instrument, difference, reliability)
    better = difference > 0 if instrument.higher_is == "better" else difference < 0
    beyond = z is not None and abs(z) >= Z95
    mcid = instrument.mcid(before)
    noticeable = mcid is not None and difference != 0 and abs(difference) >= mcid
    return Change(
        instrument.id,
        round(difference, 6),
        ("improved" if better else "worsened") if beyond else "none",
        rci,
        z,
        mcid,
        noticeable,
        _words(instrument, before, after, beyond=beyond, rci=rci, mcid=mcid, noticeable=noticeable),
    )


def _error(instrument: Instrument, difference: float, reliability: float | None) -> tuple[float | None, float | None]:
    r = instrument.reliability if reliability is None else reliability
    if instrument.sd_between is None or r is None:
        return None, None
    standard_error = instrument.sd_between * math.sqrt(2 * (1 - r))
    return round(Z95 * standard_error, 4), round(difference / standard_error, 4)


def _words(
    instrument: Instrument,
    before: float,
    after: float,
    *,
    beyond: bool,
    rci: float | None,
    mcid: float | None,
    noticeable: bool,
) -> Sentence:
    values: dict[str, Value] = {
        "name": instrument.name,
        "before": Figure(f"{before:g}"),
        "after": Figure(f"{after:g}"),
    }
    if before == after:
        return say("{name} stayed at {after}.", **values)
    if (after > before) == (instrument.higher_is == "better"):
        moved = say("{name} went from {before} to {after}; that is the better direction.", **values)
    else:
        moved = say("{name} went from {before} to {after}; that is the harder direction.", **values)
    disagree = rci is not None and mcid is not None and beyond != noticeable
    return together(
        moved, _error_words(rci, beyond=beyond), _notice_words(mcid, noticeable=noticeable, disagree=disagree)
    )


def _error_words(rci: float | None, *, beyond: bool) -> Sentence:
    if rci is None:
        return say("How large its measurement error is for one person is not known here.")
    points = Figure(f"{rci:.1f}")
    if beyond:
        return say("That is more than measurement error ({points} points).", points=points)
    return say("That is within measurement error ({points} points), so it may be chance.", points=points)


def _notice_words(mcid: float | None, *, noticeable: bool, disagree: bool) -> Sentence:
    if mcid is None:
        return say("No agreed figure says what people notice.")
    points = Figure(f"{mcid:.1f}")
    if noticeable and disagree:
        return say(
            "The two yardsticks disagree: it is as large as what people tend to notice from there ({points} points).",
            points=points,
        )
    if noticeable:
        return say("It is as large as what people tend to notice from there ({points} points).", points=points)
    if disagree:
        return say(
            "The two yardsticks disagree: it is smaller than what people tend to notice from there ({points} points).",
            points=points,
        )
    return say("It is smaller than what people tend to notice from there ({points} points).", points=points)
