"""``mettle trial end``: a safety rule fired, so the days without training end now; what was recorded stays."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettle.cli._terminal import print_json
from mettle.errors import InputError

if TYPE_CHECKING:
    import argparse

REASONS = {
    "item9": "stop_item9",
    "deterioration": "stop_deterioration",
    "phq9_rise": "stop_phq9_rise",
    "injury": "stop_injury",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "trial", type=Path, metavar="trial.json", help="written over; days before stay as they were drawn"
    )
    parser.add_argument(
        "--reason",
        choices=REASONS,
        required=True,
        help="item9: an answer above 0 to the PHQ-9's last question; deterioration: a week clearly harder than your usual; phq9_rise: its "
        "total up by 5 or more; injury",
    )
    parser.add_argument(
        "--on", default=None, metavar="DATE", help="the day from which training is free (default: today)"
    )
    parser.add_argument(
        "--arms", default=None, metavar="A,B", help="two ways of training to go on with, like morning,evening"
    )
    parser.add_argument("--json", action="store_true", help="the trial on stdout, too")


def run(args: argparse.Namespace) -> int:
    """End, write, and say how it goes on."""
    from mettle.trials.claims import executable
    from mettle.trials.design import to_bytes
    from mettle.trials.ending import end_stretch
    from mettle.trials.schedule import read_document, schedule_from

    document = read_document(args.trial)
    schedule_from(document, where=args.trial.name)
    assert isinstance(document, dict)
    arms = _arms(args.arms)
    if arms is not None and not executable(arms):
        raise InputError(
            f"no plan can hold {' and '.join(arms)} apart; morning,evening or class,alone can be", where="--arms"
        )
    try:
        ended = end_stretch(document, _day(args.on), reason=REASONS[args.reason], arms=arms)
    except InputError as error:
        raise InputError(str(error), where=args.trial.name) from None
    args.trial.write_bytes(to_bytes(ended))
    if args.json:
        print_json(ended)
    _say(ended, args.trial, arms)
    return 0


def _say(ended: dict[str, Any], path: Path, arms: tuple[str, str] | None) -> None:
    lines = [ended["ended"]["text"]]
    if ended["ended"]["reason"] == "stop_item9":
        lines.append("`mettle help` shows who is there, now.")
    if arms is not None and ended["ended"]["arms"] is not None:
        kind = "am_pm" if "morning" in arms else "blocks" if "two_sessions" in arms else "variant"
        lines.append(
            f"Two ways of training are a trial of their own: mettle trial design --kind {kind} --arms {','.join(arms)} --days 56 "
            f"--start {ended['ended']['on']} --out two_ways.json"
        )
    elif ended["ended"]["goes_on"] == "two_ways":
        lines = ["Two ways of training hold no days without training, so the trial goes on as it was drawn."]
    lines.append(f"The answer so far: mettle answer ... --schedule {path}")
    print("\n".join(lines), file=sys.stderr)


def _arms(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    first, _, second = (part.strip() for part in text.partition(","))
    if not first or not second or first == second:
        raise InputError(f"must be two names like morning,evening, got {text!r}", where="--arms")
    return first, second


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(tz=UTC).astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--on must be a date like 2026-01-31, got {text!r}") from None
