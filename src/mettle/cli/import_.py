"""Read exports of other apps and check-in files: what they hold, what was left out and why, what must be asked."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

from mettle.cli._terminal import bar, print_json, tell_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.diary import Diary
    from mettle.importers import Imported


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle import``."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="an export; its app is told from its header")
    parser.add_argument("--unit", choices=["kg", "lb"], help="of the loads, for files that do not say")
    parser.add_argument("--timezone", metavar="ZONE", help="of the times, for files that do not say: Europe/Berlin")
    parser.add_argument(
        "--moods", type=_moods, metavar="NAME=N,...", help="numbers of a mood diary's names: good=4,low=2"
    )
    parser.add_argument("--json", action="store_true", help="the account as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Read all files, then print; importing keeps nothing by itself."""
    from mettle.diary import merge
    from mettle.importers import read

    files = []
    for path in args.files:
        with bar(f"reading {path}") as told:
            files.append(read(path, unit=args.unit, timezone=args.timezone, moods=args.moods, progress=told))
    merged = merge(imported.diary for imported in files)
    if args.json:
        print_json({"files": [i.to_json() for i in files], "merged": _merged(files, merged)})
        return 0
    for imported in files:
        _tell(imported)
    if len(files) > 1:
        both = _merged(files, merged)
        print(
            f"Together: {both['sessions']} sessions, {both['sets']} sets, {both['observations']} observations; "
            f"{both['duplicates']} records stood in more than one place and count once."
        )
    return 0


def _moods(text: str) -> dict[str, float]:
    """``good=4,low=2`` as numbers by name."""
    numbers = {}
    for part in text.split(","):
        name, _, value = part.rpartition("=")
        try:
            numbers[name.strip()] = float(value)
        except ValueError:
            name = ""
        if not name.strip() or not math.isfinite(numbers[name.strip()]):
            raise argparse.ArgumentTypeError(f"expected names and numbers like good=4,low=2, got {part!r}")
    return numbers


def _merged(files: Sequence[Imported], merged: Diary) -> dict[str, int]:
    """``duplicates``: sets, observations and exposures that were given more often than they count."""
    sets = sum(len(s.sets) for s in merged.sessions)
    observations = len(merged.observations) + len(merged.signals)
    given = sum(i.sets + i.observations + len(i.diary.doses) for i in files)
    return {
        "sessions": len(merged.sessions),
        "sets": sets,
        "observations": observations,
        "duplicates": given - sets - observations - len(merged.doses),
    }


def _tell(imported: Imported) -> None:
    days = imported.days
    span = f", {days[0]} to {days[1]}" if days else ""
    print(f"{imported.file} ({imported.format}): {imported.rows_imported} of {imported.rows_in} rows{span}")
    held = {
        "sessions": len(imported.diary.sessions),
        "sets": imported.sets,
        "observations": imported.observations,
        "exposures": len(imported.diary.doses),
    }
    print("  " + (", ".join(f"{count} {what}" for what, count in held.items() if count) or "nothing in it"))
    tell_problems(imported.file, imported.problems, imported.notes)
    for question in imported.questions:
        print(f"  ? {question.text}")
