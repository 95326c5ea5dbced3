"""The answer as one HTML file that opens offline: no script, no outside request, everything imported escaped."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mettle.errors import InputError
from mettle.reports.cent import checklist, methods
from mettle.words import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mettle.answers import Answer

_EFFECT_NAMES = {
    "acute": "Right after a session",
    "next_day": "The next day",
    "chronic": "Slow build-up",
    "total": "Your usual week",
}
_VERDICTS = {
    "better": "better",
    "worse": "worse",
    "no_worthwhile_difference": "no difference worth noticing",
    "cannot_tell": "too early to tell",
    "depends_on_prior": "depends on the starting point",
}
_PRIORS = {
    "default": "centred on no effect",
    "sceptical": "doubts that there is much",
    "mainstream": "what most studies say",
    "flat": "no opinion at all",
}
_LEFT_OUT_SHOWN = 200


class Watch(Protocol):
    """Passes items on and may show how far it is."""

    def __call__(self, items: list[Sketch], /, *, total: int, what: str) -> Iterable[Sketch]:
        """The same items, in order."""


def _quietly(items: list[Sketch], /, *, total: int, what: str) -> Iterable[Sketch]:  # noqa: ARG001 - the shape of `Watch`
    return items


def write_report(found: Answer, path: Path, *, note: str = "", watch: Watch = _quietly) -> None:
    """Write the page, whole or not at all.

    Parameters
    ----------
    note
        A line under the title, such as that the person is simulated.
    watch
        Shows progress over the pictures, which take seconds.

    Raises
    ------
    InputError
        Where the folder does not exist or cannot be written.
    """
    if not path.parent.is_dir():
        raise InputError("no such folder", where=str(path.parent))
    if path.is_dir():
        raise InputError("is a folder, expected a file name", where=str(path))
    page = render(found, note=note, watch=watch)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(page)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def render(found: Answer, *, note: str = "", watch: Watch = _quietly) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only reports load it

    templates = Environment(
        loader=PackageLoader("mettle.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    estimated = found.posterior is not None
    return templates.get_template("answer.html").render(
        found=found,
        note=note,
        c=found.comparison,
        estimated=estimated,
        pictures=pictures(found, watch=watch) if estimated else {},
        effects=[_row(found, name) for name in found.effects],
        under=[(name, _PRIORS[name], _said(e.verdict, e.strength)) for name, e in found.under_priors.items()],
        rests_on=_rests_on(found),
        left_out=found.excluded[:_LEFT_OUT_SHOWN],
        more_left_out=max(0, len(found.excluded) - _LEFT_OUT_SHOWN),
        half=_half_life(found),
        heads=_heads(found),
        cent=checklist(found),
        methods=methods(found),
        version=found.to_json()["version"],
    )


class Sketch(NamedTuple):
    """A picture before it is drawn: plain data, which another process can draw."""

    name: str
    title: str
    label: str
    spec: dict[str, Any]


def pictures(found: Answer, *, watch: Watch = _quietly) -> dict[str, Any]:
    """The pictures of an estimated answer by name, each as inline SVG for a phone and for a desk (classes ``narrow``, ``wide``)."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    return {name: Markup(text) for name, text in drawn(sketches(found), watch=watch).items()}  # noqa: S704 - our specs; vl-convert has escaped their text


def sketches(found: Answer) -> list[Sketch]:
    """What is to be drawn, each for a phone and for a desk."""
    from mettle.reports import answer_charts as charts  # noqa: PLC0415 - loads the charting library
    from mettle.reports.charting import unchecked  # noqa: PLC0415 - as above
    from mettle.reports.svg import NARROW, WIDE  # noqa: PLC0415 - as above

    level = charts.level_segments(found)
    made: dict[str, Callable[[Answer, int], Any]] = {
        "effect": charts.effect,
        "timeline": lambda found, width: charts.timeline(found, width, level),
        "gaps": charts.gaps,
        "starting_points": charts.starting_points,
    }
    if found.table.horizon == "hours":
        made["hours"] = charts.hours
    titles = {
        "effect": found.sentence,
        "hours": mark("What is left of a session's effect, hour by hour"),
        "timeline": mark("All check-ins, the fitted level, and sessions"),
        "gaps": mark("Days with and without a check-in"),
        "starting_points": mark("The same effect under four starting points"),
    }
    widths = (("narrow", NARROW), ("wide", WIDE))
    with unchecked():
        return [
            Sketch(name, titles[name], label, chart(found, width).to_dict(validate=False))
            for name, chart in made.items()
            for label, width in widths
        ]


def closer(found: Answer) -> dict[str, Any]:
    """The timeline as a spec that a browser draws itself, to be looked into; its width is the page's."""
    from mettle.reports import answer_charts as charts  # noqa: PLC0415 - loads the charting library
    from mettle.reports.charting import unchecked  # noqa: PLC0415 - as above
    from mettle.reports.svg import WIDE  # noqa: PLC0415 - as above

    with unchecked():
        chart = charts.timeline(found, WIDE, charts.level_segments(found), closer=True)
        spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec | {"width": "container"}


def drawn(sketched: list[Sketch], *, watch: Watch = _quietly) -> dict[str, str]:
    """The pictures by name, both widths of each one after the other. The converter of the charting library is all that this loads."""
    from mettle.reports.svg import svg  # noqa: PLC0415 - loads the charting library

    done = dict.fromkeys([sketch.name for sketch in sketched], "")
    for name, title, label, spec in watch(sketched, total=len(sketched), what="pictures"):
        done[name] += svg(spec, title=title, label=label)
    return done


def _said(verdict: str, strength: str | None) -> str:
    return {"clear": "clearly ", "probable": "probably "}.get(strength or "", "") + _VERDICTS[verdict]


def _row(found: Answer, name: str) -> dict[str, str]:
    e = found.effects[name]  # type: ignore[index]  # names come from the answer itself
    c = found.comparison
    label = _EFFECT_NAMES[name]
    if found.comparison.arms is not None:
        label = {"acute": "The same day", "next_day": "The next day"}.get(name, label)
    if e.mean is None or e.q025 is None or e.q975 is None:
        return {
            "name": label,
            "figure": "",
            "span": "",
            "verdict": _VERDICTS["cannot_tell"],
            "estimand": e.estimand,
            "beyond": "",
        }
    return {
        "name": label,
        "figure": c.points(e.mean, signed=True),
        "span": f"{c.points(e.q025, signed=True)} to {c.points(e.q975, signed=True)}",
        "verdict": "not credible" if found.credibility == "not_credible" else _said(e.verdict, e.strength),
        "estimand": e.estimand,
        "beyond": "goes beyond what you did" if e.extrapolated else "",
    }


def _share(missing: float) -> str:
    return "each with at least one" if missing == 0 else f"{missing:.0%} of them without one"


def _rests_on(found: Answer) -> list[str]:
    table, c = found.table, found.comparison
    if not table.t.size:
        return []
    first, last = table.axis.date(int(table.day[0])), table.axis.date(int(table.day[-1]))
    missing = found.missing.all_days if found.missing else 0.0
    exposed = int((table.daily > 0).sum())
    kind = "a session" if c.arms is None else c.arms[0]
    lines = [
        f"{table.t.size} check-ins from {first:%-d %B %Y} to {last:%-d %B %Y}; {table.days} days, {_share(missing)}.",
        f"{exposed} days with {kind}. Dose {table.done.unit}."
        if c.arms is None
        else f"{exposed} days assigned to {kind}.",
    ]
    if found.credibility == "randomised":
        lines.append("Days were drawn at random, so what differs between them is what was assigned, and chance.")
    if found.lead is not None and not found.lead.fired:
        lines.append(
            f"A check that must find nothing found nothing: coming sessions did not show in the ratings before them (it would have "
            f"found {c.points(found.lead.detectable)} {c.unit})."
        )
    lines += _trial_lines(found)
    main = found.effects[found.headline_effect]
    if main.sd_ratio is not None:
        lines.append(
            f"Your data took away {max(0.0, 1 - main.sd_ratio):.0%} of the uncertainty that was there before them."
        )
    if found.swc is not None:
        how = (
            "0.2 of how much your own ratings usually vary"
            if abs(found.swc - 0.2 * table.scale) < 1e-9
            else "as you set it"
        )
        lines.append(f"Less than {c.points(found.swc)} {c.unit} counts as not worth noticing ({how}).")
    return lines


def _trial_lines(found: Answer) -> list[str]:
    """What a trial adds: as trained, per session, the randomisation test, variability; and what missing ratings could do."""
    c, lines = found.comparison, []
    done = found.adherence
    if done is not None and done.as_trained is not None and done.as_trained.mean is not None:
        e = done.as_trained
        lines.append(
            f"By what was done instead of what was drawn: {c.points(e.mean or 0.0, signed=True)} {c.unit} ({c.interval(e)}); that "
            "comparison is not random."
        )
    if (
        done is not None
        and done.per_session is not None
        and (done.done_when_assigned, done.done_otherwise) != (1.0, 0.0)
    ):
        p = done.per_session
        lines.append(
            f"For each session done because it was drawn: {c.points(p['mean'], signed=True)} {c.unit} (95% interval "
            f"{c.points(p['q025'], signed=True)} to {c.points(p['q975'], signed=True)})."
        )
    if found.randomisation_p is not None:
        lines.append(f"Randomisation test, which needs no model: p = {found.randomisation_p:.3f}.")
    if found.variability is not None:
        v = found.variability
        lines.append(
            f"Ratings vary {v['ratio']:.2f} times as much on those days as on the others (95% interval {v['q025']:.2f} to {v['q975']:.2f})."
        )
    if found.changes is not None:
        ch = found.changes
        lines.append(
            f"Plain changes from before to after, no model: {c.points(ch.with_session, signed=True)} on {ch.days_with} session days, "
            f"{c.points(ch.without, signed=True)} at the same times on {ch.days_without} rest days; difference "
            f"{c.points(ch.difference, signed=True)} (standard error {c.points(ch.se)})."
        )
    if found.reactivity is not None:
        r = found.reactivity
        lines.append(
            f"A bad event goes with {c.points(r.after_event, signed=True)} {c.unit}; after a session that is "
            f"{c.points(r.difference, signed=True)} different (95% interval {c.points(r.q025, signed=True)} to {c.points(r.q975, signed=True)}; "
            f"{r.events} days with one, {r.events_with_session} of them with a session)."
        )
    tipping = (found.delta or {}).get("tipping")
    if tipping is not None:
        lines.append(
            f"Missing ratings of training days would have to be off by {c.points(tipping, signed=True)} {c.unit} on average to take the "
            "effect away."
        )
    return lines


def _heads(found: Answer) -> dict[str, str]:
    """Headings of the pictures, each saying its finding."""
    main, c = found.effects[found.headline_effect], found.comparison
    if main.q025 is None or main.q975 is None or main.mean is None or found.missing is None:
        return {}
    hours = found.posterior is not None and found.table.horizon == "hours"
    half = found.posterior.hyper_quantile("log_tau_acute", 0.5) * 24 if hours and found.posterior else None
    unsure = _unsure(found)
    held = len({e.verdict for e in found.under_priors.values()}) == 1
    rated = 1 - found.missing.all_days
    return {
        "effect": f"Most likely {c.points(main.mean, signed=True)} {c.unit}; {c.points(main.q025, signed=True)} to "
        f"{c.points(main.q975, signed=True)} with 95% probability",
        "hours": "What is left after a session: too early to tell"
        if half is None or unsure
        else f"What a session leaves is halved every {half * 0.6931471805599453:.1f} hours or so",
        "gaps": "Every day has a check-in" if rated == 1 else f"{rated:.0%} of days have a check-in",
        "starting_points": "The same wherever you start from" if held else "It depends on where you start from",
    }


def _unsure(found: Answer) -> bool:
    """Whether the acute interval holds 0, so that there may be nothing that fades."""
    acute = found.effects["acute"]
    return acute.q025 is None or acute.q975 is None or acute.q025 <= 0 <= acute.q975


def _half_life(found: Answer) -> str:
    """How long half of the effect lasts, with its interval, where hours were modelled."""
    if found.posterior is None or found.table.horizon != "hours":
        return ""
    if _unsure(found):
        return "Whether anything is left is not sure, so neither is how long it lasts."
    low, middle, high = (
        found.posterior.hyper_quantile("log_tau_acute", q) * 24 * 0.6931471805599453 for q in (0.025, 0.5, 0.975)
    )
    return f"Half of it is gone after about {middle:.1f} hours (95% interval {low:.1f} to {high:.1f})."
