"""The picture of all claims: one cell a claim, by section and verdict, under the overall finding."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from mettle.evidence.claims import VERDICT_WORDS, VERDICTS, Verdict, claims, overall
from mettle.reports import charting, pictures
from mettle.reports.claims import SIGNS, verdict_name
from mettle.reports.svg import GRID, INK, NARROW, QUIET, WIDE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mettle.evidence.certainty import Level

VARIABLES = {INK: "var(--ink)", QUIET: "var(--quiet)", GRID: "var(--grid)"}
"""What follows the reader's light or dark colours in a page."""

Chart = Any
Row = dict[str, Any]

ON_LIGHT, ON_DARK = "#1b1c1d", "#ffffff"
CELLS: Mapping[Verdict, tuple[str, str]] = {
    "supported": ("#0b6b5e", ON_DARK),
    "partly": ("#a9d3cb", ON_LIGHT),
    "overstated": ("#f0cf95", ON_LIGHT),
    "contradicted": ("#b45302", ON_DARK),
    "not_shown": ("#6b6c6d", ON_DARK),
    "untested": ("transparent", QUIET),
}
"""Fill and text of a cell. Untested is an empty cell, nobody has looked; not shown is a full grey one, somebody did."""

RINGED: tuple[Verdict, ...] = ("partly", "overstated", "not_shown")
SHAPES: Mapping[Verdict, str] = {
    "supported": "M-1,0A1,1,0,1,0,1,0A1,1,0,1,0,-1,0Z",
    "partly": "M0,-1A1,1,0,0,0,0,1Z",
    "overstated": "M0,0L0,-1A1,1,0,0,1,1,0Z",
    "contradicted": "M-0.9,-0.9L0.9,0.9M0.9,-0.9L-0.9,0.9",
}
"""What is drawn in a cell, so that no verdict is told by colour or by a font alone: a disc, half, a quarter, a cross."""

SURE: Mapping[Level, str] = {"high": "••••", "moderate": "•••", "low": "••", "very_low": "•", "none": ""}
TITLE = "What is known about 131 sayings"
_CELL, _STEP, _LINE, _SIGN = 26, 30, 17, 130


@charting.unchecked()
def picture(width: int = WIDE) -> Chart:
    """All claims for a width in pixels: section titles beside the cells on a desktop, above them on a phone."""
    head = _heading(width)
    cells, titles, bottom = _grid(_last(head) + 22, narrow=width <= NARROW)
    keys = _legend(bottom + 14, width)
    height = _last(keys) + 12
    boxes = [row for row in (*cells, *keys) if "fill" in row]
    alt = charting.altair()
    named: dict[str, list[Row]] = {}

    def data(rows: list[Row]) -> Chart:  # named and put in at the end: Altair copies what stands inside at every step
        named[f"rows_{len(named)}"] = rows
        return alt.NamedData(name=f"rows_{len(named) - 1}")

    with alt.utils.schemapi.debug_mode(arg=False):  # the schema check takes most of the time
        x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
        y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))

        def text(rows: list[Row], size: int, align: str = "left") -> Chart:
            mark = alt.Chart(data(rows)).mark_text(align=align, baseline="middle", fontSize=size)
            return mark.encode(x=x, y=y, text="text:N", color=alt.Color("color:N", scale=None))

        def sign(rows: list[Row], *, ring: bool) -> Chart:
            raised = [{**row, "y": row["y"] - 4} for row in rows]
            mark = alt.Chart(data(raised)).mark_point(size=_SIGN, strokeWidth=1.5, opacity=1, filled=not ring)
            colour = alt.Color("color:N", scale=None)
            if ring:
                return mark.encode(x=x, y=y, stroke=colour)
            return mark.encode(x=x, y=y, fill=colour, stroke=colour, shape=alt.Shape("shape:N", scale=None))

        rect = alt.Chart(data(_corners(boxes))).mark_rect(stroke=GRID, strokeWidth=1, cornerRadius=4)
        layers = [
            rect.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", fill=alt.Fill("fill:N", scale=None)),
            sign([row for row in boxes if row["verdict"] in RINGED], ring=True),
            sign([{**row, "shape": SHAPES[row["verdict"]]} for row in boxes if row["verdict"] in SHAPES], ring=False),
            text(
                [{**row, "text": "?", "y": row["y"] - 3} for row in boxes if row["verdict"] == "untested"], 13, "center"
            ),
            text([{**row, "text": row["sure"], "y": row["y"] + 8} for row in cells], 10, "center"),
            text(head[:1], 17),
            text([*head[1:], *titles, *(row for row in keys if "fill" not in row)], 12),
        ]
        chart = (
            alt.layer(*layers)
            .properties(width=width, height=height, background="transparent", padding=2)
            .configure_view(stroke=None)
            .configure_text(font="sans-serif")
            .configure_legend(disable=True)
        )
    chart.datasets = named
    return chart


def save(path: Path, *, phone: bool = False) -> None:
    """Write the picture as SVG, PNG or HTML, by the name's ending.

    Parameters
    ----------
    path
        Ends in ``.svg``, ``.png`` or ``.html``. The HTML page holds both widths and the claims as text.
    phone
        The narrow picture; an HTML page chooses by itself.

    Raises
    ------
    InputError
        For another ending, or a folder that does not exist.
    """
    pictures.check(str(path))
    ending = path.suffix.lower()
    if ending == ".html":
        content = page().encode()
    else:
        spec = picture(NARROW if phone else WIDE).to_dict(validate=False) | {"background": "white", "padding": 16}
        content = charting.svg(spec).encode() if ending == ".svg" else pictures.png(spec)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def page() -> str:
    """One page without script: the picture for phone and desktop, and every claim as text beneath it."""
    told = f"{TITLE}. {overall()} " + ", ".join(
        f"{verdict_name(v)}: {sum(c.verdict == v for c in claims().values())}" for v in VERDICTS
    )
    sections: dict[str, list[Row]] = {}
    for claim in claims().values():
        sections.setdefault(f"{claim.section.number}. {claim.section.title}", []).append(
            {"claim": claim, "sign": SIGNS[claim.verdict], "verdict": verdict_name(claim.verdict)}
        )
    environment = Environment(
        loader=PackageLoader("mettle.reports"), autoescape=select_autoescape(default=True), trim_blocks=True
    )
    return environment.get_template("evidence.html").render(
        title=TITLE,
        overall=overall(),
        told=told,
        narrow=_inline(picture(NARROW)),
        wide=_inline(picture(WIDE)),
        sections=sections,
    )


def _inline(chart: Chart) -> Markup:
    """The drawing as an SVG element that scales with the page; the converter escapes every text inside it."""
    drawn = charting.svg(chart.to_dict(validate=False))
    for colour, variable in VARIABLES.items():
        drawn = drawn.replace(colour, variable)
    _, size, rest = re.split(r'(viewBox="[^"]*")', drawn, maxsplit=1)
    body = rest.partition(">")[2]
    return Markup(f'<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" {size}>{body}')  # noqa: S704 - see above


def _heading(width: int) -> list[Row]:
    lines = textwrap.wrap(overall(), width // 6)
    rows: list[Row] = [{"x": 0, "y": 12, "text": TITLE, "color": INK}]
    return rows + [{"x": 0, "y": 36 + _LINE * i, "text": line, "color": QUIET} for i, line in enumerate(lines)]


def _grid(top: int, *, narrow: bool) -> tuple[list[Row], list[Row], int]:
    """A cell for each claim, a title for each section, and where the grid ends."""
    cells: list[Row] = []
    titles: list[Row] = []
    left = 0 if narrow else 220
    row_height = _STEP + (20 if narrow else 4)
    by_section: dict[int, list[Any]] = {}
    for claim in claims().values():
        by_section.setdefault(claim.section.number, []).append(claim)
    for number, (section, inside) in enumerate(by_section.items()):
        y = top + number * row_height + (20 if narrow else 0) + _CELL // 2
        title_y = y - _CELL // 2 - 10 if narrow else y
        titles.append({"x": 0, "y": title_y, "text": f"{section} · {inside[0].section.title}", "color": INK})
        for place, claim in enumerate(sorted(inside, key=lambda c: VERDICTS.index(c.verdict))):
            x = left + place * _STEP + _CELL // 2
            cells.append({**_cell(claim.verdict, x, y), "sure": SURE[claim.certainty.level]})
    return cells, titles, top + len(by_section) * row_height


def _legend(top: int, width: int) -> list[Row]:
    rows: list[Row] = []
    y = top
    for verdict in VERDICTS:
        count = sum(claim.verdict == verdict for claim in claims().values())
        lines = textwrap.wrap(f"{count} {VERDICT_WORDS[verdict]}", (width - 40) * 2 // 13)
        rows.append(_cell(verdict, _CELL // 2, y + _CELL // 2))
        for i, line in enumerate(lines):
            shift = _CELL // 2 if len(lines) == 1 else 5 + _LINE * i
            rows.append({"x": 36, "y": y + shift, "text": line, "color": INK})
        y += max(_STEP, _LINE * len(lines) + 8)
    for line in textwrap.wrap(
        "Dots: how sure one may be. ••• moderate, •• low, • very low, none: no study.", width // 6
    ):
        rows.append({"x": 0, "y": y + 10, "text": line, "color": QUIET})
        y += _LINE
    return rows


def _cell(verdict: Verdict, x: float, y: float) -> Row:
    fill, ink = CELLS[verdict]
    return {"x": x, "y": y, "fill": fill, "color": ink, "verdict": verdict}


def _last(rows: list[Row]) -> int:
    return int(max(row["y"] for row in rows))


def _corners(rows: list[Row]) -> list[Row]:
    half = _CELL / 2
    return [
        {**row, "x": row["x"] - half, "x2": row["x"] + half, "y": row["y"] - half, "y2": row["y"] + half}
        for row in rows
    ]
