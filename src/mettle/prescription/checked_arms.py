"""The proof that the arms of a variant trial differ in one thing only, for the checker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mettle.prescription.programme import Check
from mettle.training.catalogue import exercises
from mettle.words import Figure, say, together

if TYPE_CHECKING:
    from collections.abc import Iterator

MATCH = 0.10
"""Arms may differ by at most a tenth in fractional sets and in minutes."""

_MAY_DIFFER: dict[str, set[str]] = {
    "load": {"amount", "set_up", "percent_1rm", "rir"},
    "time of day": {"start"},
    "order": {"order"},
    "company": {"note"},
    "kit": {
        "exercise",
        "amount",
        "unit",
        "kind",
        "colour",
        "per_hand",
        "set_up",
        "percent_1rm",
        "side",
        "reps",
        "hold_s",
        "rest_s",
        "count",
    },
    "format": {"format"},
    "hour": {"start", "note"},
    "length": {"exercise", "count", "format"},
    "place": {"note"},
    "variety": {"order", "format"},
    "number": set(),
}
_MAY_DIFFER["sides"] = _MAY_DIFFER["kit"]
_BY_SCHEDULE = {"number"}
"""What differs in how many sessions there are, and in nothing of a session."""


def arm_checks(plan: dict[str, Any]) -> list[Check]:
    """The checks of a plan with a trial; none without one."""
    trial = plan.get("trial")
    if trial is None or trial["factor"] is None:
        return []
    by_arm: dict[str, list[dict[str, Any]]] = {arm: [] for arm in trial["arms"]}
    for week in plan["weeks"]:
        for session in week["sessions"]:
            by_arm[session["arm"]].append(session)
    first, *others = by_arm.values()
    found = []
    pairs = [(a, b) for other in others for a, b in zip(first, other, strict=False)]
    if not pairs:
        return [Check(say("arms matched"), holds=False, figure=say("no pair of sessions to compare"))]
    worst_sets = max(_apart(_sets(a), _sets(b)) for a, b in pairs)
    worst_minutes = max(_apart(a["minutes"], b["minutes"]) for a, b in pairs)
    if trial["factor"] == "length":
        return [_in_time(by_arm)]
    found.append(
        Check(
            say("arms matched: sets"),
            worst_sets <= MATCH,
            say("fractional sets differ by {share}% at most", share=Figure(f"{100 * worst_sets:.1f}")),
        )
    )
    found.append(
        Check(
            say("arms matched: minutes"),
            worst_minutes <= MATCH,
            say("minutes differ by {share}% at most", share=Figure(f"{100 * worst_minutes:.1f}")),
        )
    )
    differing = sorted({d for a, b in pairs for d in _differences(a, b)})
    beside = [d for d in differing if d not in _MAY_DIFFER[trial["factor"]]]
    factor = trial["factor"]
    only = (
        say("only {factor} differs", factor=factor) if differing or factor in _BY_SCHEDULE else say("nothing differs")
    )
    figure = only if not beside else say("also differs: {what}", what=", ".join(beside))
    found.append(
        Check(
            say("arms differ in one thing"), not beside and bool(differing or trial["factor"] in _BY_SCHEDULE), figure
        )
    )
    return found


def _in_time(by_arm: dict[str, list[dict[str, Any]]]) -> Check:
    """Whether each arm keeps to its minutes; a single exercise of one set may take longer."""
    longest = {arm: max((s["minutes"] for s in sessions), default=0.0) for arm, sessions in by_arm.items()}
    holds = all(minutes <= float(arm.split("_")[0]) for arm, minutes in longest.items())
    return Check(
        say("arms keep to their minutes"),
        holds,
        together(*(say("{arm}: {minutes}", arm=a, minutes=Figure(f"{m:g}")) for a, m in longest.items()), between=", "),
    )


def _apart(a: float, b: float) -> float:
    return abs(a - b) / max(a, b) if max(a, b) > 0 else 0.0


def _planned(session: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in session["parts"]:
        yield from part["exercises"]


def _sets(session: dict[str, Any]) -> float:
    total = 0.0
    for planned in _planned(session):
        count = sum(1 for s in planned["sets"] if s["kind"] == "work" and s["side"] != "right")
        total += count * sum(exercises()[planned["exercise"]].muscles.values())
    return total


def _work(planned: dict[str, Any]) -> list[dict[str, Any]]:
    """The sets that count: a warm-up set before them belongs to the lift."""
    return [s for s in planned["sets"] if s["kind"] == "work"]


def _differences(a: dict[str, Any], b: dict[str, Any]) -> set[str]:
    found = {key for key in ("start", "note") if a.get(key) != b.get(key)}
    ours, theirs = list(_planned(a)), list(_planned(b))
    names = [p["exercise"] for p in ours], [p["exercise"] for p in theirs]
    if [p["kind"] for p in a["parts"]] != [p["kind"] for p in b["parts"]]:
        found.add("format")
    if names[0] != names[1]:
        found.add("order" if sorted(names[0]) == sorted(names[1]) else "exercise")
    if "order" in found:
        theirs = [next(p for p in theirs if p["exercise"] == q["exercise"]) for q in ours]
    if len(ours) != len(theirs):
        return found | {"count"}
    for mine, other in zip(ours, theirs, strict=True):
        if len(mine["sets"]) != len(other["sets"]):
            found.add("count")
        for s, t in zip(_work(mine), _work(other), strict=False):
            found |= {k for k in ("reps", "hold_s", "percent_1rm", "rest_s", "tempo", "side") if s[k] != t[k]}
            if s["rir"] != t["rir"] and s["hold_s"] is t["hold_s"] is None:  # a hold leaves no repetitions
                found.add("rir")
            found |= {k for k in s["load"] if s["load"][k] != t["load"][k]}
    return found
