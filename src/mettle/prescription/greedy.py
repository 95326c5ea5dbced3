"""A good week at once: the move that earns most for its time, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mettle.prescription.problem import (
    MOST_SPINE_IN_SESSION,
    TWICE,
    days_trained,
    major_rows,
    most_of_pattern,
    objective,
    resting,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mettle.prescription.problem import Problem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EPSILON = 1e-9


def greedy(problem: Problem) -> Ints:
    """A week of sets (E, D) that keeps every hard limit; empty where nothing can be done."""
    if problem.size == 0:
        return np.zeros((0, problem.days), dtype=np.int64)
    best = _fill(problem, np.zeros((problem.size, problem.days), dtype=np.int64))
    best_value = objective(problem, best)
    for e in np.flatnonzero(best.any(axis=1)):  # one exercise at a time: out, and see whether the room serves better
        trial = best.copy()
        trial[e] = 0
        trial = _fill(problem, trial, without=int(e))
        value = objective(problem, trial)
        if value > best_value + 1e-6:
            best, best_value = trial, value
    return best


def _fill(problem: Problem, start: Ints, *, without: int | None = None) -> Ints:
    sets = start.copy()
    while True:
        gain, step = _gains(problem, sets)
        seconds = step * problem.set_s[:, None] + np.where(sets == 0, problem.fixed_s[:, None], 0)
        allowed = _allowed(problem, sets, step, seconds)
        if without is not None:
            allowed[without] = False
        rate = np.where(allowed & (gain > EPSILON), gain / np.sqrt(np.maximum(seconds, 1)), -np.inf)
        at = int(np.argmax(rate))
        if not np.isfinite(rate.flat[at]):
            return sets
        sets.flat[at] += step.flat[at]


def _gains(problem: Problem, sets: Ints) -> tuple[Floats, Ints]:
    """(E, D) what the next step of each exercise on each day earns, and its sets."""
    chosen = sets > 0
    step = np.where(chosen, 1, problem.least_sets)
    week = problem.share.T @ sets.sum(axis=1)

    def earned(volume: Floats) -> Floats:
        to_floor = np.minimum(volume, problem.floor) @ problem.worth
        beyond = np.clip(volume - problem.floor, 0, problem.middle - problem.floor) @ problem.more
        return np.asarray(to_floor + beyond)

    by_size = {n: earned(week + n * problem.share) - earned(week) for n in {1, problem.least_sets}}
    gain = np.where(chosen, by_size[1][:, None], by_size[problem.least_sets][:, None])
    new = (~chosen).astype(float)
    gain = gain + new * (problem.liking[:, None] + problem.tie)
    gain -= new * ~np.asarray(chosen.any(axis=1))[:, None]
    for _, worth, member in problem.groups:
        if not (member @ chosen).any():
            gain += worth * member[:, None]
    for _, worth, member in problem.daily:
        gain += worth * member[:, None] * ((member @ chosen) == 0)[None, :]
    trains = np.asarray(problem.share >= 0.5)
    lacking = np.asarray((days_trained(problem, chosen) < min(2, problem.days)) & major_rows(problem))
    already = np.asarray((trains.T.astype(float) @ chosen) > 0)
    gain += TWICE * (trains[:, lacking].astype(float) @ (~already[lacking]).astype(float))
    total = sets.sum(axis=1)
    behind = problem.push @ total - problem.pull_weight * (problem.pull @ total) - problem.pull_margin
    change = step * (problem.push - problem.pull_weight * problem.pull)[:, None]
    gain -= problem.pull_cost * (np.maximum(0, behind + change) - max(0.0, float(behind)))
    return gain, step


def _allowed(problem: Problem, sets: Ints, step: Ints, seconds: Floats) -> NDArray[np.bool_]:
    """(E, D) whether the step keeps every hard limit."""
    chosen = sets > 0
    used = problem.set_s @ sets + problem.fixed_s @ chosen
    allowed = (used[None, :] + seconds <= problem.room_s) & (sets + step <= problem.most_sets)
    week = problem.share.T @ sets.sum(axis=1)
    for n in {1, problem.least_sets}:
        fits = ((week + n * problem.share) <= problem.ceiling + EPSILON).all(axis=1)
        allowed &= fits[:, None] | (step != n)
    new = ~chosen
    allowed &= ~new | (chosen.sum(axis=0) < problem.stations)[None, :]
    allowed &= ~new | ((problem.spine @ chosen)[None, :] + problem.spine[:, None] <= MOST_SPINE_IN_SESSION)
    if chosen.any(axis=1).sum() >= problem.distinct:
        allowed &= np.asarray(chosen.any(axis=1))[:, None]
    kinds = np.array(problem.pattern_of)
    for pattern in set(problem.pattern_of):
        rows = kinds == pattern
        full = chosen[rows].sum(axis=0) >= most_of_pattern(pattern)
        allowed[rows] &= ~new[rows] | ~full[None, :]
    heavy, rests = np.asarray(problem.spine >= 2), resting(problem)
    for a, b in [*problem.adjacent, *((b, a) for a, b in problem.adjacent)]:
        allowed[:, a] &= ~(rests & chosen[:, b])
        if chosen[heavy, b].any():
            allowed[heavy, a] = False
    return allowed
