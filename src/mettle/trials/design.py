"""A trial of one person, drawn once and written down: trial.json, the same bytes for the same wish and seed."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from mettle import evidence
from mettle.errors import InputError
from mettle.instruments import safety
from mettle.trials.admissible import REST, WEEKDAYS, Admissible, Rules, admissible, session_days, weekday
from mettle.trials.rhythm import leaks
from mettle.trials.schedule import Assignment, Kind, Schedule, schedule_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_DAYS = 1095
LEAST_RHYTHM = 0.05
"""A file that allows a rhythm less than this was not written here, and would have schedules drawn for ever."""
LONGEST_BLOCK, LONGEST_TWO_WAYS = 14, 28
WITHOUT_CLEARANCE = 4
"""Most rest days in a row where a stretch without training is not cleared: what training twice a week leaves anyway."""
HALVES = {"am": "am", "morning": "am", "pm": "pm", "evening": "pm"}
RATINGS = {
    "session": ("before", "half_an_hour_after", "two_hours_after"),
    "days": ("morning", "evening"),
    "pairs": ("morning", "evening"),
    "blocks": ("morning", "evening"),
    "am_pm": ("morning", "evening"),
    "variant": ("before", "half_an_hour_after", "two_hours_after"),
}
"""When ratings are asked for; those of a session trial come at the same clock times on rest days."""
SESSIONS = {"three_sessions": 3, "two_sessions": 2}
"""Arms that differ in how many sessions a week has; they belong to blocks."""
_ARM = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for; `draw` checks it.

    Parameters
    ----------
    kind, arms
        The design, and its two arms; training stands before rest.
    start
        First day, the run-in's where there is one.
    days
        Days compared, run-in not counted.
    rules
        See `Rules`; ``max_without`` is set from ``limit``.
    limit
        How long a schedule may keep this person from training.
    outcome, swc, claims, timezone
        What is declared before the start.
    """

    kind: Kind
    arms: tuple[str, str]
    start: date
    days: int
    rules: Rules = field(default_factory=Rules)
    limit: safety.WithholdingLimit = field(default_factory=lambda: safety.WithholdingLimit(0, ("phq9_absent",)))
    outcome: str | None = None
    swc: float | None = None
    claims: tuple[str, ...] = ()
    timezone: str | None = None

    @property
    def rests(self) -> bool:
        """Whether the second arm is rest."""
        return self.arms[1] == REST


def draw(wish: Wish, *, seed: int, previous: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The document of trial.json.

    Parameters
    ----------
    wish
        What is asked for.
    seed
        The same wish and seed give the same document.
    previous
        The document that this one takes the place of; its draws are counted on, unless it is the very same draw.

    Raises
    ------
    InputError
        Where the wish cannot be met; nothing is drawn then.
    """
    wish = _checked(wish)
    if seed < 0:
        raise InputError(f"--seed must be at least 0, got {seed}")
    rng = np.random.default_rng(seed)
    first = wish.start + timedelta(days=wish.rules.run_in)
    found = admissible(wish.kind, rests=wish.rests, start=first, days=wish.days, rules=wish.rules)
    drawn, tries = found.draw(rng)
    rows = _assignments(wish, found, drawn, rng)
    document: dict[str, Any] = {
        "version": 1,
        "kind": wish.kind,
        "arms": list(wish.arms),
        "timezone": wish.timezone,
        "start": wish.start.isoformat(),
        "days": wish.days,
        "seed": seed,
        "draws": 1,
        "schedule": [_row(a, wish.kind) for a in rows],
        "constraints": _constraints(wish),
        "outcome": wish.outcome,
        "swc": wish.swc,
        "claims": list(wish.claims),
        "claims_sha256": claims_sha256(wish.claims, outcome=wish.outcome, swc=wish.swc, arms=wish.arms),
        "stopping": [{"code": m.code, "text": m.text} for m in safety.stopping_rules()],
        "ratings": list(RATINGS[wish.kind]),
        "notes": [{"code": code, "text": text} for code, text in _notes(wish)],
        "drawing": _drawing(found, drawn, tries),
    }
    return document | {"draws": _draws(document, previous)}


def sampler(trial: Mapping[str, Any]) -> Callable[[np.random.Generator], Schedule]:
    """A function that draws anew from the very set that a trial's schedule was drawn from, for the randomisation test.

    Of a session trial, where only some rest days are rated, it draws from the schedules under which exactly the same days
    are rated: half of them with a session.

    Parameters
    ----------
    trial
        The document of trial.json.
    """
    wish = wish_of(trial)
    rated = None
    first = wish.start + timedelta(days=wish.rules.run_in)
    told = schedule_from(trial)
    if wish.kind == "session":
        rated = tuple((a.on - first).days for a in told.assignments if a.rate and a.phase == "trial")
        if 2 * sum(a.arm == wish.arms[0] for a in told.assignments) != len(rated):
            rated = None  # more sessions than rest days: every rest day was rated
    found = admissible(wish.kind, rests=wish.rests, start=first, days=wish.days, rules=wish.rules, rated=rated)

    def again(rng: np.random.Generator) -> Schedule:
        drawn, _ = found.draw(rng)
        return replace(told, assignments=tuple(_assignments(wish, found, drawn, rng)))

    return again


def wish_of(trial: Mapping[str, Any]) -> Wish:
    """What a trial.json was drawn from."""
    told = schedule_from(trial)
    try:
        c = trial["constraints"]
        rules = Rules(
            weekdays=tuple(str(day) for day in c["weekdays"]),
            per_week=None if c["per_week"] is None else (int(c["per_week"][0]), int(c["per_week"][1])),
            min_gap_h=float(c["min_gap_hours"]),
            max_run=int(c["max_run"]),
            block_days=int(c["block_days"]),
            run_in=int(c["run_in"]),
            washout=int(c["washout"]),
            max_without=None if c["max_days_without_training"] is None else int(c["max_days_without_training"]),
            rhythm=None if c["rhythm_limit"] is None else float(c["rhythm_limit"]),
        )
        if abs((date.fromisoformat(trial["start"]) - told.assignments[0].on).days) > LONGEST_TWO_WAYS:
            raise ValueError(trial["start"])
        if rules.rhythm is not None and not LEAST_RHYTHM <= rules.rhythm <= 1:
            raise ValueError(rules.rhythm)
        start, days = date.fromisoformat(trial["start"]), int(trial["days"])
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError):
        raise InputError(
            "start, days and constraints must be as `mettle trial design` writes them, or nothing can be drawn again",
            where="trial.json",
        ) from None
    arms = told.arms
    _in_range(days, rules, rests=arms[1] == REST)
    return Wish(told.kind, arms, start, days, rules, outcome=told.outcome, swc=told.swc)


def claims_sha256(claims: tuple[str, ...], *, outcome: str | None, swc: float | None, arms: tuple[str, str]) -> str:
    """The hash that pins down before the start what is tested: the claims' words, the outcome, the SWC and the arms.

    SHA-256 of canonical JSON (sorted keys, no spaces, UTF-8).
    """
    told = [
        {
            "id": c.id,
            "says": c.says,
            "exposure": c.exposure,
            "outcomes": list(c.outcomes),
            "horizon": c.horizon,
            "design": c.design,
        }
        for c in sorted((evidence.claim(i) for i in claims), key=lambda c: c.id)
    ]
    document = {"claims": told, "outcome": outcome, "swc": swc, "arms": list(arms)}
    return hashlib.sha256(
        json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def _checked(wish: Wish) -> Wish:
    rules, rests = wish.rules, wish.rests
    for arm in wish.arms:
        if not _ARM.fullmatch(arm):
            raise InputError(f"--arms: names are like heavier or 30_minutes (a-z, 0-9, _), got {arm!r}")
    if wish.arms[0] == wish.arms[1] or wish.arms[0] == REST:
        raise InputError(f"--arms must be two different ways, rest as the second; got {','.join(wish.arms)}")
    _in_range(wish.days, rules, rests=rests)
    if wish.swc is not None and not 0 < wish.swc < float("inf"):
        raise InputError(f"--swc must be a number above 0, got {wish.swc:g}")
    if wish.kind == "am_pm" and {HALVES.get(a) for a in wish.arms} != {"am", "pm"}:
        raise InputError(f"--kind am_pm compares morning with evening, got --arms {','.join(wish.arms)}")
    if set(wish.arms) & set(SESSIONS) and wish.kind != "blocks":
        raise InputError(f"--arms {','.join(wish.arms)} differ from week to week: use --kind blocks")
    if wish.kind == "session" and not rests:
        raise InputError("--kind session compares a session with rest; for two ways of training use --kind variant")
    if wish.kind == "variant" and rests:
        raise InputError(
            "--kind variant compares two ways of training; against rest use session, days, pairs or blocks"
        )
    if rules.washout and (wish.kind != "blocks" or rules.washout >= rules.block_days / 2):
        raise InputError("--washout belongs to --kind blocks, and must be shorter than half of --block-days")
    return replace(wish, rules=_with_limits(wish))


def _in_range(days: int, rules: Rules, *, rests: bool) -> None:
    for value, low, high, name in (
        (days, 2, MOST_DAYS, "--days"),
        (rules.run_in, 0, 28, "--run-in"),
        (rules.washout, 0, 14, "--washout"),
        (rules.max_run, 1, 14, "--max-run"),
        (rules.block_days, 2, LONGEST_BLOCK if rests else LONGEST_TWO_WAYS, "--block-days"),
    ):
        if not low <= value <= high:
            why = " (more than 14 days without training is never drawn)" if name == "--block-days" and rests else ""
            raise InputError(f"{name} must be from {low} to {high}, got {value}{why}")
    if not 0 < rules.min_gap_h <= 168:
        raise InputError(f"--min-gap-hours must be above 0 and at most 168, got {rules.min_gap_h:g}")
    if rules.per_week is not None and not 0 <= rules.per_week[0] <= rules.per_week[1] <= 7:
        raise InputError(f"--per-week must be like 2-4, from 0 to 7, got {rules.per_week[0]}-{rules.per_week[1]}")
    if not rules.weekdays or not set(rules.weekdays) <= set(WEEKDAYS):
        raise InputError(f"--weekdays must be some of {','.join(WEEKDAYS)}, got {','.join(rules.weekdays) or 'none'}")


def _with_limits(wish: Wish) -> Rules:
    rules = wish.rules
    if not wish.rests:
        return replace(rules, max_without=None)
    cleared = wish.limit.max_days
    if wish.kind == "blocks" and not cleared:
        raise InputError(
            f"stretches without training are not offered: {why_not_cleared(wish.limit)}; "
            "use --kind days, pairs or session, or compare two ways of training (--arms heavier,lighter)"
        )
    if cleared and rules.run_in > cleared:
        raise InputError(f"--run-in must be at most {cleared} days before a trial against rest, got {rules.run_in}")
    per_week = rules.per_week
    if wish.kind in ("session", "days") and per_week is None:
        open_days = len(set(rules.weekdays))
        per_week = (2, 4) if open_days == 7 else (max(1, open_days // 2), open_days)
    return replace(rules, per_week=per_week, max_without=cleared or WITHOUT_CLEARANCE)


_WHY = {
    "phq9_absent": "there is no PHQ-9 of the last 14 days (give --scores FILE)",
    "phq9_old": "the PHQ-9 is older than 14 days (fill it in again, give --scores FILE)",
    "phq9_high": "the PHQ-9 is 15 or more",
    "item9": "question 9 of the PHQ-9 was answered above 0 (`mettle help` shows who is there now)",
    "item9_missing": "question 9 of the PHQ-9 is blank or not in the file",
    "condition": "a condition in the profile rules them out",
    "minor": "they are for adults only",
    "deterioration": "the last days look harder than usual",
}


def why_not_cleared(limit: safety.WithholdingLimit) -> str:
    """Why no stretch without training may be drawn, in words; empty where one may."""
    return "; ".join(_WHY[reason] for reason in limit.reasons)


def _assignments(wish: Wish, found: Admissible, drawn: list[int], rng: np.random.Generator) -> list[Assignment]:
    first = wish.start + timedelta(days=wish.rules.run_in)
    rows = [
        Assignment(wish.start + timedelta(days=d), "", None, "run_in", session=False) for d in range(wish.rules.run_in)
    ]
    by_day = dict(zip(found.days, drawn, strict=True))
    rated = _rated(wish, by_day, rng)
    sessions = {arm: _sessions(first, wish, arm) for arm in wish.arms} if wish.kind == "blocks" else None
    washing = found.washing(drawn)
    alone = set(by_day) - set(found.compared) if wish.kind == "pairs" else set()
    for day, symbol in by_day.items():
        arm = wish.arms[symbol]
        rows.append(
            Assignment(
                on=first + timedelta(days=day),
                arm=arm,
                part=HALVES[arm] if wish.kind == "am_pm" else None,  # type: ignore[arg-type]  # am or pm, as checked
                phase="washout" if day in washing or _left_over(day, first, wish, alone) else "trial",
                session=arm != REST and (sessions is None or day in sessions[arm]),
                rate=rated is None or day in rated,
            )
        )
    return rows


def _sessions(first: date, wish: Wish, arm: str) -> frozenset[int]:
    """The days of a block on which its arm trains."""
    rules = wish.rules
    if arm in SESSIONS:
        few = rules.weekdays if len(rules.weekdays) == 7 else rules.weekdays[: SESSIONS[arm]]
        rules = replace(rules, per_week=(SESSIONS[arm], SESSIONS[arm]), weekdays=few)
    return frozenset(session_days(first, wish.days, rules))


def _left_over(day: int, first: date, wish: Wish, alone: set[int]) -> bool:
    """Whether a day could have held a session but has no partner to be compared with."""
    return day in alone and weekday(first, day) in wish.rules.weekdays


def _rated(wish: Wish, by_day: Mapping[int, int], rng: np.random.Generator) -> frozenset[int] | None:
    """The days on which a session trial asks for ratings: all with a session, and as many others, by chance."""
    if wish.kind != "session":
        return None
    trains = [d for d, symbol in by_day.items() if symbol == 0]
    rests = [d for d, symbol in by_day.items() if symbol == 1]
    size = min(len(trains), len(rests))
    chosen = rng.choice(len(rests), size=size, replace=False).tolist() if rests else []
    return frozenset(trains) | {rests[i] for i in chosen}


def _row(a: Assignment, kind: Kind) -> dict[str, Any]:
    row: dict[str, Any] = {"on": a.on.isoformat(), "part": a.part, "arm": a.arm or None, "phase": a.phase}
    if kind == "blocks":
        row["session"] = a.session
    if kind == "session":
        row["rate"] = a.rate
    return row


def _constraints(wish: Wish) -> dict[str, Any]:
    r = wish.rules
    return {
        "weekdays": [d for d in WEEKDAYS if d in r.weekdays],
        "per_week": None if r.per_week is None else list(r.per_week),
        "min_gap_hours": r.min_gap_h,
        "max_run": r.max_run,
        "block_days": r.block_days,
        "run_in": r.run_in,
        "washout": r.washout,
        "max_days_without_training": r.max_without,
        "rhythm_limit": r.rhythm,
    }


def _drawing(found: Admissible, drawn: list[int], tries: int) -> dict[str, Any]:
    left = leaks(*found.contrast(drawn))
    return {
        "method": "uniform: counted exactly, drawn by those counts, drawn again until both rhythms are within the limit",
        "schedules": float(f"{float(found.paths.count):.6g}"),
        "tries": tries,
        "rhythm": {name: round(value, 6) for name, value in left.items()},
    }


def _notes(wish: Wish) -> list[tuple[str, str]]:
    notes = []
    if wish.rests and wish.kind == "blocks":
        text = (
            "This is a stopping test: for someone who trains, it tells what weeks without training do. End a stretch at any "
            "time; nothing is lost by it."
        )
        notes.append(("stopping_test", text))
    if wish.rests and not wish.limit.max_days:
        text = f"Never more than {WITHOUT_CLEARANCE} days in a row without a session, because {why_not_cleared(wish.limit)}."
        notes.append(("no_stretches", text))
    if "morning" in RATINGS[wish.kind] or "before" in RATINGS[wish.kind]:
        text = "Rate yourself before you look up what today brings: then the plan cannot colour the rating."
        notes.append(("rate_before", text))
    return notes


def _draws(document: Mapping[str, Any], previous: Mapping[str, Any] | None) -> int:
    if previous is None:
        return 1
    drawn = previous.get("draws")
    before = drawn if isinstance(drawn, int) and drawn >= 1 else 1
    same = all(document[key] == previous.get(key) for key in document if key not in ("draws", "stopping", "notes"))
    return before if same else before + 1


def to_bytes(document: Mapping[str, Any]) -> bytes:
    """The file: UTF-8, one key a line, one schedule entry a line."""
    rows = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in document["schedule"])
    told = {**document, "schedule": []}
    text = json.dumps(told, ensure_ascii=False, allow_nan=False, indent=2)
    return (text.replace('"schedule": []', f'"schedule": [\n    {rows}\n  ]', 1) + "\n").encode()
