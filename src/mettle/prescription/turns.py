"""The sets of a part in the order they are done, and the seconds that a circuit's clock gives each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mettle.prescription.dose import rows
from mettle.training import catalogue

Planned = Mapping[str, Any]
IN_TURN = ("superset", "circuit")


@dataclass(frozen=True, slots=True)
class Turn:
    """One set at its place.

    Parameters
    ----------
    exercise, set
        Places within the part and within the exercise, from 0.
    round, rounds
        Which round of how many; 0 for a warm-up set, which comes before the first.
    """

    exercise: int
    set: int
    round: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Interval:
    """What a circuit's clock counts for one turn, seconds: getting ready, work, rest."""

    ready_s: int
    work_s: int
    rest_s: int


def turns(part: Planned) -> list[Turn]:
    """Every planned set once: straight through, or round by round; both sides of a set belong to one round.

    >>> left, right = {"kind": "work", "side": "left"}, {"kind": "work", "side": "right"}
    >>> both = {"kind": "work", "side": "both"}
    >>> found = turns({"kind": "superset", "exercises": [{"sets": [both, both]}, {"sets": [left, right]}]})
    >>> [(t.exercise, t.set, t.round) for t in found]
    [(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 2)]
    """
    exercises = [_rounds(e["sets"]) for e in part["exercises"]]
    if part["kind"] not in IN_TURN:
        return [
            Turn(e, s, r, len(work))
            for e, (warm, work) in enumerate(exercises)
            for r, sets in enumerate([warm, *work])
            for s in sets
        ]
    rounds = max((len(work) for _, work in exercises), default=0)
    found = [Turn(e, s, 0, rounds) for e, (warm, _) in enumerate(exercises) for s in warm]
    for r in range(rounds):
        found += [Turn(e, s, r + 1, rounds) for e, (_, work) in enumerate(exercises) if r < len(work) for s in work[r]]
    return found


def _rounds(sets: list[Planned]) -> tuple[list[int], list[list[int]]]:
    """Places of the warm-up sets, and of the work sets round by round."""
    warm: list[int] = []
    work: list[list[int]] = []
    for place, one in enumerate(sets):
        if one["kind"] == "warm_up":
            warm.append(place)
        elif one["side"] == "right" and work and sets[work[-1][-1]]["side"] == "left":
            work[-1].append(place)
        else:
            work.append([place])
    return warm, work


def clock(part: Planned) -> list[Interval]:
    """Seconds of each turn of a circuit, in order: what the plan's minutes count, to the second.

    A set of repetitions has the time of the middle of its range at the exercise's own speed; each station's set-up comes
    before its first set, and a round's rest after its last.
    """
    order = turns(part)
    known, seen, found = catalogue.exercises(), set(), []
    for at, turn in enumerate(order):
        planned = part["exercises"][turn.exercise]
        one, last = planned["sets"][turn.set], at + 1 == len(order) or order[at + 1].round != turn.round
        reps = one["reps"] or 0
        middle = sum(reps) / 2 if isinstance(reps, (list, tuple)) else reps
        work = one["hold_s"] if one["hold_s"] is not None else middle * known[planned["exercise"]].rep_s
        ready = 0 if turn.exercise in seen else rows()["time"]["circuit_setup_s"]
        rest = (one["rest_s"] or 0) + (rows()["circuit"]["round_rest_s"] if last else 0)
        seen.add(turn.exercise)
        found.append(Interval(int(ready), round(work), int(rest)))
    return found
