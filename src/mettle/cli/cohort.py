"""The same answer for many people, and what they say together: a folder of people in, JSON lines out."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettle.cli._options import count, whole
from mettle.cli._terminal import progress
from mettle.cli.answer import PRIORS, today

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from mettle.answers import Answered
    from mettle.cohort import Kept, Person
    from mettle.inference.pooling import Message

OUT = "answers.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle cohort``."""
    parser.add_argument(
        "folder", metavar="DIR", help="DIR/<person>/checkins.csv, training*.csv or exposures.csv, person.toml"
    )
    parser.add_argument(
        "--executor",
        default="serial",
        metavar="KIND",
        help="serial (default), threads, processes, or tcp://HOST:PORT (Dask)",
    )
    parser.add_argument("--workers", type=count, metavar="N", help="threads or processes (default: one a processor)")
    parser.add_argument(
        "--out", metavar="FILE", help=f"where answers are kept, so that a run can go on (default DIR/{OUT})"
    )
    parser.add_argument("--parquet", metavar="FILE", help="also write a table, a row a person (extra: cluster)")
    parser.add_argument(
        "--prior", choices=PRIORS, default="default", help="starting point that headlines are read under"
    )
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="same seed, same figures (default 0)")
    parser.add_argument("--open", action="store_true", help="answer also for trials that still run; sealed otherwise")
    parser.add_argument(
        "--json", action="store_true", help="one JSON line a person on stdout, then what they say together"
    )


def run(args: argparse.Namespace) -> int:
    """Answer for everybody who is not kept yet, then pool; a broken person is told and the rest go on."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # people are what is done side by side
    from mettle.cohort import Kept, people
    from mettle.cohort.parquet import write_parquet
    from mettle.cohort.together import pooled

    folder = Path(args.folder)
    everybody = people(folder)
    if args.parquet:
        write_parquet(None, Path(args.parquet))
    kept = Kept(
        Path(args.out) if args.out else folder / OUT,
        {"seed": args.seed, "prior": args.prior, "today": today().isoformat(), "open": args.open},
    )
    inputs = {person.name: person.fingerprint() for person in everybody}
    open_ = [person for person in everybody if not kept.has(person.name, inputs[person.name])]
    if len(open_) < len(everybody):
        print(f"mettle: {len(everybody) - len(open_)} of {len(everybody)} were answered before", file=sys.stderr)
    try:
        _answer(open_, kept, inputs, args=args)
    except CancelledError:
        print("mettle: the scheduler went away; what was answered is kept, run again to go on", file=sys.stderr)
        return 1
    names = [person.name for person in everybody]
    together = pooled(_credible(kept, names))
    kept.finish(names, together)
    if args.parquet:
        write_parquet((kept.line(name) for name in names), Path(args.parquet))
    _show(kept, names, together, as_json=args.json)
    return 0


def _answer(people: Sequence[Person], kept: Kept, inputs: dict[str, str], *, args: argparse.Namespace) -> None:
    from mettle.answers import answer_many
    from mettle.cohort import answers, load
    from mettle.cohort.folder import name_of
    from mettle.cohort.surviving import DIED

    ask = partial(
        answer_many, today=today(), load=load, name=name_of, prior=args.prior, sealed=not args.open, seed=args.seed
    )
    found = answers(people, ask, executor=args.executor, workers=args.workers, on_death=_tell_death)
    watched = _watched(found, len(people))
    # who killed a worker is kept as made from nothing, so that the next run tries again
    for line in kept.add_all((one, "" if one.error == DIED else inputs[one.person]) for one in watched):
        if line["status"] == "error":
            print(f"mettle: {line['person']}: {line['error']}", file=sys.stderr)


def _tell_death() -> None:
    print("mettle: a worker died; whom it may concern is tried again, one at a time", file=sys.stderr)


def _watched(found: Iterator[Answered], total: int) -> Iterator[Answered]:
    yield from progress(found, total=total, what="people")


def _credible(kept: Kept, names: Sequence[str]) -> Iterator[tuple[str, dict[str, Any], dict[str, Message]]]:
    from mettle.cohort.kept import messages_of

    for name in names:
        line = kept.line(name)
        if line["status"] == "ok":
            yield name, line["answer"], messages_of(line)


def _show(kept: Kept, names: Sequence[str], together: list[dict[str, Any]], *, as_json: bool) -> None:
    from mettle.cohort.kept import shown

    broken = 0
    for name in names:
        line = kept.line(name)
        broken += line["status"] == "error"
        if as_json:
            print(json.dumps(shown(line), ensure_ascii=False, allow_nan=False))
        else:
            print(f"{name}: {line['answer']['headline']['text'] if line['status'] == 'ok' else line['error']}")
    if as_json:
        print(json.dumps({"pooled": together}, ensure_ascii=False, allow_nan=False))
    else:
        print("\nTogether")
        for row in together:
            print(row["text"])
    if broken:
        print(f"mettle: {broken} of {len(names)} could not be answered", file=sys.stderr)
