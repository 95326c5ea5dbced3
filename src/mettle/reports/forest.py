"""Forest and funnel plots of a meta-analysis, for a desk and for a phone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from mettle.reports.charting import altair, unchecked
from mettle.reports.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.inference.meta_analysis import MetaAnalysis
    from mettle.inference.network import Contrast, NetworkMetaAnalysis

Study = tuple[str, float, float]
"""Label, effect, variance."""

_RATIOS = {"OR": "odds ratio", "RR": "risk ratio"}
_NAMES = {"SMD": "standardised mean difference", "MD": "mean difference", "RD": "risk difference", "ZCOR": "Fisher's z"}
_INK, _ACCENT, _SOFT, _LINE = "#1b1b1b", "#1d5b8f", "#5f6b76", "#9aa3ab"
_ROW = 20  # pixels a study
_CONTOURS = (
    (0.01, 2.5758293035489004, "#c9d3dc"),
    (0.05, 1.959963984540054, "#e1e7ec"),
    (0.10, 1.6448536269514722, "#ffffff"),
)
"""Two-sided p, its normal quantile, and the shade inside it; outside all of them lies p < 0.01."""
_OUTSIDE = "#b3c0cb"


@dataclass(frozen=True, slots=True)
class _Page:
    """Widths in pixels: of the labels, the plot and the figures beside it."""

    labels: int
    plot: int
    figures: int
    text: int


_WIDE, _NARROW = _Page(190, 360, 190, 12), _Page(122, 170, 46, 11)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the scale of analysis to what is shown: ratios are shown as ratios on a log axis."""

    ratio: bool
    low: float
    high: float

    def shown(self, x: float) -> float:
        return math.exp(x) if self.ratio else x

    def inside(self, x: float) -> float:
        return self.shown(min(max(x, self.low), self.high))


@unchecked()
def forest_plot(studies: Sequence[Study], fit: MetaAnalysis, *, measure: str) -> Picture:
    """Each study with its interval and weight, the mean as a diamond, and what to expect in a new setting.

    Parameters
    ----------
    studies
        In the order of ``fit.weights``.
    fit
        Their analysis.
    measure
        ``SMD``, ``MD``, ``OR``, ``RR``, ``RD`` or ``ZCOR``.
    """
    scale = _scale(studies, fit, measure)
    half = _normal(fit.level)
    figures = [
        (label, y, y - half * math.sqrt(v), y + half * math.sqrt(v), float(w))
        for (label, y, v), w in zip(studies, fit.weights, strict=True)
    ]
    share = f"{100 * fit.level:g}%"
    rows = [[label, _interval(y, low, high, scale), f"{w:.1f}%"] for label, y, low, high, w in figures]
    rows.append(["mean effect", _interval(fit.estimate, fit.ci_low, fit.ci_high, scale), ""])
    told = f"{len(studies)} studies; mean {_interval(fit.estimate, fit.ci_low, fit.ci_high, scale)} ({share})"
    if not math.isnan(fit.pi_low):
        new = f"[{_two(scale.shown(fit.pi_low))}, {_two(scale.shown(fit.pi_high))}]"
        rows.append(["in a new setting", new, ""])
        told += f"; in a new setting {new}"
    name = _RATIOS.get(measure) or _NAMES[measure]
    return Picture(
        title=f"Forest plot: {name}",
        description=f"{told}.",
        wide=_forest(figures, fit, scale, name, share, _WIDE),
        narrow=_forest(figures, fit, scale, name, share, _NARROW),
        columns=("study", f"{name} [{share}]", "weight"),
        rows=rows,
    )


@unchecked()
def network_plot(fit: NetworkMetaAnalysis, *, measure: str) -> Picture:
    """Every treatment against the reference, best first by P-score, each with its interval and, thin, its prediction.

    Parameters
    ----------
    fit
        The network.
    measure
        As in :func:`forest_plot`.
    """
    score = dict(zip(fit.treatments, fit.p_scores, strict=True))
    order = sorted(fit.against_reference, key=lambda c: -score[c.treatment])
    ends = [0.0, *(x for c in order for x in (c.ci_low, c.ci_high, c.pi_low, c.pi_high) if not math.isnan(x))]
    room = 0.04 * (max(ends) - min(ends))
    scale = _Scale(measure in _RATIOS, min(ends) - room, max(ends) + room)
    name = _RATIOS.get(measure) or _NAMES[measure]
    share = f"{100 * fit.level:g}%"
    reference = fit.treatments[0]
    rows = [[c.treatment, _interval(c.estimate, c.ci_low, c.ci_high, scale), _two(score[c.treatment])] for c in order]
    return Picture(
        title=f"Network: {name} against {reference}",
        description=(
            f"{len(fit.treatments)} treatments in {fit.studies} studies, each against {reference}, with {share} intervals (thick) "
            "and what to expect in a new setting (thin)."
        ),
        wide=_network(order, score, scale, f"{name} against {reference}", share, _WIDE),
        narrow=_network(order, score, scale, f"against {reference}", share, _NARROW),
        columns=("treatment", f"{name} [{share}]", "P-score"),
        rows=rows,
    )


def _network(  # noqa: PLR0917 - what is drawn, then where
    order: Sequence[Contrast], score: dict[str, float], scale: _Scale, title: str, share: str, page: _Page
) -> dict[str, Any]:
    alt = altair()
    wide = page.figures > 100
    bottom = len(order) + 1.6
    lines = []
    texts = [
        _text(-page.labels, 0.6, "treatment", bold=True),
        _text(page.plot + 10, 0.6, f"{share} interval" if wide else "mean", bold=True),
    ]
    if wide:
        texts.append(_text(page.plot + page.figures, 0.6, "P-score", bold=True, right=True))
    for i, c in enumerate(order, start=1):
        at = i + 0.6
        new = (c.ci_low, c.ci_high) if math.isnan(c.pi_low) else (c.pi_low, c.pi_high)
        lines.append(
            {"row": at, "low": scale.shown(c.ci_low), "high": scale.shown(c.ci_high), "mid": scale.shown(c.estimate)}
            | {"new_low": scale.shown(new[0]), "new_high": scale.shown(new[1])}
        )
        texts.append(_text(-page.labels, at, c.treatment))
        shown = _interval(c.estimate, c.ci_low, c.ci_high, scale) if wide else _two(scale.shown(c.estimate))
        texts.append(_text(page.plot + 10, at, shown))
        if wide:
            texts.append(_text(page.plot + page.figures, at, _two(score[c.treatment]), right=True))
    domain = [scale.shown(scale.low), scale.shown(scale.high)]
    x_scale = alt.Scale(type="log" if scale.ratio else "linear", domain=domain, nice=False, zero=False)
    axis = alt.Axis(title=title, grid=False, tickCount=5, titleFontSize=page.text, labelFontSize=page.text)
    y = alt.Y("row:Q", scale=alt.Scale(domain=[0, bottom], reverse=True, nice=False), axis=None)

    def x(name: str) -> Any:  # noqa: ANN401 - an Altair channel
        return alt.X(f"{name}:Q", scale=x_scale, axis=axis)

    base = alt.Chart(alt.Data(values=lines))
    nothing = alt.Chart(alt.Data(values=[{"x": scale.shown(0.0), "row": 1.0, "end": bottom}]))
    layers = [
        nothing.mark_rule(color=_LINE).encode(x=x("x"), y=y, y2="end:Q"),
        base.mark_rule(color=_SOFT).encode(x=x("new_low"), x2="new_high:Q", y=y),
        base.mark_rule(color=_ACCENT, strokeWidth=4).encode(x=x("low"), x2="high:Q", y=y),
        base.mark_square(color=_INK, opacity=1, size=55).encode(x=x("mid"), y=y),
        *_words(alt, texts, y, page),
    ]
    drawn = alt.layer(*layers).properties(width=page.plot, height=_ROW * bottom, background="#ffffff")
    return dict(drawn.resolve_scale(x="shared").configure_view(stroke=None).to_dict())


@unchecked()
def funnel_plot(studies: Sequence[Study], fit: MetaAnalysis, *, measure: str) -> Picture:
    """Effects against standard errors over contours of significance: small studies missing in the pale part hint at bias.

    Parameters are those of :func:`forest_plot`.
    """
    name = _RATIOS.get(measure) or _NAMES[measure]
    points = [(label, y, math.sqrt(v)) for label, y, v in studies]
    share = f"{100 * fit.level:g}%"
    return Picture(
        title=f"Funnel plot: {name}",
        description=(
            f"{len(studies)} studies by size of effect and standard error. Shades: p above 0.10 (white), 0.05 to 0.10, "
            f"0.01 to 0.05, below 0.01 (darkest). Line: the mean effect, dashed: where {share} of studies would lie if all "
            "shared it."
        ),
        wide=_funnel(points, fit, measure, name, 560, 380, 12),
        narrow=_funnel(points, fit, measure, name, 284, 300, 11),
        columns=("study", name if measure not in _RATIOS else f"log {name}", "standard error"),
        rows=[[label, _two(y), f"{se:.3f}"] for label, y, se in points],
    )


def _forest(  # noqa: PLR0917 - what is drawn, then where
    figures: Sequence[tuple[str, float, float, float, float]],
    fit: MetaAnalysis,
    scale: _Scale,
    name: str,
    share: str,
    page: _Page,
) -> dict[str, Any]:
    alt = altair()
    k = len(figures)
    wide = page.figures > 100
    bottom = k + 2.6 if math.isnan(fit.pi_low) else k + 3.6
    domain = [scale.shown(scale.low), scale.shown(scale.high)]
    x_scale = alt.Scale(type="log" if scale.ratio else "linear", domain=domain, nice=False, zero=False)
    axis = alt.Axis(
        title=_axis_title(name, share, wide=wide),
        grid=False,
        tickCount=5,
        titleFontSize=page.text,
        labelFontSize=page.text,
        domainColor=_LINE,
        tickColor=_LINE,
    )
    y = alt.Y("row:Q", scale=alt.Scale(domain=[0, bottom], reverse=True, nice=False), axis=None)

    def x(field: str) -> Any:  # noqa: ANN401 - an Altair channel
        return alt.X(f"{field}:Q", scale=x_scale, axis=axis)

    def chart(values: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - an Altair chart
        return alt.Chart(alt.Data(values=values))

    heaviest = max(w for *_, w in figures)
    lines, texts = (
        [],
        [
            _text(-page.labels, 0.6, "study", bold=True),
            _text(page.plot + 10, 0.6, f"{share} interval" if wide else "mean", bold=True),
        ],
    )
    if wide:
        texts.append(_text(page.plot + page.figures, 0.6, "weight", bold=True, right=True))
    arrows = []
    for i, (label, effect, low, high, weight) in enumerate(figures, start=1):
        at = i + 0.6
        lines.append(
            {
                "row": at,
                "low": scale.inside(low),
                "high": scale.inside(high),
                "mid": scale.inside(effect),
                "size": 8 + 130 * weight / heaviest,
            }
        )
        arrows += [{"row": at, "x": domain[0], "angle": 270}] if low < scale.low else []
        arrows += [{"row": at, "x": domain[1], "angle": 90}] if high > scale.high else []
        texts.append(_text(-page.labels, at, label))
        texts.append(
            _text(page.plot + 10, at, _interval(effect, low, high, scale) if wide else _two(scale.shown(effect)))
        )
        if wide:
            texts.append(_text(page.plot + page.figures, at, f"{weight:.1f}%", right=True))
    middle = k + 1.9
    diamond = [
        {"row": middle, "x": scale.inside(fit.ci_low), "o": 0},
        {"row": middle - 0.38, "x": scale.inside(fit.estimate), "o": 1},
        {"row": middle, "x": scale.inside(fit.ci_high), "o": 2},
        {"row": middle + 0.38, "x": scale.inside(fit.estimate), "o": 3},
        {"row": middle, "x": scale.inside(fit.ci_low), "o": 4},
    ]
    texts.append(_text(-page.labels, middle, "mean effect", bold=True))
    texts.append(
        _text(
            page.plot + 10,
            middle,
            _interval(fit.estimate, fit.ci_low, fit.ci_high, scale) if wide else _two(scale.shown(fit.estimate)),
            bold=True,
        )
    )
    nothing = scale.shown(0.0)
    layers = []
    if scale.low <= 0 <= scale.high:
        layers.append(
            chart([{"x": nothing, "row": 1.0, "end": bottom}]).mark_rule(color=_LINE).encode(x=x("x"), y=y, y2="end:Q")
        )
    layers += [
        chart([{"x": scale.inside(fit.estimate), "row": 1.0, "end": middle}])
        .mark_rule(color=_ACCENT, strokeDash=[3, 3], opacity=0.7)
        .encode(x=x("x"), y=y, y2="end:Q"),
        chart(lines).mark_rule(color=_INK).encode(x=x("low"), x2="high:Q", y=y),
        chart(lines).mark_square(color=_INK, opacity=1).encode(x=x("mid"), y=y, size=alt.Size("size:Q", scale=None)),
        chart(diamond)
        .mark_line(filled=True, fill=_ACCENT, stroke=_ACCENT, strokeWidth=1)
        .encode(x=x("x"), y=y, order="o:Q"),
    ]
    if arrows:
        layers.append(
            chart(arrows)
            .mark_point(shape="triangle-up", filled=True, color=_INK, size=40, opacity=1)
            .encode(x=x("x"), y=y, angle=alt.Angle("angle:Q", scale=None))
        )
    if not math.isnan(fit.pi_low):
        new = [{"row": middle + 1, "low": scale.inside(fit.pi_low), "high": scale.inside(fit.pi_high)}]
        layers.append(chart(new).mark_rule(color=_ACCENT, strokeWidth=3).encode(x=x("low"), x2="high:Q", y=y))
        texts.append(_text(-page.labels, middle + 1, "in a new setting"))
        if wide:
            texts.append(
                _text(
                    page.plot + 10, middle + 1, f"[{_two(scale.shown(fit.pi_low))}, {_two(scale.shown(fit.pi_high))}]"
                )
            )
    layers += _words(alt, texts, y, page)
    drawn = (
        alt.layer(*layers)
        .properties(width=page.plot, height=_ROW * bottom, background="#ffffff")
        .resolve_scale(x="shared")
        .configure_view(stroke=None)
    )
    return dict(drawn.to_dict())


def _words(alt: Any, texts: list[dict[str, Any]], y: Any, page: _Page) -> list[Any]:  # noqa: ANN401 - Altair's own
    """Text beside the plot: labels on the left, cut to their column, figures on the right."""
    layers = []
    for bold in (False, True):
        for right in (False, True):
            for left in (False, True):
                group = [t for t in texts if (t["bold"], t["right"], t["at"] < 0) == (bold, right, left)]
                if group:
                    mark = alt.Chart(alt.Data(values=group)).mark_text(
                        align="right" if right else "left",
                        baseline="middle",
                        fontWeight="bold" if bold else "normal",
                        fontSize=page.text,
                        color=_INK,
                        limit=page.labels - 8 if left else 0,
                    )
                    layers.append(mark.encode(x=alt.X("at:Q", scale=None), y=y, text="text:N"))
    return layers


def _text(at: float, row: float, text: str, *, bold: bool = False, right: bool = False) -> dict[str, Any]:
    return {"at": at, "row": row, "text": text, "bold": bold, "right": right}


def _funnel(  # noqa: PLR0917 - what is drawn, then where
    points: Sequence[tuple[str, float, float]],
    fit: MetaAnalysis,
    measure: str,
    name: str,
    width: int,
    height: int,
    text: int,
) -> dict[str, Any]:
    alt = altair()
    deepest = 1.08 * max(se for *_, se in points)
    half = _normal(fit.level)
    reach = max(*(abs(y) for _, y, _ in points), abs(fit.estimate) + half * deepest, 2.1 * deepest) * 1.05
    ratio = measure in _RATIOS
    label = f"{'log ' if ratio else ''}{name}"
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-reach, reach], nice=False),
        axis=alt.Axis(title=label, grid=False, tickCount=6, titleFontSize=text, labelFontSize=text),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[0, deepest], reverse=True, nice=False),
        axis=alt.Axis(title="standard error", grid=False, tickCount=5, titleFontSize=text, labelFontSize=text),
    )

    def chart(values: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - an Altair chart
        return alt.Chart(alt.Data(values=values))

    layers = []
    for _, z, shade in _CONTOURS:
        corners = [
            {"x": -z * deepest, "y": deepest, "o": 0},
            {"x": 0.0, "y": 0.0, "o": 1},
            {"x": z * deepest, "y": deepest, "o": 2},
        ]
        layers.append(
            chart(corners).mark_line(filled=True, fill=shade, stroke=shade, clip=True).encode(x=x, y=y, order="o:Q")
        )
    mean = fit.estimate
    layers += [
        chart([{"x": mean, "y": 0.0, "end": deepest}])
        .mark_rule(color=_ACCENT, strokeWidth=1.5)
        .encode(x=x, y=y, y2="end:Q"),
        *(
            chart([{"x": mean, "y": 0.0, "o": 0}, {"x": mean + sign * half * deepest, "y": deepest, "o": 1}])
            .mark_line(color=_ACCENT, strokeDash=[4, 3], strokeWidth=1.2, clip=True)
            .encode(x=x, y=y, order="o:Q")
            for sign in (-1, 1)
        ),
        chart([{"x": effect, "y": se, "study": study} for study, effect, se in points])
        .mark_circle(size=44, color=_INK, opacity=0.85, stroke="#ffffff", strokeWidth=0.8)
        .encode(x=x, y=y),
    ]
    names = ("p > 0.10", "0.05 to 0.10", "0.01 to 0.05", "p < 0.01")
    shades = [
        {"text": t, "shade": s, "slot": i}
        for i, (t, s) in enumerate(zip(names, [c[2] for c in reversed(_CONTOURS)] + [_OUTSIDE], strict=True))
    ]
    legend = _legend(alt, shades, width, text)
    plot = alt.layer(*layers).properties(
        width=width, height=height, view=alt.ViewBackground(fill=_OUTSIDE, stroke=_LINE)
    )
    drawn = alt.vconcat(plot, legend, spacing=8).properties(background="#ffffff").configure_view(stroke=None)
    return dict(drawn.to_dict())


def _legend(alt: Any, shades: list[dict[str, Any]], width: int, text: int) -> Any:  # noqa: ANN401 - Altair's module and chart
    step = width / len(shades)
    values = [
        s
        | {
            "left": s["slot"] * step,
            "right": s["slot"] * step + 12,
            "after": s["slot"] * step + 16,
        }
        for s in shades
    ]
    base = alt.Chart(alt.Data(values=values))
    boxes = base.mark_rect(stroke=_LINE, strokeWidth=0.7).encode(
        x=alt.X("left:Q", scale=None, axis=None),
        x2="right:Q",
        y=alt.value(2),
        y2=alt.value(14),
        fill=alt.Fill("shade:N", scale=None),
    )
    words = base.mark_text(align="left", baseline="middle", fontSize=text - 1, color=_SOFT).encode(
        x=alt.X("after:Q", scale=None, axis=None), y=alt.value(8), text="text:N"
    )
    return alt.layer(boxes, words).properties(width=width, height=16, view=alt.ViewBackground(stroke=None))


def _scale(studies: Sequence[Study], fit: MetaAnalysis, measure: str) -> _Scale:
    """What the axis covers: all means, the summary, and all intervals but the widest tenth (those end in arrows)."""
    half = _normal(fit.level)
    lows = sorted(y - half * math.sqrt(v) for _, y, v in studies)
    highs = sorted(y + half * math.sqrt(v) for _, y, v in studies)
    cut = len(studies) // 10
    ends = [fit.ci_low, fit.ci_high, lows[cut], highs[-1 - cut], *(y for _, y, _ in studies), 0.0]
    if not math.isnan(fit.pi_low):
        width = max(highs[-1 - cut], fit.ci_high) - min(lows[cut], fit.ci_low)
        ends += [max(fit.pi_low, fit.estimate - 2 * width), min(fit.pi_high, fit.estimate + 2 * width)]
    low, high = min(ends), max(ends)
    room = 0.04 * (high - low)
    return _Scale(measure in _RATIOS, low - room, high + room)


def _interval(mean: float, low: float, high: float, scale: _Scale) -> str:
    return f"{_two(scale.shown(mean))} [{_two(scale.shown(low))}, {_two(scale.shown(high))}]"


def _two(x: float) -> str:
    text = f"{x:.2f}" if abs(x) < 100 else f"{x:.0f}"
    return text.replace("-", "−")


def _axis_title(name: str, share: str, *, wide: bool) -> str:
    return f"{name} ({share} interval, log scale)" if name in _RATIOS.values() and wide else name


def _normal(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)
