"""A sparse outcome beside the daily one: a questionnaire every two weeks in the same state space as a daily item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mettle import instruments
from mettle.inference import nof1
from mettle.trials.table import build

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from mettle.diary import Diary
    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.trials.schedule import Schedule
    from mettle.trials.table import Table
    from mettle.trials.verdict import Direction

FEWEST = 3
"""Scores below which a second outcome adds nothing."""
USUAL_TIME_D = 2.0
"""Median of the prior of how long moods last; a mean over the recall period keeps this much of them, see `_kept`."""
INTERCEPT_SD = 3.0


@dataclass(frozen=True, slots=True)
class Companion:
    """The second outcome, in own SD and turned so that up means what it means for the first.

    Parameters
    ----------
    outcome
        Its name.
    t, z
        Days on the first outcome's axis, and standardised values, each (m,).
    scale
        Points in one own SD, with the sign that turns it back.
    recall_days
        Days that one score is about; 0 for the moment.
    """

    outcome: str
    t: NDArray[np.float64]
    z: NDArray[np.float64]
    scale: float
    recall_days: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What the second outcome says and adds.

    Parameters
    ----------
    outcome, scores
        Its name and how many scores entered.
    mean, q025, q975
        The slow effect of one usual session a day, kept up, in its own points.
    sd_alone, sd_together
        Posterior sd of the slow effect in own SD, without it and with it.
    """

    outcome: str
    scores: int
    mean: float
    q025: float
    q975: float
    sd_alone: float
    sd_together: float


def companion(
    diary: Diary, outcome: str, table: Table, *, today: date, schedule: Schedule | None, higher_is: Direction
) -> Companion | None:
    """The second outcome; None where it has fewer than three usable scores or they never vary.

    Parameters
    ----------
    table
        Of the first outcome.
    higher_is
        Of the first outcome; the second's own is known for questionnaires and our items, else the same.
    """
    own = build(diary, outcome, today=today, schedule=schedule)
    if own.t.size < FEWEST or own.scale <= 0:
        return None
    shift = (own.axis.origin - table.axis.origin).days
    sign = 1.0 if direction(outcome, higher_is) == higher_is else -1.0
    recall = instruments.load(outcome).recall_days or 0 if outcome in instruments.ids() else 0
    return Companion(outcome, own.t + shift, sign * (own.y - own.centre) / own.scale, sign * own.scale, recall)


def direction(outcome: str, otherwise: Direction) -> Direction:
    """Whether more of an outcome is better or worse, where it is one of ours."""
    if outcome in instruments.ids():
        return instruments.load(outcome).higher_is
    measure = instruments.measures().get(outcome)
    return measure.higher_is if measure else otherwise


def joint(table: Table, beside: Companion, priors: Mapping[PriorEffect, Prior]) -> nof1.Design:
    """Both outcomes in one design.

    They share the level that drifts, moods that last (as much of them as a mean over the recall period keeps), the trend, signals and
    the slow effect, all in own SD; a score has its own intercept and its own noise, and takes nothing of a single session or day.
    """
    one = table.design(priors)
    n, m, p = one.t.size, beside.t.size, one.x.shape[1]
    x = np.zeros((n + m, p + 1))
    x[:n, :p] = one.x
    x[n:, p] = 1.0
    for j, name in enumerate(one.names[:p]):
        if name not in _OWN_TO_THE_FIRST:
            order = np.argsort(one.t)
            x[n:, j] = np.interp(beside.t, one.t[order], one.x[order, j])
    reach = np.ones((n + m, len(one.kernels)))
    reach[n:] = [k.kind == "adstock" for k in one.kernels]
    return nof1.Design(
        t=np.concatenate([one.t, beside.t]),
        y=np.concatenate([one.y, beside.z]),
        x=x,
        names=(*one.names[:p], f"intercept_{beside.outcome}", *one.names[p:]),
        prior_mean=np.insert(one.prior_mean, p, 0.0),
        prior_sd=np.insert(one.prior_sd, p, INTERCEPT_SD),
        kernels=one.kernels,
        ou=np.concatenate([np.ones(n), np.full(m, _kept(beside.recall_days))]),
        noise=np.concatenate([np.zeros(n, np.int64), np.ones(m, np.int64)]),
        reach=reach,
    )


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OWN_TO_THE_FIRST = frozenset(
    ("intercept", "clock_sin", "clock_cos", "acute", "next_day", "any_session", "any_session_before", *_WEEKDAYS)
)


def _kept(recall_days: int) -> float:
    """SD of the mean of an Ornstein-Uhlenbeck process over so many days, as a share of its own SD.

    >>> float(_kept(0)), round(float(_kept(14)), 2)
    (1.0, 0.49)
    """
    if recall_days == 0:
        return 1.0
    r = USUAL_TIME_D / recall_days
    return float(np.sqrt(2 * r * (1 - r * -np.expm1(-1 / r))))


def told(beside: Companion, together: nof1.Posterior, alone: nof1.Posterior) -> Beside:
    """What the second outcome says of the slow effect."""
    slow = together.effect("chronic")
    low, high = sorted(slow.quantile(q) * beside.scale for q in (0.025, 0.975))
    return Beside(
        beside.outcome, beside.z.size, slow.mean * beside.scale, low, high, alone.effect("chronic").sd, slow.sd
    )
