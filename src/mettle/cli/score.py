"""Score a questionnaire or test from its answers or from a total."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from mettle.instruments import Score
    from mettle.instruments.safety import HelpCard, Layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    parser.add_argument("instrument", help="its id, as mettle instruments lists them")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--responses", metavar="2,NA,1,...", help="one number an item; NA = not answered; yes = 1, no = 0"
    )
    what.add_argument("--total", metavar="NUMBER", help="a total that was filled in elsewhere")
    parser.add_argument("--order", help="another order of the items in use (RSES: a)")
    parser.add_argument("--on", metavar="DATE", help="the day of this one")
    parser.add_argument(
        "--previous", metavar="DATE", help="the day of the one before; inside the recall window it is flagged"
    )
    parser.add_argument("--age", type=float, metavar="YEARS")
    parser.add_argument("--sex", choices=["F", "M", "X"])
    parser.add_argument("--course", type=int, choices=[3, 4], default=4, help="metres of the SPPB's walk (default 4)")
    parser.add_argument("--country", help="two letters, for the help card")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true")
    shape.add_argument("--fhir", action="store_true", help="a FHIR R4 Bundle: the answers and the score")


def run(args: argparse.Namespace) -> int:
    """Print the score; help first where an answer asks for it."""
    from mettle import instruments
    from mettle.cli import ANSWERED
    from mettle.cli._terminal import print_json
    from mettle.errors import InputError
    from mettle.instruments import safety

    days = {"on": _day(args.on, "--on"), "previous_on": _day(args.previous, "--previous")}
    try:
        if args.total is not None:
            scored = instruments.score_total(
                args.instrument, number(args.total, "--total"), age=args.age, sex=args.sex, **days
            )
        else:
            answers = responses(args.responses)
            scored = instruments.score(
                args.instrument,
                answers,
                order=args.order,
                age=args.age,
                sex=args.sex,
                course_m=args.course,
                **days,
            )
    except ValueError as error:
        raise InputError(str(error)) from None
    if card := _card(scored, args):
        print(card.text() + "\n", file=sys.stderr if args.json or args.fhir else sys.stdout)
    if args.fhir:
        print_json(_bundle(args, days))
    elif args.json:
        print_json(scored.to_json())
    else:
        print("\n".join(words(scored)))
        if scored.instrument == "phq9" and scored.score is not None:
            for said in safety.after_total(scored.score).messages:
                print(said.text)
        print(safety.message("not_a_diagnosis").text)
    return ANSWERED


def _bundle(args: argparse.Namespace, days: Mapping[str, date | None]) -> dict[str, object]:
    from mettle import instruments
    from mettle.instruments import fhir
    from mettle.units import When

    at = When(days["on"]) if days["on"] else When.aware(datetime.now(UTC).astimezone())
    previous = When(days["previous_on"]) if days["previous_on"] else None
    if args.total is not None:
        record = instruments.record_total(args.instrument, number(args.total, "--total"), at=at, previous=previous)
        return fhir.bundle([fhir.observation(record)])
    record = instruments.administer(
        args.instrument, responses(args.responses), at=at, order=args.order, previous=previous, course_m=args.course
    )
    return fhir.bundle([fhir.questionnaire_response(record), fhir.observation(record)])


def responses(text: str) -> list[float | None]:
    """Numbers separated by commas; ``NA`` stands for not answered, an empty field is an error.

    >>> responses("2,NA,1")
    [2.0, None, 1.0]
    """
    fields = text.split(",")
    return [
        None if field.strip().upper() == "NA" else number(field, f"--responses, item {place}")
        for place, field in enumerate(fields, 1)
    ]


def number(text: str, where: str) -> float:
    """One number as typed."""
    from mettle.errors import InputError

    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise InputError(f"expected a number{' or NA' if 'item' in where else ''}, got {text.strip()!r}", where=where)
    return value


def words(scored: Score) -> list[str]:
    """The score in plain sentences."""
    from mettle import instruments

    found = instruments.load(scored.instrument)
    low, high = found.range
    if scored.score is None:
        left = ", ".join(scored.missing)
        lines = [f"{found.name}: too little was answered for a total (open: {left})."]
        if found.id == "phq9" and scored.missing == ("9",):
            lines.append("The first eight answers can be scored as a PHQ-8: mettle score phq8.")
        return lines
    band = f" ({found.shown_band(scored.band)} range)" if scored.band else ""
    lines = [
        f"{found.name}: your answers add up to {scored.score:.4g}{band}, on a scale from {low:g} to {high:g}; higher is {found.higher_is}."
    ]
    if "prorated" in scored.flags:
        lines.append("Unanswered questions were filled with the mean of the others, as the form's rules allow.")
    if "overlap" in scored.flags:
        lines.append("It asks about days that the last one already asked about; it is kept and marked.")
    if "cutoff" in scored.flags and found.cutoffs:
        limit = found.cutoffs[0]
        edge = f"{limit.lowest:g} or more" if limit.lowest is not None else f"{limit.highest:g} or less"
        lines.append(f"Published limit: {edge}{' ' + limit.of if limit.of else ''} ({limit.words}).")
    elif "cutoff" in scored.flags:
        lines.append("That is fewer than most people of that age and sex.")
    return lines


def _day(text: str | None, where: str) -> date | None:
    from mettle.errors import InputError

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InputError(f"expected a date like 2026-11-22, got {text!r}", where=where) from None


def _card(scored: Score, args: argparse.Namespace) -> HelpCard | None:
    from mettle import instruments
    from mettle.cli.help import kept_plan
    from mettle.instruments import safety

    kept = kept_plan()
    plan = None if kept.empty else kept
    for item in instruments.load(scored.instrument).safety:
        if f"item{item.item}" in scored.flags:
            layout: Layout = "full" if item.kind == "self_harm" else "blank"
            return safety.help_card(layout, country=args.country, plan=plan)
        if f"item{item.item}_missing" in scored.flags:
            return safety.help_card("blank", country=args.country, plan=plan)
    return None
