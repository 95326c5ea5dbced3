"""What to buy so that training is possible today and in twelve months: the cheapest kit, proved by a small MILP.

For each movement the kit must offer an exercise that is light enough to begin with, and one with enough headroom for
where a year of training leads. First as many of these as budget and floor allow, those of today before those of later;
then the cheapest way to that. Plain "covers every movement" is no question: one set of bands does.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.prescription.purchasing import HORIZONS, MOVEMENTS, Item, Option, cheapest
from mettle.training.catalogue import exercises, suits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

UNTOLD_KG = {"dumbbell": 10.0, "kettlebell": 12.0, "sandbag": 20.0, "stack": 90.0, "band": 25.0}
"""What is assumed of owned kit whose loads the profile does not say."""
OWNED = "owned"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What to buy and what it makes possible.

    Parameters
    ----------
    buy
        Items, dearest first.
    total
        Price in ``currency``.
    possible
        Movement to horizon to the exercise that serves it, or None.
    proven
        True where the solver closed the gap: nothing cheaper makes as much possible.
    """

    buy: tuple[Item, ...]
    total: Decimal
    currency: str
    floor_m2: float
    possible: Mapping[str, Mapping[str, str | None]]
    proven: bool
    rate: Decimal

    def to_json(self) -> dict[str, object]:
        """What ``mettle equipment --json`` prints."""
        prices = table()["prices"]
        return {
            "buy": [
                {"item": i.id, "name": i.name, "price": float(i.price * self.rate), "floor_m2": i.floor_m2, "for": uses}
                for i in self.buy
                for uses in [self.used_for(i)]
            ],
            "total": {"amount": float(self.total), "currency": self.currency},
            "floor_m2": round(self.floor_m2, 2),
            "possible": {name: dict(when) for name, when in self.possible.items()},
            "shortfalls": [
                {"movement": name, "when": horizon, "reason": "no kit in the table fits budget, floor and body"}
                for name, when in self.possible.items()
                for horizon, exercise in when.items()
                if exercise is None
            ],
            "proven_cheapest": self.proven,
            "prices": {"status": prices["status"], "note": prices["note"]},
        }

    def used_for(self, item: Item) -> list[str]:
        """The exercises, of those that the purchase rests on, that need this item."""
        served = {exercise for when in self.possible.values() for exercise in when.values() if exercise}
        return sorted(
            name
            for name in served
            if any(set(group) & item.gives for group in exercises()[name].equipment)
            or (item.adds_kg and exercises()[name].loads == ("bar",))
        )


@cache
def table() -> dict[str, Any]:
    """Items, demands and options as written in ``data/equipment.toml``."""
    return tomllib.loads(files("mettle.prescription").joinpath("data/equipment.toml").read_text(encoding="utf-8"))


def shop() -> tuple[Item, ...]:
    """Everything in the table, in its order."""
    return tuple(
        Item(
            key,
            row["name"],
            frozenset(row["gives"]),
            Decimal(row["price"]),
            float(row.get("floor_m2", 0)),
            row.get("load"),
            float(row.get("from_kg", 0)),
            float(row.get("kg", 0)),
            float(row.get("adds_kg", 0)),
        )
        for key, row in table()["item"].items()
    )


def owned_items(profile: Profile) -> tuple[Item, ...]:
    """What the profile owns, as items that cost nothing; kit whose loads were not told is taken to be modest."""
    told = {
        "dumbbell": profile.dumbbells_kg,
        "kettlebell": profile.kettlebells_kg,
        "sandbag": profile.sandbags_kg,
    }
    found = []
    for kit in profile.equipment:
        load = _load_of(kit)
        if load == "bar":
            least, most = float(profile.bar_kg), float(profile.bar_kg + sum(profile.plates_kg))
        elif load and told.get(load):
            least, most = float(min(told[load])), float(max(told[load]))
        else:
            least, most = 1.0, UNTOLD_KG.get(load or "", 0.0)
        found.append(Item(f"{OWNED}_{kit}", kit, frozenset([kit]), load=load, from_kg=least, kg=most))
    return tuple(found)


def _load_of(kit: str) -> str | None:
    if kit in ("dumbbell", "kettlebell", "sandbag", "band"):
        return kit
    if kit in ("barbell", "trap_bar"):
        return "bar"
    machines = {item for e in exercises().values() if e.loads == ("stack",) for group in e.equipment for item in group}
    return "stack" if kit in machines else None


def demand(profile: Profile) -> dict[str, dict[str, float]]:
    """Movement to horizon to the resistance that the person will train with, kilograms of the plain lift.

    >>> from mettle.prescription.profile import read_profile
    >>> who = read_profile({"age": 30, "sex": "F", "body_mass_kg": 60, "experience": "novice"})
    >>> {when: round(kg) for when, kg in demand(who)["squat"].items()}
    {'today': 15, 'in_12_months': 33}
    """
    rows = table()["demand"]
    level = rows["novice" if profile.experience in ("none", "novice") else "intermediate"]
    factor = rows["factor"][profile.experience]
    factor *= rows["factor"]["from_65"] if profile.age >= 65 else rows["factor"]["from_50"] if profile.age >= 50 else 1
    asked: dict[str, dict[str, float]] = {}
    for movement in MOVEMENTS:
        row = level[movement]
        shares = (
            row[profile.sex] if profile.sex in row else [(f + m) / 2 for f, m in zip(row["F"], row["M"], strict=True)]
        )
        asked[movement] = {
            when: share * factor * profile.body_mass_kg for when, share in zip(HORIZONS, shares, strict=True)
        }
    return asked


def options(profile: Profile, items: Sequence[Item]) -> list[Option]:
    """Every exercise that the body allows, on every item that could carry it."""
    found: list[Option] = []
    for name, row in table()["option"].items():
        exercise = exercises()[name]
        if _allowed(exercise, profile):
            found += _carried(exercise, row, profile, items)
    return found


def _allowed(exercise: CatalogueExercise, profile: Profile) -> bool:
    most_skill = profile.skill_max or (2 if profile.experience in ("none", "novice") else 3)
    refused = {*profile.avoid, *profile.dislike}
    return (
        exercise.skill <= most_skill
        and suits(exercise, profile.limitations)
        and exercise.id not in refused
        and not refused & exercise.tags
    )


def _carried(
    exercise: CatalogueExercise, row: Mapping[str, Any], profile: Profile, items: Sequence[Item]
) -> list[Option]:
    movement = "squat" if exercise.pattern == "lunge" else exercise.pattern
    body = [share * profile.body_mass_kg for share in row["body"]]
    have = set(profile.equipment)
    groups = tuple(group for group in exercise.equipment if not have & set(group))
    gain = row.get("gain", 0.0)
    if not gain:
        return [Option(exercise.id, movement, None, body[0], body[1], 0.0, groups)]
    found = []
    for item in items:
        if item.load not in exercise.loads or not any(item.gives & set(group) for group in exercise.equipment):
            continue
        if exercise.implements == 2 and item.id == f"{OWNED}_dumbbell" and profile.dumbbell_count == 1:
            continue
        if exercise.implements == 2 and item.load == "kettlebell":
            continue  # the table sells single ones
        hands = exercise.implements if item.load == "dumbbell" else 1
        others = tuple(group for group in groups if not item.gives & set(group))
        found.append(
            Option(
                exercise.id,
                movement,
                item.id,
                body[0] + gain * hands * item.from_kg,
                body[1] + gain * hands * item.kg,
                gain if item.load == "bar" else 0.0,
                others,
            )
        )
    return found


def advise(profile: Profile, *, items: Sequence[Item] | None = None) -> Purchase:
    """What to buy.

    Parameters
    ----------
    profile
        The person; without a budget money is no limit and prices are in euros.
    items
        What can be bought; by default the table's.

    Raises
    ------
    InputError
        Where the budget's currency is not in the table.
    """
    sold = shop() if items is None else tuple(items)
    currency = profile.budget.currency if profile.budget else "EUR"
    rates = table()["prices"]["per_eur"]
    if currency not in rates:
        raise InputError(f"budget.currency must be one of {', '.join(rates)}, got {currency!r}")
    rate = Decimal(str(rates[currency]))
    choices = options(profile, (*owned_items(profile), *sold))
    money = float(profile.budget.amount / rate) if profile.budget else None
    floor = profile.budget.floor_m2 if profile.budget else None
    basket = cheapest(sold, choices, demand(profile), money=money, floor_m2=floor)
    bought = tuple(sorted(basket.buy, key=lambda i: (-i.price, i.id)))
    total = sum((i.price for i in bought), Decimal(0)) * rate
    return Purchase(
        bought,
        total,
        currency,
        sum(i.floor_m2 for i in bought),
        basket.possible,
        basket.proven,
        rate,
    )
