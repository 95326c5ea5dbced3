"""Which loads a person can set for an exercise with their own kit, and a careful first guess of their strength."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from mettle.prescription.dose import rows
from mettle.training.loads import Setting, angles, bands, bar, dumbbells, single, sled, stack
from mettle.words import Figure, mark, say

if TYPE_CHECKING:
    from decimal import Decimal

    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

OLDEST_PRIME, OLD = 50, 65
_AGE_FACTOR = {OLD: 0.7, OLDEST_PRIME: 0.85}


def settings(exercise: CatalogueExercise, profile: Profile) -> tuple[str, tuple[Setting, ...]] | None:
    """The load kind and every load of it that the person can set, lightest first; None where they own none.

    A single setting without amount says that the kit is there but its loads were not told: the person chooses.
    """
    for kind in exercise.loads:
        found = _settings(kind, exercise.implements, profile)
        if found:
            return kind, found
    return None


def _settings(kind: str, hands: int, profile: Profile) -> tuple[Setting, ...]:
    owned = profile.equipment
    if kind == "bar" and ({"barbell", "trap_bar"} & set(owned)):
        return _bar(profile.bar_kg, profile.plates_kg)
    if kind == "dumbbell" and "dumbbell" in owned:
        if not profile.dumbbells_kg:
            two = say("a pair of dumbbells that leaves the repetitions in reserve")
            one = say("a dumbbell that leaves the repetitions in reserve")
            return (Setting("kg", None, two if hands == 2 else one, per_hand=hands == 2),)
        return dumbbells(profile.dumbbells_kg, count=profile.dumbbell_count, hands=hands)
    if kind == "kettlebell" and "kettlebell" in owned:
        if not profile.kettlebells_kg:
            return (
                (Setting("kg", None, say("a kettlebell that leaves the repetitions in reserve")),) if hands == 1 else ()
            )
        if hands == 2:
            pairs = sorted(kg for kg, n in Counter(profile.kettlebells_kg).items() if n >= 2)
            return tuple(
                Setting("kg", kg, say("a pair of kettlebells, {kg} kg each", kg=Figure(f"{kg:f}")), per_hand=True)
                for kg in pairs
            )
        return single(profile.kettlebells_kg, mark("kettlebell {kg} kg"))
    if kind == "sandbag" and "sandbag" in owned:
        if profile.sandbags_kg:
            return single(profile.sandbags_kg, mark("sandbag {kg} kg"))
        return (Setting("kg", None, say("a sandbag that leaves the repetitions in reserve")),)
    if kind == "stack":
        if profile.stack is None:
            return (Setting("stack", None, say("the pin that leaves the repetitions in reserve")),)
        return stack(profile.stack.first_kg, profile.stack.step_kg)
    if kind == "sled" and "sled" in owned:
        return sled(profile.plates_kg)
    if kind == "band" and "band" in owned:
        return bands(profile.bands) if profile.bands else (Setting("band", None, say("your band")),)
    if kind == "angle":
        return angles()
    if kind in ("bodyweight", "time"):
        return (Setting("bodyweight"),)
    return ()


@lru_cache(maxsize=64)
def _bar(bar_kg: Decimal, plates: tuple[Decimal, ...]) -> tuple[Setting, ...]:
    return bar(bar_kg, plates)


def one_rm(exercise: CatalogueExercise, profile: Profile, kind: str) -> tuple[float, bool]:
    """One-repetition maximum in kilograms as the setting counts it (each hand's for a pair), and whether it was told.

    What was not told is a low guess from body mass, sex, experience and age; only a place to start from.
    """
    told = profile.one_rm_kg.get(exercise.id)
    if told is not None:
        return float(told), True
    guess = rows()["start"]
    if exercise.pattern == "isolation":
        prime = max(exercise.muscles, key=lambda m: exercise.muscles[m])
        share = guess["muscle"].get(prime, 0.2)
    else:
        share = guess["pattern"].get(exercise.pattern, 0.3)
    factor = next((f for age, f in _AGE_FACTOR.items() if profile.age >= age), 1.0)
    how = kind
    if kind in ("dumbbell", "kettlebell") and exercise.implements == 2:
        how = "dumbbell_pair"
    elif kind == "stack" and any("leg_press" in group for group in exercise.equipment):
        how = "leg_press"
    share *= guess["kind"].get(how, 1.0)
    if exercise.sides == 2 and exercise.pattern not in ("lunge", "carry", "hpull"):
        share *= 0.5
    return (
        profile.body_mass_kg * share * guess["sex"][profile.sex] * guess["experience"][profile.experience] * factor,
        False,
    )
