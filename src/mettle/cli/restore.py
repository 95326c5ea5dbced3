"""Put a backup of the app in the place of what is here; what was here is kept beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to restore."""
    parser.add_argument("file", metavar="FILE.zip", help="a backup that mettle wrote")


def run(args: argparse.Namespace) -> int:
    """The app's own process does it: the command line imports no Django."""
    from mettle.cli import up

    return up.wait_for([sys.executable, "-m", "mettle.web", "--restore", args.file])
