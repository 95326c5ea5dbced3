"""``mettle trial claims``: which claims can be tried at home, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.cli._terminal import print_json

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the table and the count."""
    from mettle import evidence
    from mettle.trials.claims import end_to_end, offer_words, offers, ready, walked

    trials = ready()
    complete = [t for t in trials.values() if end_to_end(t)]
    whole = sum(not t.part for t in complete)
    tried, ran = walked()
    if args.json:
        rows = [
            {
                "claim": t.claim,
                "says": evidence.claim(t.claim).says,
                "kind": t.kind,
                "arms": list(t.arms),
                "days": t.days,
                "outcome": t.outcome,
                "measured_by": t.measured_by,
                "daily": t.daily,
                "effect": t.effect,
                "higher_is": t.higher_is,
                "end_to_end": end_to_end(t),
                "leaves_out": t.part or None,
            }
            for t in trials.values()
        ]
        counts = {
            "claims": len(evidence.claims()),
            "testable": len(trials),
            "end_to_end": len(complete),
            "whole": whole,
            "in_part": len(complete) - whole,
            "walked": tried,
            "ran": ran,
        }
        first = [{"kind": o.kind, "arms": list(o.arms), "words": o.words} for o in offers()]
        print_json({"counts": counts, "offers": first, "claims": rows})
        return 0
    for t in trials.values():
        arms = " / ".join(a.replace("_", " ") for a in t.arms)
        mark = " (in part)" if t.part else ""
        print(f"{t.claim:<5} {t.kind:<8} {arms:<27} {t.outcome.replace('_', ' ')}{mark}")
    print(
        f"\n{len(complete)} of {len(trials)} claims that can be tried at home run end to end: something to measure with, a design, "
        f"two arms that a plan can make. {tried} were walked with these commands from design to answer on two simulated people, {ran} of them ran. {whole} test the whole claim, {len(complete) - whole} a part of it. "
        f"{len(evidence.claims()) - len(trials)} further claims need a laboratory, a scan or many people."
    )
    print("", *offer_words(), sep="\n")
    return 0
