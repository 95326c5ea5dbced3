"""The cheapest basket that makes the most training possible, as a small mixed-integer programme.

Columns are the items, the goals (a movement at a horizon) and the uses (an option that serves a goal), all 0 or 1. It is
solved twice: for the most goals, then for the least money at that many.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MOVEMENTS = ("squat", "hinge", "hpush", "vpush", "hpull", "vpull")
"""The movements that need headroom; the trunk trains against the body, and a lunge counts as a squat."""
HORIZONS = ("today", "in_12_months")
WORTH = {"today": 10, "in_12_months": 6}
"""A movement that cannot be trained now weighs more than one that will run out of load."""
LIGHT_ENOUGH = 1.15
"""An exercise fits today where its least resistance is at most this much above what the person starts with."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to buy, or what is owned already.

    Parameters
    ----------
    id, name
        Row of the table, and words for it; no brand.
    gives
        Equipment that it provides.
    price
        In euros; 0 where owned.
    floor_m2
        Floor that it takes.
    load, from_kg, kg
        The kind of load that it carries, the least and the most (each hand's for dumbbells); None where it has none.
    adds_kg
        Plates: what it adds to a bar.
    """

    id: str
    name: str
    gives: frozenset[str]
    price: Decimal = Decimal(0)
    floor_m2: float = 0.0
    load: str | None = None
    from_kg: float = 0.0
    kg: float = 0.0
    adds_kg: float = 0.0


@dataclass(frozen=True, slots=True)
class Option:
    """One exercise on one piece of kit: the resistance it spans, in kilograms of the movement's plain lift.

    Parameters
    ----------
    exercise, movement
        What, and for which movement.
    carrier
        The item that carries the load; None for the body alone.
    least_kg, most_kg
        Lightest and heaviest, without bought plates.
    per_plate_kg
        What each kilogram of bought plates adds; 0 where none can be added.
    groups
        Equipment groups to be bought besides the carrier.
    """

    exercise: str
    movement: str
    carrier: str | None
    least_kg: float
    most_kg: float
    per_plate_kg: float
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Basket:
    """What was chosen: the items, what each goal is served by, and whether both steps were proved."""

    buy: tuple[Item, ...]
    possible: Mapping[str, Mapping[str, str | None]]
    proven: bool


@dataclass(frozen=True, slots=True)
class _Problem:
    items: tuple[Item, ...]
    asked: Mapping[str, Mapping[str, float]]
    uses: tuple[tuple[int, Option], ...]

    @property
    def size(self) -> int:
        return len(self.items) + len(GOALS) + len(self.uses)


GOALS = tuple((movement, when) for movement in MOVEMENTS for when in HORIZONS)


def cheapest(
    items: Sequence[Item],
    choices: Sequence[Option],
    asked: Mapping[str, Mapping[str, float]],
    *,
    money: float | None = None,
    floor_m2: float | None = None,
) -> Basket:
    """The cheapest basket among those that serve the most.

    Parameters
    ----------
    items
        What can be bought, prices in euros.
    choices
        Exercises on kit, owned kit included.
    asked
        Movement to horizon to resistance needed, kilograms.
    money, floor_m2
        What may be spent (euros) and built upon; None is no limit.
    """
    uses = tuple(
        (goal, option)
        for goal, named in enumerate(GOALS)
        for option in choices
        if _could_serve(option, named, asked, items)
    )
    problem = _Problem(tuple(items), asked, uses)
    n_items = len(problem.items)
    worth, cost = np.zeros(problem.size), np.zeros(problem.size)
    worth[n_items : n_items + len(GOALS)] = [WORTH[when] for _, when in GOALS]
    # cents, and a hundredth of a cent an item in the table's order: among equally cheap baskets always the same
    cost[:n_items] = [float(item.price) * 100 + 0.01 * (i + 1) for i, item in enumerate(items)]
    limits = [_limits(problem, money, floor_m2)]
    most, proven_most = _solve(-worth, limits)
    enough = LinearConstraint(worth, float(np.round(worth @ most)) - 0.5, np.inf)
    least, proven_least = _solve(cost, [*limits, enough])
    buy = tuple(item for item, x in zip(problem.items, least[:n_items], strict=True) if x > 0.5)
    return Basket(buy, _served(problem, least), proven_most and proven_least)


def _could_serve(
    option: Option, goal: tuple[str, str], asked: Mapping[str, Mapping[str, float]], items: Sequence[Item]
) -> bool:
    movement, when = goal
    if option.movement != movement:
        return False
    needed = asked[movement][when]
    plates = option.per_plate_kg * sum(item.adds_kg for item in items)
    light_enough = when != "today" or option.least_kg <= needed * LIGHT_ENOUGH
    return light_enough and option.most_kg + plates >= needed


def _rows(problem: _Problem) -> list[dict[int, float]]:
    """Rows that must be at least 0: a goal needs a use, a use needs its kit and enough plates."""
    items, first_use = problem.items, len(problem.items) + len(GOALS)
    index = {item.id: i for i, item in enumerate(items)}
    rows: list[dict[int, float]] = []
    for goal in range(len(GOALS)):
        serving = {first_use + u: 1.0 for u, (served, _) in enumerate(problem.uses) if served == goal}
        rows.append({len(items) + goal: -1.0, **serving})
    for u, (goal, option) in enumerate(problem.uses):
        use = first_use + u
        if option.carrier in index:
            rows.append({index[option.carrier]: 1.0, use: -1.0})
        rows += [
            {**{i: 1.0 for i, item in enumerate(items) if item.gives & set(group)}, use: -1.0}
            for group in option.groups
        ]
        movement, when = GOALS[goal]
        short = problem.asked[movement][when] - option.most_kg
        if short > 0:  # plates must make up for what the bar alone lacks
            plates = {i: option.per_plate_kg * item.adds_kg for i, item in enumerate(items) if item.adds_kg}
            rows.append({**plates, use: -short})
    return rows


def _limits(problem: _Problem, money: float | None, floor_m2: float | None) -> LinearConstraint:
    rows = _rows(problem)
    matrix = np.zeros((len(rows) + 2, problem.size))
    for r, row in enumerate(rows):
        for column, value in row.items():
            matrix[r, column] = value
    low, high = np.zeros(len(rows) + 2), np.full(len(rows) + 2, np.inf)
    low[-2:] = -np.inf
    matrix[-2, : len(problem.items)] = [float(item.price) for item in problem.items]
    matrix[-1, : len(problem.items)] = [item.floor_m2 for item in problem.items]
    high[-2] = np.inf if money is None else money + 1e-9
    high[-1] = np.inf if floor_m2 is None else floor_m2 + 1e-9
    return LinearConstraint(matrix, low, high)


def _solve(objective: NDArray[np.float64], limits: Sequence[LinearConstraint]) -> tuple[NDArray[np.float64], bool]:
    found = milp(
        objective,
        integrality=np.ones(objective.size, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": 0.0, "time_limit": 30.0},
    )
    assert found.x is not None, "buying nothing and serving nothing is always possible"
    return np.round(found.x), bool(found.status == 0)


def _served(problem: _Problem, chosen: NDArray[np.float64]) -> dict[str, dict[str, str | None]]:
    possible: dict[str, dict[str, str | None]] = {movement: dict.fromkeys(HORIZONS) for movement in MOVEMENTS}
    first_use = len(problem.items) + len(GOALS)
    for u, (goal, option) in enumerate(problem.uses):
        movement, when = GOALS[goal]
        if chosen[first_use + u] > 0.5 and possible[movement][when] is None:
            possible[movement][when] = option.exercise
    return possible
