"""Rows of a network: arms (means, counts or estimates) or contrasts, gathered into studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.cli._meta_effects import Rules
    from mettle.cli._meta_table import Row, Table
    from mettle.inference.network_data import Network, StudyContrasts

_SHAPES = (
    "study,treatment,m,sd,n (means) | study,treatment,events,n (counts) | study,treatment,yi,vi (an estimate an arm) | "
    "study,treatment1,treatment2,yi,vi (contrasts)"
)


def network(table: Table, measure: str | None, rules: Rules, *, reference: str | None) -> tuple[Network, str]:
    """The network in a file, and its measure.

    Raises
    ------
    InputError
        Naming the row of an arm that is missing, doubled or unusable, or the parts of a network that is not one.
    """
    from mettle.inference.network_data import build

    columns = set(table.columns)
    if "study" not in columns:
        table.need(("study", "treatment"), what="--network")
    by_study: dict[str, list[Row]] = {}
    for row in table.rows:
        by_study.setdefault(row.text("study"), []).append(row)
    if {"treatment1", "treatment2"} <= columns:
        studies = [_contrasts(table, name, rows) for name, rows in by_study.items()]
        return build(studies, reference=reference), measure or "MD"
    table.need(("study", "treatment"), what="--network")
    for name, rows in by_study.items():
        _check_arms(name, rows)
    if {"m", "sd", "n"} <= columns:
        kind = _allowed(measure or "SMD", ("SMD", "MD"), "means")
        studies = [_means(name, rows, kind, rules) for name, rows in by_study.items()]
    elif {"events", "n"} <= columns:
        kind = _allowed(measure or "OR", ("OR", "RR", "RD"), "counts")
        studies = [_counts(name, rows, kind, rules) for name, rows in by_study.items()]
    elif {"yi", "vi"} <= columns:
        kind = measure or "MD"
        studies = [_estimates(name, rows) for name, rows in by_study.items()]
    else:
        raise InputError(f"--network reads {_SHAPES}; found: {', '.join(table.columns)}", where=table.where, row=1)
    return build(studies, reference=reference), kind


def _allowed(measure: str, allowed: Sequence[str], what: str) -> str:
    if measure not in allowed:
        raise InputError(f"{what} of arms give {' or '.join(allowed)}, not {measure}")
    return measure


def _check_arms(name: str, rows: Sequence[Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        treatment = row.text("treatment")
        if treatment in seen:
            raise row.error(f"study {name} has treatment {treatment} already in row {seen[treatment]}")
        seen[treatment] = row.number
    if len(rows) < 2:
        raise rows[0].error(f"study {name} has one arm only; its other arm is missing")


def _contrasts(table: Table, name: str, rows: Sequence[Row]) -> StudyContrasts:
    from mettle.inference.network_data import from_contrasts

    spread = "sei" if "sei" in table.columns and "vi" not in table.columns else "vi"
    table.need(("study", "treatment1", "treatment2", "yi", spread), what="--network with contrasts")
    found = []
    for row in rows:
        scale = row.above_zero(spread)
        found.append(
            (row.text("treatment1"), row.text("treatment2"), row.amount("yi"), scale**2 if spread == "sei" else scale)
        )
    try:
        return from_contrasts(name, found)
    except InputError as error:
        raise rows[0].error(error.why) from None


def _means(name: str, rows: Sequence[Row], measure: str, rules: Rules) -> StudyContrasts:
    from mettle.inference.network_data import from_means

    arms = {r.text("treatment"): (r.amount("m"), r.above_zero("sd"), r.count("n", least=2)) for r in rows}
    kind: Literal["MD", "SMD"] = "MD" if measure == "MD" else "SMD"
    return from_means(name, arms, measure=kind, smd_variance=rules.smd_variance)


def _counts(name: str, rows: Sequence[Row], measure: str, rules: Rules) -> StudyContrasts:
    from mettle.inference.network_data import from_counts

    arms = {}
    for row in rows:
        events, n = row.count("events", least=0), row.count("n", least=1)
        if events > n:
            raise row.error(f"events must be at most n ({n:g}), got {events:g}")
        arms[row.text("treatment")] = (events, n)
    kind: Literal["OR", "RR", "RD"] = "OR" if measure == "OR" else "RR" if measure == "RR" else "RD"
    return from_counts(name, arms, measure=kind, add=rules.add)


def _estimates(name: str, rows: Sequence[Row]) -> StudyContrasts:
    from mettle.inference.network_data import from_arms

    return from_arms(name, {r.text("treatment"): (r.amount("yi"), r.above_zero("vi")) for r in rows})
