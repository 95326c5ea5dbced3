"""Answer a questionnaire, or the three daily questions, in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from mettle.instruments import Administration
    from mettle.instruments.text import TextPack

RESUME_HOURS = 24
"""A form that was left is gone on with for a day; later it starts anew, since answers belong to one moment."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    parser.add_argument("instrument", nargs="?", help="phq9, gad7, ...; without one: mood, calm and energy")
    parser.add_argument(
        "--measures",
        metavar="mood,focus,...",
        help="own items to ask instead of the daily three; tension:neck names a place",
    )
    parser.add_argument("--about", metavar="WORDS", help="what the one thing you want back is, in your words")
    parser.add_argument("--language", default="en", help="of the words (default en)")
    parser.add_argument("--country", help="two letters, for the help card")
    parser.add_argument("--contact", metavar="NAME PHONE", help="someone to show on the help card")
    parser.add_argument("--save", metavar="FILE", help="add a row to FILE.csv, or a record to FILE.json")
    parser.add_argument("--fresh", action="store_true", help="begin anew instead of going on")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Ask, show help at once where an answer asks for it, score, and keep what was asked to be kept."""
    from pathlib import Path

    from mettle.cli import _check_in_files as files
    from mettle.errors import InputError

    save = Path(args.save) if args.save else None
    if save is not None:
        files.check_target(save)
    try:
        if args.instrument is None:
            return _daily(args, save)
        return _questionnaire(args, save)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(str(error)) from None


def _daily(args: argparse.Namespace, save: Path | None) -> int:
    from mettle import instruments
    from mettle.cli import ANSWERED
    from mettle.cli import _check_in_files as files
    from mettle.cli._terminal import print_json
    from mettle.units import When

    names = args.measures.split(",") if args.measures else list(instruments.daily_default())
    parts = [n.strip().partition(":") for n in names]
    known = {instruments.outcome_name(measure, part or None): measure for measure, _, part in parts}
    answers: dict[str, float] = {}
    for name, key in known.items():
        measure = instruments.measures()[key]
        about = f" ({args.about})" if measure.own_words and args.about else ""
        place = f" ({name.removeprefix(f'{key}_')})" if name != key else ""
        value = _ask(
            f"{measure.question}{about}{place}\n  0 = {measure.low}, 10 = {measure.high}", range(11), quiet=args.json
        )
        if value == _LEFT:
            break
        if isinstance(value, int):
            answers[name] = value
    at = When.aware(_now())
    if save is not None and answers:
        files.add_observations(save, at, answers)
    if args.json:
        print_json({"at": str(at), "answers": answers})
    else:
        print(
            f"Kept {len(answers)} of {len(known)}."
            if save
            else f"{len(answers)} of {len(known)} answered; nothing was kept (use --save)."
        )
    return ANSWERED


def _questionnaire(args: argparse.Namespace, save: Path | None) -> int:
    from mettle import instruments
    from mettle.cli import ANSWERED
    from mettle.cli import _check_in_files as files
    from mettle.cli._terminal import print_json
    from mettle.instruments import text
    from mettle.units import When

    found = instruments.load(args.instrument)
    pack = text.read_pack(found.id, language=args.language)
    previous = files.previous(save, found.id) if save else None
    draft = {} if args.fresh else files.read_draft(found.id, pack.sha256, since=_now() - timedelta(hours=RESUME_HOURS))
    _open(pack, resumed=bool(draft), quiet=args.json)
    finished = _ask_items(args, pack, draft)
    if not finished:
        if args.json:
            print_json({"instrument": found.id, "finished": False, "answered": len(draft)})
        _say("Left here; your answers are kept on this machine for a day. The same command goes on.", quiet=args.json)
        return ANSWERED
    keys = found.rules["items"].get("unscored", [])
    unscored = {k: draft.get(f"+{k}") for k in keys if k in pack.unscored}
    record = instruments.administer(
        found.id,
        [draft.get(i) for i in found.item_ids],
        at=When.aware(_now()),
        previous=previous,
        unscored=unscored,
        language=pack.language,
        text_sha256=pack.sha256,
    )
    if save is not None:
        files.add_record(save, record)
    files.forget_draft(found.id)
    _close(args, pack, record)
    return ANSWERED


def _open(pack: TextPack, *, resumed: bool, quiet: bool) -> None:
    from mettle import instruments
    from mettle.instruments import safety

    lines = [pack.title, safety.message("help_nobody_watches").text]
    if any(s.kind == "self_harm" for s in instruments.load(pack.instrument).safety) and pack.instrument == "phq9":
        lines.append("One question is about very dark thoughts. To leave it out from the start: mettle check-in phq8.")
    lines.append("Type a number. Enter alone leaves a question open, b goes back, q stops and keeps what you have.")
    if resumed:
        lines.append("Going on where you stopped.")
    _say("\n".join([*lines, "", pack.stem]), quiet=quiet)


def _ask_items(args: argparse.Namespace, pack: TextPack, draft: dict[str, int | None]) -> bool:
    """Ask what the draft does not hold yet; True when the form is finished."""
    from mettle import instruments
    from mettle.cli import _check_in_files as files

    items = list(instruments.load(pack.instrument).item_ids)
    asked = [(i, pack.items[i], pack.answers[i]) for i in items]
    asked += [(f"+{k}", question, labels) for k, (question, labels) in pack.unscored.items()]
    place = next((n for n, (item, _, _) in enumerate(asked) if item not in draft), len(asked))
    while place < len(asked):
        item, question, labels = asked[place]
        if item.startswith("+") and not any(draft.get(i) for i in items):
            break  # only asked where any problem was ticked
        shown = "\n".join(f"  {value} = {label}" for value, label in sorted(labels.items()))
        number = f"{place + 1}. " if not item.startswith("+") else ""
        value = _ask(f"\n{number}{question}\n{shown}", sorted(labels), quiet=args.json)
        if value == _LEFT:
            return False
        if value == _BACK:
            place = max(place - 1, 0)
            continue
        draft[item] = value if isinstance(value, int) else None
        files.write_draft(pack.instrument, pack.sha256, draft, at=_now())
        if not _help(args, pack.instrument, item, draft[item]):
            return False
        place += 1
    return True


def _help(args: argparse.Namespace, instrument: str, item: str, answer: int | None) -> bool:
    """Show what the answer asks for, before the next question; False where the person stops here."""
    from pathlib import Path

    from mettle.cli import _check_in_files as files
    from mettle.cli.help import kept_plan
    from mettle.instruments import safety

    name, _, phone = (args.contact or "").rpartition(" ")
    contact = safety.Person(name or phone, phone if name else "") if args.contact else None
    kept = kept_plan()
    plan = None if kept.empty else kept
    before = files.earlier_answers(Path(args.save), instrument, item) if args.save else []
    shown = safety.response(
        instrument,
        item,
        answer,
        previous=before[-1] if before else None,
        seen_before=any(before),
        country=args.country,
        contact=contact,
        plan=plan,
    )
    if shown.card is None:
        return True
    _say(f"\n{shown.card.text()}", quiet=False, aside=args.json)
    if shown.question is not None:
        danger = _ask(f"{shown.question.text} (y, n, or Enter)", ["y", "n"], quiet=args.json)
        if danger in ("y", "n"):
            shown = safety.response(
                instrument, item, answer, in_danger=danger == "y", country=args.country, contact=contact, plan=plan
            )
            said = shown.card.text() if danger == "y" and shown.card else "\n".join(m.text for m in shown.messages)
            _say(f"\n{said}", quiet=False, aside=args.json)
    _say(f"[Enter] {safety.message('help_continue').text}", quiet=False, aside=args.json)
    try:
        input()
    except EOFError:
        return False
    return True


def _close(args: argparse.Namespace, pack: TextPack, record: Administration) -> None:
    from mettle.cli import score as score_verb
    from mettle.cli._terminal import print_json
    from mettle.instruments import safety

    if args.json:
        print_json(record.to_json())
        return
    lines = ["", *score_verb.words(record.score)]
    if record.instrument == "phq9" and record.score.score is not None:
        lines += [m.text for m in safety.after_total(record.score.score).messages]
    lines += [safety.message("not_a_diagnosis").text, pack.licence_note]
    print("\n".join(lines))


_LEFT, _BACK = "q", "b"


def _ask(prompt: str, allowed: Sequence[int | str], *, quiet: bool) -> int | str | None:
    """A whole number of the allowed ones, ``b``, ``q`` (also at the end of the input), or None where left open."""
    import sys

    out = sys.stderr if quiet else sys.stdout
    print(prompt, file=out)
    while True:
        print("> ", end="", file=out, flush=True)
        try:
            typed = input().strip().lower()
        except EOFError:
            return _LEFT
        if typed == "":
            return None
        if typed in (_LEFT, _BACK):
            return typed
        if typed in allowed:
            return typed
        if typed.isdecimal() and int(typed) in allowed:
            return int(typed)
        choices = ", ".join(str(a) for a in allowed)
        print(f"Please type one of {choices}; Enter alone leaves it open.", file=out)


def _say(words: str, *, quiet: bool, aside: bool = False) -> None:
    import sys

    print(words, file=sys.stderr if quiet or aside else sys.stdout, flush=True)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
