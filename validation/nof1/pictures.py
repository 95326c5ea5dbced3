"""The pictures of ``docs/validation.md`` from the stored figures.

``PYTHONPATH=src .venv/bin/python validation/nof1/pictures.py``
"""

from __future__ import annotations

import json
from pathlib import Path

import altair as alt
import vl_convert

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "docs" / "pictures"
METHODS = {
    "mettle": "mettle",
    "t_test": "t-test",
    "least_squares": "least squares",
    "newey_west": "Newey-West",
}
LABELS = {"cycle_28": "28-day cycle", "missing_not_at_random": "bad days unrated"}
COLOURS = ["#0b6e4f", "#b8b8b8", "#c9822b", "#7a6fb0"]
DESIGNS = {
    "coin": "days by coin",
    "pairs": "pairs of days",
    "phases": "14 days on, 14 off",
    "blocks": "blocks as mettle draws them",
    "habit": "by habit (no lots)",
}


def stored(name):
    return json.loads((HERE / f"{name}.json").read_text())


def save(chart, name):
    styled = chart.configure(font="sans-serif", background="white").configure_view(stroke=None)
    styled = styled.configure_axis(grid=False, labelFontSize=12, titleFontSize=12, labelLimit=320)
    styled = styled.configure_header(labelFontSize=13, labelFontWeight="bold").configure_legend(labelFontSize=12)
    png = vl_convert.vegalite_to_png(styled.to_json(), vl_version="6.4", scale=1.2)
    (OUT / f"validation_{name}.png").write_bytes(png)
    print(name, len(png) // 1024, "KB")


def false_alarms():
    """Every method in every world, one panel a design."""
    found = stored("false_alarms")
    rows = [
        {
            "world": LABELS.get(world, world.replace("_", " ")),
            "design": DESIGNS[design],
            "method": METHODS[m],
            "share": rates[m],
        }
        for cell, rates in found["false_alarms"].items()
        for world, design in [cell.split("/")]
        for m in METHODS
    ]
    limits = [{"limit": 0.05, "what": "said"}, {"limit": 0.08, "what": "allowed"}]
    points = (
        alt.Chart()
        .mark_point(filled=True, size=70, opacity=0.9)
        .encode(
            x=alt.X(
                "share:Q",
                title="false alarms, share of 2,000 diaries",
                scale=alt.Scale(domain=[0, 0.16], clamp=True),
                axis=alt.Axis(format="%", tickCount=4),
            ),
            y=alt.Y("world:N", title=None, sort=[LABELS.get(w, w.replace("_", " ")) for w in found["worlds"]]),
            color=alt.Color(
                "method:N",
                title=None,
                scale=alt.Scale(domain=list(METHODS.values()), range=COLOURS),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("method:N", sort="descending"),
        )
    )
    rule = alt.Chart().mark_rule(color="#999", strokeDash=[4, 3]).encode(x="limit:Q")
    both = [{**row, **limit, "beyond": _beyond(row, rows)} for row in rows for limit in limits]
    far = (
        alt.Chart()
        .mark_text(align="right", dx=-8, fontSize=11)
        .encode(
            x=alt.datum(0.16),
            y=alt.Y("world:N", sort=[LABELS.get(w, w.replace("_", " ")) for w in found["worlds"]]),
            text="beyond:N",
        )
    )
    chart = (
        alt.layer(rule, points, far, data=alt.Data(values=both))
        .properties(width=250, height=190)
        .facet(facet=alt.Facet("design:N", title=None, sort=list(DESIGNS.values())), columns=2)
    )
    save(chart, "false_alarms")


def _beyond(row, rows):
    """The figures of a cell that lie beyond the picture, told once."""
    cell = [r for r in rows if (r["world"], r["design"]) == (row["world"], row["design"])]
    if row["method"] != "mettle" or row["share"] <= 0.16:
        return ""
    others = [r["share"] for r in cell if r["method"] != "mettle"]
    return f"mettle {row['share']:.0%}, others {min(others):.0%} to {max(others):.0%}"


def coverage():
    """Where the truth falls in the posterior: flat is right."""
    effects = stored("calibration")["effects"]
    names = {"acute": "soon after", "next_day": "next day", "chronic": "slow", "total": "usual week against none"}
    rows = [
        {
            "effect": f"{names[name]}: {found['coverage']:.1%} of intervals hold the truth",
            "bin": i * 5,
            "end": i * 5 + 5,
            "people": count,
        }
        for name, found in effects.items()
        for i, count in enumerate(found["ranks"])
    ]
    order = list(dict.fromkeys(row["effect"] for row in rows))
    bars = (
        alt.Chart()
        .mark_bar(color=COLOURS[0], opacity=0.8)
        .encode(
            x=alt.X(
                "bin:Q", title="percentile of the truth in the posterior", bin="binned", axis=alt.Axis(tickCount=5)
            ),
            x2="end:Q",
            y=alt.Y("people:Q", title="diaries", scale=alt.Scale(domain=[0, 160])),
        )
    )
    rule = alt.Chart().mark_rule(color="#444", strokeDash=[4, 3]).encode(y=alt.datum(100))
    chart = alt.layer(bars, rule, data=alt.Data(values=rows)).properties(width=300, height=110)
    save(chart.facet(facet=alt.Facet("effect:N", title=None, sort=order), columns=2), "coverage")


def decisive():
    """Share of people with an answer, by use of the same minutes."""
    found = stored("decisive")["rows"]
    rows = []
    for cell, row in found.items():
        if "_lasting" in cell:
            continue
        clock = f"{row['words']} ({row['minutes'] / row['days'] * 7:.1f} min a week)"
        rows += [
            {"plan": clock, "days": f"{row['days']} days", "share": row.get(key, 0), "answer": key, "rank": i}
            for i, key in enumerate(("clear", "probable"))
        ]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x=alt.X(
                "sum(share):Q",
                title="share of people",
                axis=alt.Axis(format="%", tickCount=4),
                scale=alt.Scale(domain=[0, 0.7]),
            ),
            y=alt.Y("plan:N", title=None, sort=None, axis=alt.Axis(labelLimit=420)),
            color=alt.Color(
                "answer:N",
                title=None,
                scale=alt.Scale(domain=["clear", "probable"], range=[COLOURS[0], "#a9d5c3"]),
                legend=alt.Legend(orient="top"),
            ),
            order="rank:Q",
            column=alt.Column("days:N", title=None, sort=["84 days", "180 days"]),
        )
        .properties(width=150, height=260)
    )
    save(chart, "decisive")


def reverse():
    """Who trains on good days, three worlds."""
    found = stored("reverse")
    names = {
        "t_test": "t-test, evenings",
        "least_squares": "least squares, evenings",
        "evenings_only": "mettle, evenings only",
        "morning_as_column": "mettle, the morning's rating as a column",
        "joint": "mettle, mornings and evenings together",
    }
    rows = [
        {"world": words, "method": names[key], "share": found["rates"][world][key]}
        for world, words in found["worlds"].items()
        for key in names
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("method:N", title=None, sort=list(names.values())),
        x=alt.X("share:Q", title="false alarms", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1.1])),
    )
    bars = base.mark_bar().encode(
        color=alt.condition(
            alt.FieldOneOfPredicate("method", list(names.values())[2:]), alt.value(COLOURS[0]), alt.value(COLOURS[2])
        )
    )
    text = base.mark_text(align="left", dx=4, fontSize=12).encode(text=alt.Text("share:Q", format=".1%"))
    chart = alt.layer(bars, text).properties(width=330, height=110)
    save(
        chart.facet(
            row=alt.Row(
                "world:N",
                title=None,
                sort=list(found["worlds"].values()),
                header=alt.Header(labelOrient="top", labelAnchor="start"),
            )
        ),
        "reverse",
    )


if __name__ == "__main__":
    false_alarms()
    coverage()
    decisive()
    reverse()
