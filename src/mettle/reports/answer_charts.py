"""The pictures of an answer as Altair specs: the effect, the hours after a session, the timeline, the gaps, the starting points."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from mettle.inference import nof1
from mettle.reports.charting import altair
from mettle.reports.svg import EVIDENCE, GRID, INK, MOOD, MUTED, NARROW, QUIET, TRAINING, Datasets, themed
from mettle.trials.contrasts import contrast, within_window
from mettle.words import Sentence, mark, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.answers import Answer
    from mettle.trials.verdict import Effect

Chart = Any
_NEAR_DAYS = 2.0
"""The fitted level is drawn where a check-in lies this near; further away there is a gap."""


def _rows(**columns: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def axis_title(found: Answer) -> Sentence:
    """What the axis of an effect shows."""
    return say("difference in {outcome}, {unit}", outcome=found.comparison.outcome, unit=found.comparison.unit)


def effect(found: Answer, width: int) -> Chart:
    """The effect on the outcome's own scale: posterior filled, prior as a thin outline, the band not worth noticing shaded."""
    alt, data = altair(), Datasets()
    main = found.effects[found.headline_effect]
    assert found.posterior is not None
    assert main.q025 is not None
    assert main.q975 is not None
    assert main.mean is not None
    assert main.sd is not None
    scale, swc = found.table.scale, found.swc or 0.0
    mixture = contrast(found.table.horizon, found.posterior, found.headline_effect, found.weeks)
    reach = 1.1 * max(abs(main.mean) + 3.2 * main.sd, 2.2 * swc)
    grid = np.linspace(-reach, reach, 181)
    posterior = mixture.density(grid / scale) / scale
    prior_sd = main.sd / (main.sd_ratio or 1.0)
    centre = found.prior.mean if found.prior else 0.0
    prior = np.exp(-0.5 * ((grid - centre) / prior_sd) ** 2) / (prior_sd * math.sqrt(2 * math.pi))
    top = float(max(posterior.max(), prior.max()))
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-reach, reach], nice=False),
        axis=alt.Axis(title=axis_title(found), tickCount=6, grid=False),
    )
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.2 * top, 1.27 * top]))
    band = alt.Chart(data([{"x": -swc, "x2": swc}])).mark_rect(color=MUTED).encode(x=x, x2="x2:Q")
    zero = alt.Chart(data([{"x": 0.0}])).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x=x)
    before = (
        alt.Chart(data(_rows(x=grid.tolist(), y=prior.tolist())))
        .mark_line(color=EVIDENCE, strokeWidth=1.2)
        .encode(x=x, y=y)
    )
    after = (
        alt.Chart(data(_rows(x=grid.tolist(), y=posterior.tolist())))
        .mark_area(color=MOOD, opacity=0.55, line={"color": MOOD, "strokeWidth": 1.5})
        .encode(x=x, y=y)
    )
    interval = [{"x": main.q025, "x2": main.q975, "y": -0.1 * top}]
    bar = alt.Chart(data(interval)).mark_rule(color=MOOD, strokeWidth=4).encode(x=x, x2="x2:Q", y=y)
    dot = (
        alt.Chart(data([{"x": main.mean, "y": -0.1 * top}]))
        .mark_point(color=MOOD, filled=True, size=90, opacity=1)
        .encode(x=x, y=y)
    )
    words = _effect_words(found, main, reach=reach, top=top, prior_peak=float(prior.max()), narrow=width <= NARROW)
    layers = [band, zero, before, after, bar, dot, *(_word(alt, w, data=data, x=x, y=y) for w in words)]
    return themed(alt.layer(*layers).properties(width=width, height=210 if width <= NARROW else 260), width, data)


def _effect_words(
    found: Answer, main: Effect, *, reach: float, top: float, prior_peak: float, narrow: bool
) -> list[dict[str, Any]]:
    better = found.comparison.higher_is == "better"
    assert main.mean is not None
    side = -1 if main.mean > 0 else 1
    return [
        {
            "x": -reach,
            "y": 1.2 * top,
            "text": mark("← worse") if better else mark("← better"),
            "align": "left",
            "color": QUIET,
        },
        {
            "x": reach,
            "y": 1.2 * top,
            "text": mark("better →") if better else mark("worse →"),
            "align": "right",
            "color": QUIET,
        },
        {"x": 0, "y": 1.2 * top, "text": mark("not worth noticing"), "align": "center", "color": QUIET},
        {
            "x": side * reach * (0.98 if narrow else 0.8),
            "y": min(prior_peak * 0.9, 0.9 * top) if prior_peak > 0.35 * top else prior_peak + 0.1 * top,
            "text": mark("before your data"),
            "align": "left" if side < 0 else "right",
            "color": EVIDENCE,
        },
    ]


def _word(alt: Any, word: dict[str, Any], *, data: Datasets, x: Chart, y: Chart) -> Chart:  # noqa: ANN401 - the charting module
    place = data([{"x": word["x"], "y": word["y"], "text": word["text"]}])
    return alt.Chart(place).mark_text(align=word["align"], color=word["color"]).encode(x=x, y=y, text="text:N")


def hours(found: Answer, width: int) -> Chart:
    """What is left of a session, hour by hour, with its interval."""
    alt, data = altair(), Datasets()
    assert found.posterior is not None
    tau = found.posterior.natural("log_tau_acute") * 24
    at = np.linspace(0, 24, 49)
    index = found.posterior.names.index("acute")
    rows = []
    for hour in at.tolist():
        L = np.zeros((tau.size, len(found.posterior.names)))
        L[:, index] = np.exp(-hour / tau) / within_window(tau / 24)
        m = found.posterior.contrast(L)
        low, middle, high = (m.quantile(q) * found.table.scale for q in (0.025, 0.5, 0.975))
        rows.append({"hour": hour, "low": low, "mid": middle, "high": high})
    swc = found.swc or 0.0
    x = alt.X(
        "hour:Q",
        axis=alt.Axis(title=mark("hours after a session"), values=[0, 4, 8, 12, 16, 20, 24], grid=False),
        scale=alt.Scale(domain=[0, 24]),
    )
    y_axis = alt.Axis(title=None, tickCount=5, gridOpacity=0.6)
    band = (
        alt.Chart(data([{"y": -swc, "y2": swc}])).mark_rect(color=MUTED).encode(y=alt.Y("y:Q", axis=y_axis), y2="y2:Q")
    )
    zero = alt.Chart(data([{"y": 0.0}])).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(y="y:Q")
    area = alt.Chart(data(rows)).mark_area(color=MOOD, opacity=0.3).encode(x=x, y="low:Q", y2="high:Q")
    line = alt.Chart(data(rows)).mark_line(color=MOOD, strokeWidth=2.5).encode(x=x, y="mid:Q")
    word = alt.Chart(data([{"hour": 23.8, "y": 0.0, "text": mark("not worth noticing")}]))
    told = word.mark_text(align="right", baseline="top", dy=3, color=QUIET).encode(x=x, y="y:Q", text="text:N")
    return themed(alt.layer(band, zero, area, line, told).properties(width=width, height=190), width, data)


def timeline(found: Answer, width: int, level: list[list[dict[str, Any]]], *, closer: bool = False) -> Chart:
    """Check-ins as dots, the fitted level as a line with a band, sessions as marks beneath; where nothing is known, nothing is drawn.

    Parameters
    ----------
    closer
        To be looked into in a browser: what a dot or a mark stands for is told, and the days can be drawn apart.
    """
    alt, data = altair(), Datasets()
    table = found.table
    dates = [_moment(found, t) for t in table.t.tolist()]
    low, high = float(table.y.min()), float(table.y.max())
    foot = low - 0.16 * (high - low)
    x = alt.X(
        "at:T",
        axis=alt.Axis(title=None, grid=False, tickCount=4 if width <= NARROW else 8, format=_date_format(table.days)),
    )
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title=None, tickCount=5, gridOpacity=0.6, values=_ticks(low, high)),
        scale=alt.Scale(
            domain=[foot - 0.06 * (high - low), high + closer * 0.04 * (high - low)], nice=False, zero=False
        ),
    )
    dense = table.t.size > 400
    dots = (
        alt.Chart(data(_rows(at=dates, value=table.y.tolist())))
        .mark_point(filled=True, color=INK, opacity=0.22 if dense else 0.38, size=9 if dense else 16)
        .encode(x=x, y=y)
    )
    when = alt.Tooltip("at:T", title=mark("when"), format="%-d %b %Y, %H:%M")
    if closer:
        told = alt.Tooltip("value:Q", title=found.comparison.outcome)
        across = alt.selection_interval(bind="scales", encodings=["x"], name="across")
        dots = (
            dots.mark_point(filled=True, color=INK, opacity=0.5, size=60)
            .encode(tooltip=[when, told])
            .add_params(across)
        )
    layers = [dots]
    for segment in level:
        area = alt.Chart(data(segment)).mark_area(color=MOOD, opacity=0.28).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
        line = alt.Chart(data(segment)).mark_line(color=MOOD, strokeWidth=2).encode(x=x, y=alt.Y("value:Q"))
        layers += [area, line]
    bouts = [b for b in table.bouts if table.day[0] <= b.day <= table.day[-1]]
    if bouts:
        tall = 0.07 * (high - low)
        marks = [
            {
                "at": _moment(found, b.start if b.start is not None else b.day + 0.5),
                "value": foot - tall / 2,
                "top": foot + tall * min(b.dose, 2.0),
            }
            for b in bouts
        ]
        sessions = alt.Chart(data(marks)).encode(x=x, y=y, y2="top:Q")
        if closer:
            layers.append(sessions.mark_rule(color=TRAINING, strokeWidth=4).encode(tooltip=[when]))
        else:
            layers.append(sessions.mark_rule(color=TRAINING, strokeWidth=1 if table.days > 200 else 2))
    return themed(alt.layer(*layers).properties(width=width, height=230 if width <= NARROW else 280), width, data)


def _moment(found: Answer, t: float) -> str:
    """Local time without zone, as Vega reads it."""
    day = math.floor(t)
    minutes = round((t - day) * 1440) + 180
    on = found.table.axis.date(day) + timedelta(days=minutes // 1440)
    return f"{on.isoformat()}T{minutes % 1440 // 60:02d}:{minutes % 60:02d}:00"


def _date_format(days: int) -> str:
    return "%-d %b" if days <= 200 else "%b %Y"


def _ticks(low: float, high: float) -> list[float]:
    raw = (high - low) / 4 or 1.0
    step = 10 ** math.floor(math.log10(raw))
    step *= next(m for m in (1, 2, 5, 10) if m * step >= raw)
    first = math.ceil(low / step)
    return [round(i * step, 10) for i in range(first, math.floor(high / step) + 1)]


def level_segments(found: Answer) -> list[list[dict[str, Any]]]:
    """The fitted level once a day, split where no check-in is near."""
    table = found.table
    assert found.posterior is not None
    assert found.all_priors is not None
    design = table.design(found.all_priors.default)
    days = np.arange(int(table.day[0]), int(table.day[-1]) + 1, dtype=float) + 0.5
    x = np.zeros((days.size, design.x.shape[1]))
    x[:, design.names.index("intercept")] = 1.0
    span = float(table.t[-1] - table.t[0]) or 1.0
    x[:, design.names.index("trend")] = (days - float(table.t[-1] + table.t[0]) / 2) / span
    fitted = nof1.level(design, found.posterior, days, x)
    mean, half = table.centre + table.scale * fitted.mean, 1.96 * table.scale * fitted.sd
    near = np.min(np.abs(days[:, None] - table.t[None, :]), axis=1) <= _NEAR_DAYS
    segments: list[list[dict[str, Any]]] = [[]]
    for i, day in enumerate(days.tolist()):
        if not near[i]:
            segments.append([])
            continue
        m, h = float(mean[i]), float(half[i])
        segments[-1].append(
            {"at": _moment(found, day), "value": round(m, 3), "low": round(m - h, 3), "high": round(m + h, 3)}
        )
    return [s for s in segments if len(s) > 1]


def gaps(found: Answer, width: int) -> Chart:
    """Every day a square, a column a week: rated days filled, missing days hollow, sessions marked."""
    alt, data = altair(), Datasets()
    table = found.table
    rated = set(table.day.tolist())
    trained = {b.day for b in table.bouts}
    first = table.axis.date(int(table.day[0]))
    rows = []
    for day in range(int(table.day[0]), int(table.day[-1]) + 1):
        on = table.axis.date(day)
        week = ((on - first).days + first.weekday()) // 7
        rows.append({"week": week, "weekday": on.weekday(), "rated": day in rated, "trained": day in trained})
    weeks = rows[-1]["week"] + 1
    cell = min(16.0, (width - 34) / weeks)
    x = alt.X("week:O", axis=None, scale=alt.Scale(paddingInner=0.15))
    shown = [mark("Mon"), "", mark("Wed"), "", mark("Fri"), "", mark("Sun")]
    names = f"{[str(name) for name in shown]}[datum.value]"
    y = alt.Y(
        "weekday:O",
        axis=alt.Axis(title=None, labelExpr=names, ticks=False, domain=False),
        scale=alt.Scale(paddingInner=0.15),
    )
    base = alt.Chart(data(rows))
    squares = base.mark_rect(strokeWidth=0.8).encode(
        x=x,
        y=y,
        color=alt.condition("datum.rated", alt.value(MOOD), alt.value("transparent")),
        stroke=alt.condition("datum.rated", alt.value(MOOD), alt.value(GRID)),
        opacity=alt.condition("datum.rated", alt.value(0.55), alt.value(1.0)),
    )
    marks = (
        base.transform_filter("datum.trained")
        .mark_point(filled=True, color=TRAINING, opacity=1, size=max(3.0, (cell * 0.42) ** 2))
        .encode(x=x, y=y)
    )
    return themed(alt.layer(squares, marks).properties(width=cell * weeks, height=7 * max(cell, 9.0)), width, data)


def starting_points(found: Answer, width: int) -> Chart:
    """The same effect under each prior, intervals side by side."""
    alt, data = altair(), Datasets()
    rows = [
        {"prior": name, "low": e.q025, "mid": e.mean, "high": e.q975}
        for name, e in found.under_priors.items()
        if e.mean is not None
    ]
    swc = found.swc or 0.0
    x_axis = alt.Axis(
        title=axis_title(found),
        grid=False,
        tickCount=4 if width <= NARROW else 8,
    )
    y = alt.Y("prior:N", sort=None, axis=alt.Axis(title=None, ticks=False, domain=False, minExtent=80))
    band = (
        alt.Chart(data([{"x": -swc, "x2": swc}])).mark_rect(color=MUTED).encode(x=alt.X("x:Q", axis=x_axis), x2="x2:Q")
    )
    zero = alt.Chart(data([{"x": 0.0}])).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(x="x:Q")
    bars = alt.Chart(data(rows)).mark_rule(color=MOOD, strokeWidth=3).encode(x=alt.X("low:Q"), x2="high:Q", y=y)
    dots = alt.Chart(data(rows)).mark_point(filled=True, color=MOOD, size=80, opacity=1).encode(x=alt.X("mid:Q"), y=y)
    return themed(alt.layer(band, zero, bars, dots).properties(width=width, height=130), width, data)
