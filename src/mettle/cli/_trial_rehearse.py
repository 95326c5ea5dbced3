"""``mettle trial rehearse``: the trial run on a simulated person, to see what an answer looks like."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.cli._options import whole

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

WHO = ("benefits", "no_effect")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("trial", type=Path, metavar="trial.json")
    parser.add_argument("--person", choices=WHO, default="benefits", help="what is true of them")
    parser.add_argument("--seed", type=whole, default=0, help="of their days (default 0)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for checkins.csv and exposures.csv")


def run(args: argparse.Namespace) -> int:
    """Write the two files, and say how to answer."""
    from mettle.trials import read_schedule
    from mettle.trials.claims import effect_of, higher_is
    from mettle.trials.people import PEOPLE
    from mettle.trials.rehearsal import rehearse, suited

    schedule = read_schedule(args.trial)
    outcome = schedule.outcome or "mood"
    claim = schedule.claims[0] if schedule.claims else None
    person = suited(PEOPLE[args.person], effect_of(claim, outcome))
    done = rehearse(person, schedule, seed=args.seed, higher_is=higher_is(claim, outcome))
    args.out.mkdir(parents=True, exist_ok=True)
    _write(args.out / "checkins.csv", ["at", outcome], [(at, f"{value:g}") for at, value in done.ratings])
    _write(args.out / "exposures.csv", ["at", "dose", "arm"], [(at, f"{dose:g}", arm) for at, dose, arm in done.doses])
    print(
        f"A simulated person, not a real one: {len(done.ratings)} check-ins, {len(done.doses)} sessions. Then:\n"
        f"mettle answer --checkins {args.out / 'checkins.csv'} --exposures {args.out / 'exposures.csv'} "
        f"--outcome {outcome} --schedule {args.trial}",
        file=sys.stderr,
    )
    return 0


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
