"""What was assigned against what was done: adherence, the effect as trained, and the effect a session with assignment as the instrument."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mettle.trials.contrasts import contrast, own_weeks, prior_sd
from mettle.trials.table import with_bouts
from mettle.trials.verdict import effect_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.inference.nof1 import Fit
    from mettle.trials.schedule import Schedule
    from mettle.trials.table import Table
    from mettle.trials.verdict import Direction, Effect

WEAK = 0.2
"""Below this difference in what was done, assignment says too little about what was done to divide by it."""


@dataclass(frozen=True, slots=True)
class Adherence:
    """How far what was assigned was done.

    Parameters
    ----------
    assigned, other
        Trial days of the first arm and of the second.
    done_when_assigned, done_otherwise
        Shares of them, 0-1, on which the first arm was done; None where there is no such day.
    as_trained
        The acute effect of what was done: observational, even in a trial.
    per_session
        The effect of a session done because it was assigned: mean, sd, interval, points; None where assignment changed too
        little.
    """

    assigned: int
    other: int
    done_when_assigned: float | None
    done_otherwise: float | None
    as_trained: Effect | None
    per_session: Mapping[str, float] | None

    def document(self) -> dict[str, Any]:
        """As JSON; figures not rounded."""
        return asdict(self)


def adherence(
    table: Table,
    schedule: Schedule,
    as_assigned: Effect,
    priors: Mapping[PriorEffect, Prior],
    *,
    swc: float,
    higher_is: Direction,
    fit: Fit,
) -> Adherence | None:
    """Adherence and what follows from it; None where nothing is known of what was done.

    The effect per session divides the effect as assigned by the difference in what was done (Wald). It holds where
    assignment acts only through what is done and nobody does the opposite. Source: Angrist, Imbens & Rubin 1996,
    doi 10.1080/01621459.1996.10476902.
    """
    if table.done.first_day is None:
        return None
    first, second = schedule.arms
    named = (first, second) != ("train", "rest")
    if named and not any(b.arm for b in table.done.bouts):
        return None
    done = {b.day for b in table.done.bouts if not named or b.arm == first}
    shares: dict[str, float | None] = {}
    count: dict[str, int] = {}
    for arm in schedule.arms:
        asked = schedule.trial_days if arm == "rest" else schedule.session_days  # a block has days without a session
        days = [(on - table.axis.origin).days for on, a in asked.items() if a == arm]
        count[arm] = len(days)
        shares[arm] = sum(d in done for d in days) / len(days) if days else None
    assigned, otherwise = shares[first], shares[second]
    per_session = None
    if assigned is not None and otherwise is not None and assigned - otherwise >= WEAK and as_assigned.mean is not None:
        difference = assigned - otherwise
        per_session = {
            name: value / difference
            for name in ("mean", "sd", "q025", "q975")
            if (value := getattr(as_assigned, name)) is not None
        }
    trained = None if named else _as_trained(table, priors, swc=swc, higher_is=higher_is, fit=fit)
    return Adherence(count[first], count[second], assigned, otherwise, trained, per_session)


def _as_trained(
    table: Table, priors: Mapping[PriorEffect, Prior], *, swc: float, higher_is: Direction, fit: Fit
) -> Effect | None:
    other = with_bouts(table, table.done.bouts)
    if not (other.daily > 0).any():
        return None
    found = fit(other.design(priors))
    weeks = own_weeks(other.daily)
    return effect_of(
        contrast(other.horizon, found, "acute", weeks),
        scale=other.scale,
        prior_sd=prior_sd(other.horizon, priors, "acute", weeks),
        swc=swc,
        higher_is=higher_is,
        estimand="as trained: days with a session against days without one, whatever was assigned",
        usable=found.converged,
    )
