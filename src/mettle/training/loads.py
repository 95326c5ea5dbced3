"""Loads that a person can really set: plates in pairs, pairs of dumbbells and single ones, stack pins, band colours.

A planned load is always one of these; what is intended progresses elsewhere and is never rounded away.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from mettle.units import plain
from mettle.words import Figure, mark, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SettableKind = Literal["kg", "band", "bodyweight", "angle", "stack", "sled"]

STACK_PINS = 20
"""Pins assumed on a weight stack whose height was not stated."""

BODY_ANGLES = (75, 60, 45, 30)
"""Degrees between body and floor on straps, easiest first: the lower the body, the harder the pull."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One load that can be set.

    Parameters
    ----------
    kind
        What sort of load; decides what ``amount`` means.
    amount
        Kilograms (each hand's where ``per_hand``), degrees for an angle, None for a band or the body alone.
    set_up
        What to put on, in words: plates a side, the pin, the colour.
    colour
        A band's.
    per_hand
        Whether the amount is each hand's.
    """

    kind: SettableKind
    amount: Decimal | None = None
    set_up: str = ""
    colour: str | None = None
    per_hand: bool = False


def bar(bar_kg: Decimal, plates_kg: Iterable[Decimal]) -> tuple[Setting, ...]:
    """Every load of a bar with the plates owned, lightest first; a side gets what the other side gets.

    Parameters
    ----------
    bar_kg
        The empty bar.
    plates_kg
        One entry a plate owned; a plate without a twin stays on the floor.

    >>> [float(s.amount) for s in bar(Decimal(20), [Decimal(5)] * 2 + [Decimal("2.5")] * 3)]
    [20.0, 25.0, 30.0, 35.0]
    >>> bar(Decimal(20), [Decimal(5), Decimal(5)])[-1].set_up
    'bar 20 kg + 5 a side'
    """
    pairs = [plate for plate, count in Counter(plates_kg).items() for _ in range(count // 2)]
    sides: dict[Decimal, tuple[Decimal, ...]] = {Decimal(0): ()}
    for plate in sorted(pairs, reverse=True):
        for total, used in list(sides.items()):
            more = (*used, plate)
            known = sides.get(total + plate)
            if known is None or len(more) < len(known):
                sides[total + plate] = more
    return tuple(
        Setting("kg", bar_kg + 2 * side, _bar_words(bar_kg, sorted(used, reverse=True)))
        for side, used in sorted(sides.items())
    )


def _bar_words(bar_kg: Decimal, used: Sequence[Decimal]) -> str:
    bar = Figure(plain(bar_kg))
    if not used:
        return say("bar {bar} kg, no plates", bar=bar)
    return say("bar {bar} kg + {plates} a side", bar=bar, plates=_sum(used))


def _sum(plates: Sequence[Decimal]) -> Figure:
    return Figure(" + ".join(plain(p) for p in plates))


def dumbbells(sizes_kg: Sequence[Decimal], *, count: int | None = None, hands: int = 1) -> tuple[Setting, ...]:
    """Dumbbells that fill the hands asked for, lightest first.

    Parameters
    ----------
    sizes_kg
        Sizes owned. With ``count`` None and a size listed twice, each entry is one dumbbell.
    count
        How many of each size there are, 1 or 2; None where not said: two, unless a size is listed twice.
    hands
        2 for a pair at once, 1 for a single one.

    >>> [str(s.amount) for s in dumbbells([Decimal(4), Decimal(4), Decimal(8)], hands=2)]
    ['4']
    >>> [str(s.amount) for s in dumbbells([Decimal(4), Decimal(4), Decimal(8)], hands=1)]
    ['4', '8']
    """
    listed = Counter(sizes_kg)
    if count is None and max(listed.values(), default=0) > 1:
        owned = dict(listed)
    else:
        owned = dict.fromkeys(listed, 2 if count is None else count)
    words = mark("a pair of {kg} kg") if hands == 2 else mark("one of {kg} kg")
    return tuple(
        Setting("kg", size, say(words, kg=Figure(plain(size))), per_hand=hands == 2)
        for size, have in sorted(owned.items())
        if have >= hands
    )


def single(sizes_kg: Iterable[Decimal], what: str) -> tuple[Setting, ...]:
    """Kettlebells or sandbags, one at a time, lightest first.

    Parameters
    ----------
    what
        A sentence with a place for the size: ``kettlebell {kg} kg``.
    """
    return tuple(Setting("kg", size, say(what, kg=Figure(plain(size)))) for size in sorted(set(sizes_kg)))


def stack(first_kg: Decimal, step_kg: Decimal, *, pins: int = STACK_PINS) -> tuple[Setting, ...]:
    """The pins of a weight stack, lightest first.

    >>> stack(Decimal(5), Decimal(5))[2].set_up
    'pin 3 (15 kg)'
    """
    amounts = [first_kg + step_kg * pin for pin in range(pins)]
    return tuple(
        Setting("stack", amount, say("pin {n} ({kg} kg)", n=n, kg=Figure(plain(amount))))
        for n, amount in enumerate(amounts, 1)
    )


_USUAL_COLOURS = (
    *(mark("yellow"), mark("red"), mark("green"), mark("blue"), mark("black"), mark("grey"), mark("purple")),
    *(mark("orange"), mark("gold"), mark("silver"), mark("tan"), mark("white"), mark("pink")),
)
"""Named here for translators; any other word stays as it was given."""


def bands(colours: Sequence[str]) -> tuple[Setting, ...]:
    """Bands, lightest first; a colour is an order, never kilograms.

    Measured resistance differs from what makers print, so a band is never turned into %1RM.
    """
    return tuple(Setting("band", None, say("{colour} band", colour=mark(colour)), colour=colour) for colour in colours)


def angles() -> tuple[Setting, ...]:
    """Body angles on straps, a wall or a bench, easiest first."""
    words = {75: mark("nearly upright"), 60: mark("leaning a little"), 45: mark("half way"), 30: mark("low")}
    return tuple(
        Setting("angle", Decimal(a), say("body about {angle}° to the floor: {how}", angle=a, how=words[a]))
        for a in BODY_ANGLES
    )


def sled(plates_kg: Iterable[Decimal]) -> tuple[Setting, ...]:
    """Plates on a sled, any of them, lightest first; the empty sled comes first.

    >>> [str(s.amount) for s in sled([Decimal(10), Decimal(20)])]
    ['0', '10', '20', '30']
    """
    sums: dict[Decimal, tuple[Decimal, ...]] = {Decimal(0): ()}
    for plate in sorted(plates_kg, reverse=True)[:12]:
        for total, used in list(sums.items()):
            sums.setdefault(total + plate, (*used, plate))
    return tuple(
        Setting("sled", amount, say("sled with {plates} kg", plates=_sum(used)) if used else say("empty sled"))
        for amount, used in sorted(sums.items())
    )


def nearest(settings: Sequence[Setting], wanted_kg: Decimal) -> Setting:
    """The setting nearest to what is wanted; of two equally near the lighter.

    Raises
    ------
    ValueError
        Where there is nothing to set.
    """
    weighed = [s for s in settings if s.amount is not None]
    if not weighed:
        raise ValueError("nothing to set")
    return min(weighed, key=lambda s: (abs((s.amount or Decimal(0)) - wanted_kg), s.amount or Decimal(0)))


def heaviest_within(settings: Sequence[Setting], limit_kg: Decimal) -> Setting | None:
    """The heaviest setting of at most the limit; None where even the lightest is above it."""
    fitting = [s for s in settings if s.amount is not None and s.amount <= limit_kg]
    return fitting[-1] if fitting else None
