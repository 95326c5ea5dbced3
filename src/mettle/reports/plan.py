"""A plan as people use it: one page to print or read on a phone, plain text, one row a set."""

from __future__ import annotations

import csv
import io
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mettle.training.catalogue import exercises
from mettle.training.figure import pictures, svg

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 100
ROUND_TRIP = (
    "week",
    "session",
    "on",
    "day",
    "start",
    "arm",
    "part",
    "exercise",
    "kind",
    "side",
    "reps",
    "hold_s",
    "load",
)
_DAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
PARTS = {
    "warm_up": "Warm-up",
    "balance": "Balance",
    "straight": "One after the other",
    "superset": "In turn",
    "circuit": "Circuit",
    "power": "Power",
    "mobility": "Mobility",
}


def name_of(exercise: str) -> str:
    """The name of an exercise as people know it."""
    known = exercises().get(exercise)
    return known.name if known else exercise.replace("_", " ")


def reps_words(planned: dict[str, Any]) -> str:
    """Repetitions or seconds of a set, with its side.

    >>> reps_words({"reps": [8, 10], "hold_s": None, "side": "both"})
    '8–10'
    >>> reps_words({"reps": None, "hold_s": 30, "side": "left"})
    '30 s a side'
    """
    if planned["hold_s"] is not None:
        words = f"{planned['hold_s']} s"
    elif isinstance(planned["reps"], list):
        low, high = planned["reps"]
        words = str(low) if low == high else f"{low}–{high}"
    else:
        words = str(planned["reps"])
    return words if planned["side"] == "both" else f"{words} a side"


def load_words(load: dict[str, Any]) -> str:
    """A load in words.

    >>> load_words({"kind": "kg", "amount": 12.5, "unit": "kg", "colour": None, "per_hand": True, "set_up": ""})
    '2 × 12.5 kg'
    """
    if load["kind"] == "band":
        return f"{load['colour']} band" if load["colour"] else "band"
    if load["kind"] == "bodyweight":
        return "" if load["amount"] is None else f"body + {load['amount']:g} {load['unit']}"
    if load["amount"] is None:
        return "you choose"
    if load["kind"] == "angle":
        return f"lean {load['amount']:g}°"
    text = f"{load['amount']:g} {load['unit']}"
    return f"2 × {text}" if load["per_hand"] else text


def sets_words(planned: dict[str, Any]) -> str:
    """All work sets of an exercise in one short line, runs of equal ones together."""
    runs: list[tuple[str, int]] = []
    for s in planned["sets"]:
        if s["kind"] != "work" or s["side"] == "right":
            continue
        load = load_words(s["load"])
        words = f"{reps_words(s)}{' · ' + load if load else ''}"
        if runs and runs[-1][0] == words:
            runs[-1] = (words, runs[-1][1] + 1)
        else:
            runs.append((words, 1))
    return ", ".join(f"{count} × {words}" for words, count in runs)


def reserve_words(planned: dict[str, Any]) -> str:
    """How many repetitions to leave, over all sets."""
    left = sorted({s["rir"] for s in planned["sets"] if s["kind"] == "work" and s["rir"] is not None})
    if not left:
        return ""
    return f"{left[0]:g}" if len(left) == 1 else f"{left[0]:g}–{left[-1]:g}"


def _rest(planned: dict[str, Any]) -> int | None:
    rests = [s["rest_s"] for s in planned["sets"] if s["kind"] == "work" and s["side"] != "left"]
    return max((r for r in rests if r is not None), default=None)


def _ramp(planned: dict[str, Any]) -> str:
    warm = [s for s in planned["sets"] if s["kind"] == "warm_up"]
    return "first " + ", ".join(f"{reps_words(s)} with {load_words(s['load'])}" for s in warm) if warm else ""


def _rows(slot: int, weeks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The exercises of a slot, each with its sets in every week shown."""
    first = weeks[0]["sessions"][slot]
    rows = []
    for p, part in enumerate(first["parts"]):
        for e, planned in enumerate(part["exercises"]):
            by_week = [w["sessions"][slot]["parts"][p]["exercises"][e] for w in weeks]
            rows.append(
                {
                    "id": planned["exercise"],
                    "name": name_of(planned["exercise"]),
                    "part": part["kind"],
                    "part_number": p,
                    "rounds": part["rounds"],
                    "cue": planned["cue"],
                    "reason": planned["reason"],
                    "alternatives": [name_of(a) for a in planned["alternatives"]],
                    "weeks": [sets_words(w) for w in by_week],
                    "reserve": [reserve_words(w) for w in by_week],
                    "rest_s": _rest(planned),
                    "tempo": next((s["tempo"] for s in planned["sets"] if s["tempo"]), None),
                    "ramp": _ramp(planned),
                    "set_up": next((s["load"]["set_up"] for s in planned["sets"] if s["kind"] == "work"), ""),
                }
            )
    return rows


def _letters(count: int) -> Iterable[str]:
    return (chr(ord("A") + n) for n in range(count))


def sheet(plan: dict[str, Any], *, weeks: int = 4) -> dict[str, Any]:
    """What the page shows: each slot of the week with its weeks side by side; for a trial each arm's session and its dates."""
    if plan["status"] == "refused" or not plan["weeks"]:
        return {"slots": [], "weeks": []}
    return _told_once(_trial_sheet(plan) if "trial" in plan else _weeks_sheet(plan, weeks))


def _told_once(made: dict[str, Any]) -> dict[str, Any]:
    """The cue of an exercise stands where it first comes; later rows point there."""
    first: dict[str, str] = {}
    for slot in made["slots"]:
        for row in slot["rows"]:
            row["first_in"] = first.get(row["id"])
            first.setdefault(row["id"], slot["letter"])
    return made


def _weeks_sheet(plan: dict[str, Any], weeks: int) -> dict[str, Any]:
    shown = plan["weeks"][:weeks]
    slots = []
    for index, letter in enumerate(_letters(len(shown[0]["sessions"]))):
        session = shown[0]["sessions"][index]
        day = session["day"]
        slots.append(
            {
                "letter": letter,
                "day": _DAYS.get(day, f"Day {day}"),
                "start": session["start"],
                "minutes": max(w["sessions"][index]["minutes"] for w in shown),
                "warm_up": next((p["text"] for p in session["parts"] if p["kind"] == "warm_up"), ""),
                "dates": [w["sessions"][index]["on"] for w in plan["weeks"] if w["sessions"][index]["on"]],
                "rows": _rows(index, shown),
            }
        )
    return {
        "slots": slots,
        "weeks": [{"week": w["week"], "deload": w["deload"]} for w in shown],
        "note": shown[0]["sessions"][0].get("note", ""),
        "deload_note": any(w["deload"] for w in shown),
    }


def _trial_sheet(plan: dict[str, Any]) -> dict[str, Any]:
    sessions = [s for w in plan["weeks"] for s in w["sessions"]]
    slots: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for s in sessions:
        key = (s["arm"], *(e["exercise"] for p in s["parts"] for e in p["exercises"]))
        if key in seen:
            continue
        seen.add(key)
        week = {"week": 1, "deload": False, "sessions": [s]}
        same = [
            t["on"] for t in sessions if (t["arm"], *(e["exercise"] for p in t["parts"] for e in p["exercises"])) == key
        ]
        slots.append(
            {
                "letter": chr(ord("A") + len(slots)),
                "day": s["arm"].replace("_", " "),
                "start": s["start"],
                "minutes": s["minutes"],
                "warm_up": next((p["text"] for p in s["parts"] if p["kind"] == "warm_up"), ""),
                "dates": same,
                "rows": _rows(0, [week]),
            }
        )
    return {
        "slots": slots,
        "weeks": [{"week": 1, "deload": False}],
        "note": sessions[0].get("note", ""),
        "deload_note": False,
    }


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("mettle.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _picture(exercise: str) -> Markup:
    """The exercise drawn, or nothing where there is no drawing."""
    if exercise not in pictures():
        return Markup("")
    return Markup(svg(exercise))  # noqa: S704 - our own drawing, no foreign text in it


def html(plan: dict[str, Any]) -> str:
    """The plan as one page: a phone reads it in a column, a printer puts it on one sheet."""
    return (
        _pages()
        .get_template("plan.html")
        .render(plan=plan, sheet=sheet(plan), parts=PARTS, name_of=name_of, sets_words=sets_words, picture=_picture)
    )


def text(plan: dict[str, Any]) -> str:
    """The plan as a page of plain text."""
    lines = []
    for message in plan["messages"]:
        lines += textwrap.wrap(message["text"], WIDTH)
    shown = sheet(plan)
    for slot in shown["slots"]:
        when = f"{slot['day']}{', ' + slot['start'] if slot['start'] else ''}, {slot['minutes']:g} min"
        lines += [
            "",
            f"{slot['letter']}  {when}",
            *textwrap.wrap("   Warm-up: " + slot["warm_up"], WIDTH, subsequent_indent="   "),
        ]
        for row in slot["rows"]:
            rest = f", rest {row['rest_s']} s" if row["rest_s"] is not None else ""
            lines.append(f"   [ ] {row['name']}{rest}")
            for week, sets, left in zip(shown["weeks"], row["weeks"], row["reserve"], strict=True):
                easy = " (easy week)" if week["deload"] else ""
                lines.append(f"         week {week['week']}{easy}: {sets}{', leave ' + left if left else ''}")
            lines.append(f"         or: {', '.join(row['alternatives'])}")
    if shown["slots"]:
        lines += ["", *textwrap.wrap(shown["note"], WIDTH)] if shown["note"] else []
    for short in plan["shortfalls"]:
        words = f"Not met: {short['target']}: {short['got']:g} of {short['asked']:g} ({short['reason']})"
        lines += ["", *textwrap.wrap(words, WIDTH)]
    held = sum(c["holds"] for c in plan["checks"])
    lines += ["", f"{held} of {len(plan['checks'])} checks hold."] if plan["checks"] else []
    return "\n".join(lines) + "\n"


def csv_text(plan: dict[str, Any]) -> str:
    """One row a set."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*ROUND_TRIP, "unit", "set_up", "percent_1rm", "rir", "rest_s", "tempo"])
    for week in plan["weeks"]:
        for session in week["sessions"]:
            for part in session["parts"]:
                for planned in part["exercises"]:
                    for s in planned["sets"]:
                        reps = "–".join(map(str, s["reps"])) if isinstance(s["reps"], list) else s["reps"]
                        load = s["load"]
                        amount = load["colour"] if load["kind"] == "band" else load["amount"]
                        head = [
                            week["week"],
                            session["id"],
                            session["on"],
                            session["day"],
                            session["start"],
                            session["arm"],
                        ]
                        body = [part["kind"], planned["exercise"], s["kind"], s["side"], reps, s["hold_s"], amount]
                        tail = [load["unit"], load["set_up"], s["percent_1rm"], s["rir"], s["rest_s"], s["tempo"]]
                        writer.writerow(["" if v is None else v for v in (*head, *body, *tail)])
    return out.getvalue()


def session_text(found: dict[str, Any]) -> str:
    """What `mettle next` says: the session, and what changed and why."""
    session = found["session"]
    if session is None:
        return "This plan holds no session.\n"
    when = ", ".join(str(x) for x in (session["on"] or session["day"], session["start"]) if x)
    lines = [f"Next: {when}, {session['minutes']:g} min"]
    for part in session["parts"]:
        for planned in part["exercises"]:
            left = reserve_words(planned)
            lines.append(
                f"   [ ] {name_of(planned['exercise'])}: {sets_words(planned)}{', leave ' + left if left else ''}"
            )
    for change in found["changes"]:
        lines += textwrap.wrap(f"{name_of(change['exercise'])}: {change['reason']}.", WIDTH)
    return "\n".join(lines) + "\n"
