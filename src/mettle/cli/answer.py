"""Does training change how I feel? An honest answer from a training log and a diary."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mettle.cli._options import number, positive, whole
from mettle.cli._terminal import print_json, progress
from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.answers import Answer
    from mettle.diary import Diary
    from mettle.importers import Imported
    from mettle.trials.randomisation import Redraw
    from mettle.trials.schedule import Schedule

PRIORS = ("default", "sceptical", "mainstream", "flat")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle answer``."""
    parser.add_argument(
        "--checkins", required=True, metavar="FILE", help="CSV: `at` or `date`, then a column an outcome"
    )
    parser.add_argument(
        "--outcome",
        required=True,
        action="append",
        metavar="NAME",
        help="the column to answer about; several (a,b,c) lean on each other",
    )
    done = parser.add_mutually_exclusive_group()
    done.add_argument("--training", nargs="+", metavar="FILE", default=[], help="exports of training apps")
    done.add_argument("--exposures", metavar="FILE", help="CSV: date,dose[,arm]")
    parser.add_argument(
        "--schedule",
        nargs="+",
        metavar="FILE",
        default=[],
        help="trial.json of `mettle trial design`: the answer is then causal",
    )
    parser.add_argument(
        "--higher-is",
        choices=["better", "worse"],
        help="direction of the outcome (default: as its questionnaire or item says, else better); of several outcomes, that of those "
        "which mettle does not know",
    )
    parser.add_argument("--swc", type=positive, metavar="X", help="smallest change worth noticing, in points")
    parser.add_argument(
        "--prior", choices=PRIORS, default="default", help="starting point that the headline is read under"
    )
    parser.add_argument(
        "--effect",
        choices=["acute", "next_day", "chronic", "total"],
        help="which effect the headline is about (default: the claim's, where the schedule names one; else acute, right after a session)",
    )
    parser.add_argument(
        "--with",
        dest="beside",
        metavar="OUTCOME",
        help="a sparse second outcome (a questionnaire every two weeks) modelled together with this one",
    )
    parser.add_argument(
        "--adjust",
        metavar="NAMES",
        help="signals to hold constant: sleep_h,illness (default: all recorded; none for none)",
    )
    parser.add_argument("--claim", metavar="ID", help="claim whose studies inform two of the starting points")
    parser.add_argument(
        "--expected",
        type=_expected,
        default=(None, None),
        metavar="X",
        help="the benefit you expected before, in points, or like 6/10 how much you expected it to help: it is reported",
    )
    parser.add_argument(
        "--open", action="store_true", help="show the running answer of a trial that is not over (the report says so)"
    )
    parser.add_argument(
        "--opened",
        type=_days,
        default=(),
        metavar="DAYS",
        help="days of the trial on which you opened it before: 12,30",
    )
    parser.add_argument("--timezone", metavar="ZONE", help="of times that do not say: Europe/Berlin")
    parser.add_argument("--unit", choices=["kg", "lb"], help="of loads, for exports that do not say")
    parser.add_argument(
        "--drop-first-days", type=whole, default=0, metavar="N", help="leave out the first N days (novelty)"
    )
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="same seed, same figures (default 0)")
    parser.add_argument("--json", action="store_true", help="the whole answer as JSON on stdout")
    parser.add_argument("--report", metavar="OUT.html", help="also write a report that opens offline")


def run(args: argparse.Namespace) -> int:
    """Read, answer, show; a report is written last, whole or not at all."""
    # matrices of one diary are small: threads of the linear algebra library cost more than they give
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    schedule, redraw = _trial(args.schedule)
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
    outcomes = _outcomes(args.outcome, diary)
    if len(outcomes) > 1 and args.report:
        raise InputError("a report is about one outcome; give one --outcome", where="--report")
    alone = len(outcomes) == 1
    found = [_answer(o, args, diary, schedule=schedule, redraw=redraw, alone=alone) for o in outcomes]
    if len(found) > 1:
        return _show_several(found, as_json=args.json)
    if args.report:
        from mettle.reports.answer import write_report

        write_report(found[0], Path(args.report), watch=progress)
        print(f"report: {args.report}", file=sys.stderr)
    if args.json:
        print_json(found[0].to_json())
    else:
        from mettle.reports.terminal import answer_lines

        print("\n".join(answer_lines(found[0])))
    return 0


def _answer(
    outcome: str,
    args: argparse.Namespace,
    diary: Diary,
    *,
    schedule: Schedule | None,
    redraw: Redraw | None,
    alone: bool,
) -> Answer:
    from mettle.answers import answer
    from mettle.trials.claims import effect_of, higher_is
    from mettle.trials.course import Expectancy, course

    now = today()
    opened = args.opened
    if args.open and schedule is not None and not (at := course(schedule, now)).ended:
        opened = tuple(sorted({*opened, at.day}))
    points, of_ten = args.expected
    told = Expectancy(points, opened, of_ten) if opened or args.expected != (None, None) else None
    tested = schedule.claims[0] if schedule and schedule.claims else None
    stated = args.higher_is if alone else None
    return answer(
        outcome,
        diary,
        today=now,
        schedule=schedule,
        claim=args.claim,
        higher_is=stated or higher_is(tested, outcome, args.higher_is or "better"),
        swc=args.swc,
        prior=args.prior,
        effect=args.effect or (effect_of(tested, outcome) if alone else "acute"),
        drop_first_days=args.drop_first_days,
        redraw=redraw,
        expectancy=told,
        sealed=not args.open,
        beside=args.beside,
        adjust=None
        if args.adjust is None
        else [n.strip() for n in args.adjust.split(",") if n.strip() not in ("", "none")],
        seed=args.seed,
    )


def _trial(paths: Sequence[str]) -> tuple[Schedule | None, Redraw | None]:
    """The schedule of one trial, or of several that fit together; and, of one that says how it was drawn, how to draw again."""
    if not paths:
        return None, None
    from mettle.trials.schedule import read_document, schedule_from, together

    documents = [(Path(p).name, read_document(Path(p))) for p in paths]
    schedule = together([(name, schedule_from(document, where=name)) for name, document in documents])
    if len(documents) > 1:
        return schedule, None
    from mettle.trials.ending import redraw_of

    return schedule, redraw_of(documents[0][1])


def _outcomes(given: Sequence[str], diary: Diary) -> list[str]:
    """The outcomes asked for: repeated, or with commas between (unless an outcome's own name has them)."""
    known = {*diary.outcomes, *(s.name for s in diary.signals)}
    names = [n for one in given for n in ([one] if one in known else [part.strip() for part in one.split(",")])]
    return list(dict.fromkeys(n for n in names if n)) or list(given)


def _show_several(found: Sequence[Answer], *, as_json: bool) -> int:
    from mettle.answers import family

    shared = family(found)
    if as_json:
        print_json({"answers": [f.to_json() for f in found], "family": [s.document() for s in shared]})
        return 0
    from mettle.reports.terminal import family_lines

    print("\n".join(family_lines(found, shared)))
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


def _expected(text: str) -> tuple[float | None, float | None]:
    """Points, or the answer from 0 to 10 to how much it was expected to help."""
    first, slash, ten = text.partition("/")
    value = number(first)
    if not slash:
        return value, None
    if ten.strip() != "10" or not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"expected points like 5, or 0/10 to 10/10, got {text!r}")
    return None, value


def _days(text: str) -> tuple[int, ...]:
    try:
        days = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        days = ()
    if not days or days[0] < 1:
        raise argparse.ArgumentTypeError(f"expected days of the trial like 12,30, got {text!r}")
    return days
