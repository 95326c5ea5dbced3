"""What may be believed before a person's own data are looked at, in the points of their own outcome.

Four priors stand side by side, and the answer is shown under each: ``default`` (centred on no effect), ``sceptical``,
``mainstream`` and ``flat``. None of them speaks for the person: a headline must hold under all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Effect = Literal["acute", "next_day", "chronic"]
EFFECTS: tuple[Effect, ...] = ("acute", "next_day", "chronic")

DEFAULT_SD: Mapping[Effect, float] = {"acute": 0.5, "next_day": 0.5, "chronic": 1.0}
"""Spread of the default prior, in the person's own within-person SD."""

NARROW_SD: Mapping[Effect, float] = {"acute": 0.25, "next_day": 0.25, "chronic": 0.5}
"""Spread of the sceptical prior where no study can be used: half of the default's."""

FLAT_SD: Mapping[Effect, float] = {"acute": 4.0, "next_day": 4.0, "chronic": 4.0}
"""Spread of the flat prior: wider than the whole range that most people use of a scale."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A normal prior for one effect.

    Parameters
    ----------
    name
        ``default``, ``sceptical``, ``mainstream`` or ``flat``.
    mean
        Points of the person's own outcome, in the outcome's own sign.
    sd
        Points, above 0.
    source
        The studies that it comes from, or that there is none.
    arithmetic
        How mean and sd were reached, one line for a reader.
    """

    name: str
    mean: float
    sd: float
    source: str
    arithmetic: str


@dataclass(frozen=True, slots=True)
class PriorSet:
    """The four priors of one claim, each a mapping from effect to :class:`Prior`."""

    default: Mapping[Effect, Prior]
    sceptical: Mapping[Effect, Prior]
    mainstream: Mapping[Effect, Prior]
    flat: Mapping[Effect, Prior]


def zero_centred(own_sd: float) -> PriorSet:
    """The priors of a claim without a usable study: all centred on no effect.

    Parameters
    ----------
    own_sd
        The person's own within-person SD of the outcome, points, above 0.

    >>> priors = zero_centred(2.0)
    >>> priors.default["acute"].sd, priors.default["chronic"].sd, priors.sceptical["acute"].sd
    (1.0, 2.0, 0.5)
    """
    sd = _positive(own_sd)
    nothing = "no study that could be used: centred on no effect"
    return PriorSet(
        default=_zero("default", DEFAULT_SD, sd, "centred on no effect by choice"),
        sceptical=_zero("sceptical", NARROW_SD, sd, f"{nothing}, and narrow"),
        mainstream=_zero("mainstream", DEFAULT_SD, sd, nothing),
        flat=_zero("flat", FLAT_SD, sd, "no study: nearly flat"),
    )


def _zero(name: str, spread: Mapping[Effect, float], own_sd: float, source: str) -> dict[Effect, Prior]:
    return {
        effect: Prior(
            name=name,
            mean=0.0,
            sd=spread[effect] * own_sd,
            source=source,
            arithmetic=f"mean 0; sd {spread[effect]:g} x your own SD {own_sd:.3g} = {spread[effect] * own_sd:.3g} points",
        )
        for effect in EFFECTS
    }


def _positive(own_sd: float) -> float:
    if not (math.isfinite(own_sd) and own_sd > 0):
        raise ValueError(f"own_sd must be a finite number above 0, got {own_sd!r}")
    return own_sd
