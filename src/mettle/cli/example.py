"""The main job on the example that mettle carries: a simulated person whose true effect is known."""

from __future__ import annotations

import json
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

NOTE = (
    "The example is a simulated person, not a real one. The truth built in: a session lifts mood by 14 points, fading over four hours, "
    "which is 8.8 on average in those hours; and by 3 points the next day."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle example``."""
    parser.add_argument(
        "--serve",
        action="store_true",
        help="then serve the app until Ctrl-C; without a terminal, only see that its first page answers",
    )
    parser.add_argument("--out", default="out", metavar="FOLDER", help="where the report goes (default: out)")


def run(args: argparse.Namespace) -> int:
    """Read the example's files as anyone's would be read, print the answer, write the report and say where."""
    import textwrap

    from mettle.answers import answer
    from mettle.cli._terminal import progress
    from mettle.cli.answer import read_diary, today
    from mettle.errors import MissingExtraError
    from mettle.reports.answer import write_report
    from mettle.reports.terminal import answer_lines
    from mettle.trials.design import sampler
    from mettle.trials.schedule import schedule_from

    folder = Path(args.out)
    with as_file(files("mettle.cli") / "_example") as data:
        diary = read_diary(
            [str(data / "checkins.csv"), str(data / "training_hevy.csv")], timezone="Europe/Berlin", unit=None
        )
        trial = json.loads((data / "trial.json").read_text(encoding="utf-8"))
    print("\n".join(textwrap.wrap(NOTE, 78)), end="\n\n")
    found = answer("mood", diary, today=today(), schedule=schedule_from(trial), redraw=sampler(trial))
    print("\n".join(answer_lines(found)), end="\n\n")
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "answer.html"
    try:
        write_report(found, report, note=NOTE, watch=progress)
    except MissingExtraError as error:
        print(f"no report: {error}", file=sys.stderr)
    else:
        print(f"Report: {report.resolve()}  (opens in any browser, offline)")
    return _serve() if args.serve else 0


def _serve() -> int:
    import argparse
    import os

    from mettle.cli import ANSWERED, FAILED, _first_page, up

    if not sys.stdout.isatty() or os.environ.get("CI"):
        seconds = _first_page.answers()
        if seconds is None:
            print("mettle: the app's first page did not answer", file=sys.stderr)
            return FAILED
        print("The app starts, and its first page answers. Serve it with: mettle up")
        print(f"first page after {seconds:.1f} s", file=sys.stderr)
        return ANSWERED
    print("\nAnd now the app, on this machine alone:", flush=True)
    parser = argparse.ArgumentParser()
    up.add_arguments(parser)
    return up.serve(parser.parse_args(["--port", str(_first_page.free_port(8000))]))
