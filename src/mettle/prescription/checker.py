"""The second opinion on a plan: every rule with its figure, from the document, the profile and the tables alone.

It shares no code with the planner (an import contract says so): it reads the PLAN document as anybody would, counts for
itself what is settable, how long things take and how much each muscle gets, and calls nothing that made the plan.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mettle.instruments.safety import clearance, guardrails
from mettle.prescription.checked_arms import arm_checks
from mettle.prescription.checked_loads import unsettable
from mettle.prescription.programme import Check
from mettle.training.catalogue import excluded_by, exercises

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

MAJOR = ("quads", "hams", "glutes", "chest", "lats", "upper_back")
NEEDED = (("squat", "lunge"), ("hinge",), ("hpush", "vpush"), ("hpull", "vpull"), ("core", "carry"))
NOT_COMPOUND = ("core", "carry", "conditioning", "balance")
SLACK_MIN = 0.6
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@cache
def doses() -> dict[str, Any]:
    """The table of doses, as data."""
    return tomllib.loads(files("mettle.prescription").joinpath("data/doses.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Case:
    plan: dict[str, Any]
    profile: Profile
    level: str
    least_rir: float
    tags: frozenset[str]
    limitations: tuple[str, ...]
    supported: bool

    @property
    def weeks(self) -> list[dict[str, Any]]:
        return list(self.plan["weeks"])

    @property
    def sessions(self) -> list[dict[str, Any]]:
        return [s for week in self.weeks for s in week["sessions"]]

    @property
    def on_trial(self) -> bool:
        return "trial" in self.plan

    @property
    def row(self) -> dict[str, Any]:
        return dict(doses()["level"][self.level])


def check(plan: dict[str, Any], profile: Profile) -> tuple[Check, ...]:
    """Every rule that a plan obeys, whether it does, and the figure.

    Parameters
    ----------
    plan
        A PLAN document.
    profile
        Whom it is for.
    """
    if plan["status"] == "refused":
        return (Check("a refused plan has no session", holds=not plan["weeks"], figure=f"{len(plan['weeks'])} weeks"),)
    case = _case(plan, profile)
    found = [rule(case) for rule in _RULES]
    return tuple(c for c in found if c is not None) + tuple(arm_checks(plan))


def _case(plan: dict[str, Any], profile: Profile) -> _Case:
    cleared = clearance(
        active_now=profile.active_now,
        age=max(profile.age, 1),
        conditions=profile.conditions,
        symptoms=profile.symptoms,
        blood_pressure=profile.blood_pressure,
        pregnant_weeks=profile.pregnant_weeks,
    )
    guards = {
        rule
        for guard in guardrails(
            age=profile.age,
            conditions=profile.conditions,
            pregnant_weeks=profile.pregnant_weeks,
            sppb=profile.scores.sppb,
            tug_s=profile.scores.tug_s,
            falls_12_months=profile.scores.falls_12_months,
        )
        for rule in guard.rules
    }
    banned = {
        "no_breath_hold": "breath_hold",
        "no_supine": "supine",
        "no_fall_risk": "fall_risk",
        "no_high_impact": "high_impact",
    }
    tags = {tag for rule, tag in banned.items() if rule in guards}
    limits = list(profile.limitations)
    limits += ["osteoporosis"] if "osteoporosis" in profile.conditions else []
    limits += ["pelvic_floor"] if "postpartum" in profile.conditions else []
    supported = "supported" in guards
    light = supported or "light" in guards or (cleared.outcome == "advised_first" and profile.pregnant_weeks is None)
    if light:
        level = "light"
    elif profile.age >= 65 and profile.experience in ("none", "novice"):
        level = "older"
    elif profile.months_off >= 6 and profile.experience != "none":
        level = "novice" if profile.experience == "advanced" else "none"
    else:
        level = profile.experience
    least = max(2, 3 if "rir_at_least_3" in guards else 2, 10 - (cleared.rpe_cap or 8))
    return _Case(plan, profile, level, least, frozenset(tags), tuple(limits), supported)


def _exercises(session: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], CatalogueExercise]]:
    known = exercises()
    for part in session["parts"]:
        for planned in part["exercises"]:
            yield part, planned, known[planned["exercise"]]


def _work(planned: dict[str, Any]) -> list[dict[str, Any]]:
    return [s for s in planned["sets"] if s["kind"] == "work"]


def _counted(planned: dict[str, Any]) -> int:
    """Sets as a muscle counts them: left and right together are one."""
    return sum(1 for s in _work(planned) if s["side"] != "right")


def _volume(week: dict[str, Any]) -> dict[str, float]:
    total: dict[str, float] = {}
    for session in week["sessions"]:
        for _, planned, exercise in _exercises(session):
            if exercise.pattern in ("conditioning", "balance"):
                continue
            for muscle, share in exercise.muscles.items():
                total[muscle] = total.get(muscle, 0.0) + share * _counted(planned)
    return total


def _full_weeks(case: _Case) -> list[dict[str, Any]]:
    """Weeks that carry the whole dose: no deload, no first ramp week."""
    ramp = case.row["ramp"] or case.profile.months_off >= 2
    return [w for w in case.weeks if not w["deload"] and not (ramp and w["week"] == 1)]


def _kit(case: _Case) -> Check:
    owned = set(case.profile.equipment)
    lacking = sorted(
        {
            e.id
            for s in case.sessions
            for _, _, e in _exercises(s)
            if not all(owned & set(group) for group in e.equipment)
        }
    )
    return Check(
        "own equipment only", not lacking, "all possible" if not lacking else "not possible: " + ", ".join(lacking)
    )


def _settable(case: _Case) -> Check:
    trouble = [
        f"{e.id} {s['load']['amount']}"
        for session in case.sessions
        for _, planned, e in _exercises(session)
        for s in planned["sets"]
        if unsettable(s["load"], e, case.profile)
    ]
    total = sum(len(p["sets"]) for s in case.sessions for _, p, _ in _exercises(s))
    return Check(
        "settable loads only",
        not trouble,
        f"{total - len(trouble)} of {total} sets" + (f"; not {trouble[0]}" if trouble else ""),
    )


def _days(case: _Case) -> Check | None:
    if case.on_trial:
        return None
    asked = case.profile.days_per_week
    got = {len(w["sessions"]) for w in case.weeks}
    empty = [s["id"] for s in case.sessions if not any(p["exercises"] for p in s["parts"])]
    return Check(
        "days a week",
        got == {asked} and not empty,
        f"{min(got, default=0)} of {asked} days" + (f", empty: {empty[0]}" if empty else ""),
    )


def _weekdays(case: _Case) -> Check | None:
    if case.on_trial or not case.profile.weekdays:
        return None
    off = [s["day"] for s in case.sessions if s["day"] not in case.profile.weekdays]
    return Check("weekdays", not off, "as asked" if not off else f"{off[0]} was not asked for")


def _seconds(session: dict[str, Any]) -> float:
    """Session time by the time model, counted from the document."""
    clock = doses()["time"]
    total = 0.0
    for part in session["parts"]:
        if part["kind"] == "warm_up":
            total += 60 * part["minutes"]
        circuit = part["kind"] == "circuit"
        for planned in part["exercises"]:
            exercise = exercises()[planned["exercise"]]
            total += clock["circuit_setup_s"] if circuit else exercise.setup_s
            for s in planned["sets"]:
                reps = s["reps"] or 0
                middle = sum(reps) / 2 if isinstance(reps, list) else reps
                total += (s["hold_s"] if s["hold_s"] is not None else middle * exercise.rep_s) + (s["rest_s"] or 0)
        if circuit:
            total += (part["rounds"] or 0) * doses()["circuit"]["round_rest_s"]
    return total


def _minutes(case: _Case) -> Check:
    longest = max((_seconds(s) / 60 for s in case.sessions), default=0.0)
    limit = case.profile.minutes
    if case.profile.wants("adhd") and case.profile.requested.format is None:
        limit = min(limit, 20)
    slack = SLACK_MIN if not case.on_trial else 0.1 * limit
    return Check("minutes", longest <= limit + slack, f"longest {longest:.1f} of {limit} min")


def _told_minutes(case: _Case) -> Check:
    off = max((abs(_seconds(s) / 60 - s["minutes"]) for s in case.sessions), default=0.0)
    return Check("minutes as told", case.on_trial or off <= 0.2, f"largest difference {off:.1f} min")


def _floor(case: _Case) -> Check | None:
    full = _full_weeks(case)
    if case.on_trial or not full:
        return None
    wanted = dict.fromkeys(MAJOR, float(case.row["sets"][0])) | dict(case.profile.requested.weekly_sets)
    worst = min(
        ((_volume(w).get(m, 0.0) - low, m, low, w) for w in full for m, low in wanted.items()), key=lambda x: x[0]
    )
    gap, muscle, low, _ = worst
    return Check("weekly sets", gap > -1e-6, f"least: {muscle} {low + gap:.2f} of {low:g} sets")


def _ceiling(case: _Case) -> Check | None:
    if case.on_trial:
        return None
    high = float(case.row["sets"][1])
    asked = case.profile.requested.weekly_sets
    over = [
        (got, m) for w in case.weeks for m, got in _volume(w).items() if got > max(high, 1.25 * asked.get(m, 0)) + 1e-6
    ]
    most = max(((got, m) for w in case.weeks for m, got in _volume(w).items()), default=(0.0, "none"))
    return Check("weekly sets, most", not over, f"most: {most[1]} {most[0]:.2f} of {high:g} sets")


def _patterns(case: _Case) -> Check:
    lacking = []
    for week in case.weeks:
        done = {e.pattern for s in week["sessions"] for _, _, e in _exercises(s)}
        lacking += [" or ".join(group) for group in NEEDED if not done & set(group)]
    missing = sorted(set(lacking))
    if case.on_trial:
        missing = missing if len(case.weeks) == 1 else [m for m in missing if lacking.count(m) == len(case.weeks)]
    return Check("pattern", not missing, "all of them" if not missing else "missing: " + ", ".join(missing))


def _intensity(case: _Case) -> Check | None:
    """At least 70% of the compound sets that have a %1RM at 60-75%; ramp, light, circuit and band plans excepted."""
    if case.level in ("older", "light") or (case.on_trial and case.plan["trial"]["factor"] == "load"):
        return None
    shares = [
        s["percent_1rm"]
        for session in case.sessions
        for part, planned, e in _exercises(session)
        if e.compound and e.pattern not in NOT_COMPOUND and part["kind"] != "circuit"
        for s in _work(planned)
        if s["percent_1rm"] is not None
    ]
    if not shares:
        return None
    inside = sum(60 <= p <= 75 for p in shares)
    return Check(
        "intensity", inside >= 0.7 * len(shares), f"{100 * inside / len(shares):.0f}% of {len(shares)} sets at 60-75%"
    )


def _ramp(case: _Case) -> Check | None:
    if case.level not in ("older", "light"):
        return None
    first = [
        s["percent_1rm"]
        for w in case.weeks[:1]
        for session in w["sessions"]
        for _, planned, _ in _exercises(session)
        for s in _work(planned)
        if s["percent_1rm"] is not None
    ]
    most = max(first, default=0)
    return Check("slow ramp", most <= 60, f"first week at most {most:g}% of the maximum")


def _effort(case: _Case) -> Check:
    reserves = [
        s["rir"]
        for session in case.sessions
        for _, p, _ in _exercises(session)
        for s in _work(p)
        if s["rir"] is not None
    ]
    least = min(reserves, default=4)
    most = max(reserves, default=4)
    high = 4 if not case.on_trial else 7
    return Check(
        "effort",
        case.least_rir <= least and most <= high,
        f"{least:g} to {most:g} in reserve, at least {case.least_rir:g}",
    )


def _no_test(case: _Case) -> Check:
    tests = [
        s
        for session in case.sessions
        for _, p, _ in _exercises(session)
        for s in p["sets"]
        if s["reps"] in (1, [1, 1]) or (s["percent_1rm"] or 0) > 92
    ]
    return Check("no maximal test", not tests, f"{len(tests)} single repetitions")


def _push_pull(case: _Case) -> Check | None:
    if case.on_trial:
        return None
    rule = doses()["push_pull"]
    sore = any(x.startswith("shoulder") for x in case.limitations)
    worst, told = 0.0, "no push"
    for week in case.weeks:
        push = pull = 0
        for session in week["sessions"]:
            for _, planned, e in _exercises(session):
                push += _counted(planned) if e.pattern in ("hpush", "vpush") else 0
                pull += _counted(planned) if e.pattern in ("hpull", "vpull") else 0
        if week["deload"]:
            continue
        lack = rule["shoulder_ratio"] * push - pull if sore else push - rule["margin"] - pull
        if told == "no push" or lack > worst:
            worst, told = lack, f"pull {pull}, push {push}"
    return Check("sets of pulling", worst <= 1e-6, told)


def _order(case: _Case) -> Check | None:
    if case.on_trial and case.plan["trial"]["factor"] in ("order", "format"):
        return None
    wrong = []
    for session in case.sessions:
        small = False
        for part, _, e in _exercises(session):
            if part["kind"] in ("balance", "warm_up") or e.pattern == "balance":
                continue
            if e.compound and e.pattern not in NOT_COMPOUND:
                wrong += [f"{session['id']} {e.id}"] if small else []
            else:
                small = True
    return Check("compounds before isolation", not wrong, "in every session" if not wrong else wrong[0])


def _sides(case: _Case) -> Check:
    uneven = []
    for session in case.sessions:
        for _, planned, e in _exercises(session):
            left = [s["reps"] or s["hold_s"] for s in _work(planned) if s["side"] == "left"]
            right = [s["reps"] or s["hold_s"] for s in _work(planned) if s["side"] == "right"]
            if left != right or (e.laterality == "unilateral" and not left):
                uneven.append(e.id)
    return Check("left as right", not uneven, "equal" if not uneven else f"uneven: {uneven[0]}")


def _spine(case: _Case) -> Check:
    sums = [sum(e.spinal_load for _, _, e in _exercises(s)) for s in case.sessions]
    neighbours = 0
    if not case.on_trial:
        weekdays = case.profile.weekdays
        for week in case.weeks:
            heavy = {s["day"] for s in week["sessions"] if any(e.spinal_load >= 2 for _, _, e in _exercises(s))}
            if weekdays or all(isinstance(d, str) for d in heavy):
                places = {_WEEK.index(str(d)) for d in heavy}
                neighbours += sum((p + 1) % 7 in places for p in places)
    most = max(sums, default=0)
    return Check(
        "spinal load spread",
        most <= 5 and neighbours == 0,
        f"at most {most} a session, {neighbours} loaded days in a row",
    )


def _slots(case: _Case) -> Check | None:
    if case.on_trial:
        return None
    named = []
    for week in case.weeks:
        by_slot = {s["id"].split("s")[-1]: tuple(e.id for _, _, e in _exercises(s)) for s in week["sessions"]}
        named.append(by_slot)
    same = all(n == named[0] for n in named)
    return Check("fixed slots", same, f"the same exercises in {len(named)} weeks" if same else "exercises change")


def _deload(case: _Case) -> Check | None:
    eased = [w for w in case.weeks if w["deload"]]
    if not eased or case.on_trial:
        return None
    usual = max(
        sum(_counted(p) for s in w["sessions"] for _, p, _ in _exercises(s)) for w in case.weeks if not w["deload"]
    )
    got = max(sum(_counted(p) for s in w["sessions"] for _, p, _ in _exercises(s)) for w in eased)
    return Check("deload eases", got <= 0.8 * usual, f"{got} sets for {usual}")


def _rest(case: _Case) -> Check:
    rests = [
        s["rest_s"]
        for session in case.sessions
        for part, p, _ in _exercises(session)
        for s in p["sets"]
        if s["side"] != "left" and s["rest_s"] is not None
    ]
    least, most = min(rests, default=0), max(rests, default=0)
    return Check("rest by goal", least >= 15 and most <= 300, f"{least} to {most} s")


def _reasons(case: _Case) -> Check:
    bare = sorted(
        {p["exercise"] for s in case.sessions for _, p, _ in _exercises(s) if not p["reason"] or not p["cue"]}
    )
    return Check("a reason and a cue each", not bare, "all" if not bare else "none for " + bare[0])


def _choice(case: _Case) -> Check:
    known, owned = exercises(), set(case.profile.equipment)
    few = set()
    for s in case.sessions:
        for _, p, _ in _exercises(s):
            good = [
                a
                for a in p["alternatives"]
                if a != p["exercise"]
                and all(owned & set(group) for group in known[a].equipment)
                and not _unsafe(known[a], case)
            ]
            if len(set(good)) < 2:
                few.add(p["exercise"])
    return Check("two alternatives each", not few, "all" if not few else "fewer for " + ", ".join(sorted(few)))


def _unsafe(e: CatalogueExercise, case: _Case) -> str | None:
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


def _safe(case: _Case) -> Check:
    small = [case.plan[k] for k in ("minimum_version", "when_upset") if k in case.plan]
    bad = [
        f"{e.id} ({why})" for s in [*case.sessions, *small] for _, _, e in _exercises(s) if (why := _unsafe(e, case))
    ]
    return Check("limitations and wishes kept", not bad, "all" if not bad else bad[0])


def _bed(case: _Case) -> Check | None:
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
    return Check("done 90 minutes before bed", min(margins) >= 89.4, f"{min(margins):.0f} min before")


def _circuit(case: _Case) -> Check | None:
    if case.on_trial and case.plan["trial"]["factor"] == "format":
        return None
    circuits = [part for s in case.sessions for part in s["parts"] if part["kind"] == "circuit"]
    wanted = case.profile.requested.format == "circuit" or (
        case.profile.wants("adhd") and case.profile.requested.format is None
    )
    if not circuits:
        return Check("circuit", holds=False, figure="no circuit") if wanted else None
    stations = max(len(p["exercises"]) for p in circuits)
    rest = max((s["rest_s"] or 0) for p in circuits for e in p["exercises"] for s in e["sets"])
    return Check("circuit", stations <= 6 and rest <= 45, f"{stations} stations, rests of {rest} s")


def _ladder(case: _Case) -> Check | None:
    if not case.profile.wants("social_anxiety"):
        return None
    ladder = case.plan.get("ladder", {"steps": [], "advance": {}})
    quiet = sum("quiet hours" in step["place"] for step in ladder["steps"])
    holds = len(ladder["steps"]) >= 5 and quiet >= 1 and ladder["advance"].get("confirmed_by_person") is True
    return Check("ladder", holds, f"{len(ladder['steps'])} steps, {quiet} in quiet hours, the person confirms")


def _trauma(case: _Case) -> Check | None:
    if not case.profile.wants("ptsd"):
        return None
    paced = all(s["tempo"] for session in case.sessions for _, p, _ in _exercises(session) for s in _work(p))
    free = all("never a failure" in s.get("note", "") for s in case.sessions)
    return Check(
        "trauma: pace and opt-out",
        paced and free,
        "tempo on every set, opt-out in every session" if paced and free else "missing",
    )


def _balance(case: _Case) -> Check | None:
    if "wheelchair" in case.limitations:
        return None
    if not case.supported and not case.profile.wants("falls") and case.profile.age < 65:
        return None
    without = [s["id"] for s in case.sessions if not any(e.pattern == "balance" for _, _, e in _exercises(s))]
    return Check("balance in every session", not without, "all" if not without else f"{len(without)} sessions without")


def _supported(case: _Case) -> Check | None:
    if not case.supported:
        return None
    hard = [e.id for s in case.sessions for _, _, e in _exercises(s) if e.skill > 1]
    return Check("seated or supported", not hard, "all of skill 1" if not hard else hard[0])


def _short(case: _Case) -> Check:
    least = _seconds(case.plan["minimum_version"]) / 60 if "minimum_version" in case.plan else 0
    upset = _seconds(case.plan["when_upset"]) / 60 if "when_upset" in case.plan else 0
    return Check("short versions", 0 < least <= 11 and 0 < upset <= 6, f"{least:.1f} min and {upset:.1f} min")


def _group(case: _Case) -> Check | None:
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
        "group", holds, f"{len(places)} stations, {clashes} clashes, kit short of: {', '.join(over) or 'nothing'}"
    )


_RULES: tuple[Callable[[_Case], Check | None], ...] = (
    _kit,
    _settable,
    _days,
    _weekdays,
    _minutes,
    _told_minutes,
    _floor,
    _ceiling,
    _patterns,
    _intensity,
    _ramp,
    _effort,
    _no_test,
    _push_pull,
    _order,
    _sides,
    _spine,
    _slots,
    _deload,
    _rest,
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
