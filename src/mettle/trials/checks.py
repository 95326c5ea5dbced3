"""Checks that every answer goes through: does future training "predict" the present, and where do ratings fail to come?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mettle.trials.table import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.inference.nof1 import Fit
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


def lead_test(table: Table, priors: Mapping[PriorEffect, Prior], *, fit: Fit) -> LeadTest | None:
    """The test on one table; None where no coming dose ever varies.

    Source: Lipsitch et al. 2010, Negative controls, doi 10.1097/EDE.0b013e3181d61eeb.
    """
    if not np.ptp(table.ahead) > 0:
        return None
    design = table.design(priors, extra=[Column("lead", table.ahead, sd=LEAD_PRIOR_SD)])
    lead = fit(design).effect("lead")
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


def variability(table: Table, priors: Mapping[PriorEffect, Prior], *, fit: Fit) -> dict[str, float] | None:
    """How much more or less ratings vary on exposed days: ratio of noise standard deviations, with its 95% interval.

    None where fewer than ten ratings are on either side.
    """
    exposed = table.same_day > 0
    if min(int(exposed.sum()), int((~exposed).sum())) < 10:
        return None
    found = fit(replace(table.design(priors), noise=exposed.astype(np.int64)))
    low, middle, high = (found.hyper_quantile("log_noise_ratio_1", q) for q in (0.025, 0.5, 0.975))
    return {"ratio": middle, "q025": low, "q975": high}


FEWEST_EVENTS = 5
"""Bad events on either kind of day below which reactivity is not estimated."""
REACTION_PRIOR_SD = 1.0


@dataclass(frozen=True, slots=True)
class Reactivity:
    """What a bad event does to the ratings of its day, with and without a session before them; points.

    Parameters
    ----------
    events, events_with_session
        Days with a bad event, and those of them with a session.
    after_event
        Mean of what a bad event does on a day without a session.
    difference, q025, q975
        What a session changes in that: above 0 where the outcome stays higher.
    """

    events: int
    events_with_session: int
    after_event: float
    difference: float
    q025: float
    q975: float


def reactivity(
    table: Table, priors: Mapping[PriorEffect, Prior], events: Mapping[int, float], *, fit: Fit
) -> Reactivity | None:
    """Whether a session blunts what a bad event does to ratings, in a fit of its own.

    None where fewer than five days of either kind have an event. Only where days were drawn is it what a session does; elsewhere
    it is what goes together.

    Parameters
    ----------
    events
        Day number -> how bad, 0 to 1 (an event outcome divided by its greatest value).
    """
    happened = np.array([events.get(d, 0.0) for d in table.day.tolist()])
    exposed = np.minimum(table.same_day, 1.0)
    days = set(table.day[happened > 0].tolist())
    with_session = set(table.day[(happened > 0) & (exposed > 0)].tolist())
    if min(len(with_session), len(days - with_session)) < FEWEST_EVENTS:
        return None
    columns = [
        Column("bad_event", happened, sd=REACTION_PRIOR_SD),
        Column("bad_event_after_session", happened * exposed, sd=REACTION_PRIOR_SD),
    ]
    found = fit(table.design(priors, extra=columns))
    event, change = found.effect("bad_event"), found.effect("bad_event_after_session")
    low, high = (change.quantile(q) * table.scale for q in (0.025, 0.975))
    return Reactivity(len(days), len(with_session), event.mean * table.scale, change.mean * table.scale, low, high)


@dataclass(frozen=True, slots=True)
class Changes:
    """Plain changes from the last rating before a session's clock time to the mean of those in the hours after it, points.

    Parameters
    ----------
    with_session, without
        Mean change on days of the first arm, and at the same clock times on the others.
    difference, se
        First less second, and its standard error (two independent samples).
    days_with, days_without
        How many days had ratings on both sides.
    """

    with_session: float
    without: float
    difference: float
    se: float
    days_with: int
    days_without: int


CHANGE_HOURS = 6.0


def changes(table: Table, rated: Mapping[int, bool]) -> Changes | None:
    """The difference of changes that a session trial is about, without a model; None below three days on either side.

    Parameters
    ----------
    rated
        Day number -> whether the day was drawn for the first arm; days that are not rated are left out.
    """
    if table.horizon != "hours" or not table.bouts:
        return None
    starts = sorted(b.start % 1.0 for b in table.bouts if b.start is not None)
    ends = sorted(b.end % 1.0 for b in table.bouts if b.end is not None)
    begin, end = starts[len(starts) // 2], ends[len(ends) // 2]
    found: dict[bool, list[float]] = {True: [], False: []}
    for day, first in rated.items():
        t, y = table.t[table.day == day], table.y[table.day == day]
        before, after = y[t < day + begin], y[(t > day + end) & (t <= day + end + CHANGE_HOURS / 24)]
        if before.size and after.size:
            found[first].append(float(after.mean() - before[-1]))
    a, b = np.array(found[True]), np.array(found[False])
    if min(a.size, b.size) < 3:
        return None
    se = float(np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size))
    return Changes(float(a.mean()), float(b.mean()), float(a.mean() - b.mean()), se, int(a.size), int(b.size))


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
