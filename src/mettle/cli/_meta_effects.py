"""From rows to effects: the measures of ``mettle meta``, shared control arms counted once, corrected cells told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mettle.cli._meta_table import Row, Table
    from mettle.inference.effect_sizes import SmdVariance, ZeroRule

MEASURES = ("SMD", "MD", "OR", "RR", "RD", "ZCOR")
_ARMS = ("m1", "sd1", "n1", "m2", "sd2", "n2")
_CELLS = ("ai", "bi", "ci", "di")


@dataclass(frozen=True, slots=True)
class Study:
    """One effect: its label, numbers, and the row that it came from."""

    label: str
    yi: float
    vi: float
    row: Row


@dataclass(frozen=True, slots=True)
class _Arms:
    """The figures of a comparison before they become an effect."""

    label: str
    figures: tuple[float, ...]
    row: Row


@dataclass(frozen=True, slots=True)
class Rules:
    """What the options say about effects.

    Parameters
    ----------
    smd_variance, zero, add
        As in :mod:`mettle.inference.effect_sizes`.
    split_control
        Divide a shared control among its comparisons instead of combining these.
    moderators
        Columns that combined rows must agree on.
    """

    smd_variance: SmdVariance
    zero: ZeroRule
    add: float
    split_control: bool
    moderators: tuple[str, ...] = ()


def effects_given(table: Table) -> tuple[list[Study], list[str]]:
    """Rows that already hold an effect with its variance (``vi``) or standard error (``sei``)."""
    from mettle.inference.meta_analysis import checked

    spread = "sei" if "sei" in table.columns and "vi" not in table.columns else "vi"
    table.need(("study", "yi", spread), what="a table of effects")
    studies = []
    for row in table.rows:
        scale = row.amount(spread)
        if scale <= 0:
            raise row.error(f"{spread} must be above 0, got {scale:g}")
        y, v = row.amount("yi"), scale**2 if spread == "sei" else scale
        try:
            checked([y], [v])
        except InputError as error:
            raise row.error(error.why) from None
        studies.append(Study(row.text("study"), y, v, row))
    return studies, _repeats(studies, "were counted as independent")


def correlations(table: Table) -> tuple[list[Study], list[str]]:
    """Rows with a correlation ``ri`` of ``ni`` pairs, as Fisher's z."""
    from mettle.inference.effect_sizes import fisher_z

    table.need(("study", "ri", "ni"), what="ZCOR")
    studies = []
    for row in table.rows:
        r, n = row.amount("ri"), row.count("ni", least=4)
        if not -1 < r < 1:
            raise row.error(f"ri must lie between -1 and 1, got {r:g}")
        effect = fisher_z(r, n)
        studies.append(Study(row.text("study"), float(effect.yi), float(effect.vi), row))
    return studies, _repeats(studies, "were counted as independent")


def two_arms(table: Table, measure: str, rules: Rules) -> tuple[list[Study], list[str]]:
    """Rows with mean, SD and size of two groups, as g or as mean differences."""
    from mettle.inference import effect_sizes as es

    if measure not in ("SMD", "MD"):
        raise InputError(f"--arms gives SMD or MD, not {measure}; counts of events go with --two-by-two")
    table.need(("study", *_ARMS), what="--arms")
    comparisons = []
    for row in table.rows:
        m1, sd1, n1 = row.amount("m1"), row.above_zero("sd1"), row.count("n1", least=2)
        m2, sd2, n2 = row.amount("m2"), row.above_zero("sd2"), row.count("n2", least=2)
        comparisons.append(_Arms(row.text("study"), (m1, sd1, n1, m2, sd2, n2), row))
    comparisons, warnings = _share_controls(comparisons, slice(3, 6), rules, _combine_means, _split_means)
    studies = []
    for c in comparisons:
        effect = (
            es.standardised_mean_difference(*c.figures, variance=rules.smd_variance)
            if measure == "SMD"
            else es.mean_difference(*c.figures)
        )
        studies.append(Study(c.label, float(effect.yi), float(effect.vi), c.row))
    return studies, warnings


def two_by_two(table: Table, measure: str, rules: Rules) -> tuple[list[Study], list[str]]:
    """Rows with the four cells of a table, as log odds ratios, log risk ratios or risk differences."""
    from mettle.inference import effect_sizes as es

    if measure not in ("OR", "RR", "RD"):
        raise InputError(f"--two-by-two gives OR, RR or RD, not {measure}")
    table.need(("study", *_CELLS), what="--two-by-two")
    comparisons = []
    for row in table.rows:
        cells = tuple(row.count(name, least=0) for name in _CELLS)
        for one, other in ((0, 1), (2, 3)):
            if cells[one] + cells[other] == 0:
                raise row.error(f"{_CELLS[one]} and {_CELLS[other]} are both 0: the group has nobody in it")
        comparisons.append(_Arms(row.text("study"), cells, row))
    comparisons, warnings = _share_controls(comparisons, slice(2, 4), rules, _combine_counts, _split_counts)
    warnings += _empty_cells(comparisons, measure, rules)
    function = {"OR": es.odds_ratio, "RR": es.risk_ratio, "RD": es.risk_difference}[measure]
    columns = [[c.figures[i] for c in comparisons] for i in range(4)]
    effects = function(*columns, zero=rules.zero, add=rules.add)
    studies = []
    for c, y, v in zip(comparisons, effects.yi.tolist(), effects.vi.tolist(), strict=True):
        if not (v > 0 and v < float("inf") and abs(y) < float("inf")):
            raise c.row.error(
                f"has an empty cell, so its {measure} has no variance; allow a correction with --zero only0"
            )
        studies.append(Study(c.label, y, v, c.row))
    return studies, warnings


def _empty_cells(comparisons: Sequence[_Arms], measure: str, rules: Rules) -> list[str]:
    empty = [c for c in comparisons if 0 in c.figures]
    warnings = []
    if empty and rules.zero != "none":
        warnings.append(f"{_rows(empty)}: {rules.add:g} was added to each cell because one was empty")
    silent = [c for c in empty if (c.figures[0] == c.figures[2] == 0) or (c.figures[1] == c.figures[3] == 0)]
    if silent and measure != "RD":
        warnings.append(f"{_rows(silent)}: no events, or only events, in both groups, so it says little about a ratio")
    return warnings


def _share_controls(
    comparisons: list[_Arms],
    control: slice,
    rules: Rules,
    combine: Callable[[Sequence[_Arms]], tuple[float, ...]],
    split: Callable[[_Arms, int], tuple[float, ...]],
) -> tuple[list[_Arms], list[str]]:
    """Comparisons of one study with one control arm: combined into one, or the control divided among them."""
    groups: dict[tuple[str, tuple[float, ...]], list[_Arms]] = {}
    for c in comparisons:
        same = [x for x in groups.get((c.label, c.figures[control]), []) if x.figures == c.figures]
        if same:
            raise c.row.error(f"repeats row {same[0].row.number}: the same study with the same figures")
        groups.setdefault((c.label, c.figures[control]), []).append(c)
    kept: list[_Arms] = []
    warnings = []
    for (label, _), group in groups.items():
        if len(group) == 1:
            kept += group
        elif rules.split_control:
            kept += [replace(c, figures=split(c, len(group))) for c in group]
            warnings.append(
                f"{_rows(group)}: {label} shares one control arm; its size was divided among {len(group)} comparisons"
            )
        else:
            for name in rules.moderators:
                if len({c.row.cells[name] for c in group}) > 1:
                    raise group[1].row.error(
                        f"shares its control arm with row {group[0].row.number} but differs in {name}; use --shared-control "
                        "split to keep both"
                    )
            kept.append(_Arms(label, combine(group), group[0].row))
            warnings.append(
                f"{_rows(group)}: {label} shares one control arm; its intervention arms were combined, so that the control "
                "counts once"
            )
    kept.sort(key=lambda c: c.row.number)
    several = (
        _repeats(
            [Study(c.label, 0.0, float(c.row.number), c.row) for c in kept],
            "have different control arms and were counted as independent",
        )
        if not rules.split_control
        else []
    )
    return kept, warnings + several


def _combine_means(group: Sequence[_Arms]) -> tuple[float, ...]:
    from mettle.inference.effect_sizes import combined_group

    n, m, sd = combined_group(*([c.figures[i] for c in group] for i in (2, 0, 1)))
    return (m, sd, n, *group[0].figures[3:])


def _split_means(c: _Arms, parts: int) -> tuple[float, ...]:
    size = c.figures[5] / parts
    if size < 2:
        raise c.row.error(f"its control arm of {c.figures[5]:g} cannot be divided among {parts} comparisons")
    return (*c.figures[:5], size)


def _combine_counts(group: Sequence[_Arms]) -> tuple[float, ...]:
    return (sum(c.figures[0] for c in group), sum(c.figures[1] for c in group), *group[0].figures[2:])


def _split_counts(c: _Arms, parts: int) -> tuple[float, ...]:
    return (*c.figures[:2], c.figures[2] / parts, c.figures[3] / parts)


def _repeats(studies: Sequence[Study], what: str) -> list[str]:
    """Copies are refused; different results under one name are told."""
    by_name: dict[str, list[Study]] = {}
    for s in studies:
        for earlier in by_name.get(s.label, []):
            if (earlier.yi, earlier.vi) == (s.yi, s.vi):
                raise s.row.error(f"repeats row {earlier.row.number}: the same study with the same figures")
        by_name.setdefault(s.label, []).append(s)
    return [
        f"{_rows(group)}: {name} appears {len(group)} times; its results {what}"
        for name, group in by_name.items()
        if len(group) > 1
    ]


def _rows(group: Sequence[Study | _Arms]) -> str:
    numbers = [str(c.row.number) for c in group]
    return f"row {numbers[0]}" if len(numbers) == 1 else f"rows {', '.join(numbers[:-1])} and {numbers[-1]}"
