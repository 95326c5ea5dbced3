"""One person's drawn schedule: trial.json read strictly, and which arm a day was assigned to."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, cast, get_args

from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Kind = Literal["session", "days", "pairs", "blocks", "am_pm", "variant"]
LONGEST = 1200
"""Days that a schedule may span: more is a mistyped year."""
Phase = Literal["run_in", "trial", "washout"]
Part = Literal["am", "pm"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one day, or one half of it, was assigned to.

    Parameters
    ----------
    on
        The local day (03:00 to 03:00).
    arm
        One of the schedule's arms.
    part
        ``am`` or ``pm`` where the day was halved; otherwise None.
    phase
        Only ``trial`` days are compared.
    session
        Whether a session stands on this day where its arm trains; a block has days without one.
    rate
        Whether ratings are asked for; a session trial asks on as many rest days as there are sessions.
    """

    on: date
    arm: str
    part: Part | None = None
    phase: Phase = "trial"
    session: bool = True
    rate: bool = True


@dataclass(frozen=True, slots=True)
class Schedule:
    """A realised schedule, drawn once and stored.

    Parameters
    ----------
    kind
        The design.
    arms
        Two names; the effect is the first against the second, and training always comes before rest.
    assignments
        In time order.
    outcome, swc
        What was declared at the start; None where nothing was.
    seed
        What the draw was made with.
    claims
        Ids of the claims tested.
    draws, claims_sha256
        How often it was drawn before it began, and the hash of what was declared.
    """

    kind: Kind
    arms: tuple[str, str]
    assignments: tuple[Assignment, ...]
    outcome: str | None = None
    swc: float | None = None
    seed: int | None = None
    claims: tuple[str, ...] = ()
    draws: int | None = None
    claims_sha256: str | None = None

    @property
    def trial_days(self) -> dict[date, str]:
        """Day -> arm, for the days that are compared; a halved day counts as its first half."""
        days: dict[date, str] = {}
        for a in self.assignments:
            if a.phase == "trial":
                days.setdefault(a.on, a.arm)
        return days

    @property
    def session_days(self) -> dict[date, str]:
        """Day -> arm, for the compared days on which a session of their arm stands, or would but for rest."""
        with_session = {a.on for a in self.assignments if a.session}
        return {on: arm for on, arm in self.trial_days.items() if on in with_session}

    @property
    def compared_days(self) -> frozenset[date]:
        """Days whose ratings enter: those compared, and those between the sessions of a comparison of two ways."""
        days = frozenset(self.trial_days)
        if not days or "rest" in self.arms:
            return days
        length = (max(days) - min(days)).days + 2
        between = {min(days) + timedelta(days=d) for d in range(length)}
        return days | (between - {a.on for a in self.assignments})


def read_schedule(path: Path) -> Schedule:
    """A schedule from trial.json.

    Raises
    ------
    InputError
        Where the file is not such a schedule; the message names the field and what is allowed.
    """
    return schedule_from(read_document(path), where=path.name)


def read_document(path: Path) -> object:
    """The parsed trial.json, unchecked; InputError where it is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, a number of thousands of digits
        raise InputError(f"expected a JSON schedule made by `mettle trial design` ({error})", where=path.name) from None


def together(schedules: Sequence[tuple[str, Schedule]]) -> Schedule:
    """Several trials of one diary as one, where they compare the same and share no day.

    Parameters
    ----------
    schedules
        File name and schedule of each, at least one.

    Raises
    ------
    InputError
        Where two of them assign the same day, or compare different things.
    """
    ordered = sorted(schedules, key=lambda named: named[1].assignments[0].on)
    for i, (name, one) in enumerate(ordered):
        for other_name, other in ordered[i + 1 :]:
            if both := sorted({a.on for a in one.assignments} & {a.on for a in other.assignments}):
                raise InputError(
                    f"two trials overlap: {name} and {other_name} both assign {len(both)} day{'s' if len(both) > 1 else ''} ({both[0]} to "
                    f"{both[-1]}); what a day did cannot be told to two trials, so give one of them",
                    where="--schedule",
                )
            if (one.kind, one.arms, one.outcome) != (other.kind, other.arms, other.outcome):
                raise InputError(
                    f"{name} and {other_name} compare different things; give one of them", where="--schedule"
                )
    first = ordered[0][1]
    if len(ordered) == 1:
        return first
    return replace(first, assignments=tuple(a for _, s in ordered for a in s.assignments), seed=None, draws=None)


def schedule_from(document: object, where: str = "trial.json") -> Schedule:
    """A schedule from the parsed document; see `read_schedule`."""
    if not isinstance(document, dict):
        raise InputError("expected an object with kind, arms and schedule", where=where)
    kind = document.get("kind")
    if kind not in get_args(Kind):
        raise InputError(f"kind must be one of {', '.join(get_args(Kind))}, got {kind!r}", where=where)
    arms = document.get("arms")
    if not (isinstance(arms, list) and len(arms) == 2 and all(isinstance(a, str) for a in arms) and arms[0] != arms[1]):
        raise InputError(f"arms must be two different names, got {arms!r}", where=where)
    rows = document.get("schedule")
    if not isinstance(rows, list) or not rows:
        raise InputError("schedule must be a list of at least one day", where=where)
    assignments = tuple(_assignment(row, index, arms, where) for index, row in enumerate(rows, start=1))
    days = [a.on for a in assignments]
    if (max(days) - min(days)).days >= LONGEST:
        raise InputError(f"a schedule spans at most {LONGEST} days, got {min(days)} to {max(days)}", where=where)
    stamps = [(a.on, a.part) for a in assignments]
    if len(set(stamps)) != len(stamps):
        seen: set[tuple[date, Part | None]] = set()
        twice = next(s for s in stamps if s in seen or seen.add(s))  # type: ignore[func-returns-value]  # add gives None
        raise InputError(f"{twice[0]} is assigned twice", where=where)
    swc = document.get("swc")
    if swc is not None and not (isinstance(swc, int | float) and swc > 0):
        raise InputError(f"swc must be a number above 0 or null, got {swc!r}", where=where)
    outcome = document.get("outcome")
    if outcome is not None and not isinstance(outcome, str):
        raise InputError(f"outcome must be a name or null, got {outcome!r}", where=where)
    claims = document.get("claims") or []
    if not (isinstance(claims, list) and all(isinstance(c, str) for c in claims)):
        raise InputError(f"claims must be a list of ids like 3.3, got {claims!r}", where=where)
    seed = document.get("seed")
    return Schedule(
        kind=cast("Kind", kind),
        arms=("train", "rest") if set(arms) == {"train", "rest"} else (arms[0], arms[1]),
        assignments=tuple(sorted(assignments, key=lambda a: (a.on, a.part or ""))),
        outcome=outcome,
        swc=None if swc is None else float(swc),
        seed=seed if isinstance(seed, int) else None,
        claims=tuple(claims),
        draws=draws if isinstance(draws := document.get("draws"), int) else None,
        claims_sha256=pinned if isinstance(pinned := document.get("claims_sha256"), str) else None,
    )


def _assignment(row: object, index: int, arms: list[str], where: str) -> Assignment:
    place = f"schedule entry {index}"
    if not isinstance(row, dict):
        raise InputError(f"{place} must be an object with on and arm", where=where)
    try:
        on = date.fromisoformat(str(row.get("on")))
    except ValueError:
        raise InputError(f"{place}: on must be a date like 2026-11-22, got {row.get('on')!r}", where=where) from None
    arm = _choice(row, "arm", (*arms, None), place, where)
    phase = _choice(row, "phase", ("run_in", "trial", "washout"), place, where, default="trial")
    part = _choice(row, "part", ("am", "pm", None), place, where)
    if arm is None and phase == "trial":
        raise InputError(f"{place}: a trial day needs an arm ({' or '.join(arms)})", where=where)
    flags = {field: row.get(field, True) for field in ("session", "rate")}
    for field, value in flags.items():
        if not isinstance(value, bool):
            raise InputError(f"{place}: {field} must be true or false, got {value!r}", where=where)
    return Assignment(on, arm or "", cast("Part | None", part), cast("Phase", phase), **flags)


def _choice(
    row: Mapping[str, object],
    field: str,
    allowed: tuple[str | None, ...],
    place: str,
    where: str,
    *,
    default: str | None = None,
) -> str | None:
    value = row.get(field, default)
    if value not in allowed:
        names = ", ".join("null" if a is None else a for a in allowed)
        raise InputError(f"{place}: {field} must be one of {names}, got {value!r}", where=where)
    return value
