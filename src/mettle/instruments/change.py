"""Change between two scores, told with both yardsticks: measurement error, and what people notice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from mettle.instruments.instrument import Instrument, load

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
) -> str:
    if before == after:
        return f"{instrument.name} stayed at {after:g}."
    better = (after > before) == (instrument.higher_is == "better")
    moved = f"{instrument.name} went from {before:g} to {after:g}; {'that is the better' if better else 'that is the harder'} direction."
    if rci is None:
        error = "How large its measurement error is for one person is not known here."
    elif beyond:
        error = f"That is more than measurement error ({rci:.1f} points)."
    else:
        error = f"That is within measurement error ({rci:.1f} points), so it may be chance."
    if mcid is None:
        notice = "No agreed figure says what people notice."
    elif noticeable:
        notice = f"It is as large as what people tend to notice from there ({mcid:.1f} points)."
    else:
        notice = f"It is smaller than what people tend to notice from there ({mcid:.1f} points)."
    if rci is not None and mcid is not None and beyond != noticeable:
        notice = "The two yardsticks disagree: " + notice[0].lower() + notice[1:]
    return f"{moved} {error} {notice}"
