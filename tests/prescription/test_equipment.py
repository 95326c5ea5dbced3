from __future__ import annotations

import itertools
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from mettle.cli import main
from mettle.prescription.equipment import advise, demand, options, owned_items, shop, table
from mettle.prescription.profile import read_profile
from mettle.prescription.purchasing import HORIZONS, LIGHT_ENOUGH, MOVEMENTS, WORTH, Item, Option, cheapest
from mettle.training.catalogue import exercises, suits
from mettle.training.vocabulary import EQUIPMENT, LOAD_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WHO = {"age": 30, "sex": "F", "body_mass_kg": 60, "experience": "novice"}
STRONG = {"age": 35, "sex": "M", "body_mass_kg": 80, "experience": "intermediate"}


def _worth(
    bought: Sequence[Item], choices: Sequence[Option], asked: dict[str, dict[str, float]], *, sold: Sequence[Item]
) -> int:
    """What a basket makes possible, by trying every option: written apart from the programme that is tested."""
    names, gives = {i.id for i in bought}, {kit for i in bought for kit in i.gives}
    for_sale = {i.id for i in sold}
    plates = sum(i.adds_kg for i in bought)
    total = 0
    for movement, when in itertools.product(MOVEMENTS, HORIZONS):
        needed = asked[movement][when]
        for option in choices:
            there = option.carrier is None or option.carrier in names or option.carrier not in for_sale
            fits = option.least_kg <= needed * LIGHT_ENOUGH or when != "today"
            if (
                option.movement == movement
                and there
                and fits
                and all(set(group) & gives for group in option.groups)
                and option.most_kg + option.per_plate_kg * plates >= needed
            ):
                total += WORTH[when]
                break
    return total


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("money", [None, 150.0, 450.0])
def test_no_basket_makes_more_possible_and_none_as_good_is_cheaper(seed: int, money: float | None) -> None:
    rng = random.Random(seed)
    who = read_profile({**(STRONG if seed % 2 else WHO), "equipment": ["chair"] if seed > 3 else []})
    sold = rng.sample(shop(), 8)
    choices = options(who, (*owned_items(who), *sold))
    asked = demand(who)
    basket = cheapest(sold, choices, asked, money=money, floor_m2=4.0)
    affordable = [
        subset
        for n in range(len(sold) + 1)
        for subset in itertools.combinations(sold, n)
        if (money is None or sum(i.price for i in subset) <= money) and sum(i.floor_m2 for i in subset) <= 4
    ]
    best = max(_worth(subset, choices, asked, sold=sold) for subset in affordable)
    assert _worth(basket.buy, choices, asked, sold=sold) == best
    assert sum(i.price for i in basket.buy) == min(
        sum(i.price for i in subset) for subset in affordable if _worth(subset, choices, asked, sold=sold) == best
    )
    assert basket.proven


def test_the_table_speaks_the_vocabulary_and_names_its_status() -> None:
    for item in shop():
        assert item.gives <= set(EQUIPMENT)
        assert item.load is None or item.load in LOAD_KINDS
        assert item.price > 0
    assert set(table()["option"]) <= set(exercises())
    assert table()["prices"]["status"] == table()["demand"]["status"] == "recalled"


def test_what_is_bought_is_enough_for_each_exercise_that_it_promises() -> None:
    purchase = advise(read_profile({**STRONG, "budget": {"amount": 1500, "currency": "USD", "floor_m2": 6}}))
    bought = {kit for item in purchase.buy for kit in item.gives}
    promised = [name for when in purchase.possible.values() for name in when.values()]
    assert all(promised)
    assert all(exercises()[name].possible_with(bought) for name in promised if name)
    assert purchase.total <= 1500
    assert purchase.floor_m2 <= 6


def test_what_is_owned_is_not_bought_again() -> None:
    owned = {
        "equipment": ["barbell", "rack", "bench", "pullup_bar", "band"],
        "plates_kg": [20, 20, 20, 20, 10, 10, 5, 5],
    }
    purchase = advise(read_profile({**STRONG, **owned}))
    assert not {"barbell", "rack", "bench"} & {kit for item in purchase.buy for kit in item.gives}


def test_a_weak_back_and_a_square_metre_are_respected() -> None:
    purchase = advise(
        read_profile({**WHO, "limitations": ["low_back"], "budget": {"amount": 1000, "currency": "EUR", "floor_m2": 1}})
    )
    assert purchase.floor_m2 <= 1
    for when in purchase.possible.values():
        for name in when.values():
            assert name is None or suits(exercises()[name], ["low_back"])


def test_no_money_is_an_answer_with_what_is_missing() -> None:
    purchase = advise(read_profile({**STRONG, "budget": {"amount": 0, "currency": "EUR"}}))
    assert purchase.buy == ()
    document: Any = purchase.to_json()
    assert {row["movement"] for row in document["shortfalls"]} >= {"hpull", "vpull"}


def test_more_money_never_makes_less_possible() -> None:
    served = []
    for amount in (0, 40, 100, 300, 700, 1500):
        purchase = advise(read_profile({**STRONG, "budget": {"amount": amount, "currency": "EUR"}}))
        served.append(sum(WORTH[h] for when in purchase.possible.values() for h, name in when.items() if name))
    assert served == sorted(served)


def test_the_verb_answers_in_json_and_refuses_an_unknown_currency(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "me.json"
    path.write_text(json.dumps({**WHO, "budget": {"amount": 100, "currency": "EUR"}}))
    assert main(["equipment", str(path), "--json"]) == 0
    first = capsys.readouterr().out
    assert json.loads(first)["total"]["amount"] <= 100
    assert main(["equipment", str(path), "--json"]) == 0
    assert capsys.readouterr().out == first
    path.write_text(json.dumps({**WHO, "budget": {"amount": 100, "currency": "XAU"}}))
    assert main(["equipment", str(path)]) == 2
    assert "budget.currency must be one of EUR" in capsys.readouterr().err
