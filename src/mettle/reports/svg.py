"""From a chart spec to an inline picture: SVG without script, in the reader's light or dark colours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mettle.reports import charting

if TYPE_CHECKING:
    from collections.abc import Mapping

INK, QUIET, GRID = "#101112", "#606162", "#d0d1d2"
TRAINING, MOOD, EVIDENCE = "#b45301", "#0b6b5d", "#5b4bb2"
MUTED = "#e9e8e6"
COLOURS: Mapping[str, str] = {
    INK: "ink",
    QUIET: "quiet",
    GRID: "grid",
    TRAINING: "training",
    MOOD: "mood",
    EVIDENCE: "evidence",
    MUTED: "muted",
}
"""Colour in a spec -> the CSS variable it becomes in a page. One hue each for training, mood and evidence, everywhere."""

NARROW, WIDE = 294, 676
"""Widths that each picture is drawn for: a phone of 360 px with its margins, and a desktop column."""


class Datasets:
    """The rows of one chart, named and put in at the end: Altair copies what stands inside a chart at every step."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - an Altair object
        """The rows as data of a layer."""
        name = f"rows_{len(self.rows)}"
        self.rows[name] = rows
        return charting.altair().NamedData(name=name)


def themed(chart: Any, width: int, data: Datasets) -> Any:  # noqa: ANN401 - an Altair chart
    """The chart with the house's type, colours and no frame."""
    axis = {
        "labelColor": QUIET,
        "titleColor": QUIET,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelFont": "sans-serif",
        "titleFont": "sans-serif",
    }
    whole = (
        chart.properties(background="transparent", padding=2, autosize={"type": "fit-x", "contains": "padding"})
        .configure(aria=False)
        .configure_view(stroke=None, continuousWidth=width)
        .configure_axis(**axis)
        .configure_text(font="sans-serif", fontSize=12)
        .configure_legend(disable=True)
    )
    whole.datasets = data.rows
    return whole


def svg(spec: dict[str, Any], *, title: str, label: str) -> str:
    """A chart as an inline SVG element that scales with the page.

    Parameters
    ----------
    spec
        Vega-Lite, as `themed` makes it.
    title
        Finding, for those who hear the page.
    label
        CSS class: ``narrow`` or ``wide``.
    """
    drawn = charting.svg(spec)
    for colour, name in COLOURS.items():
        drawn = re.sub(colour, f"var(--{name})", drawn, flags=re.IGNORECASE)
    head, _, body = drawn.partition(">")
    width, height = (re.search(rf'\b{side}="([\d.]+)"', head) for side in ("width", "height"))
    assert width is not None
    assert height is not None
    box = f'viewBox="0 0 {width[1]} {height[1]}"'
    body = re.sub(r"(\d+\.\d\d)\d+", r"\1", body)
    body = re.sub(
        r'\s(?:role|aria-[a-z]+)="[^"]*"', "", body
    )  # each mark would be read out; the title says what is found
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return f'<svg class="{label}" {box} style="max-width: {width[1]}px" role="img" aria-label="{escaped}" xmlns="http://www.w3.org/2000/svg">{body}'
