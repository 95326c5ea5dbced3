"""Checks that every answer goes through: does future training "predict" the present, and where do ratings fail to come?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mettle.inference import nof1
from mettle.trials.table import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.trials.table import Table

LEAD_PRIOR_SD = 1.0
POWER_80 = 2.8
"""An effect of this many standard errors is found in 80% of diaries at 5% two-sided: 1.96 + 0.84."""


@dataclass(frozen=True, slots=True)
class LeadTest:
    """The negative control: training that has not happened yet cannot move the present.

    Parameters
    ----------
    mean, sd
        What a coming session "does" to the rating before it, points.
    fired
        Whether its 95% interval excludes 0: then training follows the outcome, or both follow something else.
    detectable
        The size that it would have found in 80% of such diaries, points.
    """

    mean: float
    sd: float
    fired: bool
    detectable: float


def lead_test(table: Table, priors: Mapping[PriorEffect, Prior], *, seed: int) -> LeadTest | None:
    """The test on one table; None where no coming dose ever varies.

    Source: Lipsitch et al. 2010, Negative controls, doi 10.1097/EDE.0b013e3181d61eeb.
    """
    if not np.ptp(table.ahead) > 0:
        return None
    design = table.design(priors, extra=[Column("lead", table.ahead, sd=LEAD_PRIOR_SD)])
    lead = nof1.fit(design, seed=seed).effect("lead")
    fired = lead.quantile(0.025) > 0 or lead.quantile(0.975) < 0
    return LeadTest(lead.mean * table.scale, lead.sd * table.scale, fired, POWER_80 * lead.sd * table.scale)


@dataclass(frozen=True, slots=True)
class Missingness:
    """Shares of days without a rating, 0-1; None where there is no such day.

    Parameters
    ----------
    all_days, training_days, other_days
        Between the first and the last rating.
    """

    all_days: float
    training_days: float | None
    other_days: float | None

    @property
    def differs(self) -> bool:
        """Whether ratings fail to come on the one kind of day noticeably more often than on the other."""
        if self.training_days is None or self.other_days is None:
            return False
        return abs(self.training_days - self.other_days) >= 0.15


def delta_sensitivity(table: Table, effect: float, missing: Missingness) -> dict[str, float | None]:
    """How much the acute effect leans on the ratings that are not there, points.

    If missing ratings were lower than the model expects by half the person's SD on every kind of day, the effect would be
    ``if_missing_lower``; ``tipping`` is how far the missing ratings of training days alone would have to be off to take the
    effect away. Arithmetic on shares (a pattern mixture), not a fit.
    Source: National Research Council 2010, doi 10.17226/12955, chapter 5.
    """
    trained, other = missing.training_days, missing.other_days
    if trained is None or other is None:
        return {"if_missing_lower": None, "tipping": None}
    moved = effect - 0.5 * table.scale * (trained - other)
    return {"if_missing_lower": moved, "tipping": -effect / trained if trained > 0 else None}


def variability(table: Table, priors: Mapping[PriorEffect, Prior], *, seed: int) -> dict[str, float] | None:
    """How much more or less ratings vary on exposed days: ratio of noise standard deviations, with its 95% interval.

    None where fewer than ten ratings are on either side.
    """
    exposed = table.same_day > 0
    if min(int(exposed.sum()), int((~exposed).sum())) < 10:
        return None
    fit = nof1.fit(replace(table.design(priors), noise=exposed.astype(np.int64)), seed=seed)
    low, middle, high = (fit.hyper_quantile("log_noise_ratio_1", q) for q in (0.025, 0.5, 0.975))
    return {"ratio": middle, "q025": low, "q975": high}


def missingness(table: Table) -> Missingness:
    """Where ratings are missing, by whether the day had training."""
    observed = np.zeros(table.days, dtype=bool)
    observed[table.day - int(table.day[0])] = True
    trained = table.daily > 0
    return Missingness(
        all_days=float(np.mean(~observed)),
        training_days=float(np.mean(~observed[trained])) if trained.any() else None,
        other_days=float(np.mean(~observed[~trained])) if (~trained).any() else None,
    )
