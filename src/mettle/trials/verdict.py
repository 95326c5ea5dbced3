"""From a posterior to a verdict: fixed thresholds, the same for everybody, so that nobody can shop for an answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mettle.inference.nof1 import Mixture

Verdict = Literal["better", "worse", "no_worthwhile_difference", "cannot_tell", "depends_on_prior"]
Strength = Literal["clear", "probable"]
Direction = Literal["better", "worse"]

LITTLE_LEARNED = 0.8
"""Posterior sd over prior sd above which the data said almost nothing."""
PROBABLE = 0.80
NEGLIGIBLE = 0.95


@dataclass(frozen=True, slots=True)
class Effect:
    """What is known of one effect, in points of the outcome and in its own sign.

    Parameters
    ----------
    mean, sd, q025, median, q975
        The posterior; the interval is equal-tailed 95%. None where nothing can be estimated.
    p_better, p_worthwhile, p_negligible, p_harmful
        Probabilities in the direction "better": above 0, above the SWC, within it, beyond it on the other side.
    sd_ratio
        Posterior sd over prior sd: near 1 means that the data said almost nothing.
    verdict, strength
        By the rules of `decide`.
    estimand
        In words: what is compared with what, when.
    extrapolated
        Whether it goes beyond doses that the person really did.
    """

    mean: float | None
    sd: float | None
    q025: float | None
    median: float | None
    q975: float | None
    p_better: float | None
    p_worthwhile: float | None
    p_negligible: float | None
    p_harmful: float | None
    sd_ratio: float | None
    verdict: Verdict
    strength: Strength | None
    estimand: str
    extrapolated: bool = False


def unknown(estimand: str, *, extrapolated: bool = False) -> Effect:
    """An effect of which nothing can be said."""
    return Effect(*(None,) * 10, "cannot_tell", None, estimand, extrapolated)


def effect_of(
    posterior: Mixture,
    *,
    scale: float,
    prior_sd: float,
    swc: float,
    higher_is: Direction,
    estimand: str,
    extrapolated: bool = False,
    usable: bool = True,
    data_alone: Mixture | None = None,
    slow: bool = False,
) -> Effect:
    """The summary of one posterior.

    Parameters
    ----------
    posterior
        In SD units.
    scale
        Points in one SD unit.
    prior_sd
        Of the same contrast, points.
    swc
        Smallest worthwhile change, points, above 0.
    usable
        False where the posterior is numerically not good enough: the verdict is then ``cannot_tell``.
    data_alone
        The posterior under the flat prior, SD units; without it no ``probable`` ``no_worthwhile_difference`` is told.
    slow
        Whether the effect takes weeks; see `decide`.
    """
    above, below = 1.0 - posterior.cdf(swc / scale), posterior.cdf(-swc / scale)
    positive = 1.0 - posterior.cdf(0.0)
    good, bad = (above, below) if higher_is == "better" else (below, above)
    low, middle, high = (posterior.quantile(q) * scale for q in (0.025, 0.5, 0.975))
    ratio = posterior.sd * scale / prior_sd
    alone = 0.0 if data_alone is None else data_alone.cdf(swc / scale) - data_alone.cdf(-swc / scale)
    verdict, strength = decide(
        low=low,
        high=high,
        worthwhile=good,
        harmful=bad,
        sd_ratio=ratio,
        higher_is=higher_is,
        negligible_alone=alone,
        slow=slow,
    )
    return Effect(
        mean=posterior.mean * scale,
        sd=posterior.sd * scale,
        q025=low,
        median=middle,
        q975=high,
        p_better=positive if higher_is == "better" else 1.0 - positive,
        p_worthwhile=good,
        p_negligible=max(0.0, 1.0 - above - below),
        p_harmful=bad,
        sd_ratio=ratio,
        verdict=verdict if usable else "cannot_tell",
        strength=strength if usable else None,
        estimand=estimand,
        extrapolated=extrapolated,
    )


def decide(
    *,
    low: float,
    high: float,
    worthwhile: float,
    harmful: float,
    sd_ratio: float,
    higher_is: Direction = "better",
    negligible_alone: float = 0.0,
    slow: bool = False,
) -> tuple[Verdict, Strength | None]:
    """Verdict and strength, the rules in order.

    A probable ``no_worthwhile_difference`` needs the data's own word: a narrow prior alone must not say it. Of a slow effect only
    clear verdicts are told: one diary says so little of it that a probable one would be the prior's.

    Parameters
    ----------
    low, high
        The 95% interval in the outcome's own sign.
    worthwhile, harmful
        Probability of a worthwhile change for the better, for the worse; the rest is negligible.
    negligible_alone
        Probability of a negligible change under the flat prior.
    slow
        Whether the effect takes weeks.

    >>> decide(low=0.4, high=1.2, worthwhile=0.97, harmful=0.0, sd_ratio=0.4)
    ('better', 'clear')
    >>> decide(low=0.4, high=1.2, worthwhile=0.97, harmful=0.0, sd_ratio=0.9)  # the prior speaks, not the data
    ('cannot_tell', None)
    >>> decide(low=-0.1, high=0.1, worthwhile=0.01, harmful=0.01, sd_ratio=0.1)
    ('no_worthwhile_difference', 'clear')
    >>> decide(low=-0.1, high=1.0, worthwhile=0.85, harmful=0.01, sd_ratio=0.5)
    ('better', 'probable')
    >>> decide(low=-0.1, high=1.0, worthwhile=0.85, harmful=0.01, sd_ratio=0.5, slow=True)
    ('cannot_tell', None)
    >>> decide(low=-0.2, high=0.3, worthwhile=0.1, harmful=0.02, sd_ratio=0.5, negligible_alone=0.6)  # the prior's word
    ('cannot_tell', None)
    """
    if not math.isfinite(sd_ratio) or sd_ratio > LITTLE_LEARNED:
        return "cannot_tell", None
    one_sided = low > 0 or high < 0
    up = low > 0 if higher_is == "better" else high < 0
    if one_sided and up and worthwhile >= PROBABLE:
        return "better", "clear"
    if one_sided and not up and harmful >= PROBABLE:
        return "worse", "clear"
    negligible = 1.0 - worthwhile - harmful
    if negligible >= NEGLIGIBLE:
        return "no_worthwhile_difference", "clear"
    if slow:
        return "cannot_tell", None
    if worthwhile >= PROBABLE:
        return "better", "probable"
    if harmful >= PROBABLE:
        return "worse", "probable"
    if negligible >= PROBABLE and negligible_alone >= PROBABLE:
        return "no_worthwhile_difference", "probable"
    return "cannot_tell", None


def headline(chosen: Effect, others: Iterable[Effect]) -> tuple[Verdict, Strength | None]:
    """The verdict that may be said: a claim must hold under every prior shown, and is as strong as under the weakest.

    Where the chosen prior makes no claim there is nothing that could depend on a prior.
    """
    if chosen.verdict == "cannot_tell":
        return "cannot_tell", None
    shown = [chosen, *others]
    if any(e.verdict != chosen.verdict for e in shown):
        return "depends_on_prior", None
    return chosen.verdict, "clear" if all(e.strength == "clear" for e in shown) else "probable"


MOST_TIMES = 8.0


def times_as_long(alone: Effect, prior: tuple[float, float], *, swc: float, higher_is: Direction) -> float | None:
    """How many times as many days would settle a benefit or a harm under a prior, if the difference stays what the data alone say.

    Parameters
    ----------
    alone
        The effect under the flat prior: what the data say.
    prior
        Mean and sd of the prior under which nothing is settled, points.

    Returns
    -------
    float or None
        In halves, from 1.5; None where not even eight times as many would, or where the data say nothing.

    >>> alone = unknown("")
    >>> times_as_long(alone, (0.0, 2.7), swc=2.2, higher_is="better") is None
    True
    """
    if alone.mean is None or alone.sd is None:
        return None
    (mean, spread), sign = prior, 1.0 if alone.mean >= 0 else -1.0
    for halves in range(3, int(2 * MOST_TIMES) + 1):
        variance = alone.sd**2 / (halves / 2)
        weight = spread**2 / (spread**2 + variance)
        sd = math.sqrt(weight * variance)
        middle = sign * (weight * alone.mean + (1 - weight) * mean)
        beyond = 0.5 * math.erfc((swc - middle) / sd / math.sqrt(2))
        good, bad = (beyond, 0.0) if (sign > 0) == (higher_is == "better") else (0.0, beyond)
        verdict, strength = decide(
            low=sign * middle - 1.96 * sd,
            high=sign * middle + 1.96 * sd,
            worthwhile=good,
            harmful=bad,
            sd_ratio=sd / spread,
            higher_is=higher_is,
        )
        if verdict in ("better", "worse") and strength == "clear":
            return halves / 2
    return None
