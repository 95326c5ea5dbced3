"""A published review beside its recomputation, for people and for programs."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

from mettle.evidence.replication import DECIMALS, METHOD, trials
from mettle.inference.meta_analysis import meta_analysis
from mettle.reports.forest import forest_plot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.evidence.replication import Pooled, Replication, Review
    from mettle.reports.pictures import Picture

_WIDTH = 100


def record(review: Review) -> dict[str, object]:
    """The review for programs, figures unrounded; ``printed`` holds what the review prints."""
    return {
        "review": review.name,
        "citation": review.citation,
        "doi": review.doi,
        "method": METHOD,
        "inferred_columns": list(review.inferred),
        "agrees": all(analysis.agrees for analysis in review.analyses),
        "analyses": [
            {
                "id": analysis.id,
                "title": analysis.title,
                "measure": analysis.unit,
                "k": analysis.k,
                "n": analysis.n,
                "route": analysis.route,
                "computed": asdict(analysis.computed),
                "by_arms": asdict(analysis.by_arms),
                "printed": dict(analysis.printed),
                "agrees": analysis.agrees,
                "note": analysis.note or None,
            }
            for analysis in review.analyses
        ],
    }


def table(review: Review) -> str:
    """The review for people: computed beside printed, to the printed decimals."""
    lines = [f"{'':<38}{'k':>3}{'people':>8}   {'computed':<27}{'printed':<27}tau2"]
    for a in review.analyses:
        both = f"{_figure(a, asdict(a.computed)):<27}{_figure(a, a.printed):<27}"
        tau2 = f"{a.computed.tau2:.{DECIMALS}f}"
        if "tau2" in a.printed:
            tau2 += f" (printed {a.printed['tau2']:.{DECIMALS}f})"
        lines.append(f"{a.title:<38}{a.k:>3}{a.n:>8}   {both}{tau2}{'' if a.agrees else '   DIFFERS'}")
    for a in review.analyses:
        if a.note:
            from_arms = f"{a.title}: pooled from the printed effect of each trial, since {a.note}. From the arms: {_pooled(a.by_arms)}."
            lines += ["", *textwrap.wrap(from_arms, _WIDTH)]
    inferred = (
        "Which trials were of resistance training and which were at low risk of bias is inferred, not printed "
        f"({', '.join(review.inferred)}); with that choice the printed subgroups come out again."
    )
    lines += ["", *textwrap.wrap(inferred, _WIDTH), "", *textwrap.wrap(f"How: {METHOD}.", _WIDTH)]
    lines += ["", *textwrap.wrap(f"{review.citation}. doi:{review.doi}", _WIDTH)]
    return "\n".join(lines)


def forest(analysis: str) -> Picture:
    """The forest plot of one analysis, from its trials' groups, by the review's own method.

    Parameters
    ----------
    analysis
        Its id, as in :func:`mettle.evidence.replication.trials`.
    """
    names, yi, vi = trials(analysis)
    fit = meta_analysis(yi, vi, method="DL", test="z")
    studies = [(name, float(y), float(v)) for name, y, v in zip(names, yi, vi, strict=True)]
    return forest_plot(studies, fit, measure="RR" if analysis == "completed" else "SMD")


def _figure(analysis: Replication, figures: Mapping[str, float]) -> str:
    low, high = figures["low"], figures["high"]
    return f"{analysis.unit:<3} {figures['estimate']:.{DECIMALS}f} [{low:.{DECIMALS}f}, {high:.{DECIMALS}f}]"


def _pooled(pooled: Pooled) -> str:
    return f"{pooled.estimate:.{DECIMALS}f} [{pooled.low:.{DECIMALS}f}, {pooled.high:.{DECIMALS}f}], tau2 {pooled.tau2:.{DECIMALS}f}"
