"""Tell heart-rate variability from recordings of beats, artefacts left out, and a week beside your own weeks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from mettle.importers.rr import Recording
    from mettle.instruments.hrv import Hrv, Week
    from mettle.units import When


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle hrv``."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="intervals between beats, ms or seconds, one a line")
    parser.add_argument("--at", metavar="TIME", help="when it was recorded: 2026-11-22T07:05 (one file only)")
    parser.add_argument("--timezone", metavar="ZONE", help="of the times: Europe/Berlin")
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Print every recording, and the last week where there are enough of them."""
    from mettle.cli._terminal import print_json, tell_problems
    from mettle.importers.cells import known_zone
    from mettle.importers.rr import recording

    zone = None if args.timezone is None else known_zone(args.timezone)
    at = _stated(args.at, zone, len(args.files))
    found = [recording(Path(path), timezone=zone) for path in args.files]
    told = [(f, f.hrv(), at or f.start) for f in found]
    last = _last_week(told)
    if args.json:
        print_json({"recordings": [_document(*one) for one in told], "week": last.to_json() if last else None})
        return 0
    for one, measures, when in told:
        for line in _words(one, measures, when):
            print(line)
        tell_problems(one.file, one.problems, ())
    if last:
        print(_week_words(last))
    return 0


def _stated(text: str | None, zone: str | None, files: int) -> When | None:
    from mettle.errors import InputError
    from mettle.importers.cells import moment

    if text is None:
        return None
    if files > 1:
        raise InputError(
            "says when one file was recorded; give one file, or put the times into the files' names", where="--at"
        )
    try:
        return moment(text, zone)
    except ValueError as error:
        raise InputError(str(error), where="--at") from None


def _last_week(told: list[tuple[Recording, Hrv, When | None]]) -> Week | None:
    """The week that ends with the last recording; of several on a day the first stands, as it is nearest to waking."""
    from mettle.instruments.hrv import week

    daily: dict[date, float] = {}
    dated = [(when, m.ln_rmssd) for _, m, when in told if when is not None and m.usable]
    for when, value in sorted(dated, key=lambda item: item[0].sort_key):
        if value is not None:
            daily.setdefault(when.day, value)
    return week(daily, max(daily)) if daily else None


def _document(found: Recording, measures: Hrv, when: When | None) -> dict[str, Any]:
    from mettle.importers.rr import unusable

    return {
        "file": found.file,
        "at": str(when) if when else None,
        "unit": found.unit,
        "rows_in": found.rows_in,
        "rows_imported": found.rows_in - len(found.problems),
        "rows_skipped": len(found.problems),
        "problems": [{"row": p.row, "why": p.why} for p in found.problems],
        **measures.to_json(),
        "why_not": None if measures.usable else unusable(measures),
    }


def _words(found: Recording, measures: Hrv, when: When | None) -> list[str]:
    from mettle.importers.rr import unusable

    head = f"{found.file}{f' ({when})' if when else ''}: {measures.beats} beats, {measures.seconds:.0f} s"
    if measures.rejected:
        head += f", {measures.rejected} left out as artefacts ({100 * measures.rejected / measures.beats:.1f}%)"
    lines = [head]
    if measures.rmssd_ms is not None and measures.sdnn_ms is not None:
        log = "" if measures.ln_rmssd is None else f" (ln {measures.ln_rmssd:.3f})"
        lines.append(
            f"  RMSSD {measures.rmssd_ms:.1f} ms{log}, SDNN {measures.sdnn_ms:.1f} ms, pNN50 {measures.pnn50:.1f}%, "
            f"heart rate {measures.heart_rate_bpm:.0f} a minute"
        )
    if not measures.usable:
        lines.append(f"  {unusable(measures)}")
    elif measures.quality == "warn":
        lines.append("  More than one beat in twenty was left out: read it with care.")
    return lines


def _week_words(last: Week) -> str:
    if last.mean is None:
        return f"This week: {last.days} of at least 3 days, so no mean yet."
    said = (
        f"This week: ln RMSSD {last.mean:.2f} over {last.days} days, moving by {last.cv_percent:.1f}% from day to day."
    )
    if last.place is None:
        return f"{said} Your own band: cannot tell yet; it needs 15 days spread over a month before this week."
    word = {"below": "below", "within": "within", "above": "above"}[last.place]
    return (
        f"{said} That is {word} your own band of {last.low:.2f} to {last.high:.2f} ({last.own_days} days before). "
        "Alcohol, illness, short nights and breathing move it too; a rise is no proof of recovery."
    )
