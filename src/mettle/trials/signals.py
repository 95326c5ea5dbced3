"""What besides training may move the mind, as columns: only what lies before the exposure, or beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mettle.errors import InputError
from mettle.trials.exposure import Excluded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mettle.diary import Signal
    from mettle.trials.exposure import Axis, Bout

STEP = ("medicine_change", "therapy_change")
LEVEL = ("sleep_h", "sleep_quality", "other_activity_min", "alcohol_units", "caffeine_mg")
EVENT = ("illness",)
INSEPARABLE_DAYS = 14
"""A change of medicine or therapy this close to the first session cannot be told apart from training."""

Columns = list[tuple[str, "NDArray[np.float64]", float]]


def signal_columns(
    signals: Sequence[Signal],
    axis: Axis,
    day: NDArray[np.int64],
    bouts: Sequence[Bout],
) -> tuple[Columns, list[str], list[Excluded]]:
    """Columns (name, values (n,), prior sd in SD units), notes and what was left out.

    Sleep is that of the night before (recorded under the day it ends on). A value recorded after that day's session is
    left out, because it may be a consequence of the session. A missing day takes the person's mean.
    """
    notes: list[str] = []
    excluded: list[Excluded] = []
    columns: Columns = []
    if not day.size:
        return columns, notes, excluded
    starts: dict[int, float] = {}
    for bout in bouts:
        if bout.start is not None:
            starts[bout.day] = min(bout.start, starts.get(bout.day, bout.start))
    names = list(dict.fromkeys(s.name for s in signals))
    for name in names:
        own = [s for s in signals if s.name == name]
        if name in STEP:
            columns += _steps(name, own, axis=axis, day=day, bouts=bouts, notes=notes)
            continue
        values, late = _daily(own, axis, starts)
        excluded += [
            Excluded(name, when, "recorded after that day's session, so it may be its consequence") for when in late
        ]
        if name == "cycle_day":
            angle = np.array([2 * np.pi * values[d] / 28 if d in values else np.nan for d in day.tolist()])
            columns += [
                ("cycle_sin", np.nan_to_num(np.sin(angle)), 0.4),
                ("cycle_cos", np.nan_to_num(np.cos(angle)), 0.4),
            ]
        else:
            column = _level(values, day, event=name in EVENT)
            if column is not None:
                columns.append((name, column, 0.5))
                share = float(np.mean([d not in values for d in day.tolist()]))
                if share > 0.3 and name not in EVENT:
                    notes.append(f"signal_sparse:{name}")
        if name in ("sleep_h", "sleep_quality"):
            notes.append("sleep_between")
    return columns, list(dict.fromkeys(notes)), excluded


def refuse_consequences(names: Sequence[str], allowed: Sequence[str]) -> None:
    """Raise InputError where a covariate may be a consequence of training (another outcome of the same check-in)."""
    for name in names:
        if name not in allowed:
            raise InputError(
                f"{name!r} cannot be adjusted for: it may be a consequence of the session, and adjusting would hide the "
                f"effect; allowed: {', '.join(allowed)}",
                where="--adjust",
            )


def _steps(
    name: str, own: Sequence[Signal], *, axis: Axis, day: NDArray[np.int64], bouts: Sequence[Bout], notes: list[str]
) -> Columns:
    columns: Columns = []
    changes = sorted({axis.day(s.when) for s in own if s.value != 0})
    first = min((b.day for b in bouts), default=None)
    for number, change in enumerate(changes, start=1):
        if first is not None and abs(change - first) <= INSEPARABLE_DAYS:
            notes.append(f"cannot_be_separated:{name}")
        column = (day >= change).astype(float)
        if 0 < column.sum() < column.size:
            columns.append((f"{name}_{number}", column, 1.0))
    return columns


def _daily(own: Sequence[Signal], axis: Axis, starts: dict[int, float]) -> tuple[dict[int, float], list[str]]:
    values: dict[int, list[float]] = {}
    late: list[str] = []
    for s in own:
        day, at = axis.day(s.when), axis.t(s.when)
        if (
            at is not None
            and day in starts
            and at > starts[day]
            and s.name not in ("sleep_h", "sleep_quality", "cycle_day")
        ):
            late.append(str(s.when))
            continue
        values.setdefault(day, []).append(s.value)
    return {d: float(np.mean(v)) for d, v in values.items()}, late


def _level(values: dict[int, float], day: NDArray[np.int64], *, event: bool) -> NDArray[np.float64] | None:
    if event:
        column = np.array([values.get(d, 0.0) for d in day.tolist()])
        return column if np.ptp(column) > 0 else None
    known = np.array([values.get(d, np.nan) for d in day.tolist()])
    seen = known[~np.isnan(known)]
    if seen.size < 7 or float(np.std(seen)) == 0:
        return None
    return np.nan_to_num((known - float(np.mean(seen))) / float(np.std(seen)), nan=0.0)
