"""What each design can find, against how long it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mettle.errors import MissingExtraError
from mettle.reports.pictures import Picture

if TYPE_CHECKING:
    from mettle.trials.planning import Plan

COLOURS = ("#1f5f8b", "#c2571a", "#2f7d4f", "#7a4f9d", "#8a6d1b", "#5b6770", "#b03a5b", "#3a8f96")


def picture(plan: Plan, *, outcome: str, own_sd: float) -> Picture:
    """Smallest effect found in 80 of 100 trials, in points, for each design and length.

    Raises
    ------
    MissingExtraError
        Where the charts extra is not installed.
    """
    rows = [
        {"days": days, "points": round(float(mde) * own_sd, 3), "design": c.candidate.words}
        for c in plan.curves
        for days, mde in zip(c.lengths, c.mde, strict=True)
        if np.isfinite(mde)
    ]
    name = outcome.replace("_", " ")
    swc = plan.swc * own_sd
    return Picture(
        title=f"How small a change in {name} a trial can find",
        description=f"For each design and length, the smallest effect on {name} found in 80 of 100 trials. Longer trials find smaller effects.",
        wide=_spec(rows, swc, width=430, legend="right"),
        narrow=_spec(rows, swc, width=262, legend="bottom"),
        columns=("design", *(f"{n} days" for n in plan.curves[0].lengths)),
        rows=[
            (c.candidate.words, *("-" if not np.isfinite(m) else f"{m * own_sd:.2f}" for m in c.mde))
            for c in plan.curves
        ],
    )


def _spec(rows: list[dict[str, Any]], swc: float, *, width: int, legend: Literal["right", "bottom"]) -> dict[str, Any]:
    try:
        import altair as alt  # noqa: PLC0415 - the charts extra
    except ImportError:
        raise MissingExtraError("charts") from None
    designs = list(dict.fromkeys(r["design"] for r in rows))
    key = alt.Legend(orient=legend, title=None, labelLimit=300, columns=1, symbolStrokeWidth=3, labelFontSize=11)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "days:Q",
            title="days",
            scale=alt.Scale(type="log", domain=[25, 400], nice=False),
            axis=alt.Axis(values=[28, 56, 84, 120, 180, 365]),
        ),
        y=alt.Y("points:Q", title="smallest effect found in 80 of 100 trials, points", scale=alt.Scale(zero=True)),
        color=alt.Color("design:N", sort=designs, legend=key, scale=alt.Scale(domain=designs, range=list(COLOURS))),
    )
    worth = alt.Chart(alt.InlineData(values=[{"points": swc, "words": "worth noticing"}])).encode(y="points:Q")
    chart = alt.layer(
        worth.mark_rule(strokeDash=[4, 4], color="#555"),
        worth.mark_text(align="left", x=4, dy=-6, color="#333", fontSize=12).encode(text="words:N"),
        base.mark_line(strokeWidth=2.5),
        base.mark_point(filled=True, size=45),
    ).properties(width=width, height=300)
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec
