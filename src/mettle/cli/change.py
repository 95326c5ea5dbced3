"""Tell what a change between two scores is worth: beyond measurement error, and large enough to notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    parser.add_argument("instrument", help="its id, as mettle instruments lists them")
    parser.add_argument("--before", required=True, metavar="SCORE")
    parser.add_argument("--after", required=True, metavar="SCORE")
    parser.add_argument("--reliability", metavar="0-1", help="in place of the instrument's own")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print the change."""
    from mettle import instruments
    from mettle.cli import ANSWERED
    from mettle.cli._terminal import print_json
    from mettle.cli.score import number
    from mettle.errors import InputError

    before, after = number(args.before, "--before"), number(args.after, "--after")
    own = None if args.reliability is None else number(args.reliability, "--reliability")
    try:
        found = instruments.change(args.instrument, before, after, reliability=own)
    except ValueError as error:
        raise InputError(str(error)) from None
    if args.json:
        print_json(found.to_json())
    else:
        print(found.words)
        print(instruments.load(args.instrument).change_words)
    return ANSWERED
