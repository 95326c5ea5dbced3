"""From a candidate and a week to the sets to do: repetitions, load that can be set, effort, rest."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from mettle.prescription.candidates import LIGHT_REPS, hold_s, reps_from, rest_s, too_light
from mettle.prescription.dose import rows
from mettle.training.loads import Setting, heaviest_within
from mettle.training.sets import PlannedSet
from mettle.units import Load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.prescription.candidates import Candidate
    from mettle.prescription.dose import Dose
    from mettle.training.sets import LoadKind, Side

BAND = (60.0, 75.0)
"""The default zone of %1RM for compound work."""

HEAVY_BAND = (80.0, 88.0)
BLOCK = 4
"""Weeks of a block: planned progression, then a deload or a continuation."""


def in_block(week: int) -> int:
    """Where a week stands in its block, 0-3.

    >>> in_block(1), in_block(4), in_block(5)
    (0, 3, 0)
    """
    return (week - 1) % BLOCK


def is_deload(dose: Dose, week: int) -> bool:
    """Whether a week is the planned easing."""
    return dose.deload and in_block(week) == BLOCK - 1


def sets_in_week(base: int, dose: Dose, week: int, *, pulls: bool = False) -> int:
    """Sets of an exercise in a week, from those of the full week; pulling is eased last, so that it never falls behind."""
    if is_deload(dose, week):
        eased = base * rows()["deload"]["sets"]
        return int(max(1, math.ceil(eased) if pulls else round(eased)))
    if dose.ramp and week == 1:
        return base if pulls else max(1, base - 1)
    return base


def reps_range(percent: float, rir: float, dose: Dose) -> tuple[int, int]:
    """Repetitions that leave about so many in reserve at a relative intensity, within the dose's range.

    Epley's line the other way round: repetitions to failure = 30 (100 / percent - 1). People differ severalfold at a
    fixed percentage, so the repetitions in reserve lead and this only says where to expect them.

    Source: Epley 1985 (Poundage chart); spread: Zourdos 2021.

    >>> from mettle.prescription.dose import dose, Dose
    >>> from mettle.prescription.profile import read_profile
    >>> from mettle.prescription.screening import screen
    >>> p = read_profile({"age": 40, "sex": "F", "body_mass_kg": 70, "experience": "intermediate"})
    >>> reps_range(75, 2, dose(p, screen(p)))
    (6, 8)
    """
    top = round(30 * (100 / percent - 1) - rir)
    top = max(min(top, dose.reps[1]), dose.reps[0] - 2)
    return max(1, top - 2), top


def choose(candidate: Candidate, percent: float, band: tuple[float, float]) -> Setting:
    """The setting for a relative intensity: in the band where the person told their maximum, else a careful one below."""
    wanted = percent / 100 * candidate.one_rm_kg
    weighed = [s for s in candidate.settings if s.amount is not None and s.kind in ("kg", "stack", "sled")]
    if not weighed:
        return _ordinal(candidate)
    if not candidate.told:
        careful = Decimal(str(round(wanted * rows()["start"]["caution"], 3)))
        return heaviest_within(weighed, careful) or weighed[0]

    def far(s: Setting) -> tuple[bool, float]:
        share = 100 * float(s.amount or 0) / candidate.one_rm_kg
        return (not band[0] <= share <= band[1], abs(share - percent))

    return min(weighed, key=far)


def _ordinal(candidate: Candidate) -> Setting:
    """Bands and angles: the lightest for small muscles, a middle one for arms and back, a stronger one for legs."""
    last = len(candidate.settings) - 1
    if candidate.last is not None and candidate.last.colour is not None:
        known = next((s for s in candidate.settings if s.colour == candidate.last.colour), None)
        if known is not None:
            return known
    if candidate.kind == "angle":
        return candidate.settings[min(1, last)]
    place = {"squat": 0.67, "hinge": 0.67, "lunge": 0.5, "isolation": 0.0, "vpush": 0.0, "core": 0.0}
    return candidate.settings[math.floor(place.get(candidate.exercise.pattern, 0.34) * last + 0.5)]


def work_sets(
    candidate: Candidate, count: int, dose: Dose, week: int, *, heavy: int = 0, tempo: str | None = None
) -> tuple[PlannedSet, ...]:
    """The sets of an exercise in a week, each side's own where it is done a side at a time."""
    place = in_block(week)
    rir = dose.rirs[place] if not is_deload(dose, week) else max(dose.rirs[place], rows()["deload"]["rir"])
    made: list[PlannedSet] = []
    if candidate.ramp:
        made.extend(_ramp(candidate, dose.percents[place], rest_s=rows()["time"]["ramp_set_s"]))
    sides: Sequence[Side] = ("left", "right") if candidate.exercise.sides == 2 else ("both",)
    for number in range(count):
        strong = number < heavy
        percent = float(rows()["heavy"]["percent"]) if strong else dose.percents[place]
        setting = choose(candidate, percent, HEAVY_BAND if strong else _band(percent))
        made.extend(
            _one(
                candidate,
                setting,
                percent,
                reps=_reps(candidate, dose, percent, rir, strong=strong),
                hold=hold_s(candidate.exercise, dose, candidate.last) if candidate.exercise.timed else None,
                rir=None if candidate.exercise.timed else float(rows()["heavy"]["rir"]) if strong else rir,
                rest=rest_after(candidate, dose, strong=strong, side=side),
                tempo=tempo,
                side=side,
            )
            for side in sides
        )
    return tuple(made)


def rest_after(candidate: Candidate, dose: Dose, *, strong: bool = False, side: Side = "both") -> int:
    """Rest after a set, seconds; from left to right there is none."""
    if side == "left":
        return 0
    return int(rows()["heavy"]["rest_s"]) if strong else rest_s(candidate.exercise, dose)


def _band(percent: float) -> tuple[float, float]:
    return BAND if percent >= BAND[0] else (percent - 7, percent + 7)


def _reps(candidate: Candidate, dose: Dose, percent: float, rir: float, *, strong: bool) -> tuple[int, int] | None:
    if candidate.exercise.timed:
        return None
    if strong:
        low, high = rows()["heavy"]["reps"]
        return low, high
    if too_light(candidate.settings, candidate.one_rm_kg, candidate.exercise):
        return LIGHT_REPS
    if candidate.has_percent:
        return reps_range(percent, rir, dose)
    return reps_from(candidate.last, dose)


def _one(
    candidate: Candidate,
    setting: Setting,
    percent: float,
    *,
    reps: tuple[int, int] | None,
    hold: int | None,
    rir: float | None,
    rest: int,
    tempo: str | None,
    side: Side,
    kind: str = "work",
) -> PlannedSet:
    load_kind: LoadKind = "external" if setting.kind == "kg" else setting.kind
    massed = setting.amount is not None and setting.kind in ("kg", "stack", "sled")
    share: float | None = None
    if candidate.has_percent:
        share = round(100 * float(setting.amount) / candidate.one_rm_kg, 1) if candidate.told and massed else percent  # type: ignore[arg-type]  # massed says that it is a number
    return PlannedSet(
        kind="warm_up" if kind == "warm_up" else "work",
        reps=reps,
        hold_s=hold,
        load=Load(setting.amount, "kg") if massed and setting.amount is not None else None,
        load_kind=load_kind,
        colour=setting.colour,
        per_hand=setting.per_hand,
        percent_1rm=share,
        rir=rir,
        rest_s=rest,
        tempo=tempo,
        side=side,
        angle_deg=int(setting.amount) if setting.kind == "angle" and setting.amount is not None else None,
        set_up=setting.set_up,
    )


def _ramp(candidate: Candidate, percent: float, *, rest_s: int) -> list[PlannedSet]:
    """Two easy sets before the first heavy ones of a bar: about half, then three quarters of the way."""
    top = choose(candidate, percent, _band(percent))
    weighed = [s for s in candidate.settings if s.amount is not None]
    ramp = []
    for share, reps in ((0.5, 6), (0.75, 4)):
        limit = (top.amount or Decimal(0)) * Decimal(str(share))
        setting = heaviest_within(weighed, limit) or weighed[0]
        planned = _one(
            candidate,
            setting,
            percent * share,
            reps=(reps, reps),
            hold=None,
            rir=None,
            rest=rest_s,
            tempo=None,
            side="both",
            kind="warm_up",
        )
        ramp.append(planned)
    return ramp
