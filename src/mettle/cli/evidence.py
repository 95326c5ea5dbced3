"""What is published about each claim, how sure one may be, and how to test it on yourself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.cli._terminal import print_json

if TYPE_CHECKING:
    from mettle.evidence import Claim

VERDICTS = ("supported", "partly", "overstated", "contradicted", "not_shown", "untested")
DESIGNS = ("session", "day", "block", "variant", "lagged", "none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Filters of the list, and the further words ``show`` and ``replicate``."""
    parser.add_argument("--section", type=int, choices=range(17), metavar="0-16", help="only this section")
    parser.add_argument("--verdict", choices=VERDICTS, help="only this verdict")
    parser.add_argument("--outcome", help="only claims about this outcome (part of its name, or an instrument's id)")
    parser.add_argument("--design", choices=DESIGNS, help="only claims that this design can test")
    parser.add_argument("--picture", metavar="FILE", help="the picture of all claims: .svg, .png or .html")
    parser.add_argument("--phone", action="store_true", help="the picture for a narrow screen")
    parser.add_argument("--markdown", action="store_true", help="the page of all claims")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.set_defaults(what="list")
    verbs = parser.add_subparsers(title="more", metavar="")
    show = verbs.add_parser("show", help="one claim in full")
    show.add_argument("claim", metavar="ID", help="such as 1.2")
    show.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document on stdout")
    show.set_defaults(what="show")
    again = verbs.add_parser("replicate", help="a published review pooled anew from the numbers of its trials")
    again.add_argument("review", metavar="NAME", help="cochrane-2013")
    again.add_argument("--forest", metavar="FILE", help="its forest plot: .svg, .png or .html")
    again.add_argument(
        "--analysis", default="after_treatment", help="which analysis to draw (default: after_treatment)"
    )
    again.add_argument("--phone", action="store_true", default=argparse.SUPPRESS, help="for a narrow screen")
    again.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document on stdout")
    again.set_defaults(what="replicate")


def run(args: argparse.Namespace) -> int:
    """Print what was asked for."""
    if args.what == "show":
        return _show(args.claim, as_json=args.json)
    if args.what == "replicate":
        return _replicate(args)
    return _list(args)


def _list(args: argparse.Namespace) -> int:
    from mettle.evidence import select
    from mettle.reports.claims import listing, page, record

    if args.picture:
        from mettle.reports.evidence import save

        save(Path(args.picture), phone=args.phone)
        print(f"wrote {args.picture}", file=sys.stderr)
        return 0
    if args.markdown:
        print(page(), end="")
        return 0
    chosen = select(section=args.section, verdict=args.verdict, outcome=args.outcome, design=args.design)
    if args.json:
        print_json([record(claim) for claim in chosen])
    elif chosen:
        print(listing(chosen))
    else:
        print("No claim fits. mettle evidence lists them all.")
    return 0


def _show(claim_id: str, *, as_json: bool) -> int:
    from mettle.reports.claims import full, record

    claim = _claim(claim_id)
    if as_json:
        print_json(record(claim))
    else:
        print(full(claim))
    return 0


def _replicate(args: argparse.Namespace) -> int:
    from mettle.errors import InputError
    from mettle.evidence.replication import replicate
    from mettle.reports.replication import forest, record, table

    try:
        review = replicate(args.review)
        drawn = forest(args.analysis) if args.forest else None
    except ValueError as error:
        raise InputError(str(error)) from None
    if drawn:
        from mettle.reports.pictures import save

        save(drawn, args.forest, narrow=args.phone)
    if args.json:
        print_json(record(review))
    else:
        print(table(review))
    return 0


def _claim(claim_id: str) -> Claim:
    from mettle.errors import InputError
    from mettle.evidence import claim

    try:
        return claim(claim_id)
    except ValueError as error:
        raise InputError(f"{error}; mettle evidence lists them all") from None
