"""The next session, from a plan and what was really done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettle.cli._options import day, read_object
from mettle.cli._terminal import print_json
from mettle.errors import InputError

if TYPE_CHECKING:
    import argparse

LARGEST = 50_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle next``."""
    parser.add_argument("plan", type=Path, help="PLAN.json")
    parser.add_argument("log", type=Path, help="LOG.json")
    parser.add_argument("--on", type=day, default=None, metavar="DATE", help="when it will be done, like 2026-01-31")
    parser.add_argument("--json", action="store_true", help="the session and the changes as JSON")


def run(args: argparse.Namespace) -> int:
    """Replay the log, and say what comes next and why."""
    from mettle.prescription.progression import next_session
    from mettle.reports.plan import session_text

    plan, log = _document(args.plan, "weeks"), _document(args.log, "sessions")
    try:
        found = next_session(plan, log, today=args.on).to_json()
    except InputError as error:
        raise InputError(error.why, where=args.log.name) from None
    except (KeyError, TypeError, AttributeError):
        raise InputError(
            "does not have the shape of a plan or a log made by mettle", where=f"{args.plan.name}, {args.log.name}"
        ) from None
    if args.json:
        print_json(found)
    else:
        sys.stdout.write(session_text(found))
    return 0


def _document(path: Path, needs: str) -> dict[str, Any]:
    document = read_object(path, largest=LARGEST)
    if not isinstance(document.get(needs), list):
        raise InputError(f"needs {needs}, a list", where=path.name)
    return document
