"""When a safety rule fires during a trial: the stretch ends, the trial goes on without any, the data so far stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from mettle.errors import InputError
from mettle.trials.design import sampler
from mettle.trials.schedule import schedule_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from mettle.trials.randomisation import Redraw
    from mettle.trials.schedule import Schedule

GoesOn = Literal["as_planned", "two_ways"]
WORDS = "Any stretch without training is over: from today you train as planned. What you recorded so far stays and can be analysed."
WORDS_INJURY = "The comparison is over; heal first. What you recorded so far stays and can be analysed."
REASONS = ("stop_item9", "stop_deterioration", "stop_phq9_rise", "stop_injury")


def end_stretch(
    trial: Mapping[str, Any], on: date, *, reason: str, arms: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The trial from a day on without any day on which training is not allowed; the input is not changed.

    Days before ``on`` stay as they were drawn, so that what was recorded can be analysed as assigned. From ``on``, a trial
    against rest goes on as training as planned: no arm, not compared. Where ``arms`` names two ways of training, the second
    document to draw is theirs (`Wish`), beginning on ``on``; it is a trial of its own. A trial of two ways goes on unchanged,
    but for an injury, which ends it.

    Parameters
    ----------
    trial
        The document of trial.json.
    on
        The day on which the rule fired: training is free again on this very day.
    reason
        One of ``stop_item9``, ``stop_deterioration``, ``stop_phq9_rise``, ``stop_injury``.
    arms
        Two ways of training to go on with; None to train as planned.

    Raises
    ------
    InputError
        For an unknown reason, a day outside the trial, or arms that hold rest.
    """
    told = schedule_from(trial)
    if trial.get("ended"):
        raise InputError("it was ended before; what was recorded can be analysed as it is")
    if reason not in REASONS:
        raise InputError(f"reason must be one of {', '.join(REASONS)}, got {reason!r}")
    if arms is not None and "rest" in arms:
        raise InputError(f"a trial goes on with two ways of training, got {' and '.join(arms)}")
    days = [a.on for a in told.assignments]
    if not days[0] <= on <= days[-1]:
        raise InputError(f"{on} lies outside the trial ({days[0]} to {days[-1]})")
    rests = "rest" in told.arms
    goes_on = arms is not None or not rests
    ended: dict[str, Any] = {
        "on": on.isoformat(),
        "reason": reason,
        "text": WORDS if reason != "stop_injury" else WORDS_INJURY,
        "goes_on": "two_ways" if goes_on and reason != "stop_injury" else "as_planned",
        "arms": None if arms is None or reason == "stop_injury" else list(arms),
    }
    stays = not rests and reason != "stop_injury"
    if not stays:
        ended["was"] = [dict(row) for row in trial["schedule"] if date.fromisoformat(row["on"]) >= on]
    schedule = [dict(row) if stays or date.fromisoformat(row["on"]) < on else _free(row) for row in trial["schedule"]]
    return {**trial, "schedule": schedule, "ended": ended}


def as_drawn(trial: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The trial as it was drawn, before it was ended; None where an ended one does not say."""
    ended = trial.get("ended")
    if ended is None:
        return trial
    if not isinstance(ended, dict) or not isinstance(on := ended.get("on"), str):
        raise InputError("ended must be as `mettle trial end` writes it", where="trial.json")
    if ended.get("goes_on") == "two_ways" and ended.get("arms") is None:
        return trial
    was = ended.get("was")
    if not isinstance(was, list) or not all(isinstance(row, dict) for row in was):
        return None
    return {**trial, "schedule": [row for row in trial["schedule"] if row["on"] < on] + was}


def redraw_of(trial: object) -> Redraw | None:
    """How to draw a trial again for the randomisation test, from the set that it was drawn from before it was ended.

    Only the days before the end are drawn anew: what came after is the same under every draw, because what was rated decided it.

    Parameters
    ----------
    trial
        The document of trial.json, ended or not.

    Returns
    -------
    Redraw or None
        None where the document does not say how it was drawn: a bare list of days, one without constraints, or one that was
        ``stopped`` by choice, whose later days were taken away (the p value belongs to the planned end).
    """
    if not isinstance(trial, dict) or not trial.get("constraints") or trial.get("stopped"):
        return None
    drawn = as_drawn(trial)
    if drawn is None:
        return None
    again = sampler(drawn)
    if drawn is trial:
        return again
    on = date.fromisoformat(trial["ended"]["on"])
    after = tuple(a for a in schedule_from(trial).assignments if a.on >= on)

    def before(rng: np.random.Generator) -> Schedule:
        found = again(rng)
        return replace(found, assignments=tuple(a for a in found.assignments if a.on < on) + after)

    return before


def _free(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same day with training as planned: no arm, not compared."""
    kept = {"on": row["on"], "part": None, "arm": None, "phase": "washout"}
    return (
        kept | {key: row[key] for key in ("session", "rate") if key in row} | ({"rate": True} if "rate" in row else {})
    )
