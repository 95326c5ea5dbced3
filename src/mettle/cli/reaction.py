"""Score reaction and memory tasks, session by session, and tell which change is too small to see."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettle.cli._options import whole

if TYPE_CHECKING:
    import argparse

    from mettle.importers.reaction import Session

_UNITS = {"pvtb": "responses a second", "flanker": "ms", "digitspan": "digits", "nback2": "d'"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle reaction``."""
    parser.add_argument("file", metavar="FILE", help="one row a trial; rows with the same at are one session")
    parser.add_argument(
        "--task",
        required=True,
        choices=list(_UNITS),
        help="pvtb: rt_ms; flanker: condition,rt_ms,correct; digitspan: length,correct; nback2: target,response[,rt_ms]",
    )
    parser.add_argument("--earlier", type=whole, default=0, metavar="N", help="sessions done before this file's")
    parser.add_argument("--timezone", metavar="ZONE", help="of its times: Europe/Berlin")
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Print every session, and what can be told of those after practice."""
    from mettle.cli._terminal import print_json, tell_problems
    from mettle.errors import InputError
    from mettle.importers.cells import known_zone
    from mettle.importers.imported import Stated, Tally
    from mettle.importers.reaction import sessions
    from mettle.importers.tables import open_table

    stated = Stated(timezone=None if args.timezone is None else known_zone(args.timezone))
    with open_table(Path(args.file)) as table:
        tally = Tally(table.file)
        done = sessions(table, args.task, stated, tally)
    if not done:
        first = tally.problems[0] if tally.problems else None
        raise InputError(first.why if first else "holds no trial", where=tally.file, row=first.row if first else None)
    series = _series(done, args.task, args.earlier)
    if args.json:
        print_json(
            {
                "file": tally.file,
                "task": args.task,
                "rows_in": tally.rows_in,
                "rows_imported": tally.rows_in - len(tally.problems),
                "rows_skipped": len(tally.problems),
                "problems": [{"row": p.row, "why": p.why} for p in tally.problems],
                "sessions": [_document(s, n + args.earlier) for n, s in enumerate(done)],
                "series": series,
            }
        )
        return 0
    for number, session in enumerate(done):
        print(_line(session, number + args.earlier))
    print("\n" + _series_words(series, args.task))
    tell_problems(tally.file, tally.problems, tally.notes)
    return 0


def _series(done: list[Session], task: str, earlier: int) -> dict[str, Any]:
    from statistics import fmean, stdev

    from mettle.instruments.reaction import after_practice, learning_per_log_session, smallest_detectable

    every = [s.figures[task] for s in done if task in s.figures]
    counted = [s.figures[task] for s in after_practice(done, earlier=earlier) if task in s.figures]
    return {
        "counted": len(counted),
        "mean": _round(fmean(counted)) if counted else None,
        "sd": _round(stdev(counted)) if len(counted) > 1 else None,
        "smallest_detectable": _round(smallest_detectable(counted)),
        "learning_per_log_session": _round(learning_per_log_session(every)) if not earlier else None,
    }


def _document(session: Session, number: int) -> dict[str, Any]:
    from mettle.instruments.reaction import PRACTICE_SESSIONS

    scored = {name: _round(value) for name, value in asdict(session.scored).items()}
    at = str(session.when) if session.when else None
    return {
        "at": at,
        "practice": number < PRACTICE_SESSIONS,
        "primary": _round(session.figures.get(session.task)),
        **scored,
    }


def _line(session: Session, number: int) -> str:
    from mettle.instruments.reaction import PRACTICE_SESSIONS

    value = session.figures.get(session.task)
    said = "cannot be scored" if value is None else f"{value:.3g} {_UNITS[session.task]}"
    rest = {
        name.removeprefix(f"{session.task}_").replace("_", " "): f"{v:.3g}"
        for name, v in session.figures.items()
        if name != session.task
    }
    more = "".join(f", {name} {v}" for name, v in rest.items())
    practice = "  (practice, not counted)" if number < PRACTICE_SESSIONS else ""
    return f"{session.when or f'session {number + 1}'}: {said}{more}{practice}"


def _series_words(series: dict[str, Any], task: str) -> str:
    if series["smallest_detectable"] is None:
        return f"After practice {series['counted']} sessions count; with 3 it can be told which change is too small to see."
    return (
        f"{series['counted']} sessions count, on average {series['mean']:.3g} {_UNITS[task]}. Between two single sessions "
        f"no change below {series['smallest_detectable']:.2g} can be told from chance. Compare only on one device."
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
