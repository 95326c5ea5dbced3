"""Pool studies: random effects, prediction, moderators, networks, signs of missing studies, forest and funnel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mettle.cli import ANSWERED
from mettle.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mettle.cli._meta_effects import Rules, Study
    from mettle.cli._meta_table import Table
    from mettle.inference.meta_analysis import MetaAnalysis

_FEW = 10
"""Below this many studies tests of a funnel see little. Source: Sterne et al. 2011, doi:10.1136/bmj.d4002."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``mettle meta``."""
    from mettle.cli._meta_effects import MEASURES

    parser.add_argument("file", metavar="FILE", help="CSV: study,yi,vi unless an option says otherwise")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--arms", action="store_true", help="study,m1,sd1,n1,m2,sd2,n2 (group 1 the intervention)")
    shape.add_argument(
        "--two-by-two", action="store_true", help="study,ai,bi,ci,di (events and others, group 1 then 2)"
    )
    shape.add_argument(
        "--network", action="store_true", help="study,treatment,... (a row an arm, or treatment1,treatment2)"
    )
    parser.add_argument("--measure", choices=MEASURES, help="SMD with --arms, OR with --two-by-two unless given")
    parser.add_argument("--smd-variance", choices=("ls", "revman"), default="ls")
    parser.add_argument(
        "--method", choices=("REML", "ML", "DL", "PM", "EE"), default="REML", help="how tau2 is estimated"
    )
    parser.add_argument("--test", choices=("z", "knha", "adhoc"), help="knha (Hartung-Knapp); z in a network")
    parser.add_argument("--pi-df", choices=("k-1", "k-2"), default="k-2", help="of the prediction interval")
    parser.add_argument(
        "--tau-prior", metavar="FAMILY:SCALE", help="halfnormal:0.3 or halfcauchy:0.3: Bayesian instead"
    )
    parser.add_argument("--moderators", metavar="A,B", help="columns to regress on; text columns become groups")
    parser.add_argument("--level", type=float, default=0.95, help="of all intervals (0.95)")
    parser.add_argument(
        "--zero", choices=("only0", "all", "if0all", "none"), default="only0", help="where empty cells are corrected"
    )
    parser.add_argument("--add", type=float, default=0.5, help="what is added to an empty cell (0.5)")
    parser.add_argument(
        "--shared-control", choices=("combine", "split"), default="combine", help="comparisons of one control arm"
    )
    parser.add_argument("--reference", metavar="NAME", help="treatment that others are shown against in a network")
    parser.add_argument(
        "--higher-is", choices=("better", "worse"), default="worse", help="of the outcome, for the ranking"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--forest", metavar="F", help="draw the forest plot into F.svg, .png or .html")
    parser.add_argument("--funnel", metavar="F", help="draw the funnel plot into F.svg, .png or .html")


def run(args: argparse.Namespace) -> int:
    """Read, pool, draw, tell."""
    from mettle.cli import _meta_output as output
    from mettle.cli._meta_effects import Rules
    from mettle.cli._meta_table import read_table
    from mettle.cli._terminal import print_json
    from mettle.reports.pictures import check

    if not 0 < args.level < 1:
        raise InputError(f"--level must lie between 0 and 1, got {args.level:g}")
    if not (math.isfinite(args.add) and args.add > 0):
        raise InputError(f"--add must be above 0, got {args.add:g}")
    if args.tau_prior:
        _check_prior(args)
    for path in filter(None, (args.forest, args.funnel)):
        check(path)
    table = read_table(args.file)
    names = _moderators(args, table)
    rules = Rules(args.smd_variance, args.zero, args.add, args.shared_control == "split", names)
    if args.network:
        document = _network(args, table, rules)
    else:
        studies, measure, warnings = _effects(args, table, rules)
        document = (
            _regression(args, studies, measure, names, warnings) if names else _pooled(args, studies, measure, warnings)
        )
    if args.json:
        print_json(document)
    else:
        print(output.words(document))
    return ANSWERED


def _check_prior(args: argparse.Namespace) -> None:
    from mettle.inference.bayesian import TauPrior

    if args.network or args.moderators:
        raise InputError("--tau-prior goes with neither --network nor --moderators")
    try:
        TauPrior.parse(args.tau_prior)
    except ValueError as error:
        raise InputError(f"--tau-prior: {error}") from None


def _moderators(args: argparse.Namespace, table: Table) -> tuple[str, ...]:
    if not args.moderators:
        return ()
    if args.network or args.forest or args.funnel:
        raise InputError("--moderators goes with neither --network nor --forest nor --funnel")
    names = tuple(name.strip().lower() for name in args.moderators.split(",") if name.strip())
    table.need(names, what="--moderators")
    return names


def _effects(args: argparse.Namespace, table: Table, rules: Rules) -> tuple[list[Study], str, list[str]]:
    from mettle.cli import _meta_effects as effects

    if args.arms:
        measure = args.measure or "SMD"
        return _with(measure, effects.two_arms(table, measure, rules))
    if args.two_by_two:
        measure = args.measure or "OR"
        return _with(measure, effects.two_by_two(table, measure, rules))
    measure = args.measure or "SMD"
    if measure == "ZCOR" and "ri" in table.columns:
        return _with(measure, effects.correlations(table))
    return _with(measure, effects.effects_given(table))


def _with(measure: str, found: tuple[list[Study], list[str]]) -> tuple[list[Study], str, list[str]]:
    return found[0], measure, found[1]


def _pooled(args: argparse.Namespace, studies: Sequence[Study], measure: str, warnings: list[str]) -> dict[str, object]:
    from mettle.cli import _meta_output as output
    from mettle.inference.meta_analysis import meta_analysis

    y, v = [s.yi for s in studies], [s.vi for s in studies]
    fit = meta_analysis(
        y,
        v,
        method=args.method,
        test=args.test or "knha",
        pi_df=args.pi_df,
        level=args.level,
        tau_prior=args.tau_prior,
        tau2_ci=True,
    )
    document = output.pooled(fit, studies, measure, tau_prior=args.tau_prior)
    document["bias"], document["influence"], more = _diagnostics(fit, studies)
    document["warnings"] = [*warnings, *fit.warnings, *more]
    _draw(args, fit, studies, measure)
    return document


def _diagnostics(fit: MetaAnalysis, studies: Sequence[Study]) -> tuple[list[object], list[object], list[str]]:
    from mettle.cli import _meta_output as output
    from mettle.inference.influence import leave_one_out
    from mettle.inference.publication_bias import egger, pet_peese, trim_and_fill

    y, v = [s.yi for s in studies], [s.vi for s in studies]
    if fit.method == "bayes" or fit.k < 2:
        return [], [], []
    influence = output.influence(leave_one_out(y, v, fit=fit), studies)
    if fit.k < 3:
        return [], influence, ["two studies make no funnel: tests of bias were left out"]
    trimmed = trim_and_fill(y, v, method=fit.method, test=fit.test or "z")
    bias = output.bias(egger(y, v, level=fit.level), pet_peese(y, v, level=fit.level), trimmed)
    few = [f"tests of bias see little in {fit.k} studies: fewer than {_FEW}"] if fit.k < _FEW else []
    return bias, influence, few


def _draw(args: argparse.Namespace, fit: MetaAnalysis, studies: Sequence[Study], measure: str) -> None:
    if not (args.forest or args.funnel):
        return
    from mettle.reports.forest import forest_plot, funnel_plot
    from mettle.reports.pictures import save

    rows = [(s.label, s.yi, s.vi) for s in studies]
    if args.forest:
        save(forest_plot(rows, fit, measure=measure), args.forest)
    if args.funnel:
        save(funnel_plot(rows, fit, measure=measure), args.funnel)


def _regression(
    args: argparse.Namespace, studies: Sequence[Study], measure: str, names: Sequence[str], warnings: list[str]
) -> dict[str, object]:
    from mettle.cli import _meta_output as output
    from mettle.inference.meta_regression import meta_regression

    labels, columns = _design(studies, names)
    fit = meta_regression(
        [s.yi for s in studies],
        [s.vi for s in studies],
        moderators=columns,
        names=labels,
        method=args.method,
        test=args.test or "knha",
        level=args.level,
    )
    document = output.regression(fit, studies, measure)
    document["warnings"] = [*warnings, *fit.warnings]
    return document


def _design(studies: Sequence[Study], names: Sequence[str]) -> tuple[list[str], list[list[float]]]:
    """Numbers as they are; text as groups against the first in alphabetical order."""
    labels: list[str] = []
    columns: list[list[float]] = []
    for name in names:
        texts = [s.row.text(name) for s in studies]
        if all(_is_number(t.replace(",", ".") if s.row.comma else t) for t, s in zip(texts, studies, strict=True)):
            labels.append(name)
            columns.append([s.row.amount(name) for s in studies])
            continue
        groups = sorted(set(texts))
        if len(groups) < 2:
            raise InputError(f"moderator {name} is {groups[0]!r} in every study, so it explains nothing")
        for group in groups[1:]:
            labels.append(f"{name}: {group}")
            columns.append([float(t == group) for t in texts])
    return labels, [list(row) for row in zip(*columns, strict=True)]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _network(args: argparse.Namespace, table: Table, rules: Rules) -> dict[str, object]:
    from mettle.cli import _meta_output as output
    from mettle.cli._meta_network import network
    from mettle.inference.network import network_meta_analysis

    if args.funnel:
        raise InputError("--funnel draws pairs of treatments, not a network")
    built, measure = network(table, args.measure, rules, reference=args.reference)
    fit = network_meta_analysis(
        built,
        method=args.method,
        test=args.test or "z",
        pi_df=args.pi_df,
        level=args.level,
        higher_is=args.higher_is,
    )
    if args.forest:
        from mettle.reports.forest import network_plot
        from mettle.reports.pictures import save

        save(network_plot(fit, measure=measure), args.forest)
    return output.network(fit, measure, args.higher_is)
