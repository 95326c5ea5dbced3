"""List the exercises of the catalogue, or show their pictures on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mettle.cli._terminal import print_json
from mettle.errors import InputError
from mettle.training import catalogue
from mettle.training.vocabulary import EQUIPMENT, PATTERNS

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which exercises, and in what form."""
    parser.add_argument(
        "--equipment", nargs="*", metavar="ITEM", help="only what this equipment allows (none named: no equipment)"
    )
    parser.add_argument("--pattern", help=f"only one movement pattern: {', '.join(PATTERNS)}")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON array")
    form.add_argument("--html", metavar="FILE", help="a page with a picture of each")


def run(args: argparse.Namespace) -> int:
    """Print the exercises that were asked for."""
    owned = _equipment(args.equipment)
    found = catalogue.available(equipment=EQUIPMENT if owned is None else owned, pattern=_pattern(args.pattern))
    if args.json:
        print_json([exercise.to_json() for exercise in found])
    elif args.html:
        from mettle.reports.exercises import page

        Path(args.html).write_text(page(found, owned=owned), encoding="utf-8")
    else:
        _print(found)
    return 0


def _print(found: list[catalogue.CatalogueExercise]) -> None:
    from mettle.reports.exercises import needs

    for exercise in found:
        print(f"{exercise.id}: {exercise.name} ({exercise.pattern}; {needs(exercise)})\n    {exercise.cue}")


def _equipment(words: list[str] | None) -> set[str] | None:
    if words is None:
        return None
    owned = {item for word in words for item in word.split(",") if item}
    for item in sorted(owned):
        if item not in EQUIPMENT:
            raise InputError(f"expected any of {', '.join(EQUIPMENT)}, got {item!r}", where="--equipment")
    return owned


def _pattern(word: str | None) -> str | None:
    if word is not None and word not in PATTERNS:
        raise InputError(f"expected one of {', '.join(PATTERNS)}, got {word!r}", where="--pattern")
    return word
