"""How one exercise goes on from what was really done: the rules, as a state that each session moves.

The intended load moves in small steps and is never rounded; what is set is the nearest load that exists. So a coarse
pair of dumbbells delays a step and never blocks it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mettle.prescription.dose import rows
from mettle.training.catalogue import exercises
from mettle.words import Figure, say

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

LOWER_STEP, UPPER_STEP = 0.05, 0.025
"""Share that a success adds to the intended load: legs and hips, and the rest.

Source: ACSM 2009 progression models, doi:10.1249/MSS.0b013e3181915670 (2-10%)."""

COARSE = 0.10
"""A step larger than this asks for more repetitions first."""

MOST_EXTRA_REPS = 5
STALE_AFTER = 6
"""Sessions between bottom and top of the range, without a success, that make a plateau."""

MOST_HOLD_S, HOLD_STEP_S = 60, 5
BODY_TOP = 20
"""Repetitions without load from which the harder exercise comes."""

RIR_STEP, MOST_RIR_STEP = 0.03, 0.075
"""Share of the load a repetition in reserve is worth, and the most that one session changes."""

_LOWER = ("squat", "hinge", "lunge", "knee_flexion", "carry")


@dataclass(frozen=True, slots=True)
class Change:
    """What is different next time, and why. ``before`` and ``after`` are loads, or words where no number tells it."""

    exercise: str
    code: str
    before: float | str | None
    after: float | str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where an exercise stands.

    Parameters
    ----------
    intended
        Kilograms, or the place on the ladder of bands or angles; None before the first session or without a load.
    extra_reps
        Repetitions above the planned range while the next load is far.
    hold_s
        Seconds of a timed set; None before the first session.
    misses, stale
        Misses in a row, and sessions without success in a row.
    swapped
        Exercise done instead, or None.
    sore
        Sessions with pain in a row.
    percent
        Relative intensity, 0-100, that ``intended`` belongs to; only for waves.
    """

    intended: float | None = None
    extra_reps: int = 0
    hold_s: int | None = None
    misses: int = 0
    stale: int = 0
    swapped: str | None = None
    sore: int = 0
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of an exercise in a session, the weakest set and side deciding.

    Parameters
    ----------
    sets
        Work sets done.
    reps, hold_s
        Fewest repetitions and seconds of them.
    load
        Least load, kilograms or place on the ladder; None where not recorded.
    rir
        Mean repetitions in reserve, None where not recorded.
    stopped
        A set was missed or broken off.
    """

    sets: int
    reps: int | None
    hold_s: float | None
    load: float | None
    rir: float | None
    stopped: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of an exercise: as in the session that the person saw."""

    sets: int
    low: int | None
    high: int | None
    hold_s: int | None
    load: float | None
    rir: float | None


def step_of(exercise: str) -> float:
    """Share that a success adds to the intended load."""
    return LOWER_STEP if exercises()[exercise].pattern in _LOWER else UPPER_STEP


def outcome(asked: Asked, done: Done, rule: str) -> str:
    """``success``, ``between`` or ``miss``: only what was really done counts.

    >>> asked = Asked(3, 8, 10, None, 20.0, 3)
    >>> outcome(asked, Done(3, 10, None, 17.5, 3, stopped=False), "double")  # less load than asked is no success
    'between'
    >>> outcome(asked, Done(3, 7, None, 20.0, 3, stopped=False), "double")
    'miss'
    """
    if done.sets == 0:
        return "miss"
    short = asked.low is not None and done.reps is not None and done.reps < asked.low
    brief = asked.hold_s is not None and done.hold_s is not None and done.hold_s < 0.8 * asked.hold_s
    if done.stopped or short or brief:
        return "miss"
    lighter = asked.load is not None and done.load is not None and done.load < asked.load - 1e-6
    unfinished = done.sets < asked.sets
    wanted = asked.low if rule == "percent_wave" else asked.high
    top = wanted is None or (done.reps is not None and done.reps >= wanted)
    held = asked.hold_s is None or (done.hold_s is not None and done.hold_s >= asked.hold_s)
    spent = asked.rir is not None and done.rir is not None and done.rir < asked.rir - 1
    return "between" if lighter or unfinished or spent or not top or not held else "success"


def _open(name: str | None, allowed: Container[str]) -> str | None:
    return name if name in allowed else None


def after(
    state: State,
    exercise: str,
    *,
    asked: Asked,
    done: Done,
    ladder: Sequence[float],
    rule: str,
    pain: float = 0,
    allowed: Container[str] = (),
) -> tuple[State, str, str]:
    """The state after a session, the code of what changed, and the reason.

    Parameters
    ----------
    ladder
        Every load that can be set, kilograms, or the places 0, 1, 2 ... of bands and angles.
    rule
        ``double``, ``linear``, ``percent_wave`` or ``rir``.
    pain
        0-10, in that session.
    allowed
        Exercises that the person can do, for easier and harder ones.
    """
    miss = rows()["miss"]
    if state.intended is None and asked.load is not None:
        state = replace(state, intended=asked.load)
    if pain > miss["pain_above"]:
        return _sore(state, exercise, asked, pain, allowed)
    state = replace(state, sore=0)
    said = outcome(asked, done, rule)
    if said == "success" and done.load is not None and state.intended is not None and done.load > state.intended:
        state = replace(state, intended=done.load)  # more was lifted than asked, and it was a success
    if (
        rule == "rir"
        and done.rir is not None
        and asked.rir is not None
        and state.intended is not None
        and said != "miss"
    ):
        return _by_reserve(state, asked, done)
    if said == "miss":
        return _missed(state, exercise, allowed)
    if said == "between":
        stale = state.stale + 1
        if stale >= STALE_AFTER and state.intended is not None:
            eased = replace(state, intended=0.9 * state.intended, stale=0, misses=0, extra_reps=0)
            return (
                eased,
                "plateau",
                say("no step forward in {n} sessions: a tenth less, and up again from there", n=STALE_AFTER),
            )
        return (
            replace(state, stale=stale, misses=0),
            "hold",
            say("not yet all repetitions at this load; the same again"),
        )
    return _forward(replace(state, stale=0, misses=0), exercise, asked=asked, ladder=ladder, rule=rule, allowed=allowed)


def _sore(state: State, exercise: str, asked: Asked, pain: float, allowed: Container[str]) -> tuple[State, str, str]:
    cut = rows()["miss"]["pain_cut"]
    sore = state.sore + 1
    easier = _open(exercises()[exercise].regression, allowed)
    intended = None if state.intended is None else state.intended * (1 - cut)
    hold = None if asked.hold_s is None else max(HOLD_STEP_S, round(asked.hold_s * (1 - cut)))
    eased = replace(state, intended=intended, sore=sore, misses=0, stale=0, extra_reps=0, hold_s=hold)
    if easier is not None and (sore >= 2 or state.intended is None):
        return (
            replace(eased, swapped=easier, intended=None, hold_s=None),
            "swap",
            say("pain of {pain} of 10: an easier exercise for now", pain=Figure(f"{pain:g}")),
        )
    return (
        eased,
        "pain",
        say("pain of {pain} of 10: a fifth less; ask somebody qualified if it stays", pain=Figure(f"{pain:g}")),
    )


def _missed(state: State, exercise: str, allowed: Container[str]) -> tuple[State, str, str]:
    miss = rows()["miss"]
    misses = state.misses + 1
    if misses <= miss["repeat_after"]:
        return replace(state, misses=misses), "repeat", say("fewer than asked, once: the same again")
    easier = _open(exercises()[exercise].regression, allowed)
    if misses > miss["cut_after"] and easier is not None:
        return State(swapped=easier), "swap", say("three misses in a row: an easier exercise for now")
    if state.intended is None:
        return (
            replace(state, misses=misses, extra_reps=state.extra_reps - 2),
            "fewer",
            say("two misses in a row: fewer repetitions"),
        )
    lower = state.intended * (1 - miss["cut"])
    return (
        replace(state, misses=misses, intended=lower, extra_reps=0),
        "cut",
        say("two misses in a row: {cut}% less", cut=Figure(f"{100 * miss['cut']:g}")),
    )


def _by_reserve(state: State, asked: Asked, done: Done) -> tuple[State, str, str]:
    assert done.rir is not None
    assert asked.rir is not None
    assert state.intended is not None
    move = max(-MOST_RIR_STEP, min(MOST_RIR_STEP, RIR_STEP * (done.rir - asked.rir)))
    moved = replace(state, intended=state.intended * (1 + move), stale=0, misses=0)
    code = "up" if move > 0 else "down" if move < 0 else "hold"
    return (
        moved,
        code,
        say("{left} were left and {asked} were asked", left=Figure(f"{done.rir:g}"), asked=Figure(f"{asked.rir:g}")),
    )


def _forward(
    state: State, exercise: str, *, asked: Asked, ladder: Sequence[float], rule: str, allowed: Container[str]
) -> tuple[State, str, str]:
    if asked.hold_s is not None:
        longer = asked.hold_s + HOLD_STEP_S
        if longer > MOST_HOLD_S:
            return _harder(state, exercise, allowed, say("held for a minute"))
        return (
            replace(state, hold_s=longer),
            "longer",
            say("held all of it: {seconds} seconds more", seconds=HOLD_STEP_S),
        )
    if state.intended is None:
        if asked.high is not None and asked.high >= BODY_TOP:
            return _harder(state, exercise, allowed, say("{n} repetitions in every set", n=BODY_TOP))
        return (
            replace(state, extra_reps=state.extra_reps + 1),
            "reps",
            say("all repetitions in every set: one more each"),
        )
    if len(ladder) > 1 and _is_places(ladder):
        return _next_place(state, exercise, ladder, allowed)
    step = step_of(exercise)
    intended = state.intended * (1 + step)
    now, then = nearest(ladder, state.intended), nearest(ladder, intended)
    if then > now:
        return replace(state, intended=intended, extra_reps=0), "up", say("all repetitions in every set: the next load")
    above = min((x for x in ladder if x > now), default=None)
    if above is None:
        if state.extra_reps >= MOST_EXTRA_REPS:
            return _harder(
                replace(state, intended=intended), exercise, allowed, say("your heaviest load has become easy")
            )
        return replace(state, extra_reps=state.extra_reps + 1), "reps", say("your heaviest load: one repetition more")
    more = (
        state.extra_reps
        if rule != "double" or (above - now) / max(now, 1) <= COARSE
        else min(MOST_EXTRA_REPS, state.extra_reps + 1)
    )
    return (
        replace(state, intended=intended, extra_reps=more),
        "reps" if more > state.extra_reps else "nearer",
        say("the next load is a big step: it comes a little nearer"),
    )


def _is_places(ladder: Sequence[float]) -> bool:
    return list(ladder) == list(range(len(ladder))) and ladder[0] == 0


def _next_place(
    state: State, exercise: str, ladder: Sequence[float], allowed: Container[str]
) -> tuple[State, str, str]:
    """Bands and angles: three successes, each with a repetition more, then the next one."""
    assert state.intended is not None
    if state.extra_reps < 2:
        return (
            replace(state, extra_reps=state.extra_reps + 1),
            "reps",
            say("all repetitions in every set: one more each, then the next step"),
        )
    if state.intended + 1 > ladder[-1]:
        return _harder(state, exercise, allowed, say("your strongest setting has become easy"))
    return (
        replace(state, intended=state.intended + 1, extra_reps=0),
        "up",
        say("all repetitions in every set: the next step"),
    )


def _harder(state: State, exercise: str, allowed: Container[str], why: str) -> tuple[State, str, str]:
    harder = _open(exercises()[exercise].progression, allowed)
    if harder is None:
        return state, "hold", say("{why}: keep it there, slower if you like", why=why)
    return State(swapped=harder), "harder", say("{why}: the harder exercise", why=why)


def nearest(ladder: Sequence[float], wanted: float) -> float:
    """The load to set for an intended one: the nearest, of two the lighter; the intended one where none is known.

    >>> nearest([4, 6, 8], 7), nearest([], 7.5)
    (6, 7.5)
    """
    return min(ladder, key=lambda x: (abs(x - wanted), x)) if ladder else wanted
