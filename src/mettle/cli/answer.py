"""Does training change how I feel? An honest answer from a training log and a diary."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.cli._terminal import print_json, progress
from mettle.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mettle.diary import Diary
    from mettle.importers import Imported

PRIORS = ("default", "sceptical", "mainstream", "flat")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle answer``."""
    parser.add_argument(
        "--checkins", required=True, metavar="FILE", help="CSV: `at` or `date`, then a column an outcome"
    )
    parser.add_argument("--outcome", required=True, metavar="NAME", help="the column to answer about")
    done = parser.add_mutually_exclusive_group()
    done.add_argument("--training", nargs="+", metavar="FILE", default=[], help="exports of training apps")
    done.add_argument("--exposures", metavar="FILE", help="CSV: date,dose[,arm]")
    parser.add_argument(
        "--schedule", metavar="FILE", help="trial.json of `mettle trial design`: the answer is then causal"
    )
    parser.add_argument("--higher-is", choices=["better", "worse"], default="better", help="direction of the outcome")
    parser.add_argument("--swc", type=_positive, metavar="X", help="smallest change worth noticing, in points")
    parser.add_argument(
        "--prior", choices=PRIORS, default="default", help="starting point that the headline is read under"
    )
    parser.add_argument("--timezone", metavar="ZONE", help="of times that do not say: Europe/Berlin")
    parser.add_argument("--unit", choices=["kg", "lb"], help="of loads, for exports that do not say")
    parser.add_argument(
        "--drop-first-days", type=int, default=0, metavar="N", help="leave out the first N days (novelty)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same figures (default 0)")
    parser.add_argument("--json", action="store_true", help="the whole answer as JSON on stdout")
    parser.add_argument("--report", metavar="OUT.html", help="also write a report that opens offline")


def run(args: argparse.Namespace) -> int:
    """Read, answer, show; a report is written last, whole or not at all."""
    # matrices of one diary are small: threads of the linear algebra library cost more than they give
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from mettle.answers import answer
    from mettle.trials import read_schedule

    schedule = read_schedule(Path(args.schedule)) if args.schedule else None
    diary = read_diary(
        [args.checkins, *args.training, *([args.exposures] if args.exposures else [])],
        timezone=args.timezone,
        unit=args.unit,
    )
    if not (args.training or args.exposures or schedule):
        raise InputError(
            "say what was done: --training FILE, --exposures FILE or --schedule FILE", where="mettle answer"
        )
    if not diary.observations and not diary.signals:
        raise InputError("holds no check-in", where=args.checkins)
    found = answer(
        args.outcome,
        diary,
        today=today(),
        schedule=schedule,
        higher_is=args.higher_is,
        swc=args.swc,
        prior=args.prior,
        drop_first_days=max(0, args.drop_first_days),
        seed=args.seed,
    )
    if args.report:
        from mettle.reports.answer import write_report

        write_report(found, Path(args.report), watch=progress)
        print(f"report: {args.report}", file=sys.stderr)
    if args.json:
        print_json(found.to_json())
    else:
        from mettle.reports.terminal import answer_lines

        print("\n".join(answer_lines(found)))
    return 0


def read_diary(paths: Sequence[str], *, timezone: str | None, unit: str | None) -> Diary:
    """All files as one diary; what was left out of them is told on stderr."""
    from mettle.diary import merge
    from mettle.importers import read

    files = [read(path, unit=unit, timezone=timezone) for path in paths]  # type: ignore[arg-type]  # argparse checked it
    for imported in files:
        _tell(imported)
    return merge(imported.diary for imported in files)


def _tell(imported: Imported) -> None:
    if imported.problems:
        first = imported.problems[0]
        more = f" (and {len(imported.problems) - 1} more rows)" if len(imported.problems) > 1 else ""
        place = "" if first.row is None else f"row {first.row}: "
        print(f"mettle: {imported.file}: {place}left out: {first.why}{more}", file=sys.stderr)


def today() -> date:
    """The local day that it is."""
    return datetime.now(UTC).astimezone().date()


def _positive(text: str) -> float:
    import argparse

    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}") from None
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}")
    return value
