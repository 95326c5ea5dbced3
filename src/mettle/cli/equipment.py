"""Say what to buy so that training is possible today and in twelve months."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mettle.cli._terminal import print_json

if TYPE_CHECKING:
    import argparse

    from mettle.prescription.equipment import Purchase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle equipment``."""
    parser.add_argument(
        "profile", type=Path, help="PROFILE.json, with budget {amount, currency, floor_m2} where there is one"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(args: argparse.Namespace) -> int:
    """Print what to buy."""
    from mettle.prescription.equipment import advise
    from mettle.prescription.profile import read_profile

    purchase = advise(read_profile(args.profile))
    if args.json:
        print_json(purchase.to_json())
    else:
        _print(purchase)
    return 0


def _print(purchase: Purchase) -> None:
    from mettle.prescription.equipment import table
    from mettle.reports.exercises import PATTERN_NAMES
    from mettle.training.catalogue import exercises

    if not purchase.buy:
        print("Nothing to buy: what you have is enough." if _complete(purchase) else "Nothing within reach would help.")
    for item in purchase.buy:
        price = item.price * purchase.rate
        uses = ", ".join(exercises()[name].name for name in purchase.used_for(item))
        print(f"Buy {item.name}: about {price:.0f} {purchase.currency}" + (f" (for: {uses})" if uses else ""))
    if purchase.buy:
        print(f"Together about {purchase.total:.0f} {purchase.currency} and {purchase.floor_m2:.1f} m² of floor.")
        if purchase.proven:
            print("Nothing cheaper in our table makes as much possible.")
    for movement, when in purchase.possible.items():
        now, later = (exercises()[name].name if name else "not possible" for name in when.values())
        print(f"  {PATTERN_NAMES[movement]}: today {now}; in twelve months {later}")
    print(table()["prices"]["note"])


def _complete(purchase: Purchase) -> bool:
    return all(exercise for when in purchase.possible.values() for exercise in when.values())
