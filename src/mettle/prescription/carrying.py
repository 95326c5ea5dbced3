"""What a person has already done, as a profile takes it: the next plan begins where the last one ended.

Only what was really lifted counts. A maximum is read from ordinary sets with the same line that turns a maximum into a load
(Epley 1985), so that the same work gives the same load again; sets of many repetitions say no more than `MOST_REPS` do. After a
break everything begins lower, by the rows that the day-to-day progression uses too.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mettle.prescription.dose import rows
from mettle.prescription.progress import HOLD_STEP_S
from mettle.training.catalogue import exercises
from mettle.training.strength import UNSTATED_RIR, one_rep_max

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from mettle.training import PerformedSession, PerformedSet

LATEST = 3
"""Sessions of an exercise that say what somebody can do now: the best of them, so that one easy day takes nothing away."""

MOST_REPS = 15
"""Repetitions, those in reserve included, beyond which a set is only known to have been light."""

FORGOTTEN_DAYS = 26 * 7
"""After half a year off, what was lifted before says too little to begin with."""

WEEKS_SEEN = 12
EXPERIENCED_WEEKS = 8
"""Weeks of training after which somebody who had never lifted counts as a novice. Ours: the table's novices train for months."""

STALE_WEEKS_DAYS = 28


def carried(sessions: Iterable[PerformedSession], on: date) -> dict[str, Any]:
    """The fields of a profile that a log answers: ``one_rm_kg``, ``last_done``, ``weeks_trained`` and ``months_off``.

    Parameters
    ----------
    sessions
        What was done, in any order; exercises that the catalogue does not know say nothing.
    on
        The day that the plan is for.

    Returns
    -------
    dict
        Empty where nothing was trained before that day.

    >>> carried([], None)
    {}
    """
    done = sorted((s for s in sessions if s.skipped is None and s.work_sets), key=lambda s: s.start.sort_key)
    past = [s for s in done if s.start.day <= on]
    if not past:
        return {}
    off = (on - past[-1].start.day).days
    found: dict[str, Any] = {"months_off": round(off / 28, 1)}
    recent = {(on - s.start.day).days // 7 for s in past if s.start.day > on - timedelta(weeks=WEEKS_SEEN)}
    if off < STALE_WEEKS_DAYS:
        found["weeks_trained"] = len(recent)
    maxima, lasts = {}, {}
    for exercise, times in _by_exercise(past).items():
        since = (on - times[-1][0]).days
        if since > FORGOTTEN_DAYS:
            continue
        share = kept_after(since) * (1 - rows()["miss"]["pain_cut"] if times[-1][1] else 1.0)
        if maximum := _maximum([sets for _, _, sets in times[-LATEST:]], hands=exercises()[exercise].implements):
            maxima[exercise] = round(max(0.5, min(600.0, maximum * share)), 2)
        elif last := _last(times[-1][2], share):
            lasts[exercise] = last
    return found | ({"one_rm_kg": maxima} if maxima else {}) | ({"last_done": lasts} if lasts else {})


def onward(
    profile: Mapping[str, Any],
    sessions: Iterable[PerformedSession],
    on: date,
    *,
    replaced: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A PROFILE document that knows what was done: what the next plan is made from.

    Parameters
    ----------
    profile
        What the person told.
    sessions, on
        As in `carried`. What the log knows of a lift stands before what was told of it.
    replaced
        Exercise that the person put out of their plans for good -> the one they chose instead.
    """
    known = carried(sessions, on)
    made = dict(profile) | known
    for name in ("one_rm_kg", "last_done"):
        both = {**profile.get(name, {}), **known.get(name, {})}
        made |= {name: both} if both else {}
    if made.get("experience") == "none" and known.get("weeks_trained", 0) >= EXPERIENCED_WEEKS:
        made["experience"] = "novice"
    out = dict.fromkeys([*profile.get("avoid", ()), *(replaced or {})])
    taste = profile.get("preferences") or {}
    left = outgrown(made.get("last_done", ()), made.get("one_rm_kg", ()))
    dislike = dict.fromkeys([*taste.get("dislike", ()), *(e for e in left if e not in taste.get("like", ()))])
    chosen = (e for e in (replaced or {}).values() if e not in dislike)
    like = [e for e in dict.fromkeys([*taste.get("like", ()), *chosen]) if e not in out]
    if out:
        made["avoid"] = list(out)
    if like or dislike:
        made["preferences"] = {"like": like, "dislike": list(dislike)}
    return made


def kept_after(days_off: int) -> float:
    """The share of a load to come back with after a break.

    >>> [kept_after(days) for days in (3, 14, 30, 100)]
    [1.0, 0.9, 0.8, 0.6]
    """
    back = rows()["back"]
    for days, name in ((84, "load_after_12_weeks"), (28, "load_after_4_weeks"), (14, "load_after_2_weeks")):
        if days_off >= days:
            return float(back[name])
    return 1.0


def outgrown(lasts: Iterable[str], maxima: Iterable[str] = ()) -> tuple[str, ...]:
    """Exercises whose harder version is among those done: the plan has gone on from them.

    >>> outgrown(["incline_push_up", "push_up"])
    ('incline_push_up',)
    """
    done = {*lasts, *maxima}
    return tuple(sorted(e for e in done if exercises()[e].progression in done))


def _by_exercise(past: list[PerformedSession]) -> dict[str, list[tuple[date, bool, list[PerformedSet]]]]:
    """Exercise -> day, whether it hurt, and work sets, one a session in time order; what came before pain is left out."""
    found: dict[str, list[tuple[date, bool, list[PerformedSet]]]] = defaultdict(list)
    for session in past:
        hurt = (session.pain or 0) > rows()["miss"]["pain_above"]
        sets: dict[str, list[PerformedSet]] = defaultdict(list)
        for one in session.work_sets:
            if one.exercise.name in exercises():
                sets[one.exercise.name].append(one)
        for exercise, of_it in sets.items():
            found[exercise] = [*([] if hurt else found[exercise]), (session.start.day, hurt, of_it)]
    return found


def _maximum(times: list[list[PerformedSet]], *, hands: int) -> float | None:
    """The best one-repetition maximum that loaded sets of the latest sessions speak for, as a setting counts it."""
    said = [m for sets in times for s in sets if (m := _of_set(s, hands=hands)) is not None]
    return max(said, default=None)


def _of_set(one: PerformedSet, *, hands: int) -> float | None:
    if one.status != "done" or not one.reps or one.load is None or one.load_kind not in ("external", "stack", "sled"):
        return None
    if one.load_kind == "external" and hands == 2 and not one.per_hand:
        return None  # a pair that was written down as one load: whose it is cannot be told
    load = float(one.load.kg)
    left = UNSTATED_RIR if one.rir is None else one.rir
    return one_rep_max(load, min(MOST_REPS, one.reps + left)) if load > 0 else None


def _last(sets: list[PerformedSet], share: float) -> dict[str, Any]:
    """What was done of an exercise without kilograms, the weakest set deciding; lower after a break."""
    done = [s for s in sets if s.status == "done"]
    reps = min((s.reps for s in done if s.reps), default=None)
    hold = min((s.hold_s for s in done if s.hold_s), default=None)
    colour = next((s.colour for s in reversed(done) if s.colour), None)
    found: dict[str, Any] = {}
    if reps:
        found["reps"] = max(1, min(100, int(reps * share)))
    if hold:
        found["hold_s"] = max(HOLD_STEP_S, min(600, HOLD_STEP_S * int(hold * share / HOLD_STEP_S)))
    if colour:
        found["colour"] = colour
    return found
