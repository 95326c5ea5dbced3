"""Start the app as a simulated person: sixteen weeks of training and check-ins, an answer ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The same as for ``mettle up``."""
    from mettle.cli import up

    up.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; the printed link signs in as the simulated person."""
    from mettle.cli import up

    return up.serve(args, "--demo")
