"""Write everything on this installation of the app into one file; it may run meanwhile."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to write it."""
    parser.add_argument("file", metavar="FILE.zip", help="a file that is not there yet")


def run(args: argparse.Namespace) -> int:
    """The app's own process does it: the command line imports no Django."""
    from mettle.cli import up

    return up.wait_for([sys.executable, "-m", "mettle.web", "--backup", args.file])
