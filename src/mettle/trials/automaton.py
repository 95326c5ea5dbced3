"""Counting all sequences that obey rules, and drawing one so that each is equally likely."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    import numpy as np

    S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Paths:
    """All sequences of symbols that an automaton accepts.

    Parameters
    ----------
    count
        How many there are, exactly.
    length
        Symbols in each.
    steps
        For each position and state: (cumulative probabilities, symbols, next states), all for a uniform draw.
    """

    count: int
    length: int
    steps: tuple[tuple[tuple[tuple[float, ...], tuple[int, ...], tuple[int, ...]], ...], ...]

    def draw(self, rng: np.random.Generator) -> list[int]:
        """One sequence, each equally likely.

        The counts are exact integers. A step's probability is their quotient rounded to a double, so a sequence's chance
        is off by at most its length times 1e-16 of itself.
        """
        if not self.count:
            raise ValueError("there is no sequence to draw")
        state, drawn = 0, []
        for at, chance in zip(self.steps, rng.random(self.length).tolist(), strict=True):
            upto, symbols, following = at[state]
            choice = min(bisect_right(upto, chance), len(symbols) - 1)
            drawn.append(symbols[choice])
            state = following[choice]
        return drawn


def paths(
    length: int,
    start: S,
    options: Callable[[int, S], Iterable[tuple[int, S]]],
    accepts: Callable[[S], bool],
) -> Paths:
    """Every accepted sequence of this length, counted from the end backwards.

    Parameters
    ----------
    length
        Positions, at least 1.
    start
        The state before position 0.
    options
        (position, state) -> the symbols allowed there with the state that each leads to; each symbol at most once.
    accepts
        Whether a sequence may end in a state.

    >>> no_two_in_a_row = paths(5, 0, lambda _, s: [(0, 0)] + ([] if s else [(1, 1)]), lambda _: True)
    >>> no_two_in_a_row.count
    13
    """
    layers: list[dict[S, int]] = [{start: 0}]
    moves: list[list[list[tuple[int, int]]]] = []
    for position in range(length):
        following: dict[S, int] = {}
        moved = [
            [(symbol, following.setdefault(to, len(following))) for symbol, to in options(position, state)]
            for state in layers[-1]
        ]
        layers.append(following)
        moves.append(moved)
    ahead = [int(accepts(state)) for state in layers[-1]]
    steps: list[tuple[tuple[tuple[float, ...], tuple[int, ...], tuple[int, ...]], ...]] = []
    for moved in reversed(moves):
        steps.append(tuple(_chances(choices, ahead) for choices in moved))
        ahead = [sum(ahead[to] for _, to in choices) for choices in moved]
    return Paths(ahead[0], length, tuple(reversed(steps)))


def _chances(
    choices: list[tuple[int, int]], ahead: list[int]
) -> tuple[tuple[float, ...], tuple[int, ...], tuple[int, ...]]:
    open_ = [(symbol, to) for symbol, to in choices if ahead[to]]
    total = sum(ahead[to] for _, to in open_)
    upto, passed = [], 0
    for _, to in open_:
        passed += ahead[to]
        upto.append(passed / total)
    return tuple(upto), tuple(symbol for symbol, _ in open_), tuple(to for _, to in open_)
