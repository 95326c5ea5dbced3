"""The week as numbers: what a choice of sets earns and what it may not exceed. Greedy and solver both work on this.

An empty week earns 0 and every further term only adds, so that a relative gap between plan and bound means something.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mettle.prescription.candidates import PULL, PUSH
from mettle.prescription.dose import MAJOR, rows
from mettle.prescription.screening import OLDER
from mettle.training.vocabulary import MUSCLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mettle.prescription.candidates import Candidate
    from mettle.prescription.dose import Dose
    from mettle.prescription.profile import Profile
    from mettle.prescription.screening import Screening

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NEEDED = {
    "squat or lunge": ("squat", "lunge"),
    "hinge": ("hinge",),
    "push": PUSH,
    "pull": PULL,
    "core or carry": ("core", "carry"),
}
"""Pattern groups that every week needs."""

DAILY = {"knees": ("squat", "lunge"), "hips": ("hinge",), "push": PUSH, "pull": PULL}
"""Pattern groups that a session of a full-body week should touch."""

TO_FLOOR, TO_MIDDLE, MINOR = 16.0, 1.5, 1.0
"""What a fractional set earns: a major muscle's up to its floor, then up to the middle of its range, a small muscle's."""

PATTERN, DAY_PATTERN, TWICE, BALANCE = 40.0, 8.0, 6.0, 15.0
SLOT, DISTINCT = 0.5, 1.0
UNPULLED, UNPULLABLE = 12.0, 4.0
"""What a push without its pull costs: where there is something to pull on, and where there is nothing."""

MARGIN = 0.5
"""Fractional sets above the floor that still count in full, so that the solver's tolerance stays above the floor."""
MOST_SPINE_IN_SESSION = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A week to fill: E candidates, D days, M muscles.

    Parameters
    ----------
    share
        (E, M) fraction of a set that each muscle gets.
    set_s, fixed_s
        (E,) seconds a set, and once a session.
    room_s
        Seconds of a session after the warm-up.
    floor, middle, ceiling
        (M,) weekly fractional sets.
    worth
        (M,) what a fractional set earns up to the floor; ``more`` what it earns from there to the middle.
    liking
        (E,) added once for each session that holds the exercise.
    tie
        (E, D) tiny random preference from the seed, so that equal plans are told apart.
    """

    candidates: tuple[Candidate, ...]
    days: int
    adjacent: tuple[tuple[int, int], ...]
    share: Floats
    set_s: Floats
    fixed_s: Floats
    room_s: float
    floor: Floats
    middle: Floats
    ceiling: Floats
    worth: Floats
    more: Floats
    liking: Floats
    tie: Floats
    spine: Floats
    groups: tuple[tuple[str, float, Floats], ...]
    daily: tuple[tuple[str, float, Floats], ...]
    pattern_of: tuple[str, ...]
    pull_weight: float
    push: Floats
    pull: Floats
    pull_margin: float
    pull_cost: float
    least_sets: int
    most_sets: int
    stations: int
    distinct: int

    @property
    def size(self) -> int:
        """Number of candidates."""
        return len(self.candidates)


def weekday_pairs(weekdays: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Sessions on days that follow each other, Sunday to Monday included.

    >>> weekday_pairs(("Mon", "Tue", "Thu"))
    ((0, 1),)
    """
    order = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    index = [order.index(d) for d in weekdays]
    return tuple(
        (a, b) for a in range(len(index)) for b in range(len(index)) if a != b and (index[b] - index[a]) % 7 == 1
    )


def build(
    candidates: list[Candidate],
    profile: Profile,
    screening: Screening,
    dose: Dose,
    *,
    weekdays: tuple[str, ...],
    seed: int,
) -> Problem:
    """The problem for a person's candidates."""
    major = np.array([m in MAJOR for m in MUSCLES])
    low = np.where(major, dose.sets_low, dose.sets_low / 2)
    high = np.where(major, dose.sets_high, dose.sets_high)
    for muscle, asked in profile.requested.weekly_sets.items():
        at = MUSCLES.index(muscle)
        low[at], high[at], major[at] = asked, max(high[at], asked * 1.25), True
    share = np.array([[c.exercise.muscles.get(m, 0) if c.strength else 0 for m in MUSCLES] for c in candidates])
    share = share.reshape(len(candidates), len(MUSCLES)).astype(float)
    reachable = share.max(axis=0, initial=0) > 0
    patterns = tuple(c.exercise.pattern for c in candidates)

    def is_in(group: tuple[str, ...]) -> Floats:
        return np.array([float(p in group) for p in patterns])

    older = screening.supported or profile.age >= OLDER or profile.wants("falls")
    daily = [(n, DAY_PATTERN, is_in(g)) for n, g in DAILY.items() if dose.days <= 3]
    if older:
        daily.append(("balance", BALANCE, is_in(("balance",))))
    groups = [(n, PATTERN, is_in(g)) for n, g in NEEDED.items()]
    groups += [(p, 6.0, is_in((p,))) for p in (*PUSH, *PULL)]
    if older or profile.wants("independence"):
        standing = np.array([float("sit_to_stand" in c.id) for c in candidates])
        groups.append(("sit-to-stand", 25.0, standing))
    sore = any(x.startswith("shoulder") for x in screening.limitations)
    rule = rows()["push_pull"]
    circuit = dose.format == "circuit"
    rounds = circuit_rounds(dose)
    rng = np.random.default_rng(seed)
    return Problem(
        candidates=tuple(candidates),
        days=dose.days,
        adjacent=weekday_pairs(weekdays),
        share=share,
        set_s=np.array([c.set_s for c in candidates]),
        fixed_s=np.array([c.fixed_s for c in candidates]),
        room_s=dose.minutes * 60 - dose.warm_up_s - (rounds * rows()["circuit"]["round_rest_s"] if circuit else 0),
        floor=np.where(reachable, np.minimum(low + MARGIN * major, high), 0.0),
        middle=np.where(reachable, np.maximum((low + high) / 2, np.minimum(low + MARGIN * major, high)), 0.0),
        ceiling=high,
        worth=np.where(major, TO_FLOOR, MINOR),
        more=np.where(major, TO_MIDDLE, 0.3),
        liking=np.array([c.liking for c in candidates]) - SLOT,
        tie=rng.uniform(0, 0.05, size=(len(candidates), dose.days)),
        spine=np.array([float(c.exercise.spinal_load) for c in candidates]),
        groups=tuple(g for g in groups if g[2].any()),
        daily=tuple(g for g in daily if g[2].any()),
        pattern_of=patterns,
        pull_weight=1 / rule["shoulder_ratio"] if sore else 1.0,
        push=is_in(PUSH),
        pull=is_in(PULL),
        pull_margin=0 if sore else rule["margin"],
        pull_cost=UNPULLABLE if not is_in(PULL).any() else 2 * UNPULLED if sore else UNPULLED,
        least_sets=rounds if circuit else 1 if dose.level in ("older", "light") or dose.minutes < 30 else 2,
        most_sets=rounds if circuit else 3 if dose.level in ("none", "novice", "older", "light") else 4,
        stations=dose.stations,
        distinct=12 if profile.experience in ("none", "novice") else 16,
    )


def circuit_rounds(dose: Dose) -> int:
    """Rounds of a circuit: as many as its few stations leave time for."""
    return 2 if dose.minutes < 18 or dose.level in ("older", "light") else 3


def most_of_pattern(pattern: str) -> int:
    """Exercises of one pattern in a session, at most."""
    return 3 if pattern == "isolation" else 1 if pattern in ("conditioning", "balance") else 2


def objective(problem: Problem, sets: Ints) -> float:
    """What a week of sets (E, D) earns."""
    chosen = sets > 0
    week = problem.share.T @ sets.sum(axis=1)
    to_floor = np.minimum(week, problem.floor)
    beyond = np.clip(week - problem.floor, 0, problem.middle - problem.floor)
    total = float(problem.worth @ to_floor + problem.more @ beyond)
    total += float(((problem.liking[:, None] + problem.tie) * chosen).sum())
    total -= DISTINCT * float(chosen.any(axis=1).sum())
    for _, gain, member in problem.groups:
        total += gain * float((member @ chosen).sum() > 0)
    for _, gain, member in problem.daily:
        total += gain * float(((member @ chosen) > 0).sum())
    total += TWICE * float(np.minimum(days_trained(problem, chosen), min(2, problem.days))[major_rows(problem)].sum())
    total -= problem.pull_cost * unpulled(problem, sets)
    return total


def major_rows(problem: Problem) -> NDArray[np.bool_]:
    """(M,) whether a muscle has a floor that counts in full."""
    return problem.worth >= TO_FLOOR


def days_trained(problem: Problem, chosen: NDArray[np.bool_]) -> Floats:
    """(M,) days on which a muscle is trained by at least half a set's worth."""
    trained = ((problem.share >= 0.5).T.astype(float) @ chosen) > 0
    return np.asarray(trained.sum(axis=1), dtype=np.float64)


def unpulled(problem: Problem, sets: Ints) -> float:
    """Sets of pulling that are missing against sets of pushing."""
    week = sets.sum(axis=1)
    missing = problem.push @ week - problem.pull_weight * (problem.pull @ week) - problem.pull_margin
    return float(max(0.0, missing))


def within(problem: Problem, sets: Ints) -> bool:
    """Whether a week keeps every hard limit: time, stations, patterns, spine, ceiling, rest between."""
    chosen = sets > 0
    ones = sets[chosen]
    if ones.size and (ones.min() < problem.least_sets or ones.max() > problem.most_sets):
        return False
    time = problem.set_s @ sets + problem.fixed_s @ chosen
    if (time > problem.room_s + 1e-6).any() or (chosen.sum(axis=0) > problem.stations).any():
        return False
    if (problem.spine @ chosen > MOST_SPINE_IN_SESSION).any() or chosen.any(axis=1).sum() > problem.distinct:
        return False
    if (problem.share.T @ sets.sum(axis=1) > problem.ceiling + 1e-6).any():
        return False
    kinds = np.array(problem.pattern_of)
    for pattern in set(problem.pattern_of):
        if (chosen[kinds == pattern].sum(axis=0) > most_of_pattern(pattern)).any():
            return False
    return not any(
        (chosen[resting(problem), a] & chosen[resting(problem), b]).any() or _spines(problem, chosen, a, b)
        for a, b in problem.adjacent
    )


def resting(problem: Problem) -> NDArray[np.bool_]:
    """(E,) exercises that are not repeated on days that follow each other: all strength work that is not core."""
    return np.array([p not in ("core", "balance", "conditioning", "carry") for p in problem.pattern_of])


def _spines(problem: Problem, chosen: NDArray[np.bool_], a: int, b: int) -> bool:
    heavy = problem.spine >= 2
    return bool(chosen[heavy, a].any() and chosen[heavy, b].any())
