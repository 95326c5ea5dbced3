"""Where help is, now: your own safety plan, someone you trust, directories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from mettle.instruments import safety


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    parser.add_argument("--country", help="two letters; there is no default")
    parser.add_argument(
        "--plan",
        metavar="FILE.json",
        help="keep this safety plan, best written when well: warning_signs, what_helps, people (name, phone), places",
    )
    parser.add_argument("--json", action="store_true", help="the plan that is kept")


def run(args: argparse.Namespace) -> int:
    """Show the card, after keeping a plan where one was given."""
    from mettle.cli import ANSWERED
    from mettle.cli._terminal import print_json
    from mettle.instruments import safety

    if args.plan:
        plan = read_plan(Path(args.plan))
        keep_plan(plan)
    else:
        plan = kept_plan()
    if args.json:
        print_json(plan.to_json())
    else:
        print(safety.help_card("short", country=args.country, plan=None if plan.empty else plan).text())
    return ANSWERED


def read_plan(path: Path) -> safety.SafetyPlan:
    """The plan that a file holds; one clear line where it holds none."""
    from mettle.cli._options import read_object
    from mettle.errors import InputError
    from mettle.instruments import safety

    document = read_object(path)
    try:
        return safety.SafetyPlan.from_json(document)
    except (ValueError, TypeError) as error:
        raise InputError(str(error), where=path.name) from None


def kept_plan() -> safety.SafetyPlan:
    """The plan kept on this machine; an empty one where there is none, or it cannot be read: a card is shown either way."""
    from mettle.errors import InputError
    from mettle.instruments import safety

    try:
        return read_plan(_place())
    except (OSError, InputError):
        return safety.SafetyPlan()


def keep_plan(plan: safety.SafetyPlan) -> None:
    """Keep a plan, readable by the owner alone."""
    import json

    from mettle.cli._check_in_files import whole

    _place().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole(_place()) as part:
        part.write_text(json.dumps(plan.to_json(), ensure_ascii=False, indent=2) + "\n", "utf-8")


def _place() -> Path:
    from mettle.instruments import text

    return text.folder().parent / "safety_plan.json"
