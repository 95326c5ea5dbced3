"""List every questionnaire, test and item of ours, with licence and whether its words are at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true")
    shape.add_argument("--markdown", action="store_true", help="the page of all instruments")
    shape.add_argument("--claims", action="store_true", help="the page of how each claim is measured")


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    from mettle import instruments
    from mettle.cli import ANSWERED
    from mettle.cli._terminal import print_json

    if args.markdown or args.claims:
        from mettle.reports.measuring import instruments_page, measures_page

        print(instruments_page() if args.markdown else measures_page(), end="")
        return ANSWERED
    listed = {"instruments": _instruments(), "measures": _measures()}
    if args.json:
        print_json(listed)
        return ANSWERED
    for row in listed["instruments"]:
        at_hand = "words: " + ", ".join(row["languages"]) if row["languages"] else row["wording"]
        print(f"{row['id']:<13} {row['construct']:<24} {row['licence_class']}  {at_hand}")
    print("\nLicence: " + "; ".join(f"{k} {v}" for k, v in instruments.LICENCE_CLASSES.items()) + "\n")
    for row in listed["measures"]:
        print(f"{row['id']:<16} {row['question']}  (0 {row['low']} .. 10 {row['high']})")
    return ANSWERED


def _instruments() -> list[dict[str, Any]]:
    from mettle import instruments
    from mettle.instruments import text

    rows = []
    for found in map(instruments.load, instruments.ids()):
        languages = list(text.languages(found.id))
        performed = not found.values
        wording = "own words" if performed else "at hand" if languages else "fetch" if "text" in found.rules else "add"
        rows.append(
            {
                "id": found.id,
                "name": found.name,
                "construct": found.construct,
                "items": len(found.items),
                "range": list(found.range),
                "higher_is": found.higher_is,
                "recall_days": found.recall_days,
                "min_interval_days": found.min_interval_days,
                "licence_class": found.licence_class,
                "licence": found.licence,
                "wording": wording,
                "languages": languages,
                "rci95": found.rci95,
            }
        )
    return rows


def _measures() -> list[dict[str, Any]]:
    from mettle import instruments

    return [
        {
            "id": m.id,
            "question": m.question,
            "low": m.low,
            "high": m.high,
            "range": list(m.range),
            "higher_is": m.higher_is,
            "asks": m.asks,
            "licence_class": "O",
            "daily": m.id in instruments.daily_default(),
        }
        for m in instruments.measures().values()
    ]
