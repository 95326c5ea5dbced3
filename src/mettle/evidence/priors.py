"""What may be believed before a person's own data are looked at, in the points of their own outcome.

Four priors stand side by side, and the answer is shown under each: ``default`` (centred on no effect), ``sceptical``,
``mainstream`` and ``flat``. None of them speaks for the person: a headline must hold under all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mettle import instruments
from mettle.evidence import pools
from mettle.evidence.claims import claim as claim_of
from mettle.evidence.discount import expected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.evidence.claims import Claim
    from mettle.evidence.discount import Expected
    from mettle.evidence.pools import Pool, Speaker

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


def for_claim(
    claim_id: str | None,
    outcome: str,
    *,
    own_sd: float,
    instrument: str | None = None,
    higher_is: Literal["better", "worse"] = "better",
) -> PriorSet:
    """The four priors of one claim in the points of the person's own outcome.

    The default and the flat prior are always centred on no effect. ``sceptical`` and ``mainstream`` speak where usable
    studies exist: trials of weeks for a questionnaire that they used (chronic effect, standard deviations between people),
    diary studies for a rating within hours (acute effect, the person's own standard deviation). The two are never mixed,
    and a figure from memory is never used. Elsewhere they are centred on no effect, and ``source`` says why.

    Parameters
    ----------
    claim_id
        Which claim; None for the outcome alone.
    outcome
        Outcome in the diary: an instrument's id, one of our measures, or the person's own word.
    own_sd
        The person's own within-person SD of it, points, above 0.
    instrument
        The instrument that the outcome is a score of, where its name does not tell.
    higher_is
        Of the outcome; an instrument's or a measure's own direction comes first.

    >>> prior = for_claim("1.2", "phq9", own_sd=2.5).sceptical["chronic"]
    >>> round(prior.mean, 1), round(prior.sd, 1)
    (-1.7, 5.2)
    >>> for_claim("1.2", "mood", own_sd=2.5).sceptical["acute"].mean
    0.0
    """
    base = zero_centred(own_sd)
    claim = claim_of(claim_id) if claim_id is not None else None
    key = instrument or outcome
    pool = _pool(claim.priors if claim else tuple(pools.pools()), key)
    if pool is None:
        return _silent(base, _why_silent(claim))
    sign = 1.0 if _direction(key, higher_is) == "better" else -1.0
    if pool.kind == "momentary":
        return _speak(base, pool, "acute", points=sign * own_sd, scale="your own SD", unit="", rate=1.0)
    sd = pools.trial_sds().get(key)
    if sd is None or sd.status == "recalled":
        return _silent(base, f"the spread of {key} between people is not known from a source")
    shared = pools.judgement()
    rate = 7 / shared["sessions_a_week"]
    return _speak(
        base, pool, "chronic", points=sign * sd.points, scale=sd.source, unit=shared["sessions_reason"], rate=rate
    )


def _speak(
    base: PriorSet, pool: Pool, effect: Effect, *, points: float, scale: str, unit: str, rate: float
) -> PriorSet:
    def told(name: str, speaker: Speaker | None, before: Mapping[Effect, Prior]) -> Mapping[Effect, Prior]:
        found = expected(speaker, pool.kind) if speaker else None
        if found is None:
            return _reworded(before, f"no studies that may speak for the {name} view: centred on no effect")
        return {**before, effect: _in_points(name, found, points=points, scale=scale, unit=unit, rate=rate)}

    sceptical = told("sceptical", pool.sceptical, base.sceptical)
    mainstream = told("mainstream", pool.mainstream, base.mainstream)
    widest = max(sceptical[effect], mainstream[effect], key=lambda prior: prior.sd)
    return replace(base, sceptical=sceptical, mainstream=mainstream, flat=_flatter(base.flat, effect, widest))


def _flatter(flat: Mapping[Effect, Prior], effect: Effect, widest: Prior) -> Mapping[Effect, Prior]:
    """The flat prior, twice as wide as the widest that speaks where it would not be."""
    if flat[effect].sd >= 2 * widest.sd:
        return flat
    words = f"mean 0; sd 2 x {widest.sd:.3g}, the widest of the others, = {2 * widest.sd:.3g} points"
    return {**flat, effect: replace(flat[effect], sd=2 * widest.sd, arithmetic=words)}


def _in_points(name: str, found: Expected, *, points: float, scale: str, unit: str, rate: float) -> Prior:
    mean, sd = found.mean * points * rate, found.sd * abs(points) * rate
    words = f"{found.arithmetic}. x {abs(points):.3g} points ({scale})"
    if rate != 1.0:
        words += f" x {rate:.3g} ({unit})"
    return Prior(name, mean, sd, found.source, f"{words}: mean {mean:.3g}, sd {sd:.3g} points")


def _pool(names: tuple[str, ...], key: str) -> Pool | None:
    return next((pools.pools()[name] for name in names if key in pools.pools()[name].outcomes), None)


def _direction(key: str, otherwise: Literal["better", "worse"]) -> Literal["better", "worse"]:
    if key in instruments.ids():
        return instruments.load(key).higher_is
    measure = instruments.measures().get(key)
    return measure.higher_is if measure else otherwise


def _why_silent(claim: Claim | None) -> str:
    if claim is None:
        return "no study that could be used for this outcome"
    if claim.design == "variant":
        return f"claim {claim.id} compares two ways to train, which no usable study did"
    return f"no study that could be used for claim {claim.id} and this outcome"


def _silent(base: PriorSet, why: str) -> PriorSet:
    return replace(
        base,
        sceptical=_reworded(base.sceptical, f"{why}: centred on no effect, and narrow"),
        mainstream=_reworded(base.mainstream, f"{why}: centred on no effect"),
    )


def _reworded(before: Mapping[Effect, Prior], source: str) -> dict[Effect, Prior]:
    return {effect: replace(prior, source=source) for effect, prior in before.items()}


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
