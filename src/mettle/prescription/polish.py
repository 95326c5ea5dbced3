"""The week made better, with a proof of how good it is: a mixed-integer programme for HiGHS, through SciPy.

The same problem, limits and gap give the same week: what stops the search is a number of nodes, not a clock. Only where the
safety net of 60 s fires is the result called not reproducible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from mettle.prescription.problem import (
    DISTINCT,
    MOST_SPINE_IN_SESSION,
    TWICE,
    major_rows,
    most_of_pattern,
    resting,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mettle.prescription.problem import Problem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

GAP = 0.01
NODES = 2_000
SAFETY_NET_S = 60.0


@dataclass(frozen=True, slots=True)
class Polished:
    """What the solver found.

    Parameters
    ----------
    sets
        (E, D) sets, or None where it found no week at all.
    bound
        No week earns more than this.
    reproducible
        False where the clock stopped it.
    """

    sets: Ints | None
    bound: float
    reproducible: bool


class _Rows:
    """Variables and constraint rows as they are named, then one sparse matrix."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.data: list[float] = []
        self.row: list[int] = []
        self.column: list[int] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def variables(self, costs: Sequence[float] | Floats, *, upper: float | Floats = 1.0, whole: bool = True) -> Ints:
        start = len(self.cost)
        self.cost.extend(float(c) for c in costs)
        self.upper.extend(np.broadcast_to(upper, len(costs)).astype(float).tolist())
        self.whole.extend([int(whole)] * len(costs))
        return np.arange(start, start + len(costs), dtype=np.int64)

    def limit(self, terms: Sequence[tuple[int, float]], *, low: float = -np.inf, high: float = np.inf) -> None:
        for column, value in terms:
            if value:
                self.row.append(len(self.low))
                self.column.append(int(column))
                self.data.append(float(value))
        self.low.append(low)
        self.high.append(high)


def polish(problem: Problem, *, gap: float = GAP, nodes: int = NODES, seconds: float = SAFETY_NET_S) -> Polished:
    """The best week within a relative gap, and the bound that proves it."""
    if problem.size == 0:
        return Polished(None, 0.0, reproducible=True)
    rows = _Rows()
    x, n = _choices(problem, rows)
    _volume(problem, rows, n)
    _coverage(problem, rows, x)
    _limits(problem, rows, x, n)
    matrix = sparse.csr_array((rows.data, (rows.row, rows.column)), shape=(len(rows.low), len(rows.cost)))
    found = milp(
        -np.array(rows.cost),
        constraints=LinearConstraint(matrix, np.array(rows.low), np.array(rows.high)),
        integrality=np.array(rows.whole),
        bounds=Bounds(np.zeros(len(rows.cost)), np.array(rows.upper)),
        options={"mip_rel_gap": gap, "node_limit": nodes, "time_limit": seconds},
    )
    timed_out = found.status == 1 and "ime" in str(found.message)
    bound = -float(found.mip_dual_bound) if found.mip_dual_bound is not None else float("inf")
    if found.x is None:
        return Polished(None, bound, reproducible=not timed_out)
    sets = np.rint(found.x[n]).astype(np.int64).reshape(problem.size, problem.days)
    sets[np.rint(found.x[x]).reshape(problem.size, problem.days) == 0] = 0
    return Polished(sets, bound, reproducible=not timed_out)


def _choices(problem: Problem, rows: _Rows) -> tuple[Ints, Ints]:
    """Whether an exercise is done on a day (x), and its sets (n), both E*D long."""
    count = problem.size * problem.days
    x = rows.variables((problem.liking[:, None] + problem.tie).ravel())
    n = rows.variables(np.zeros(count), upper=float(problem.most_sets), whole=problem.least_sets < problem.most_sets)
    y = rows.variables(np.full(problem.size, -DISTINCT), whole=False)
    for i in range(count):
        rows.limit([(n[i], 1), (x[i], -problem.most_sets)], high=0)
        rows.limit([(n[i], 1), (x[i], -problem.least_sets)], low=0)
        rows.limit([(y[i // problem.days], 1), (x[i], -1)], low=0)
    rows.limit([(v, 1) for v in y], high=problem.distinct)
    return x, n


def _volume(problem: Problem, rows: _Rows, n: Ints) -> None:
    """Fractional sets of each muscle: up to the floor, to the middle, never above the ceiling; pull against push."""
    muscles = len(problem.floor)
    base = rows.variables(problem.worth, upper=problem.floor, whole=False)
    more = rows.variables(problem.more, upper=problem.middle - problem.floor, whole=False)
    for m in range(muscles):
        given = [(n[i], problem.share[i // problem.days, m]) for i in range(len(n))]
        rows.limit([*given, (base[m], -1), (more[m], -1)], low=0)
        rows.limit(given, high=float(problem.ceiling[m]))
    slack = rows.variables([-problem.pull_cost], upper=1000.0, whole=False)[0]
    pull = [
        (n[i], problem.push[i // problem.days] - problem.pull_weight * problem.pull[i // problem.days])
        for i in range(len(n))
    ]
    rows.limit([*pull, (slack, -1)], high=problem.pull_margin)


def _coverage(problem: Problem, rows: _Rows, x: Ints) -> None:
    """Patterns of the week and of each day, and days on which a muscle is trained."""
    grid = x.reshape(problem.size, problem.days)
    for _, gain, member in problem.groups:
        got = rows.variables([gain])[0]
        rows.limit([(got, -1), *((v, 1) for e in np.flatnonzero(member) for v in grid[e])], low=0)
    for _, gain, member in problem.daily:
        for d in range(problem.days):
            got = rows.variables([gain])[0]
            rows.limit([(got, -1), *((grid[e, d], 1) for e in np.flatnonzero(member))], low=0)
    for m in np.flatnonzero(major_rows(problem)):
        trains = np.flatnonzero(problem.share[:, m] >= 0.5)
        days = rows.variables(np.zeros(problem.days), whole=False)
        often = rows.variables([TWICE], upper=float(min(2, problem.days)), whole=False)[0]
        for d in range(problem.days):
            rows.limit([(days[d], -1), *((grid[e, d], 1) for e in trains)], low=0)
        rows.limit([(often, -1), *((v, 1) for v in days)], low=0)


def _limits(problem: Problem, rows: _Rows, x: Ints, n: Ints) -> None:
    """Time, stations, patterns and spine of a session; rest between days that follow each other."""
    shape = (problem.size, problem.days)
    use, amount = x.reshape(shape), n.reshape(shape)
    every = range(problem.size)
    kinds = np.array(problem.pattern_of)
    for d in range(problem.days):
        time = [(amount[e, d], problem.set_s[e]) for e in every] + [(use[e, d], problem.fixed_s[e]) for e in every]
        rows.limit(time, high=problem.room_s)
        rows.limit([(use[e, d], 1) for e in every], high=problem.stations)
        rows.limit([(use[e, d], problem.spine[e]) for e in every], high=MOST_SPINE_IN_SESSION)
        for pattern in sorted(set(problem.pattern_of)):
            members = np.flatnonzero(kinds == pattern)
            if len(members) > most_of_pattern(pattern):
                rows.limit([(use[e, d], 1) for e in members], high=most_of_pattern(pattern))
    rests = np.flatnonzero(resting(problem))
    loaded = rows.variables(np.zeros(problem.days), whole=False)  # whether a day loads the spine
    for d in range(problem.days) if problem.adjacent else ():
        for e in np.flatnonzero(problem.spine >= 2):
            rows.limit([(loaded[d], 1), (use[e, d], -1)], low=0)
    for a, b in problem.adjacent:
        for e in rests:
            rows.limit([(use[e, a], 1), (use[e, b], 1)], high=1)
        rows.limit([(loaded[a], 1), (loaded[b], 1)], high=1)
