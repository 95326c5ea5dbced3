"""Tell what a sleep diary says: each night's variables, regularity, the spread of mid-sleep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from mettle.importers.night_files import NightFile
    from mettle.instruments.sleep import Sleep


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle sleep``."""
    parser.add_argument(
        "file",
        metavar="FILE.csv",
        help="date,bed,try,sol_min,waso_min,wake,out,quality, or date,bed,wake[,quality]; date is the morning",
    )
    parser.add_argument("--timezone", metavar="ZONE", help="of its times: Europe/Berlin")
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Print every night and the series."""
    from mettle.cli._terminal import print_json, tell_problems
    from mettle.importers.night_files import read_nights

    found = read_nights(Path(args.file), timezone=args.timezone)
    if args.json:
        print_json(_document(found, args.timezone))
        return 0
    print("morning     in bed  asleep   until  awake  efficiency  mid-sleep")
    for night in found.nights:
        print(_line(night))
    print()
    for line in _series_words(_series(found)):
        print(line)
    tell_problems(found.tally.file, found.tally.problems, found.tally.notes)
    return 0


def _document(found: NightFile, timezone: str | None) -> dict[str, Any]:
    return {
        "file": found.tally.file,
        "source": found.source,
        "timezone": timezone,
        "rows_in": found.tally.rows_in,
        "rows_imported": found.tally.rows_in - len(found.tally.problems),
        "rows_skipped": len(found.tally.problems),
        "problems": [{"row": p.row, "why": p.why} for p in found.tally.problems],
        "nights": [_night(n) for n in found.nights],
        "series": _series(found),
    }


def _night(night: Sleep) -> dict[str, Any]:
    return {
        "date": night.day.isoformat(),
        "tib_min": _round(night.tib_min),
        "sol_min": _round(night.sol_min),
        "waso_min": _round(night.waso_min),
        "tst_min": _round(night.tst_min),
        "se_percent": _round(night.se_dse),
        "se_tib_percent": _round(night.se_tib),
        "period_min": _round(night.period_min),
        "onset": str(night.onset),
        "mid_sleep": str(night.mid_sleep),
        "wake": str(night.wake),
        "quality": night.quality,
    }


def _series(found: NightFile) -> dict[str, Any]:
    from statistics import fmean

    from mettle.instruments.sleep_series import mid_sleep_sd, regularity, social_jetlag

    asleep = [n.tst_min for n in found.nights if n.tst_min is not None]
    efficiency = [n.se_dse for n in found.nights if n.se_dse is not None]
    regular = regularity(found.nights)
    return {
        "nights": len(found.nights),
        "tst_mean_min": _round(fmean(asleep)) if asleep else None,
        "se_mean_percent": _round(fmean(efficiency)) if efficiency else None,
        "mid_sleep_sd_min": _round(mid_sleep_sd(found.nights)),
        "social_jetlag_min": _round(social_jetlag(found.nights)),
        "sri": _round(regular.sri),
        "day_pairs": regular.day_pairs,
    }


def _series_words(series: dict[str, Any]) -> list[str]:
    lines = [f"{series['nights']} {'night' if series['nights'] == 1 else 'nights'}."]
    if series["tst_mean_min"] is not None:
        asleep, share = _hours(series["tst_mean_min"]), series["se_mean_percent"]
        lines.append(f"Asleep for {asleep} on average, {share:.0f}% of the time given to sleep, as you wrote it down.")
    if series["sri"] is not None:
        lines.append(
            f"Regularity {series['sri']:.0f} of 100: 100 is the same times every day ({series['day_pairs']} pairs of days)."
        )
    else:
        lines.append(f"Regularity: cannot tell yet; {series['day_pairs']} pairs of days in a row so far, 5 are needed.")
    if series["mid_sleep_sd_min"] is not None:
        lines.append(
            f"The middle of your nights moves by {series['mid_sleep_sd_min']:.0f} minutes (standard deviation)."
        )
    if series["social_jetlag_min"] is not None:
        lines.append(f"Weekend nights lie {series['social_jetlag_min']:.0f} minutes from the others (social jetlag).")
    return lines


def _line(night: Sleep) -> str:
    cells = [
        _hours(night.tib_min),
        _hours(night.tst_min),
        _minutes(night.sol_min),
        _minutes(night.waso_min),
        "-" if night.se_dse is None else f"{night.se_dse:.0f}%",
        f"{night.mid_sleep.clock:%H:%M}",
    ]
    return f"{night.day}  " + "  ".join(c.rjust(w) for c, w in zip(cells, (6, 6, 6, 5, 10, 9), strict=True))


def _hours(minutes: float | None) -> str:
    return "-" if minutes is None else f"{int(minutes // 60)}:{int(minutes % 60):02d}"


def _minutes(minutes: float | None) -> str:
    return "-" if minutes is None else f"{minutes:.0f} m"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
