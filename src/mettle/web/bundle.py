"""What the phone is sent ahead, so that it works where there is no signal: everything is worked out here, the script only looks up."""

from __future__ import annotations

from dataclasses import asdict
from datetime import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mettle import instruments, prescription
from mettle.instruments import safety
from mettle.reports import plates
from mettle.training import catalogue
from mettle.web import checkins, days, exposures, guarded, kit, lock, models, programme, questionnaires, reactions
from mettle.words import Figure, Sentence, mark, say, together, told

if TYPE_CHECKING:
    from uuid import UUID

    from mettle.words import Value

IN_TURN = ("superset", "circuit")
DEFAULT_CHECK_IN = ("mood", "calm", "energy")
MOST_CHECK_IN = 8


def of(person: models.Person) -> dict[str, Any]:
    """The bundle of one person, in the language of whoever asks."""
    plan = programme.current(person)
    stored = models.SafetyPlan.objects.filter(person=person).first()
    sessions, short = _workouts(person, plan) if plan else ([], [])
    found: dict[str, Any] = told(
        {
            "hosted": settings.PLACE.hosted,
            "simulated": person.simulated,
            "lock": lock.for_the_phone(person),
            "sessions": sessions,
            "short": short,
            "plates": _plates([*sessions, *short]),
            "bands": list(person.profile.get("bands") or ()),
            "ladder": ladder(person, plan) if plan else None,
            "gentle": "ptsd" in person.profile.get("goals", ()),
            "name": person.choices.get("app_name") or "mettle",
            "show_wins": guarded.wins_shown(person),
            "sound": person.choices.get("sound", False),
            "check_in": check_in(person),
            "reaction": reactions.words(person),
            "safety": {"red_flags": red_flags(), "grounding": [str(line) for line in GROUNDING]},
            "safety_plan": stored.plan if stored else None,
            "help": help_cards(person, stored),
            "questionnaires": questionnaires.forms(),
            "no_wording": _("The official wording is not on this machine. Get it with: mettle text fetch"),
        }
    )
    return found


GROUNDING = [
    lazy("Put both feet on the floor. Feel the ground hold you."),
    lazy("Name five things you see, four you hear, three you can touch."),
    lazy("Breathe out slowly, longer than you breathe in. Five times."),
    lazy("You can stop here. Stopping is a whole session too."),
]


def check_in(person: models.Person) -> dict[str, Any]:
    """The sliders this person chose, and the context to tick."""
    known = instruments.measures()
    chosen = [i for i in person.choices.get("check_in", DEFAULT_CHECK_IN) if i in known][:MOST_CHECK_IN]
    items = [
        {
            "id": i,
            "question": known[i].question,
            "low": known[i].low,
            "high": known[i].high,
            "min": 0,
            "max": 10,
            "step": 1,
        }
        for i in chosen
    ]
    today = days.today(person)
    return {
        "items": items,
        "first": checkins.trial_runs(person),
        "told_on": today.isoformat() if checkins.of_day(person, today) else None,
        "titles": {
            "morning": _("This morning"),
            "before": _("Before you decide to train"),
            "after": _("After training"),
            "after_1h": _("An hour after training"),
            "after_4h": _("Some hours after training"),
            "evening": _("This evening"),
        },
        "sleep": {
            "title": _("Last night"),
            "bed": _("Went to bed"),
            "wake": _("Woke up"),
            "quality": _("How was it?"),
            "qualities": [_("very poor"), _("poor"), _("fair"), _("good"), _("very good")],
            "odd": _("That would be more than 16 hours. Are the two times the right way round?"),
        },
        "context": [
            {
                "id": "other_activity_min",
                "kind": "number",
                "question": _("Other activity today, walking too, in minutes"),
                "min": 0,
                "max": 1440,
                "step": 5,
            },
            {
                "id": "alcohol_units",
                "kind": "number",
                "question": _("Drinks with alcohol today"),
                "min": 0,
                "max": 50,
                "step": 0.5,
            },
            {"id": "illness", "kind": "tick", "question": _("Ill today")},
            {"id": "medicine_change", "kind": "tick", "question": _("A medicine of mine was changed today")},
            {"id": "therapy_change", "kind": "tick", "question": _("My therapy changed today")},
            {"id": "cycle_day", "kind": "number", "question": _("Day of the cycle"), "min": 1, "max": 60, "step": 1},
        ],
    }


def red_flags() -> list[dict[str, Any]]:
    """Warning signs grouped by what they ask for, the most urgent first."""
    titles = {
        "emergency": _("Emergency"),
        "care_today": _("See a doctor today"),
        "ease_off": _("Ease off"),
        "skip": _("Not today"),
    }
    groups: dict[str, dict[str, Any]] = {}
    for flag in safety.red_flags().values():
        group = groups.setdefault(
            flag.level, {"urgency": flag.level, "title": titles[flag.level], "signs": [], "action": flag.text}
        )
        group["signs"].append(flag.words)
    return list(groups.values())


def help_cards(person: models.Person, stored: models.SafetyPlan | None) -> dict[str, Any]:
    """The cards that a safety answer shows, for every answer, worked out ahead so that none needs a network."""
    choices = person.choices
    plan = safety.SafetyPlan.from_json(stored.plan) if stored and stored.plan else None
    contact = safety.Person(**choices["contact"]) if choices.get("contact") else None
    own = choices.get("emergency_number", "")
    known: dict[str, Any] = {"country": choices.get("country"), "contact": contact, "plan": plan}

    def pair(answer: int | None) -> dict[str, Any]:
        first, later = (safety.response("phq9", 9, answer, seen_before=seen, **known) for seen in (False, True))
        return {"first": _card(first, own), "later": _card(later, own)}

    answers: dict[str, int | None] = {"1": 1, "2": 2, "3": 3, "4": 3, "blank": None}  # some forms go to 4
    return {
        "card": help_card(choices.get("country"), own),
        "contact": choices.get("contact"),
        "safety_item": {key: pair(answer) for key, answer in answers.items()},
        "danger": _card(safety.response("phq9", 9, 3, in_danger=True, **known), own),
        "same_day": [told(m.text) for m in safety.response("phq9", 9, 2, in_danger=False, **known).messages],
    }


def help_card(country: str | None, own: str = "") -> dict[str, Any]:
    """The card of the page "Help now": the same ways out, opened by the person and not by an answer."""
    card: dict[str, Any] = told(_card(safety.Response(safety.help_card("full", country=country)), own))
    return card | {
        "title": _("You do not have to carry this alone"),
        "lines": [
            _(
                "If you are in danger, or might act on thoughts of harming yourself, call your local emergency number now, or go to the nearest emergency department."
            ),
            _("Talk to someone today: a person you trust, a doctor, or a line near you."),
        ],
    }


def _card(response: safety.Response, own: str = "") -> dict[str, Any]:
    """A card in the words of a screen; ``own`` is the emergency number that the person confirmed, which goes first."""
    card = response.card
    assert card is not None
    emergency = own or (card.emergency if any(c.isdigit() for c in card.emergency) else None)
    lines = [*card.lines, *([] if emergency else [_("In an emergency, call your local emergency number.")])]
    return {
        "title": card.title,
        "lines": lines,
        "full": card.layout == "full",
        "emergency": emergency,
        "numbers": [{"label": n.name, "number": n.number} for n in card.numbers],
        "directories": [_directory(line) for line in card.directories],
        "ask": response.question.text if response.question else None,
        "close": card.close,
    }


def _directory(line: str) -> dict[str, str]:
    """A directory of lines with its address apart, so that it can be tapped.

    >>> _directory("Find A Helpline: findahelpline.com")
    {'name': 'Find A Helpline', 'shown': 'findahelpline.com', 'address': 'https://findahelpline.com'}
    """
    name, _colon, shown = line.rpartition(": ")
    return {"name": name, "shown": shown, "address": f"https://{shown}"}


def _workouts(person: models.Person, plan: models.Plan) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The sessions ahead; and the ten-minute version of a bad day and the five minutes when upset, where the plan has them."""
    titles = {"minimum_version": _("The ten-minute version"), "when_upset": _("Five minutes when upset")}
    ahead = programme.ahead(person, plan)
    document = plan.told
    short = {key: document[key] | {"id": key} for key in titles if document.get(key)}
    profile = kit.key_of(plan.profile)
    named = {
        name
        for s in (*ahead, *short.values())
        for p in s["parts"]
        for e in p["exercises"]
        for name in (e["exercise"], *e["alternatives"])
    }
    last = _last_times(person, named)
    return (
        [workout(session, profile, last) for session in ahead],
        [workout(session, profile, last, title=titles[key]) for key, session in short.items()],
    )


def _plates(sessions: list[dict[str, Any]]) -> dict[str, str]:
    """Set-up in words -> the loaded bar, once for every load that a session or a stepper can ask for."""
    words: set[str] = set()
    for session in sessions:
        for exercise in session["exercises"]:
            for shown in (exercise, *exercise["alternatives"]):
                words |= {s["set_up"] for s in (*shown["sets"], *shown["settable"])}
    return {told(w): drawn for w in sorted(words) if (drawn := plates.picture(w))}


def workout(
    session: dict[str, Any], profile: str, last: dict[str, list[dict[str, Any]]], *, title: str = ""
) -> dict[str, Any]:
    """One planned session as the Workout screen takes it: exercises with their pictures, loads, alternatives; and the steps in order."""
    exercises: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for part in session["parts"]:
        first = len(exercises)
        for place, planned in enumerate(part["exercises"]):
            found = _exercise(planned, profile, last, session.get("week", 1), in_turn=part["kind"] in IN_TURN)
            for other in found["alternatives"]:
                other["steps"] = _instead(part, first, place, other)
            exercises.append(found)
        steps += _steps(part, first)
    names = together(*(e["name"] for e in exercises[:2]), between=", ")
    return {
        "id": session["id"],
        "on": session.get("on"),
        "title": title or names or _("Session"),
        "minutes": round(session["minutes"]),
        "arm": session.get("arm"),
        "format": "circuit" if any(p["kind"] == "circuit" for p in session["parts"]) else "straight",
        "notes": [p["text"] for p in session["parts"] if p.get("text")],
        "exercises": exercises,
        "steps": steps,
    }


def _steps(part: dict[str, Any], first: int) -> list[dict[str, Any]]:
    """The sets of a part in the order done; in a circuit with the seconds that its clock gives them."""
    in_turn = part["kind"] in IN_TURN
    order = prescription.turns(part)
    clock = prescription.clock(part) if part["kind"] == "circuit" else [None] * len(order)
    words = {True: _("round %(n)d of %(of)d"), False: _("set %(n)d of %(of)d")}[in_turn]
    found = []
    for turn, interval in zip(order, clock, strict=True):
        sets = part["exercises"][turn.exercise]["sets"][: turn.set]
        step = {
            "exercise": first + turn.exercise,
            "set": turn.set,
            "work": sum(s["kind"] == "work" for s in sets),
            "round": turn.round,
            "part": part["kind"],
            "label": words % {"n": turn.round, "of": turn.rounds} if turn.round else _("warm-up set"),
        }
        found.append(step | ({"clock": asdict(interval)} if interval else {}))
    return found


def _instead(part: dict[str, Any], first: int, place: int, other: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a stand-in in the place of a planned exercise: it may have a set for each side where that one has one for both."""
    exercises = [*part["exercises"]]
    exercises[place] = {"exercise": other["exercise"], "sets": other["sets"]}
    return [step for step in _steps(part | {"exercises": exercises}, first) if step["exercise"] == first + place]


def ladder(person: models.Person, plan: models.Plan) -> dict[str, Any] | None:
    """The ladder with the step that was last chosen, and the question for the next one where the record allows it."""
    stored: dict[str, Any] | None = plan.told.get("ladder")
    if not stored:
        return None
    visits = exposures.visits(person)
    ready = prescription.ready_for(stored, visits)
    ask = {
        "from": visits[-1].step if visits else None,
        "step": ready,
        "text": _("Three visits, and each ended calm. Would you like to go up one step? Staying is just as good."),
        "yes": _("Up one step"),
        "no": _("Stay on this one"),
    }
    return stored | {"at": visits[-1].step if visits else 1, "ask": ask if ready else None}


def _exercise(
    planned: dict[str, Any], profile: str, last: dict[str, list[dict[str, Any]]], week: int, *, in_turn: bool
) -> dict[str, Any]:
    shown = kit.shown(planned["exercise"], profile)
    work = [s for s in planned["sets"] if s["kind"] == "work"]
    count = len(work) // (2 if any(s["side"] == "left" for s in work) else 1)
    rest = {"rest_s": work[-1]["rest_s"]} if in_turn and work else {}  # the others of a round wait as long
    offered = kit.stand_ins(tuple(planned["alternatives"]), count, profile, week=week)
    return (
        shown
        | {
            "sets": [_set(s) for s in planned["sets"]],
            "reason": planned["reason"],
            "cue": planned["cue"] or shown["cue"],
            "alternatives": [
                kit.shown(a, profile) | {"sets": [_set(s) | rest for s in sets]} | _before(a, last)
                for a, sets in offered
            ],
        }
        | _before(planned["exercise"], last)
    )


def _before(exercise: str, last: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What was done of an exercise, and what to beat."""
    return {"last": last.get(exercise, []), "records": _records(exercise, name_of(exercise), last)}


def name_of(exercise: str) -> str:
    """The name of an exercise: the catalogue's, or what a foreign log calls it."""
    entry = catalogue.exercises().get(exercise)
    return entry.name if entry else exercise


def _set(planned: dict[str, Any]) -> dict[str, Any]:
    load = planned.get("load") or {
        "kind": "bodyweight",
        "amount": None,
        "unit": None,
        "colour": None,
        "per_hand": False,
        "set_up": "",
    }
    kind = "external" if load["kind"] in ("kg", "lb") else load["kind"]
    amount = load["amount"] if load["kind"] != "angle" else None
    return {
        "kind": planned["kind"],
        "reps": planned["reps"],
        "hold_s": planned["hold_s"],
        "amount": "" if amount is None else f"{amount:g}",
        "unit": (load["unit"] or "") if amount is not None else "",
        "load_kind": kind,
        "colour": load["colour"] or "",
        "per_hand": load["per_hand"],
        "set_up": load["set_up"],
        "rir": planned["rir"],
        "rest_s": planned["rest_s"],
        "tempo": planned["tempo"],
        "side": planned["side"],
    }


def _last_times(person: models.Person, exercises: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Exercise -> the sets of the last session that had it."""
    done = person.sets.filter(deleted="", kind="work", exercise__in=exercises).exclude(status="missed")
    moments = person.sessions.filter(deleted="", on__isnull=False).values_list("id", "on", "clock_time")
    order = {session: (on, clock or time.min) for session, on, clock in moments}
    latest: dict[str, UUID] = {}
    for exercise, session in done.values_list("exercise", "session").distinct():
        if session in order and (exercise not in latest or order[session] > order[latest[exercise]]):
            latest[exercise] = session
    found: dict[str, list[dict[str, Any]]] = {}
    rows = done.filter(session__in=set(latest.values())).order_by("ordinal")
    for exercise, session, *row in rows.values_list("exercise", "session", *_LAST):
        if latest.get(exercise) == session:
            found.setdefault(exercise, []).append(dict(zip(_LAST, row, strict=True)))
    return found


_LAST = ("reps", "amount", "unit", "per_hand", "rir")


def _records(exercise: str, name: str, last: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What to beat: for each load of the last time, the repetitions done."""
    best: dict[tuple[str, str], int] = {}
    for row in last.get(exercise, []):
        if row["amount"] and row["reps"]:
            key = (row["amount"], row["unit"])
            best[key] = max(best.get(key, 0), row["reps"])
    return [{"exercise": exercise, "name": name, "amount": a, "unit": u, "reps": reps} for (a, u), reps in best.items()]


def sets_in_words(sets: list[dict[str, Any]]) -> Sentence:
    """Planned sets in a line: ``3 × 8–10 at 16 kg, leave 3``.

    >>> one = {"kind": "work", "reps": [8, 10], "hold_s": None, "rir": 3, "rest_s": 90, "tempo": None, "side": "both"}
    >>> sets_in_words([one | {"load": {"kind": "kg", "amount": 16, "unit": "kg", "colour": None, "per_hand": False, "set_up": ""}}] * 3)
    '3 × 8–10 at 16 kg, leave 3'
    """
    work = [_set(s) for s in sets if s["kind"] == "work"] or [_set(s) for s in sets]
    if not work:
        return say("")
    one = work[0]
    values: dict[str, Value] = {
        "sets": len(work),
        "reps": say("{seconds} s", seconds=one["hold_s"])
        if one["hold_s"]
        else f"{one['reps'][0]}–{one['reps'][1]}"
        if isinstance(one["reps"], list)
        else str(one["reps"] or ""),
        "load": _load_in_words(one),
        "left": Figure("" if one["rir"] is None else f"{one['rir']:g}"),
    }
    if values["load"]:
        if values["left"]:
            return say("{sets} × {reps} at {load}, leave {left}", **values)
        return say("{sets} × {reps} at {load}", **values)
    if values["left"]:
        return say("{sets} × {reps}, leave {left}", **values)
    return say("{sets} × {reps}", **values)


def _load_in_words(one: dict[str, Any]) -> Sentence:
    if one["colour"]:
        return say("{colour} band", colour=mark(one["colour"]))
    if not one["amount"]:
        return say("")
    amount, unit = Figure(one["amount"]), one["unit"]
    if one["per_hand"]:
        return say("{amount} {unit} each hand", amount=amount, unit=unit)
    return say("{amount} {unit}", amount=amount, unit=unit)
