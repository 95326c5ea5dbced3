"""From studies to what one person may expect, in standard deviations, with every step said.

Benefit counts upwards here, whichever way the scale runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

from mettle.evidence import pools
from mettle.evidence.studies import study as published

if TYPE_CHECKING:
    from mettle.evidence.pools import Kind, Speaker
    from mettle.evidence.studies import Study

TAU_SCALE = 0.3
"""Scale of the half-normal prior of how much true effects of trials differ: hardly more than 0.6 SD.

Source: Röver et al. 2021, doi 10.1002/jrsm.1475.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one person may expect.

    Parameters
    ----------
    mean, sd
        Benefit in standard deviations (between people for a block, within the person for a moment).
    source
        The studies.
    arithmetic
        Each step in words.
    """

    mean: float
    sd: float
    source: str
    arithmetic: str


@dataclass(frozen=True, slots=True)
class _Setting:
    """The true effect to expect in a new setting like the studies'."""

    mean: float
    sd: float
    source: str
    words: str


@cache
def expected(speaker: Speaker, kind: Kind) -> Expected | None:
    """What one person may expect by these studies; None where their figure is from memory or has no interval.

    Parameters
    ----------
    speaker
        The studies and their discount.
    kind
        ``block`` or ``momentary``.
    """
    if speaker.trials:
        return discounted(_from_trials(speaker.trials), speaker)
    setting = from_figure(published(speaker.figure), speaker, kind)
    return None if setting is None else discounted(setting, speaker)


def discounted(setting: _Setting, speaker: Speaker) -> Expected:
    """The same, less the discount for bias, and wider for it and for being one person rather than a mean."""
    shared = pools.judgement()
    mean = speaker.keep * setting.mean
    doubt = abs(setting.mean) * (1 - speaker.keep) / 2
    person = shared["person_sd"]
    sd = math.hypot(setting.sd, doubt, person)
    words = (
        f"{setting.words}. Kept {speaker.keep:g} of it, because {speaker.reason}: {mean:.2f}. "
        f"Spread: {setting.sd:.2f}, the discount itself {doubt:.2f}, and {person:g} because {shared['person_reason']}; "
        f"together {sd:.2f} SD"
    )
    return Expected(mean, sd, setting.source, words)


def from_figure(study: Study, speaker: Speaker, kind: Kind) -> _Setting | None:
    """What a published pooled figure lets one expect in a new setting; None where it may not speak."""
    if study.status == "recalled" or study.estimate is None or study.low is None or study.high is None:
        return None
    if study.sd_kind != ("between" if kind == "block" else "within") or not study.benefit:
        return None
    sign = 1.0 if study.benefit == "plus" else -1.0
    z = NormalDist().inv_cdf(0.5 + (study.level or 95.0) / 200)
    se = (study.high - study.low) / (2 * z)
    benefit = sign * study.estimate
    source = f"{study.cite}{f', doi:{study.doi}' if study.doi else ''}"
    if study.unit == "r":
        d, d_se = 2 * benefit / math.sqrt(1 - benefit**2), 2 * se / (1 - benefit**2) ** 1.5
        words = (
            f"within one person r = {benefit:g}, which is {d:.2f} SD between the more and the less active half of one's "
            f"moments (se {d_se:.2f})"
        )
        return _Setting(d, d_se, source, words)
    tau, lent = _tau(study, speaker, se)
    sd = math.hypot(se, tau)
    words = f"{study.k} studies: benefit {benefit:.2f} SD (se {se:.2f}), trials differ by {tau:.2f}{lent}"
    return _Setting(benefit, sd, source, words)


def _tau(study: Study, speaker: Speaker, se: float) -> tuple[float, str]:
    """How much true effects differ between trials, SD, and where that is from."""
    if speaker.tau_trials:
        from mettle.evidence import replication  # noqa: PLC0415 - pooling loads scipy, and most answers pool nothing

        lender = next(a for a in replication.replicate().analyses if a.id == speaker.tau_trials)
        return math.sqrt(lender.computed.tau2), f" (lent by the {lender.k} trials of Cooney et al. 2013)"
    if speaker.tau_from_i2 and study.i2 is not None and study.k:
        # var(mean) ~ (typical variance + tau2) / k, and I2 = tau2 / (typical variance + tau2)
        return math.sqrt(study.i2 / 100 * study.k * se**2), f" (from I2 {study.i2:g}% and the standard error)"
    return 0.0, " (not told)"


def _from_trials(analysis: str) -> _Setting:
    from mettle.evidence import replication  # noqa: PLC0415 - as above
    from mettle.inference.bayesian import TauPrior, random_effects  # noqa: PLC0415 - as above

    tau_prior = TauPrior("halfnormal", TAU_SCALE)
    names, yi, vi = replication.trials(analysis)
    new = random_effects(-yi, vi, tau_prior).predictive
    review = replication.replicate()
    words = f"{len(names)} trials pooled anew ({tau_prior} for how they differ): benefit {new.mean:.2f} SD in a new setting (sd {new.sd:.2f})"
    return _Setting(new.mean, new.sd, f"Cooney et al. 2013, {analysis.replace('_', ' ')}, doi:{review.doi}", words)
