"""``mettle trial design``: draw a schedule by lot and write it down, once."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettle.cli._options import day, whole
from mettle.cli._terminal import print_json
from mettle.errors import InputError

if TYPE_CHECKING:
    import argparse

    from mettle.trials.claims import ClaimTrial
    from mettle.trials.clearance import Scores
    from mettle.trials.design import Wish
    from mettle.trials.schedule import Kind

KINDS = ("session", "days", "pairs", "blocks", "am_pm", "variant")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--days", type=int, default=None, help="days that are compared (a claim brings its own)")
    parser.add_argument("--kind", choices=KINDS, default=None, help="the design (a claim brings its own)")
    parser.add_argument("--claim", action="append", default=None, metavar="ID", help="the claim to test, like 8.2")
    parser.add_argument("--arms", default=None, metavar="A,B", help="like train,rest or heavier,lighter")
    parser.add_argument("--outcome", default=None, metavar="NAME", help="declared before the start")
    parser.add_argument(
        "--swc", type=float, default=None, metavar="X", help="smallest change worth noticing, in points"
    )
    parser.add_argument("--weekdays", default=None, metavar="Mon,Wed,...", help="on which sessions may fall")
    parser.add_argument("--per-week", default=None, metavar="2-4", help="fewest and most sessions a week")
    parser.add_argument("--min-gap-hours", type=float, default=24.0, metavar="H", help="from session to session")
    parser.add_argument("--max-run", type=int, default=None, metavar="N", help="how often in a row an arm may come")
    parser.add_argument("--block-days", type=int, default=None, metavar="N", help="longest block (default 14)")
    parser.add_argument("--run-in", type=int, default=0, metavar="N", help="days before the first comparison")
    parser.add_argument("--washout", type=int, default=0, metavar="N", help="days at the begin of a block left out")
    parser.add_argument(
        "--scores", type=Path, default=None, metavar="FILE", help="your PHQ-9, for stretches without training"
    )
    parser.add_argument("--start", type=day, default=None, metavar="DATE", help="first day (default: tomorrow)")
    parser.add_argument("--timezone", default=None, metavar="ZONE", help="where you live: Europe/Berlin")
    parser.add_argument("--seed", type=whole, default=0, help="the same seed gives the same trial (default 0)")
    parser.add_argument("--out", type=Path, required=True, metavar="trial.json")
    parser.add_argument("--ics", type=Path, default=None, metavar="FILE", help="a calendar in neutral names")
    parser.add_argument("--json", action="store_true", help="the trial on stdout, too")


def run(args: argparse.Namespace) -> int:
    """Check, draw, write; nothing is written where anything is wrong."""
    from mettle.reports.calendar import trial_ics
    from mettle.trials.design import draw, to_bytes

    start = args.start or _today() + timedelta(days=1)
    for path in (args.out, args.ics):
        if path is not None and not path.parent.is_dir():
            raise InputError(f"no folder {path.parent}", where=str(path))
    wish = _wish(args, start)
    trial = draw(wish, seed=args.seed, previous=_previous(args.out))
    calendar = trial_ics(trial) if args.ics else None
    args.out.write_bytes(to_bytes(trial))
    if args.ics and calendar is not None:
        args.ics.write_bytes(calendar)
    if args.json:
        print_json(trial)
    _say(trial, args.out)
    return 0


def _wish(args: argparse.Namespace, start: date) -> Wish:
    from mettle.trials import clearance
    from mettle.trials.admissible import WEEKDAYS, Rules
    from mettle.trials.design import Wish

    claim = _claim(args.claim)
    arms = _arms(args, claim)
    scores = clearance.read_scores(args.scores, today=max(_today(), start)) if args.scores else None
    kind = args.kind or (claim.kind if claim else None)
    if kind is None:
        from mettle.trials.claims import offers

        first = "; ".join(f"--kind {o.kind} --arms {','.join(o.arms)} ({o.words})" for o in offers())
        raise InputError(
            f"--kind must be one of {', '.join(KINDS)} (or give --claim); if you already train, first: {first}"
        )
    if arms[1] == "rest" and kind == "blocks" and scores is None:
        scores = _ask(start)
    limit = clearance.limit(scores, today=start)
    if claim and args.kind is None:
        kind = _offered(claim, limit.max_days, arms)
    days = args.days or (claim.days if claim else None)
    if days is None:
        raise InputError("--days must be given, like --days 84 (or give --claim)")
    block = args.block_days if args.block_days is not None else (14 if arms[1] == "rest" or not claim else 28)
    run_of = args.max_run if args.max_run is not None else (2 if arms[1] == "rest" else 3)
    rules = Rules(
        weekdays=tuple(args.weekdays.split(",")) if args.weekdays is not None else WEEKDAYS,
        per_week=_per_week(args.per_week),
        min_gap_h=args.min_gap_hours,
        max_run=run_of,
        block_days=block,
        run_in=args.run_in,
        washout=args.washout,
    )
    return Wish(
        kind=kind,
        arms=arms,
        start=start,
        days=days,
        rules=rules,
        limit=limit,
        outcome=args.outcome or (claim.outcome if claim else None),
        swc=args.swc,
        claims=tuple(dict.fromkeys(args.claim or ())),
        timezone=_zone(args.timezone),
    )


def _claim(ids: list[str] | None) -> ClaimTrial | None:
    from mettle.trials.claims import for_claim

    found = None
    for claim_id in reversed(ids or []):
        try:
            found = for_claim(claim_id)
        except ValueError as error:
            raise InputError(str(error), where="--claim") from None
        if found is None:
            raise InputError(f"claim {claim_id} cannot be tried at home; `mettle trial claims` lists those that can")
    return found


def _arms(args: argparse.Namespace, claim: ClaimTrial | None) -> tuple[str, str]:
    if args.arms is not None:
        parts = [a.strip() for a in args.arms.split(",")]
        if len(parts) != 2:
            raise InputError(f"--arms must be two names like train,rest, got {args.arms!r}")
        first, second = parts
        return (second, first) if first == "rest" else (first, second)
    if claim is not None and args.kind in (None, claim.kind):
        return claim.arms
    if args.kind == "am_pm":
        return ("morning", "evening")
    if args.kind == "variant":
        raise InputError("--kind variant needs --arms, like --arms heavier,lighter (`mettle trial claims` shows more)")
    return ("train", "rest")


def _offered(claim: ClaimTrial, cleared: int, arms: tuple[str, str]) -> Kind:
    """The claim's kind; random days where stretches without training are not cleared."""
    from mettle.trials.claims import without_stretches

    if cleared or arms[1] != "rest" or claim.kind != "blocks":
        return claim.kind
    other = without_stretches(claim).kind
    print(
        f"mettle: without a PHQ-9 of the last 14 days that allows it (--scores FILE) no stretch without training is drawn; "
        f"random {other} within the week instead of blocks",
        file=sys.stderr,
    )
    return other


def _ask(start: date) -> Scores | None:
    """The PHQ-9 asked for in a terminal; None where there is nobody to ask, or nothing was answered."""
    from mettle.trials.clearance import Scores

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    print("Stretches without training need a PHQ-9 of the last 14 days. Enter skips.", file=sys.stderr)
    answers: list[int] = []
    for words, most in (("Total (0-27): ", 27), ("Its ninth answer (0-3): ", 3), ("How many days ago? ", 14)):
        sys.stderr.write(words)
        sys.stderr.flush()
        text = sys.stdin.readline().strip()
        if not (text.isdigit() and int(text) <= most):
            return None
        answers.append(int(text))
    return Scores(start - timedelta(days=answers[2]), answers[0], answers[1])


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


def _per_week(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    low, _, high = text.partition("-")
    if not (low.isdigit() and (high or low).isdigit()):
        raise InputError(f"--per-week must be like 2-4, got {text!r}")
    return int(low), int(high or low)


def _zone(name: str | None) -> str | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(f"--timezone must be a name like Europe/Berlin, got {name!r}") from None
    return name


def _previous(path: Path) -> dict[str, Any] | None:
    """The trial that stands in the file; it is drawn anew and counted, never overwritten by accident."""
    from mettle.trials.schedule import schedule_from

    if not path.exists():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        schedule_from(document)
    except (ValueError, RecursionError):
        raise InputError("is there already and is no trial; choose another --out", where=path.name) from None
    found: dict[str, Any] = document
    return found


def _say(trial: dict[str, Any], out: Path) -> None:
    first, last = trial["schedule"][0]["on"], trial["schedule"][-1]["on"]
    drawn = trial["drawing"]
    lines = [
        (
            f"{out}: {trial['kind']}, {' or '.join(a.replace('_', ' ') for a in trial['arms'])}, {first} to {last}, "
            f"one of {drawn['schedules']:.3g} equally likely schedules."
        ),
        (
            f"A weekly rhythm leaves at most {drawn['rhythm']['weekly']:.0%} of its height in the comparison, a monthly one "
            f"{drawn['rhythm']['monthly']:.0%}."
        ),
    ]
    if trial["draws"] > 1:
        lines.append(f"This is draw {trial['draws']}; the count stays in the file.")
    lines += [n["text"] for n in trial["notes"]]
    if trial["kind"] == "blocks" and trial["arms"][1] == "rest":
        from mettle.trials.claims import offer_words

        lines += offer_words()[:-1]
    print("\n".join(lines), file=sys.stderr)
