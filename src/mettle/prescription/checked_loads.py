"""Whether a load can be set with a person's kit, found out by trying, for the checker only."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

LONGEST_STACK = 40
_BY_HAND = ("dumbbell", "kettlebell")


def unsettable(load: dict[str, Any], exercise: CatalogueExercise, profile: Profile) -> bool:
    """Whether a load of the PLAN document cannot be set for an exercise with what the person owns."""
    kind = load["kind"]
    if kind == "bodyweight":
        return not {"bodyweight", "time"} & set(exercise.loads)
    if kind == "angle":
        return "angle" not in exercise.loads
    if kind == "band":
        return "band" not in exercise.loads or (bool(profile.bands) and load["colour"] not in profile.bands)
    amount = None if load["amount"] is None else Decimal(str(load["amount"]))
    if kind == "stack":
        return "stack" not in exercise.loads or not _pin(amount, profile)
    if kind == "sled":
        return "sled" not in exercise.loads or amount is None or amount not in _sums(profile.plates_kg[:12])
    return not any(_massed(amount, how, load, exercise, profile) for how in exercise.loads)


def _pin(amount: Decimal | None, profile: Profile) -> bool:
    if profile.stack is None or amount is None:
        return profile.stack is None and amount is None
    above = amount - profile.stack.first_kg
    return above >= 0 and above % profile.stack.step_kg == 0 and above / profile.stack.step_kg < LONGEST_STACK


def _massed(
    amount: Decimal | None, how: str, load: dict[str, Any], exercise: CatalogueExercise, profile: Profile
) -> bool:
    if how == "bar":
        pairs = [p for p, n in Counter(profile.plates_kg).items() for _ in range(n // 2)]
        return amount is not None and (amount - profile.bar_kg) / 2 in _sums(tuple(pairs))
    if how == "sandbag":
        return (not profile.sandbags_kg and amount is None) or amount in profile.sandbags_kg
    if how not in _BY_HAND:
        return False
    owned = profile.dumbbells_kg if how == "dumbbell" else profile.kettlebells_kg
    if how not in profile.equipment or bool(load["per_hand"]) != (exercise.implements == 2):
        return False
    if not owned or amount is None:
        return not owned and amount is None
    have = owned.count(amount)
    if how == "dumbbell" and have == 1 and max(Counter(owned).values()) == 1:
        have = profile.dumbbell_count or 2
    elif how == "dumbbell" and have and profile.dumbbell_count:
        have = profile.dumbbell_count
    return have >= exercise.implements


@lru_cache(maxsize=64)
def _sums(parts: tuple[Decimal, ...]) -> frozenset[Decimal]:
    """Every sum of some of the parts, the empty one included."""
    found = {Decimal(0)}
    for part in parts:
        found |= {total + part for total in found}
    return frozenset(found)
