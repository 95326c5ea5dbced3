"""What an answer is checked against, and what only a trial can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mettle.trials import checks
from mettle.trials.adherence import adherence
from mettle.trials.randomisation import randomisation_p, timing_placebo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.diary import Diary
    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.inference.nof1 import Fit
    from mettle.trials.adherence import Adherence
    from mettle.trials.checks import Changes, LeadTest, Missingness, Reactivity
    from mettle.trials.randomisation import Placebo, Redraw
    from mettle.trials.schedule import Schedule
    from mettle.trials.table import Table
    from mettle.trials.verdict import Effect
    from mettle.trials.wording import Comparison

BAD_EVENT = "bad_event"
"""The outcome that marks a bad event: 0 for none, above for how bad."""


@dataclass(frozen=True, slots=True)
class Checked:
    """As in `Answer`: ``lead`` and ``placebo`` without a trial, ``adherence`` to ``changes`` in one."""

    missing: Missingness
    delta: Mapping[str, float | None] | None
    reactivity: Reactivity | None
    lead: LeadTest | None = None
    placebo: Placebo | None = None
    adherence: Adherence | None = None
    randomisation_p: float | None = None
    variability: Mapping[str, float] | None = None
    changes: Changes | None = None


def check(
    table: Table,
    priors: Mapping[PriorEffect, Prior],
    diary: Diary,
    *,
    acute: Effect,
    compared: Comparison,
    schedule: Schedule | None,
    redraw: Redraw | None,
    seed: int,
    fit: Fit,
) -> Checked:
    """Every check that these data allow.

    Parameters
    ----------
    priors
        The chosen ones.
    acute
        The effect under them.
    redraw
        Only where the randomisation test may be told.
    seed
        Of the redraws.
    """
    missing = checks.missingness(table)
    delta = None if acute.mean is None else checks.delta_sensitivity(table, acute.mean, missing)
    reactivity = checks.reactivity(table, priors, _bad_events(diary, table), fit=fit)
    if schedule is None:
        lead, placebo = checks.lead_test(table, priors, fit=fit), timing_placebo(table, priors, fit=fit)
        return Checked(missing, delta, reactivity, lead, placebo)
    p = None
    if redraw is not None:
        p = randomisation_p(table, priors, schedule, redraw, rng=np.random.default_rng(seed), fit=fit)
    rated = {
        (a.on - table.axis.origin).days: a.arm == schedule.arms[0]
        for a in schedule.assignments
        if a.phase == "trial" and a.rate
    }
    return Checked(
        missing,
        delta,
        reactivity,
        adherence=adherence(table, schedule, acute, priors, swc=compared.swc, higher_is=compared.higher_is, fit=fit),
        randomisation_p=p,
        variability=checks.variability(table, priors, fit=fit),
        changes=checks.changes(table, rated) if schedule.kind == "session" else None,
    )


def _bad_events(diary: Diary, table: Table) -> dict[int, float]:
    """Day number -> how bad, 0 to 1."""
    own = [o for o in diary.observations if o.outcome == BAD_EVENT != table.outcome]
    worst = max((o.value for o in own), default=0.0)
    events: dict[int, float] = {}
    for o in own if worst > 0 else ():
        day = table.axis.day(o.when)
        events[day] = max(o.value / worst, events.get(day, 0.0))
    return events
