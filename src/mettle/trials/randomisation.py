"""The randomisation test, and the dose-timing placebo: the same statistic, redrawn or shifted in time."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mettle.inference import nof1
from mettle.trials.contrasts import ACUTE_TAU_H
from mettle.trials.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior
    from mettle.inference.nof1 import Fit
    from mettle.trials.table import Table

REDRAWS = 999
FEWEST_SHIFTS = 8


class Redraw(Protocol):
    """Draws another schedule from the same admissible set (`mettle.trials.design.sampler`)."""

    def __call__(self, rng: np.random.Generator, /) -> Schedule | Mapping[date, str]:
        """A schedule, or day -> arm of its sessions."""


def randomisation_p(
    table: Table,
    priors: Mapping[PriorEffect, Prior],
    schedule: Schedule,
    redraw: Redraw,
    *,
    rng: np.random.Generator,
    draws: int = REDRAWS,
    fit: Fit = nof1.fit,
) -> float:
    """Two-sided p value of the sharp null hypothesis: nothing that was assigned changed any rating.

    The statistic is the generalised least squares z of the acute column with the scales fitted under the null; it is
    computed for the realised schedule and for ``draws`` schedules from the same admissible set. Exact whatever the model.
    Source: Edgington & Onghena 2007, Randomization Tests; p = (1 + as large) / (1 + draws), Phipson & Smyth 2010,
    doi 10.2202/1544-6115.1585.

    Parameters
    ----------
    table
        As assigned.
    redraw
        The sampler of the design that the schedule was drawn from.
    """
    first = schedule.assignments[0].on
    length = (schedule.assignments[-1].on - first).days + 1
    trace = _trace(table, (first - table.axis.origin).days + np.arange(length))
    assigned = np.zeros((1 + draws, length))
    for row, drawn in enumerate([schedule, *(redraw(rng) for _ in range(draws))]):
        arms = _sessions(drawn) if isinstance(drawn, Schedule) else drawn
        assigned[row, [(on - first).days for on, arm in arms.items() if arm == schedule.arms[0]]] = 1.0
    z = _z(table, priors, trace @ assigned.T, fit)
    return float((1 + np.sum(np.abs(z[1:]) >= abs(z[0]) - 1e-12)) / (1 + draws))


def _sessions(schedule: Schedule) -> dict[date, str]:
    """Day -> arm of every session, also on days that are not compared: what is done there acts on the days after."""
    return {a.on: a.arm for a in schedule.assignments if a.session}


@dataclass(frozen=True, slots=True)
class Placebo:
    """The effect of sessions moved in time by whole weeks, which should be none.

    Parameters
    ----------
    shifts
        How many shifts were tried.
    as_large
        Share of them whose statistic is at least as large as the real one's.
    """

    shifts: int
    as_large: float


def timing_placebo(table: Table, priors: Mapping[PriorEffect, Prior], *, fit: Fit = nof1.fit) -> Placebo | None:
    """The acute statistic against that of the same sessions moved around the diary by whole weeks (weekdays stay).

    None where the diary is shorter than nine weeks or no dose varies. Not a test with a level (training habits drift): a look.
    """
    dose = table.daily
    weeks = dose.size // 7
    if weeks - 1 < FEWEST_SHIFTS or not np.ptp(dose) > 0:
        return None
    trace = _trace(table, int(table.day[0]) + np.arange(dose.size))
    moved = np.column_stack([np.roll(dose, 7 * k) for k in range(weeks)])
    z = np.abs(_z(table, priors, trace @ moved, fit))
    return Placebo(weeks - 1, float(np.mean(z[1:] >= z[0])))


def _trace(table: Table, days: NDArray[np.int64]) -> NDArray[np.float64]:
    """What one dose on each of these days leaves at each observation, (n, days): decay from the usual clock time, or the day's rest."""
    starts = [(b.start % 1.0, (b.end or b.start) % 1.0) for b in table.bouts if b.start is not None]
    begin, end = (median(s[i] for s in starts) for i in (0, 1)) if starts and table.timed else (0.0, 0.0)
    if table.horizon == "hours":
        after = table.t[:, None] - (days[None, :] + end)
        return np.asarray(np.where(after > 0, np.exp(-np.maximum(after, 0.0) * 24 / ACUTE_TAU_H[0]), 0.0))
    same = table.day[:, None] == days[None, :]
    return np.asarray((same & (table.t[:, None] >= days[None, :] + begin)).astype(float))


def _z(
    table: Table, priors: Mapping[PriorEffect, Prior], columns: NDArray[np.float64], fit: Fit
) -> NDArray[np.float64]:
    """Generalised least squares z of each column, scales fitted without any exposure, nuisance columns integrated out."""
    full = table.design(priors)
    keep = [i for i, name in enumerate(full.names) if name not in ("acute", "next_day", "chronic")]
    null = nof1.Design(
        t=full.t,
        y=full.y,
        x=full.x[:, keep],
        names=tuple(full.names[i] for i in keep),
        prior_mean=full.prior_mean[keep],
        prior_sd=full.prior_sd[keep],
    )
    V = nof1.covariance(null, fit(null))
    weighted = np.linalg.solve(V, np.column_stack([null.y, columns]))
    information = np.einsum("ij,ij->j", columns, weighted[:, 1:])
    return np.asarray(columns.T @ weighted[:, 0] / np.sqrt(np.maximum(information, 1e-12)))
