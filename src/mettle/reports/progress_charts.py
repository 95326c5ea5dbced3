"""Small pictures of progress, drawn by hand as SVG: a few kilobytes, no script, in the page's own colours.

Colours are the page's variables, given as presentation attributes, so a strict content policy lets them pass.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mettle.words import told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mettle.reports.progress import MuscleWeek, NightOn, StrengthOn

WIDTH, HEIGHT = 320, 132
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 44, 12, 22
ROW = 26


def strength(points: Sequence[StrengthOn], *, label: str) -> str:
    """The one-repetition maximum as a line in its 95% band."""
    xs = _across([p.on for p in points])
    scale = _Scale(min(p.low for p in points), max(p.high for p in points))
    upper = [f"{x:.1f},{scale(p.high):.1f}" for x, p in zip(xs, points, strict=True)]
    lower = [f"{x:.1f},{scale(p.low):.1f}" for x, p in zip(xs, points, strict=True)]
    band = f'<polygon points="{" ".join([*upper, *reversed(lower)])}" fill="var(--training)" fill-opacity="0.18"/>'
    line = _line([(x, scale(p.median)) for x, p in zip(xs, points, strict=True)], "training")
    end = _end(xs[-1], scale(points[-1].median), f"{points[-1].median:.0f} kg")
    return _whole(scale.axis("kg") + band + line + end + _dates(points[0].on, points[-1].on), label)


def scores(days: Sequence[tuple[date, float]], *, low: float, high: float, error: float | None, label: str) -> str:
    """Totals of a questionnaire as dots on its whole range; the bars show how far chance alone moves one total.

    Parameters
    ----------
    error
        Half the width of the bar, points; None draws none.
    """
    xs = _across([on for on, _ in days])
    scale = _Scale(low, high, tight=True)
    marks = []
    for x, (_, value) in zip(xs, days, strict=True):
        if error is not None:
            top, bottom = scale(min(value + error, high)), scale(max(value - error, low))
            marks.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="var(--mood)" stroke-opacity="0.35" stroke-width="4" stroke-linecap="round"/>'
            )
        marks.append(f'<circle cx="{x:.1f}" cy="{scale(value):.1f}" r="4" fill="var(--mood)"/>')
    line = _line([(x, scale(v)) for x, (_, v) in zip(xs, days, strict=True)], "mood", thin=True)
    end = _end(xs[-1], scale(days[-1][1]), f"{days[-1][1]:g}")
    return _whole(scale.axis("") + line + "".join(marks) + end + _dates(days[0][0], days[-1][0]), label)


def sleep(nights: Sequence[NightOn], *, label: str) -> str:
    """Hours slept: a dot a night, gaps left empty."""
    xs = _across([n.on for n in nights])
    scale = _Scale(min(4.0, *(n.hours for n in nights)), max(10.0, *(n.hours for n in nights)), tight=True)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{scale(n.hours):.1f}" r="2.6" fill="var(--mood)"/>'
        for x, n in zip(xs, nights, strict=True)
    )
    mean = sum(n.hours for n in nights) / len(nights)
    y = scale(mean)
    middle = f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--mood)" stroke-opacity="0.5"/>'
    return _whole(
        scale.axis("h")
        + middle
        + dots
        + _end(WIDTH - _RIGHT, y, f"{mean:.1f} h")
        + _dates(nights[0].on, nights[-1].on),
        label,
    )


def weeks(counts: Sequence[tuple[date, int]], *, label: str) -> str:
    """Days trained in each week: seven small squares a week, filled from below."""
    step = WIDTH / len(counts)
    cells = []
    for i, (monday, trained) in enumerate(counts):
        x = i * step + step / 2 - 9
        cells += [
            f'<rect x="{x:.1f}" y="{104 - 14 * n}" width="18" height="11" rx="3" fill="var(--{"training" if n <= trained else "line"})"/>'
            for n in range(1, 8)
        ]
        if (len(counts) - 1 - i) % 2 == 0:
            cells.append(_text(i * step + step / 2, 122, f"{monday.day} {monday:%b}", anchor="middle"))
    return _whole("".join(cells), label)


def volume(rows: Sequence[MuscleWeek], *, label: str) -> str:
    """Sets a week by muscle as bars; the thin mark is the plan."""
    most = max(max(r.done, r.planned or 0) for r in rows) or 1
    left, span = 92, WIDTH - 92 - 40
    parts = []
    for i, row in enumerate(rows):
        y = i * ROW
        width = span * row.done / most
        parts.append(_text(left - 8, y + 17, row.muscle.replace("_", " "), anchor="end"))
        parts.append(
            f'<rect x="{left}" y="{y + 5}" width="{max(width, 1):.1f}" height="15" rx="3" fill="var(--training)"/>'
        )
        if row.planned is not None:
            x = left + span * row.planned / most
            parts.append(f'<rect x="{x - 1.5:.1f}" y="{y + 1}" width="3" height="23" rx="1.5" fill="var(--ink)"/>')
        parts.append(
            _text(left + span * max(row.done, row.planned or 0) / most + 7, y + 17, f"{row.done:.1f}", ink=True)
        )
    return _whole("".join(parts), label, height=ROW * len(rows) + 4)


class _Scale:
    """From values to heights in the picture."""

    def __init__(self, low: float, high: float, *, tight: bool = False) -> None:
        room = 0 if tight else max((high - low) * 0.08, 0.5)
        self.low, self.high = low - room, max(high + room, low + 1e-9)

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def axis(self, unit: str) -> str:
        """Two thin lines and what they stand for."""
        parts = []
        for value in (self.low, self.high):
            y = self(value)
            parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--line)"/>')
            parts.append(_text(_LEFT - 5, y + 4, f"{value:.0f}", anchor="end"))
        return "".join(parts) + (
            _text(_LEFT - 5, (HEIGHT - _BOTTOM + _TOP) / 2 + 4, unit, anchor="end") if unit else ""
        )


def _across(days: Sequence[date]) -> list[float]:
    span = max((days[-1] - days[0]).days, 1)
    return [_LEFT + 5 + (WIDTH - _LEFT - _RIGHT - 10) * (d - days[0]).days / span for d in days]


def _line(points: Sequence[tuple[float, float]], hue: str, *, thin: bool = False) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    look = 'stroke-opacity="0.4" stroke-width="1.5"' if thin else 'stroke-width="2.5" stroke-linejoin="round"'
    return f'<polyline points="{path}" fill="none" stroke="var(--{hue})" {look}/>'


def _end(x: float, y: float, words: str) -> str:
    return _text(x + 7, y + 4, words, ink=True)


def _dates(first: date, last: date) -> str:
    ends = _text(_LEFT, HEIGHT - 5, f"{first.day} {first:%b}")
    return ends if first == last else ends + _text(WIDTH - _RIGHT, HEIGHT - 5, f"{last.day} {last:%b}", anchor="end")


def _text(x: float, y: float, words: str, *, anchor: str = "start", ink: bool = False) -> str:
    colour, weight = ("ink", ' font-weight="650"') if ink else ("quiet", "")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12"{weight} fill="var(--{colour})">{escape(words)}</text>'


def _whole(inside: str, label: str, *, height: int = HEIGHT) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(told(label))}" font-family="system-ui, sans-serif" xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
