"""Rules about the dose: sets a week, patterns, effort, balance, order, spine, progression, rest."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mettle.prescription.checked_case import NOT_COMPOUND, counted, doses, exercises_of, full_weeks, volume, work
from mettle.prescription.programme import Check
from mettle.words import Figure, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from mettle.prescription.checked_case import Case

MAJOR = ("quads", "hams", "glutes", "chest", "lats", "upper_back")
NEEDED = (("squat", "lunge"), ("hinge",), ("hpush", "vpush"), ("hpull", "vpull"), ("core", "carry"))
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _floor(case: Case) -> Check | None:
    full = full_weeks(case)
    if case.on_trial or not full:
        return None
    wanted = dict.fromkeys(MAJOR, float(case.row["sets"][0])) | dict(case.profile.requested.weekly_sets)
    worst = min(
        ((volume(w).get(m, 0.0) - low, m, low, w) for w in full for m, low in wanted.items()), key=lambda x: x[0]
    )
    gap, muscle, low, _ = worst
    return Check(
        say("weekly sets"),
        gap > -1e-6,
        say(
            "least: {muscle} {got} of {low} sets", muscle=muscle, got=Figure(f"{low + gap:.2f}"), low=Figure(f"{low:g}")
        ),
    )


def _ceiling(case: Case) -> Check | None:
    if case.on_trial:
        return None
    high = float(case.row["sets"][1])
    asked = case.profile.requested.weekly_sets
    over = [
        (got, m) for w in case.weeks for m, got in volume(w).items() if got > max(high, 1.25 * asked.get(m, 0)) + 1e-6
    ]
    most = max(((got, m) for w in case.weeks for m, got in volume(w).items()), default=(0.0, "none"))
    return Check(
        say("weekly sets, most"),
        not over,
        say(
            "most: {muscle} {got} of {high} sets",
            muscle=most[1],
            got=Figure(f"{most[0]:.2f}"),
            high=Figure(f"{high:g}"),
        ),
    )


def _patterns(case: Case) -> Check:
    lacking = []
    for week in case.weeks:
        done = {e.pattern for s in week["sessions"] for _, _, e in exercises_of(s)}
        lacking += [" or ".join(group) for group in NEEDED if not done & set(group)]
    missing = sorted(set(lacking))
    if case.on_trial:
        missing = missing if len(case.weeks) == 1 else [m for m in missing if lacking.count(m) == len(case.weeks)]
    return Check(
        say("pattern"),
        not missing,
        say("all of them") if not missing else say("missing: {what}", what=", ".join(missing)),
    )


def _intensity(case: Case) -> Check | None:
    """At least 70% of the compound sets that have a %1RM at 60-75%; ramp, light, circuit and band plans excepted."""
    if case.level in ("older", "light") or (case.on_trial and case.plan["trial"]["factor"] == "load"):
        return None
    shares = [
        s["percent_1rm"]
        for session in case.sessions
        for part, planned, e in exercises_of(session)
        if e.compound and e.pattern not in NOT_COMPOUND and part["kind"] != "circuit"
        for s in work(planned)
        if s["percent_1rm"] is not None
    ]
    if not shares:
        return None
    inside = sum(60 <= p <= 75 for p in shares)
    return Check(
        say("intensity"),
        inside >= 0.7 * len(shares),
        say("{share}% of {sets} sets at 60-75%", share=Figure(f"{100 * inside / len(shares):.0f}"), sets=len(shares)),
    )


def _ramp(case: Case) -> Check | None:
    if case.level not in ("older", "light"):
        return None
    first = [
        s["percent_1rm"]
        for w in case.weeks[:1]
        for session in w["sessions"]
        for _, planned, _ in exercises_of(session)
        for s in work(planned)
        if s["percent_1rm"] is not None
    ]
    most = max(first, default=0)
    climbed = case.level == "older" and case.profile.weeks_trained >= 3 and case.profile.months_off < 1
    return Check(
        say("slow ramp"),
        most <= (75 if climbed else 60),
        say("first week at most {most}% of the maximum", most=Figure(f"{most:g}")),
    )


def _effort(case: Case) -> Check:
    reserves = [
        s["rir"]
        for session in case.sessions
        for _, p, _ in exercises_of(session)
        for s in work(p)
        if s["rir"] is not None
    ]
    least = min(reserves, default=4)
    most = max(reserves, default=4)
    high = 4 if not case.on_trial else 7
    return Check(
        say("effort"),
        case.least_rir <= least and most <= high,
        say(
            "{least} to {most} in reserve, at least {least_rir}",
            least=Figure(f"{least:g}"),
            most=Figure(f"{most:g}"),
            least_rir=Figure(f"{case.least_rir:g}"),
        ),
    )


def _no_test(case: Case) -> Check:
    tests = [
        s
        for session in case.sessions
        for _, p, _ in exercises_of(session)
        for s in p["sets"]
        if s["reps"] in (1, [1, 1]) or (s["percent_1rm"] or 0) > 92
    ]
    return Check(say("no maximal test"), not tests, say("{tests} single repetitions", tests=len(tests)))


def _push_pull(case: Case) -> Check | None:
    if case.on_trial:
        return None
    rule = doses()["push_pull"]
    sore = any(x.startswith("shoulder") for x in case.limitations)
    worst, told = 0.0, say("no push")
    for week in case.weeks:
        push = pull = 0
        for session in week["sessions"]:
            for _, planned, e in exercises_of(session):
                push += counted(planned) if e.pattern in ("hpush", "vpush") else 0
                pull += counted(planned) if e.pattern in ("hpull", "vpull") else 0
        if week["deload"]:
            continue
        lack = rule["shoulder_ratio"] * push - pull if sore else push - rule["margin"] - pull
        if told == "no push" or lack > worst:
            worst, told = lack, say("pull {pull}, push {push}", pull=pull, push=push)
    return Check(say("sets of pulling"), worst <= 1e-6, told)


def _order(case: Case) -> Check | None:
    if case.on_trial and case.plan["trial"]["factor"] in ("order", "format"):
        return None
    wrong = []
    for session in case.sessions:
        small = False
        for part, _, e in exercises_of(session):
            if part["kind"] in ("balance", "warm_up") or e.pattern == "balance":
                continue
            if e.compound and e.pattern not in NOT_COMPOUND:
                wrong += [f"{session['id']} {e.id}"] if small else []
            else:
                small = True
    return Check(say("compounds before isolation"), not wrong, say("in every session") if not wrong else wrong[0])


def _sides(case: Case) -> Check:
    uneven = []
    for session in case.sessions:
        for _, planned, e in exercises_of(session):
            left = [s["reps"] or s["hold_s"] for s in work(planned) if s["side"] == "left"]
            right = [s["reps"] or s["hold_s"] for s in work(planned) if s["side"] == "right"]
            if left != right or (e.laterality == "unilateral" and not left):
                uneven.append(e.id)
    return Check(
        say("left as right"), not uneven, say("equal") if not uneven else say("uneven: {what}", what=uneven[0])
    )


def _spine(case: Case) -> Check:
    sums = [sum(e.spinal_load for _, _, e in exercises_of(s)) for s in case.sessions]
    neighbours = 0
    if not case.on_trial:
        heavy = [any(e.spinal_load >= 2 for _, _, e in exercises_of(s)) for s in case.sessions]
        neighbours = sum(heavy[a] and heavy[b] for a, b in _in_a_row(case))
    most = max(sums, default=0)
    return Check(
        say("spinal load spread"),
        most <= 5 and neighbours == 0,
        say("at most {most} a session, {neighbours} loaded days in a row", most=most, neighbours=neighbours),
    )


def _in_a_row(case: Case) -> list[tuple[int, int]]:
    """Places of sessions on days that follow each other: by their dates, or by weekdays where a plan has none."""
    sessions = case.sessions
    if all(s["on"] for s in sessions):
        on = [date.fromisoformat(s["on"]) for s in sessions]
        return [(a, b) for a in range(len(on)) for b in range(len(on)) if (on[b] - on[a]).days == 1]
    found, first = [], 0
    for week in case.weeks:
        at = {_WEEK.index(s["day"]): first + n for n, s in enumerate(week["sessions"]) if s["day"] in _WEEK}
        found += [(place, at[(day + 1) % 7]) for day, place in at.items() if (day + 1) % 7 in at]
        first += len(week["sessions"])
    return found


def _recovery(case: Case) -> Check | None:
    """Nothing that needs a day of rest comes on two days in a row, and no day has two sessions."""
    if case.on_trial:
        return None
    sessions = case.sessions
    moves = [{e.id for _, _, e in exercises_of(s) if e.pattern not in NOT_COMPOUND} for s in sessions]
    again = sorted({e for a, b in _in_a_row(case) for e in moves[a] & moves[b]})
    dates = [s["on"] for s in sessions if s["on"]]
    twice = sorted({on for on in dates if dates.count(on) > 1})
    figure = say("a day between")
    if twice:
        figure = say("twice on {day}", day=twice[0])
    elif again:
        figure = say("two days in a row: {exercise}", exercise=again[0])
    return Check(say("a day between"), not twice and not again, figure)


def _slots(case: Case) -> Check | None:
    if case.on_trial:
        return None
    named = []
    for week in case.weeks:
        by_slot = {s["id"].split("s")[-1]: tuple(e.id for _, _, e in exercises_of(s)) for s in week["sessions"]}
        named.append(by_slot)
    same = all(n == named[0] for n in named)
    return Check(
        say("fixed slots"),
        same,
        say("the same exercises in {weeks} weeks", weeks=len(named)) if same else say("exercises change"),
    )


def _deload(case: Case) -> Check | None:
    eased = [w for w in case.weeks if w["deload"]]
    if not eased or case.on_trial:
        return None
    usual = max(
        sum(counted(p) for s in w["sessions"] for _, p, _ in exercises_of(s)) for w in case.weeks if not w["deload"]
    )
    got = max(sum(counted(p) for s in w["sessions"] for _, p, _ in exercises_of(s)) for w in eased)
    return Check(say("deload eases"), got <= 0.8 * usual, say("{got} sets for {usual}", got=got, usual=usual))


def _rest(case: Case) -> Check:
    rests = [
        s["rest_s"]
        for session in case.sessions
        for part, p, _ in exercises_of(session)
        for s in p["sets"]
        if s["side"] != "left" and s["rest_s"] is not None
    ]
    least, most = min(rests, default=0), max(rests, default=0)
    return Check(say("rest by goal"), least >= 15 and most <= 300, say("{least} to {most} s", least=least, most=most))


RULES: tuple[Callable[[Case], Check | None], ...] = (
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
    _recovery,
    _slots,
    _deload,
    _rest,
)
