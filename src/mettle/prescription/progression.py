"""The next session: a pure function of the plan and of what was really done.

The log is replayed from the beginning, so that nothing about progress is stored that the log does not say. Missed sessions
come again and are never added on top; after illness or a long break the way back begins lower.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.prescription.dose import rows
from mettle.prescription.progress import Asked, Change, Done, State, after, nearest
from mettle.training.catalogue import exercises
from mettle.units import KG_PER_LB
from mettle.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LB_IN_KG = float(KG_PER_LB)
FEWER_REPS = 3
"""So many repetitions below this plan's range are still what another plan may have asked for."""
TIRED_RPE, TIRED_SESSIONS = 9, 3
"""Session effort, 0-10, and sessions in a row that ask for an unplanned easing."""


@dataclass(frozen=True, slots=True)
class Next:
    """The session to do, and what changed since the last one."""

    session: dict[str, Any] | None
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """The document of ``mettle next --json``."""
        return {
            "session": self.session,
            "changes": [
                {"exercise": c.exercise, "code": c.code, "from": c.before, "to": c.after, "reason": c.reason}
                for c in self.changes
            ],
        }


def next_session(plan: Mapping[str, Any], log: Mapping[str, Any], *, today: date | None = None) -> Next:
    """The next session of a plan after a log.

    Parameters
    ----------
    plan, log
        PLAN and LOG documents.
    today
        When it will be done; None takes the plan's date for it, or the last date of the log.

    Raises
    ------
    InputError
        Where either document is not what it should be.
    """
    slots = _slots(plan)
    if not slots:
        return Next(None, ())
    replay, entries, place = _replayed(plan, log, slots)
    _, deload, session = slots[place % len(slots)]
    on = today or (date.fromisoformat(session["on"]) if session.get("on") else None)
    eased = _easing(entries, len(entries), on, deload=deload)
    replay.ease(eased)
    made = replay.prescribed(session, eased)
    changes = tuple(replay.changes(session, made, eased))
    return Next({**made, "on": None} if place >= len(slots) else made, changes)


def sessions_ahead(
    plan: Mapping[str, Any], log: Mapping[str, Any], wanted: Sequence[str], *, today: date
) -> list[dict[str, Any]]:
    """Sessions of a plan, by id and in the order asked for, each with its exercises where the log has brought them.

    What a break, illness or tiredness takes away counts for the first of them; the others are as if it had been done.
    """
    slots = _slots(plan)
    by_id = {s["id"]: (deload, s) for _, deload, s in slots}
    asked = [by_id[key] for key in wanted if key in by_id]
    if not asked:
        return []
    replay, entries, _ = _replayed(plan, log, slots)
    eased = _easing(entries, len(entries), today, deload=asked[0][0])
    replay.ease(eased)
    return [replay.prescribed(session, eased if n == 0 else _Easing()) for n, (_, session) in enumerate(asked)]


_Slot = tuple[int, bool, dict[str, Any]]


def carried_states(plan: Mapping[str, Any], log: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Where each exercise stands after a log: the key ``carried`` of the plan that follows, which goes on from there.

    Exercise -> the fields of `State`. In a trial of two loads nothing is carried: neither arm's load is the person's own choice.
    """
    slots = _slots(plan)
    if not slots:
        return dict(plan.get("carried", {}))
    replay, _, _ = _replayed(plan, log, slots)
    return {exercise: asdict(state) for (lane, exercise), state in sorted(replay.states.items()) if not lane}


def _slots(plan: Mapping[str, Any]) -> list[_Slot]:
    """Number of the week, whether it eases, and session, in order."""
    return [(w["week"], w["deload"], s) for w in plan["weeks"] for s in w["sessions"]]


def _replayed(
    plan: Mapping[str, Any], log: Mapping[str, Any], slots: Sequence[_Slot]
) -> tuple[_Replay, list[Mapping[str, Any]], int]:
    """The states after a log, its entries in time order, and the place of the session that follows.

    A session of another plan moves the exercises that this plan has too, and nothing else.
    """
    replay, entries, place = _Replay(plan), _entries(log), 0
    for number, entry in enumerate(entries):
        if entry.get("skipped"):
            continue
        at = _slot_of(entry, slots, place)
        _, deload, session = slots[(place if at is None else at) % len(slots)]
        eased = _easing(entries, number, _on(entry), deload=deload)
        if at is None:
            replay.do(replay.whole, entry, eased=eased, deload=False)
        else:
            replay.do(session, entry, eased=eased, deload=deload)
            place = at + 1
    return replay, entries, place


@dataclass(frozen=True, slots=True)
class _Easing:
    """What a break, illness or tiredness takes away: the share of the load that stays, a code, and words."""

    share: float = 1.0
    fewer: bool = False
    code: str | None = None
    why: str = ""


class _Replay:
    """The states of all exercises while a log is gone through."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.plan = plan
        self.states: dict[tuple[str, str], State] = {
            ("", exercise): State(**state) for exercise, state in plan.get("carried", {}).items()
        }
        self.notes: dict[tuple[str, str], tuple[str, str]] = {}
        self.shown: dict[tuple[str, str], dict[str, Any]] = {}
        self.ladders: dict[str, tuple[list[dict[str, Any]], list[float]]] = {}
        firsts: dict[str, dict[str, Any]] = {}
        for _, _, session in _slots(plan):
            for planned in _planned(session):
                firsts.setdefault(planned["exercise"], planned)
        self.spare = plan.get("settable", {}).get("exercises", {}).keys() - firsts.keys()
        """What may come instead of an exercise: nothing that the plan has already, at a load of its own."""
        self.whole: dict[str, Any] = {"parts": [{"exercises": list(firsts.values())}]}

    def lane(self, session: Mapping[str, Any]) -> str:
        """Where two arms are two loads each goes its own way: one that took the other's load would end the comparison."""
        by_load = (self.plan.get("trial") or {}).get("factor") == "load"
        return str(session.get("arm") or "") if by_load else ""

    def ladder(self, exercise: str) -> tuple[list[dict[str, Any]], list[float]]:
        """The settings of an exercise and their size, looked up once."""
        if exercise not in self.ladders:
            self.ladders[exercise] = ladder_of(self.plan, exercise)
        return self.ladders[exercise]

    def ease(self, eased: _Easing) -> None:
        """Lower every exercise after a break; they come up again by the ordinary rules."""
        if eased.share >= 1:
            return
        for key, state in self.states.items():
            settings, ladder = self.ladder(state.swapped or key[1])
            intended, hold = state.intended, state.hold_s
            if intended is not None:
                in_places = _in_places(settings)
                intended = max(0.0, intended - 1) if in_places else _lowered(intended * eased.share, ladder)
            hold = None if hold is None else max(5, round(hold * eased.share))
            self.states[key] = replace(state, intended=intended, hold_s=hold, extra_reps=0, misses=0, stale=0)

    def state(self, planned: dict[str, Any], lane: str) -> State:
        """Where an exercise stands; in waves the load follows the week's percentage up and down."""
        state = self.states.get((lane, planned["exercise"]), State())
        percent = _percent(planned)
        wave = planned["progression_rule"] == "percent_wave"
        if not wave or state.intended is None or not state.percent or not percent:
            return state
        return replace(state, intended=state.intended * percent / state.percent, percent=percent)

    def asked(self, planned: dict[str, Any], eased: _Easing, lane: str) -> dict[str, Any]:
        """An exercise as the person is asked for it."""
        state = self.state(planned, lane)
        settings, ladder = self.ladder(state.swapped or planned["exercise"])
        new = _one(planned, state, settings=settings, ladder=ladder)
        work = [s for s in new["sets"] if s["kind"] == "work"]
        last = 2 if any(s["side"] == "left" for s in work) else 1
        return {**new, "sets": new["sets"][:-last]} if eased.fewer and len(work) >= 3 * last else new

    def do(self, session: Mapping[str, Any], entry: Mapping[str, Any], *, eased: _Easing, deload: bool) -> None:
        """Let one session of the log move the states."""
        self.ease(eased)
        lane = self.lane(session)
        for planned in _planned(session):
            key = (lane, planned["exercise"])
            state = self.state(planned, lane)
            current = state.swapped or planned["exercise"]
            performed = [
                s for s in entry.get("sets", []) if s["exercise"] == current and s.get("kind", "work") == "work"
            ]
            if not performed:
                continue
            shown = self.shown[key] = self.asked(planned, eased, lane)
            settings, ladder = self.ladder(current)
            asked, done = _asked(shown, settings), _done(performed, settings, exercises()[current].sides)
            if session is self.whole:  # another plan asked for its own sets and repetitions
                enough = asked.low is None or done.reps is None or done.reps >= asked.low - FEWER_REPS
                asked = replace(asked, sets=min(asked.sets, done.sets), low=done.reps if enough else asked.low)
                if _heavier(done, asked):
                    self.states[key] = replace(state, intended=done.load, extra_reps=0, misses=0, stale=0)
                    continue
            if state.intended is None and asked.load is None and done.load is not None:
                asked = replace(asked, load=done.load)  # the person chose the first load
            pain = float(entry.get("pain") or 0)
            if deload and pain <= rows()["miss"]["pain_above"]:
                continue  # an easy week proves nothing
            moved, code, why = after(
                state,
                current,
                asked=asked,
                done=done,
                ladder=ladder,
                rule=planned["progression_rule"],
                pain=pain,
                allowed=self.spare,
            )
            moved = self.known(moved, before=state, lane=lane, code=code)
            self.states[key], self.notes[key] = replace(moved, percent=_percent(planned)), (code, why)

    def known(self, moved: State, *, before: State, lane: str, code: str) -> State:
        """Another exercise comes where it was left, if it was ever done; after pain or misses a little below."""
        there = self.states.get((lane, moved.swapped or ""))
        if moved.swapped is None or moved.swapped == before.swapped or there is None or there.swapped is not None:
            return moved
        share = 1 - rows()["miss"]["pain_cut"] if code == "swap" and there.intended is not None else 1.0
        intended = None if there.intended is None else there.intended * share
        return replace(moved, intended=intended, extra_reps=there.extra_reps, hold_s=there.hold_s)

    def prescribed(self, session: dict[str, Any], eased: _Easing) -> dict[str, Any]:
        """The plan's session with each exercise where it stands."""
        lane = self.lane(session)
        parts = [
            {**part, "exercises": [self.asked(e, eased, lane) for e in part["exercises"]]} for part in session["parts"]
        ]
        return {**session, "parts": parts}

    def changes(self, session: Mapping[str, Any], made: Mapping[str, Any], eased: _Easing) -> Iterator[Change]:
        """What is different from the last time that each exercise was asked for."""
        for planned, new in zip(_planned(session), _planned(made), strict=True):
            key = (self.lane(session), planned["exercise"])
            before, now = _shown(self.shown.get(key)), _shown(new)
            if eased.code is not None:
                yield Change(new["exercise"], eased.code, before, now, eased.why)
            elif key in self.notes:
                yield Change(new["exercise"], self.notes[key][0], before, now, self.notes[key][1])


def _heavier(done: Done, asked: Asked) -> bool:
    """Whether more was lifted than would be asked, for enough repetitions to go on from."""
    if done.stopped or done.load is None or asked.load is None or done.reps is None or asked.low is None:
        return False
    return done.load > asked.load and done.reps >= asked.low


def _lowered(wanted: float, ladder: Sequence[float]) -> float:
    """A load to come back with: rounded down to one that can be set, unless that takes away more than half.

    >>> _lowered(14.0, [10, 12.5, 15]), _lowered(19.2, [4, 24])
    (12.5, 19.2)
    """
    below = max((x for x in ladder if x <= wanted), default=0.0)
    return below if below >= wanted / 2 and below > 0 else wanted


def _percent(planned: Mapping[str, Any]) -> float | None:
    shares = [s["percent_1rm"] for s in planned["sets"] if s["kind"] == "work" and s["percent_1rm"] is not None]
    return min(shares, default=None)


def _in_places(settings: Sequence[Mapping[str, Any]]) -> bool:
    return bool(settings) and settings[0]["kind"] in ("band", "angle")


def _entries(log: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    sessions = log.get("sessions")
    if not isinstance(sessions, list):
        raise InputError("sessions must be a list", where="log")
    for number, entry in enumerate(sessions, 1):
        if not isinstance(entry, dict):
            raise InputError(f"session {number} must be an object", where="log")
        if entry.get("skipped") not in (None, "missed", "illness", "rest"):
            raise InputError(f"session {number}: skipped must be missed, illness, rest or null", where="log")
        for s in entry.get("sets", []):
            if s.get("status", "done") not in ("done", "missed", "stopped"):
                raise InputError(f"session {number}: status must be done, missed or stopped", where="log")
            if s.get("exercise") not in exercises():
                raise InputError(f"session {number}: {s.get('exercise')!r} is no exercise", where="log")
            reps = s.get("reps")
            if reps is not None and (not isinstance(reps, int) or reps < 0):
                raise InputError(
                    f"session {number}: reps must be a whole number of at least 0, got {reps!r}", where="log"
                )
    order = {id(e): n for n, e in enumerate(sessions)}
    return sorted(sessions, key=lambda e: (_on(e) or date.min, order[id(e)]))


def _on(entry: Mapping[str, Any]) -> date | None:
    value = entry.get("on") or (entry.get("at") or "")[:10]
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise InputError(f"on must be a date like 2026-01-31, got {value!r}", where="log") from None


def _slot_of(entry: Mapping[str, Any], slots: Sequence[_Slot], place: int) -> int | None:
    """Which session of the plan an entry did: the one it names, else the next one; None where it names another plan's."""
    named = entry.get("plan")
    if not isinstance(named, dict):
        return place
    if named.get("week") is None:
        return None
    of_week = [n for n, (week, _, _) in enumerate(slots) if week == named.get("week")]
    wanted = named.get("session")
    for n in of_week:
        if slots[n][2]["id"] == wanted:
            return n
    if isinstance(wanted, int) and 1 <= wanted <= len(of_week):
        return of_week[wanted - 1]
    return place


def _planned(session: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [e for part in session["parts"] for e in part["exercises"]]


def ladder_of(plan: Mapping[str, Any], exercise: str) -> tuple[list[dict[str, Any]], list[float]]:
    """The settings of an exercise and their size: kilograms, or places 0, 1, 2 ... of bands and angles; empty without load."""
    table = plan.get("settable", {})
    settings = table.get("ladders", {}).get(table.get("exercises", {}).get(exercise), [])
    if settings and settings[0]["kind"] in ("band", "angle"):
        return settings, [float(n) for n in range(len(settings))]
    weighed = [s for s in settings if s["amount"] is not None and s["kind"] in ("kg", "stack", "sled")]
    return weighed, [float(s["amount"]) for s in weighed]


def _size(load: Mapping[str, Any] | None, settings: Sequence[Mapping[str, Any]]) -> float | None:
    """A load as the ladder counts it."""
    if not load:
        return None
    if load.get("kind") == "band":
        return next((float(n) for n, s in enumerate(settings) if s["colour"] == load.get("colour")), None)
    if load.get("amount") is None:
        return None
    if load.get("kind") == "angle":
        return next((float(n) for n, s in enumerate(settings) if s["amount"] == load["amount"]), None)
    if load.get("kind") == "bodyweight":
        return None
    pounds = load.get("kind") == "lb" or load.get("unit") == "lb"
    return float(load["amount"]) * (LB_IN_KG if pounds else 1.0)


def _asked(shown: Mapping[str, Any], settings: Sequence[Mapping[str, Any]]) -> Asked:
    work = [s for s in shown["sets"] if s["kind"] == "work"]
    first = min(work, key=lambda s: _size(s["load"], settings) or 0.0, default=None)  # heavy sets follow the usual ones
    if first is None:
        return Asked(0, None, None, None, None, None)
    reps = first["reps"]
    low, high = reps if isinstance(reps, list) else (reps, reps)
    return Asked(len(work), low, high, first["hold_s"], _size(first["load"], settings), first["rir"])


def _done(performed: Sequence[Mapping[str, Any]], settings: Sequence[Mapping[str, Any]], sides: int) -> Done:
    """What was done, the weakest set and side deciding."""
    full = [s for s in performed if s.get("status", "done") == "done"]
    reps = [s["reps"] for s in full if s.get("reps") is not None]
    holds = [s["hold_s"] for s in full if s.get("hold_s") is not None]
    loads = [x for s in full if (x := _size(s.get("load"), settings)) is not None]
    left = [s["rir"] for s in full if s.get("rir") is not None]
    one_sided = sides == 2 and len({s.get("side", "both") for s in full} & {"left", "right"}) == 1
    return Done(
        sets=0 if one_sided else len(full),
        reps=min(reps, default=None),
        hold_s=min(holds, default=None),
        load=min(loads, default=None),
        rir=sum(left) / len(left) if left else None,
        stopped=len(full) < len(performed),
    )


def _one(
    planned: dict[str, Any],
    state: State,
    *,
    settings: Sequence[dict[str, Any]],
    ladder: Sequence[float],
) -> dict[str, Any]:
    """An exercise as the person is asked for it now."""
    current = state.swapped or planned["exercise"]
    swapped = current != planned["exercise"]
    if swapped:
        known = exercises()[current]
        planned = {
            **planned,
            "exercise": current,
            "cue": known.cue,
            "reason": say("Instead, for now: {reason}", reason=planned["reason"]),
        }
    if state.intended is None and state.extra_reps == 0 and state.hold_s is None and not swapped:
        return planned
    return {
        **planned,
        "sets": [_set(s, current, state, settings=settings, ladder=ladder) for s in planned["sets"]],
    }


def _set(
    row: dict[str, Any],
    exercise: str,
    state: State,
    *,
    settings: Sequence[dict[str, Any]],
    ladder: Sequence[float],
) -> dict[str, Any]:
    heavy = row["percent_1rm"] is not None and row["percent_1rm"] >= 80
    made = dict(row)
    swapped = state.swapped is not None
    intended = state.intended
    if intended is None and ladder:
        intended = ladder[0] if swapped else _size(row["load"], settings)
    if intended is not None and row["kind"] == "work":
        wanted = intended * (1.15 if heavy and state.intended else 1.0)
        size = nearest(ladder, wanted)
        setting = settings[ladder.index(size)] if size in ladder else None
        made["load"] = _load(row["load"], setting, size)
        if made["load"]["amount"] != row["load"]["amount"]:
            made["percent_1rm"] = None
    elif swapped:
        made["load"] = {
            "kind": "bodyweight",
            "amount": None,
            "unit": None,
            "colour": None,
            "per_hand": False,
            "set_up": "",
        }
        made["percent_1rm"] = None
    if made["reps"] is not None and row["kind"] == "work" and not heavy:
        low, high = row["reps"] if isinstance(row["reps"], list) else (row["reps"], row["reps"])
        made["reps"] = [max(1, low + min(0, state.extra_reps)), max(2, high + state.extra_reps)]
    timed = exercises()[exercise].timed
    if timed and row["hold_s"] is None:
        made["reps"], made["hold_s"], made["rir"] = None, 20, None
    elif not timed and row["hold_s"] is not None:
        made["reps"], made["hold_s"], made["rir"] = [8, 12], None, 3
    elif state.hold_s is not None and row["hold_s"] is not None:
        made["hold_s"] = state.hold_s
    return made


def _load(old: Mapping[str, Any], setting: Mapping[str, Any] | None, size: float) -> dict[str, Any]:
    if setting is None:
        return {**old, "amount": round(size, 1), "unit": old.get("unit") or "kg", "set_up": say("as near as you can")}
    amount = setting["amount"]
    unit = "degrees" if setting["kind"] == "angle" else None if amount is None else "kg"
    return {
        "kind": setting["kind"],
        "amount": amount,
        "unit": unit,
        "colour": setting["colour"],
        "per_hand": setting["per_hand"],
        "set_up": setting["set_up"],
    }


def _easing(entries: Sequence[Mapping[str, Any]], before: int, on: date | None, *, deload: bool) -> _Easing:
    """What a break, illness or tiredness takes away on a day after the first ``before`` entries."""
    back = rows()["back"]
    place = next((n for n in range(before - 1, -1, -1) if not entries[n].get("skipped")), None)
    if place is None:
        return _Easing()
    last = _on(entries[place])
    now = on if on is not None else _on(entries[before - 1])
    gap = (now - last).days if last and now else 0
    for days, name in ((84, "load_after_12_weeks"), (28, "load_after_4_weeks"), (14, "load_after_2_weeks")):
        if gap >= days:
            share = float(back[name])
            words = say(
                "{weeks} weeks since the last session: {less}% less to come back",
                weeks=gap // 7,
                less=f"{100 * (1 - share):.0f}",
            )
            return _Easing(share, fewer=True, code="break", why=words)
    skipped = [e["skipped"] for e in entries[place + 1 : before]]
    if "illness" in skipped:
        words = say("after being ill: a tenth less and one set less, then up again")
        return _Easing(float(back["load_after_2_weeks"]), fewer=True, code="illness", why=words)
    if _tired(entries, before) and not deload:
        return _Easing(0.9, fewer=True, code="deload", why=say("the last three sessions were very hard: an easier one"))
    if "missed" in skipped:
        return _Easing(code="missed", why=say("the missed session comes now; nothing is added on top"))
    return _Easing()


def _tired(entries: Sequence[Mapping[str, Any]], before: int) -> bool:
    backwards = (entries[n] for n in range(before - 1, -1, -1))
    efforts = (e["session_rpe"] for e in backwards if not e.get("skipped") and e.get("session_rpe") is not None)
    latest = list(islice(efforts, TIRED_SESSIONS))
    return len(latest) == TIRED_SESSIONS and all(x >= TIRED_RPE for x in latest)


def _shown(planned: Mapping[str, Any] | None) -> float | str | None:
    """A load for a change: its number where it has one, else its words."""
    if planned is None:
        return None
    work = [s for s in planned["sets"] if s["kind"] == "work"]
    if not work:
        return None
    load = work[-1]["load"]
    if load["colour"]:
        return str(load["colour"])
    if load["amount"] is not None:
        return float(load["amount"])
    if work[-1]["hold_s"] is not None:
        return f"{work[-1]['hold_s']} s"
    reps = work[-1]["reps"]
    return "–".join(map(str, reps)) if isinstance(reps, list) else None if reps is None else str(reps)
