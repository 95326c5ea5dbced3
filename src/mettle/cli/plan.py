"""Make a checked training plan from a profile."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.cli._options import day, read_object, whole
from mettle.cli._terminal import print_json
from mettle.errors import InputError

if TYPE_CHECKING:
    import argparse

    from mettle.prescription import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle plan``."""
    parser.add_argument("profile", type=Path, help="PROFILE.json")
    parser.add_argument("--weeks", type=int, default=4, help="1-52 (default 4)")
    parser.add_argument("--start", type=day, default=None, metavar="DATE", help="first day, like 2026-01-31")
    parser.add_argument("--seed", type=whole, default=0, help="tells equally good plans apart (default 0)")
    parser.add_argument("--trial", type=Path, default=None, help="trial.json: each date gets the session of its arm")
    out = parser.add_mutually_exclusive_group()
    out.add_argument("--json", action="store_true", help="the whole plan as JSON")
    out.add_argument("--html", type=Path, metavar="FILE", help="a page to train from, one sheet when printed")
    out.add_argument("--ics", type=Path, metavar="FILE", help="a calendar file (needs --start or --trial)")
    out.add_argument("--csv", type=Path, metavar="FILE", help="one row a set")
    out.add_argument("--print", action="store_true", dest="sheet", help="one page of plain text (the default)")


def run(args: argparse.Namespace) -> int:
    """Plan, and write what was asked."""
    from mettle.prescription import plan, read_profile
    from mettle.reports import calendar as calendars
    from mettle.reports import plan as pages

    if not 1 <= args.weeks <= 52:
        raise InputError(f"--weeks must be from 1 to 52, got {args.weeks}")
    profile = read_profile(args.profile)
    trial = read_object(args.trial) if args.trial else None
    if args.ics and args.start is None and trial is None:
        raise InputError("--ics needs --start DATE (or --trial), so that sessions have dates")
    if sys.stderr.isatty():
        print("Working out your week; this can take some seconds ...", file=sys.stderr)
    made = plan(profile, weeks=args.weeks, start=args.start, seed=args.seed, trial=trial)
    document = made.to_json()
    if args.json:
        print_json(document)
        return 0
    if args.html:
        args.html.write_text(pages.html(document), encoding="utf-8")
    elif args.ics:
        args.ics.write_bytes(calendars.ics(document))
    elif args.csv:
        args.csv.write_text(pages.csv_text(document), encoding="utf-8", newline="")
    else:
        sys.stdout.write(pages.text(document))
        return 0
    _say(made)
    return 0


def _say(made: Plan) -> None:
    for _, text in made.messages:
        print(text, file=sys.stderr)
    for short in made.shortfalls:
        print(f"not met: {short.target}: {short.got:g} of {short.asked:g} ({short.reason})", file=sys.stderr)
