"""Draw a trial of your own, see how long it must be, list what can be tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.cli import _trial_claims, _trial_design, _trial_end, _trial_plan, _trial_rehearse

if TYPE_CHECKING:
    import argparse

_PARTS = {
    "design": (_trial_design, "draw a schedule by lot and write it down, once"),
    "plan": (_trial_plan, "see what each design can find, how often it answers, what it asks of you"),
    "rehearse": (_trial_rehearse, "run a drawn trial on a simulated person whose truth is known"),
    "end": (_trial_end, "end the days without training at once; what was recorded stays and can be analysed"),
    "claims": (_trial_claims, "which claims can be tried at home, and how"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The parts of ``mettle trial``."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="|".join(_PARTS))
    for name, (module, words) in _PARTS.items():
        part = parts.add_parser(name, help=words, description=words)
        module.add_arguments(part)
        part.set_defaults(run_part=module.run)


def run(args: argparse.Namespace) -> int:
    """Run the part asked for."""
    return int(args.run_part(args))
