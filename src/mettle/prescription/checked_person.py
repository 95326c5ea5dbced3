"""Rules about the person: reasons and choice, what is unsafe for them, and the formats that somebody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.prescription.checked_case import exercises_of, seconds, work
from mettle.prescription.programme import Check
from mettle.training.catalogue import excluded_by, exercises
from mettle.words import Figure, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from mettle.prescription.checked_case import Case
    from mettle.training.catalogue import CatalogueExercise


def _reasons(case: Case) -> Check:
    bare = sorted(
        {p["exercise"] for s in case.sessions for _, p, _ in exercises_of(s) if not p["reason"] or not p["cue"]}
    )
    return Check(
        say("a reason and a cue each"),
        not bare,
        say("all") if not bare else say("none for {exercise}", exercise=bare[0]),
    )


def _choice(case: Case) -> Check:
    known, owned = exercises(), set(case.profile.equipment)
    few = set()
    for s in case.sessions:
        for _, p, _ in exercises_of(s):
            good = [
                a
                for a in p["alternatives"]
                if a != p["exercise"]
                and all(owned & set(group) for group in known[a].equipment)
                and not _unsafe(known[a], case)
            ]
            if len(set(good)) < 2:
                few.add(p["exercise"])
    return Check(
        say("two alternatives each"),
        not few,
        say("all") if not few else say("fewer for {exercises}", exercises=", ".join(sorted(few))),
    )


def _unsafe(e: CatalogueExercise, case: Case) -> str | None:
    for tag in sorted(e.tags & case.tags):
        return tag
    if case.supported and e.tags & {
        "high_impact",
        "fall_risk",
        "floor_transfer",
        "single_leg_unsupported",
        "breath_hold",
    }:
        return "unsupported"
    if e.id in case.profile.avoid or e.tags & set(case.profile.avoid):
        return "avoided"
    if case.profile.skill_max is not None and e.skill > case.profile.skill_max:
        return f"skill {e.skill}"
    reasons = excluded_by(e, case.limitations)
    return reasons[0] if reasons else None


def _safe(case: Case) -> Check:
    small = [case.plan[k] for k in ("minimum_version", "when_upset") if k in case.plan]
    bad = [
        f"{e.id} ({why})" for s in [*case.sessions, *small] for _, _, e in exercises_of(s) if (why := _unsafe(e, case))
    ]
    return Check(say("limitations and wishes kept"), not bad, say("all") if not bad else bad[0])


def _bed(case: Case) -> Check | None:
    bed = case.profile.bedtime
    if bed is None:
        return None
    margins = []
    for s in case.sessions:
        if s["start"] is None or (case.on_trial and case.plan["trial"]["factor"] == "time of day"):
            continue
        hours, minutes = map(int, s["start"].split(":"))
        ends = 60 * hours + minutes + s["minutes"]
        margins.append((60 * bed.hour + bed.minute - ends) % (24 * 60))
    if not margins:
        return None
    return Check(
        say("done 90 minutes before bed"),
        min(margins) >= 89.4,
        say("{minutes} min before", minutes=Figure(f"{min(margins):.0f}")),
    )


def _circuit(case: Case) -> Check | None:
    if case.on_trial and case.plan["trial"]["factor"] == "format":
        return None
    circuits = [part for s in case.sessions for part in s["parts"] if part["kind"] == "circuit"]
    wanted = case.profile.requested.format == "circuit" or (
        case.profile.wants("adhd") and case.profile.requested.format is None
    )
    if not circuits:
        return Check(say("circuit"), holds=False, figure=say("no circuit")) if wanted else None
    stations = max(len(p["exercises"]) for p in circuits)
    rest = max((s["rest_s"] or 0) for p in circuits for e in p["exercises"] for s in e["sets"])
    return Check(
        say("circuit"),
        stations <= 6 and rest <= 45,
        say("{stations} stations, rests of {rest} s", stations=stations, rest=rest),
    )


def _ladder(case: Case) -> Check | None:
    if not case.profile.wants("social_anxiety"):
        return None
    ladder = case.plan.get("ladder", {"steps": [], "advance": {}})
    quiet = sum("quiet hours" in step["place"] for step in ladder["steps"])
    holds = len(ladder["steps"]) >= 5 and quiet >= 1 and ladder["advance"].get("confirmed_by_person") is True
    return Check(
        say("ladder"),
        holds,
        say("{steps} steps, {quiet} in quiet hours, the person confirms", steps=len(ladder["steps"]), quiet=quiet),
    )


def _trauma(case: Case) -> Check | None:
    if not case.profile.wants("ptsd"):
        return None
    paced = all(s["tempo"] for session in case.sessions for _, p, _ in exercises_of(session) for s in work(p))
    free = all("never a failure" in s.get("note", "") for s in case.sessions)
    return Check(
        say("trauma: pace and opt-out"),
        paced and free,
        say("tempo on every set, opt-out in every session") if paced and free else say("missing"),
    )


def _balance(case: Case) -> Check | None:
    if "wheelchair" in case.limitations:
        return None
    if not case.supported and not case.profile.wants("falls") and case.profile.age < 65:
        return None
    without = [s["id"] for s in case.sessions if not any(e.pattern == "balance" for _, _, e in exercises_of(s))]
    return Check(
        say("balance in every session"),
        not without,
        say("all") if not without else say("{sessions} sessions without", sessions=len(without)),
    )


def _supported(case: Case) -> Check | None:
    if not case.supported:
        return None
    hard = [e.id for s in case.sessions for _, _, e in exercises_of(s) if e.skill > 1]
    return Check(say("seated or supported"), not hard, say("all of skill 1") if not hard else hard[0])


def _short(case: Case) -> Check:
    least = seconds(case.plan["minimum_version"]) / 60 if "minimum_version" in case.plan else 0
    upset = seconds(case.plan["when_upset"]) / 60 if "when_upset" in case.plan else 0
    return Check(
        say("short versions"),
        0 < least <= 11 and 0 < upset <= 6,
        say("{least} min and {upset} min", least=Figure(f"{least:.1f}"), upset=Figure(f"{upset:.1f}")),
    )


def _group(case: Case) -> Check | None:
    if case.profile.group is None:
        return None
    group = case.plan.get("group", {"rounds": [], "stations": []})
    places = {s["station"]: s["places"] for s in group["stations"]}
    clashes = uneven = 0
    seen: dict[int, list[int]] = {}
    for turn in group["rounds"]:
        at = [row["station"] for row in turn["at"] if row["station"] is not None]
        clashes += sum(at.count(s) > places[s] for s in set(at))
        uneven += len(turn["at"]) != case.profile.group.size
        for row in turn["at"]:
            if row["station"] is not None:
                seen.setdefault(row["person"], []).append(row["station"])
    everywhere = (
        all(set(stations) == set(places) for stations in seen.values()) and len(seen) == case.profile.group.size
    )
    used: dict[str, int] = {}
    for s in group["stations"]:
        for kit in s["kit"]:
            hands = exercises()[s["exercise"]].implements if kit in ("dumbbell", "kettlebell") else 1
            used[kit] = used.get(kit, 0) + hands * s["places"]
    over = [k for k, n in used.items() if k in case.profile.group.counts and n > case.profile.group.counts[k]]
    holds = bool(places) and clashes == 0 and uneven == 0 and everywhere and not over
    return Check(
        say("group"),
        holds,
        say(
            "{stations} stations, {clashes} clashes, kit short of: {kit}",
            stations=len(places),
            clashes=clashes,
            kit=", ".join(over) or say("nothing"),
        ),
    )


RULES: tuple[Callable[[Case], Check | None], ...] = (
    _reasons,
    _choice,
    _safe,
    _bed,
    _circuit,
    _ladder,
    _trauma,
    _balance,
    _supported,
    _short,
    _group,
)
