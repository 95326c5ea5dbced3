"""List the exercises of the catalogue, with pictures on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.cli._terminal import print_json
from mettle.errors import InputError
from mettle.training import catalogue
from mettle.training.vocabulary import EQUIPMENT, PATTERNS

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which exercises, and in what form."""
    parser.add_argument("--equipment", nargs="+", metavar="ITEM", help="only what this equipment allows (commas too)")
    parser.add_argument("--pattern", help=f"only one movement pattern: {', '.join(PATTERNS)}")
    parser.add_argument("--json", action="store_true", help="one JSON array")


def run(args: argparse.Namespace) -> int:
    """Print the exercises that were asked for."""
    found = catalogue.available(equipment=_equipment(args.equipment), pattern=_pattern(args.pattern))
    if args.json:
        print_json([exercise.to_json() for exercise in found])
    else:
        for exercise in found:
            needs = " + ".join(" or ".join(group) for group in exercise.equipment) or "nothing"
            print(f"{exercise.id:<34} {exercise.pattern:<13} {needs}\n    {exercise.cue}")
    return 0


def _equipment(words: list[str] | None) -> set[str]:
    if words is None:
        return set(EQUIPMENT)
    owned = {item for word in words for item in word.split(",") if item}
    for item in sorted(owned):
        if item not in EQUIPMENT:
            raise InputError(f"expected any of {', '.join(EQUIPMENT)}, got {item!r}", where="--equipment")
    return owned


def _pattern(word: str | None) -> str | None:
    if word is not None and word not in PATTERNS:
        raise InputError(f"expected one of {', '.join(PATTERNS)}, got {word!r}", where="--pattern")
    return word
