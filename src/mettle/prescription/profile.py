"""A person as a plan sees them: read from JSON, every field checked, every refusal naming the field and what is allowed."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from mettle.errors import InputError
from mettle.training.catalogue import exercises
from mettle.training.vocabulary import EQUIPMENT, LIMITATIONS, MUSCLES, TAGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST_FILE = 10_000_000
"""Bytes; a profile is a page, and a larger file is a mistake."""

FEWEST_MINUTES, MOST_MINUTES = 10, 180
SETTLED_WEEKS = 3
"""Weeks trained of the last twelve from which a plan goes on rather than begins. Ours: a block of four with one week missed."""


@cache
def words() -> dict[str, tuple[str, ...]]:
    """The vocabularies of a profile, by name."""
    text = files("mettle.prescription").joinpath("data/words.toml").read_text(encoding="utf-8")
    own = {name: tuple(values) for name, values in tomllib.loads(text).items()}
    return own | {"equipment": EQUIPMENT, "tags": TAGS, "limitations": LIMITATIONS, "muscles": MUSCLES}


@dataclass(frozen=True, slots=True)
class Stack:
    """A weight stack: the first pin and the step between pins, kilograms."""

    first_kg: Decimal
    step_kg: Decimal


@dataclass(frozen=True, slots=True)
class Scores:
    """What the last check-in said; None where not measured."""

    phq9: int | None = None
    phq9_item9: int | None = None
    sppb: int | None = None
    tug_s: float | None = None
    falls_12_months: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A class: how many people, how many stations, and how many pieces there are of a kind of equipment."""

    size: int
    stations: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent, and the floor there is, square metres."""

    amount: Decimal
    currency: str
    floor_m2: float | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """What the person asked for beyond goals; None where they left it to the plan."""

    weekly_sets: Mapping[str, float] = field(default_factory=dict)
    format: str | None = None
    progression: str | None = None
    heavy: bool | None = None
    deload: bool | None = None
    max_test: bool = False


@dataclass(frozen=True, slots=True)
class LastDone:
    """What was last done of an exercise without kilograms: repetitions, seconds held, colour of the band; None where not."""

    reps: int | None = None
    hold_s: int | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One person: body, kit, time, goals, health and wishes. Masses in kilograms, ages in years, pressure in mmHg.

    ``one_rm_kg``, ``last_done`` and ``weeks_trained`` (of the last twelve) are what a log or the person knows; see `carrying`.
    """

    age: int
    sex: str
    body_mass_kg: float
    experience: str
    active_now: bool = False
    months_off: float = 0
    equipment: tuple[str, ...] = ()
    dumbbells_kg: tuple[Decimal, ...] = ()
    dumbbell_count: int | None = None
    kettlebells_kg: tuple[Decimal, ...] = ()
    sandbags_kg: tuple[Decimal, ...] = ()
    plates_kg: tuple[Decimal, ...] = ()
    bar_kg: Decimal = Decimal(20)
    stack: Stack | None = None
    bands: tuple[str, ...] = ()
    days_per_week: int = 3
    minutes: int = 45
    weekdays: tuple[str, ...] = ()
    time_window: tuple[time, time] | None = None
    bedtime: time | None = None
    goals: tuple[str, ...] = ()
    one_rm_kg: Mapping[str, Decimal] = field(default_factory=dict)
    last_done: Mapping[str, LastDone] = field(default_factory=dict)
    weeks_trained: int = 0
    conditions: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    blood_pressure: tuple[int, int] | None = None
    pregnant_weeks: int | None = None
    limitations: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    skill_max: int | None = None
    like: tuple[str, ...] = ()
    dislike: tuple[str, ...] = ()
    scores: Scores = field(default_factory=Scores)
    group: Group | None = None
    budget: Budget | None = None
    requested: Requested = field(default_factory=Requested)

    @property
    def goes_on(self) -> bool:
        """Whether this plan follows weeks of training, so that nothing is eased in again."""
        return self.weeks_trained >= SETTLED_WEEKS and self.months_off < 1

    def wants(self, *goals: str) -> bool:
        """Whether any of these goals is among the person's."""
        return any(goal in self.goals for goal in goals)


def read_profile(source: Path | str | Mapping[str, Any]) -> Profile:
    """A profile from a file or from what was in one.

    Raises
    ------
    InputError
        For the first thing that is wrong: its field, its value and what is allowed.

    >>> read_profile({"age": 40, "sex": "F", "body_mass_kg": 70, "experience": "novice"}).minutes
    45
    """
    where = ""
    if isinstance(source, (Path, str)):
        path = Path(source)
        where = path.name
        source = _parse(path)
    try:
        return _profile(source)
    except InputError as error:
        raise InputError(error.why, where=where) from None


def _parse(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > LARGEST_FILE // 2:
        raise InputError(
            f"profile has {path.stat().st_size / 1e6:.1f} MB; a profile is a page of JSON, at most "
            f"{LARGEST_FILE / 2e6:.0f} MB",
            where=path.name,
        )

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                raise InputError(f"field {key} stands twice")
            seen[key] = value
        return seen

    def no_number(text: str) -> NoReturn:
        raise InputError(f"{text} is not a number that JSON knows")

    try:
        document = json.loads(
            path.read_text(encoding="utf-8-sig"), object_pairs_hook=once, parse_constant=no_number, parse_float=Decimal
        )
    except InputError as error:
        raise InputError(error.why, where=path.name) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"not a JSON document{line}", where=path.name) from None
    except (RecursionError, ValueError):
        raise InputError(
            "not a profile: nested too deeply, or a number with too many digits", where=path.name
        ) from None
    if not isinstance(document, dict):
        raise InputError("a profile is a JSON object with age, sex, body_mass_kg and experience", where=path.name)
    return document


def _number(name: str, value: object, low: float, high: float) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise InputError(f"{name} must be a number from {low:g} to {high:g}, got {_shown(value)}")
    number = Decimal(str(value))
    if not number.is_finite() or not low <= number <= high:
        raise InputError(f"{name} must be from {low:g} to {high:g}, got {_shown(value)}")
    return number


def _whole(name: str, value: object, low: int, high: int) -> int:
    number = _number(name, value, low, high)
    if number != number.to_integral_value():
        raise InputError(f"{name} must be a whole number from {low} to {high}, got {_shown(value)}")
    return int(number)


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{name} must be true or false, got {_shown(value)}")
    return value


def _word(name: str, value: object, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name}: {_shown(value)} is not known; allowed: {', '.join(allowed)}")
    return value


def _listed(name: str, value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise InputError(f"{name} must be a list, got {_shown(value)}")
    return list(value)


def _words(name: str, value: object, allowed: tuple[str, ...]) -> tuple[str, ...]:
    found = [_word(name, item, allowed) for item in _listed(name, value)]
    return tuple(dict.fromkeys(found))


def _loads(name: str, value: object, *, most: int = 200) -> tuple[Decimal, ...]:
    items = _listed(name, value)
    if len(items) > most:
        raise InputError(f"{name} has {len(items)} entries; at most {most}")
    return tuple(_number(name, item, 0.1, 500) for item in items)


def _object(name: str, value: object, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{name} must be an object with {', '.join(allowed)}, got {_shown(value)}")
    for key in value:
        if key not in allowed:
            raise InputError(f"{name}.{key} is not known; allowed: {', '.join(allowed)}")
    return value


def _clock(name: str, value: object) -> time:
    try:
        return time.fromisoformat(value) if isinstance(value, str) and len(value) == 5 else _not_clock(name, value)
    except ValueError:
        _not_clock(name, value)


def _not_clock(name: str, value: object) -> NoReturn:
    raise InputError(f'{name} must be a time like "18:30", got {_shown(value)}')


def _shown(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _window(value: object) -> tuple[time, time]:
    items = _listed("time_window", value)
    if len(items) != 2:
        raise InputError('time_window must be two times like ["18:30", "21:00"]')
    start, end = _clock("time_window", items[0]), _clock("time_window", items[1])
    if end <= start:
        raise InputError(f"time_window must end after it starts, got {items[0]} to {items[1]}")
    return start, end


def _pressure(value: object) -> tuple[int, int]:
    items = _listed("blood_pressure", value)
    if len(items) != 2:
        raise InputError("blood_pressure must be [systolic, diastolic], two numbers")
    systolic, diastolic = _whole("blood_pressure", items[0], 50, 300), _whole("blood_pressure", items[1], 20, 200)
    if diastolic >= systolic:
        raise InputError(f"blood_pressure: systolic must be above diastolic, got {systolic} and {diastolic}")
    return systolic, diastolic


def _stack(value: object) -> Stack:
    table = _object("stack", value, ("first_kg", "step_kg"))
    if len(table) < 2:
        raise InputError("stack needs first_kg and step_kg")
    return Stack(
        _number("stack.first_kg", table["first_kg"], 0.5, 100), _number("stack.step_kg", table["step_kg"], 0.5, 50)
    )


def _scores(value: object) -> Scores:
    limits = {"phq9": 27, "phq9_item9": 3, "sppb": 12, "falls_12_months": 100}
    table = _object("scores", value, (*limits, "tug_s"))
    whole = {k: _whole(f"scores.{k}", v, 0, limits[k]) for k, v in table.items() if k in limits and v is not None}
    tug = table.get("tug_s")
    return Scores(**whole, tug_s=None if tug is None else float(_number("scores.tug_s", tug, 1, 300)))


def _group(value: object) -> Group:
    table = _object("group", value, ("size", "stations", "counts"))
    if "size" not in table or "stations" not in table:
        raise InputError("group needs size and stations")
    counts = _object("group.counts", table.get("counts", {}), words()["equipment"])
    return Group(
        _whole("group.size", table["size"], 2, 40),
        _whole("group.stations", table["stations"], 2, 20),
        {k: _whole(f"group.counts.{k}", v, 0, 100) for k, v in counts.items()},
    )


def _budget(value: object) -> Budget:
    table = _object("budget", value, ("amount", "currency", "floor_m2"))
    if "amount" not in table:
        raise InputError("budget needs amount")
    currency = table.get("currency", "USD")
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isalpha() and currency.isupper()):
        raise InputError(f"budget.currency must be a code of three letters like EUR, got {_shown(currency)}")
    floor = table.get("floor_m2")
    return Budget(
        _number("budget.amount", table["amount"], 0, 1_000_000),
        currency,
        None if floor is None else float(_number("budget.floor_m2", floor, 0.5, 1000)),
    )


def _requested(value: object) -> Requested:
    allowed = ("weekly_sets", "format", "progression", "heavy", "deload", "max_test")
    table = _object("requested", value, allowed)
    sets = table.get("weekly_sets", {})
    muscles = words()["muscles"]
    if isinstance(sets, (int, float, Decimal)) and not isinstance(sets, bool):
        sets = dict.fromkeys(("quads", "hams", "glutes", "chest", "lats", "upper_back"), sets)
    per = _object("requested.weekly_sets", sets, muscles)
    return Requested(
        weekly_sets={m: float(_number(f"requested.weekly_sets.{m}", n, 0, 40)) for m, n in per.items()},
        format=_word("requested.format", table["format"], words()["formats"]) if "format" in table else None,
        progression=_word("requested.progression", table["progression"], words()["progressions"])
        if "progression" in table
        else None,
        heavy=_flag("requested.heavy", table["heavy"]) if "heavy" in table else None,
        deload=_flag("requested.deload", table["deload"]) if "deload" in table else None,
        max_test=_flag("requested.max_test", table.get("max_test", False)),
    )


def _taste(value: object) -> dict[str, tuple[str, ...]]:
    table = _object("preferences", value, ("like", "dislike"))
    taste = {k: _words(f"preferences.{k}", v, (*_exercise_ids(), *words()["equipment"])) for k, v in table.items()}
    both = set(taste.get("like", ())) & set(taste.get("dislike", ()))
    if both:
        raise InputError(f"preferences: {', '.join(sorted(both))} stands under like and under dislike")
    return taste


def _exercise_ids() -> tuple[str, ...]:
    return tuple(exercises())


def _one_rm(value: object) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise InputError(f"one_rm_kg must be an object of exercise: kilograms, got {_shown(value)}")
    known = _exercise_ids()
    for key in value:
        if key not in known:
            raise InputError(f"one_rm_kg.{key} is no exercise; `mettle exercises` lists them")
    return {key: _number(f"one_rm_kg.{key}", kg, 0.5, 600) for key, kg in value.items()}


def _last_done(value: object) -> dict[str, LastDone]:
    if not isinstance(value, dict):
        raise InputError(f"last_done must be an object of exercise: reps, hold_s, colour, got {_shown(value)}")
    found = {}
    for key, said in value.items():
        if key not in _exercise_ids():
            raise InputError(f"last_done.{key} is no exercise; `mettle exercises` lists them")
        table = _object(f"last_done.{key}", said, ("reps", "hold_s", "colour"))
        colour = table.get("colour")
        if colour is not None and not isinstance(colour, str):
            raise InputError(f"last_done.{key}.colour must be a colour, got {_shown(colour)}")
        limits = {"reps": 100, "hold_s": 600}
        whole = {
            k: _whole(f"last_done.{key}.{k}", table[k], 1, most)
            for k, most in limits.items()
            if table.get(k) is not None
        }
        found[key] = LastDone(**whole, colour=colour)
    return found


def _avoid(value: object) -> tuple[str, ...]:
    known = set(words()["tags"]) | set(_exercise_ids())
    found = []
    for item in _listed("avoid", value):
        if not isinstance(item, str) or item not in known:
            raise InputError(
                f"avoid: {_shown(item)} is not known; allowed: {', '.join(words()['tags'])}, or an exercise's id"
            )
        found.append(item)
    return tuple(dict.fromkeys(found))


def _bands(value: object) -> tuple[str, ...]:
    colours = _listed("bands", value)
    for colour in colours:
        if not isinstance(colour, str) or not colour.strip() or len(colour) > 30:
            raise InputError(f"bands must be colours, lightest first, got {_shown(colour)}")
    if len(set(colours)) < len(colours):
        raise InputError("bands: a colour stands twice; list each once, lightest first")
    return tuple(colours)


def _weekdays(value: object) -> tuple[str, ...]:
    days = [_word("weekdays", item, words()["weekdays"]) for item in _listed("weekdays", value)]
    if len(set(days)) < len(days):
        raise InputError("weekdays: a day stands twice")
    return tuple(sorted(days, key=words()["weekdays"].index))


_READERS: dict[str, Callable[[Any], Any]] = {
    "age": lambda v: _whole("age", v, 0, 120),
    "sex": lambda v: _word("sex", v, words()["sex"]),
    "body_mass_kg": lambda v: float(_number("body_mass_kg", v, 20, 350)),
    "experience": lambda v: _word("experience", v, words()["experience"]),
    "active_now": lambda v: _flag("active_now", v),
    "months_off": lambda v: float(_number("months_off", v, 0, 1200)),
    "equipment": lambda v: _words("equipment", v, words()["equipment"]),
    "dumbbells_kg": lambda v: _loads("dumbbells_kg", v),
    "dumbbell_count": lambda v: _whole("dumbbell_count", v, 1, 2),
    "kettlebells_kg": lambda v: _loads("kettlebells_kg", v),
    "sandbags_kg": lambda v: _loads("sandbags_kg", v),
    "plates_kg": lambda v: _loads("plates_kg", v),
    "bar_kg": lambda v: _number("bar_kg", v, 1, 50),
    "stack": _stack,
    "bands": _bands,
    "days_per_week": lambda v: _whole("days_per_week", v, 1, 7),
    "minutes": lambda v: _whole("minutes", v, FEWEST_MINUTES, MOST_MINUTES),
    "weekdays": _weekdays,
    "time_window": _window,
    "bedtime": lambda v: _clock("bedtime", v),
    "goals": lambda v: _words("goals", v, words()["goals"]),
    "one_rm_kg": _one_rm,
    "last_done": _last_done,
    "weeks_trained": lambda v: _whole("weeks_trained", v, 0, 5200),
    "conditions": lambda v: _words("conditions", v, words()["conditions"]),
    "symptoms": lambda v: _words("symptoms", v, words()["symptoms"]),
    "blood_pressure": _pressure,
    "pregnant_weeks": lambda v: _whole("pregnant_weeks", v, 0, 45),
    "limitations": lambda v: _words("limitations", v, words()["limitations"]),
    "avoid": _avoid,
    "skill_max": lambda v: _whole("skill_max", v, 1, 3),
    "preferences": _taste,
    "scores": _scores,
    "group": _group,
    "budget": _budget,
    "requested": _requested,
}
_NEEDED = ("age", "sex", "body_mass_kg", "experience")
_IMPLIES = {
    "dumbbells_kg": "dumbbell",
    "kettlebells_kg": "kettlebell",
    "sandbags_kg": "sandbag",
    "bands": "band",
}


def _profile(document: Mapping[str, Any]) -> Profile:
    for key in document:
        if key not in _READERS:
            raise InputError(f"field {_shown(key)} is not known; allowed: {', '.join(_READERS)}")
    missing = [key for key in _NEEDED if document.get(key) is None]
    if missing:
        raise InputError(f"{missing[0]} is missing; a profile needs {', '.join(_NEEDED)}")
    read = {key: _READERS[key](value) for key, value in document.items() if value is not None}
    read.update(read.pop("preferences", {}))
    named = len(read.get("weekdays", ()))
    if named and read.setdefault("days_per_week", named) != named:
        raise InputError(f"weekdays names {named} days but days_per_week is {read['days_per_week']}; they must agree")
    owned = list(read.get("equipment", ()))
    owned += [kit for key, kit in _IMPLIES.items() if read.get(key) and kit not in owned]
    if "wheelchair" in read.get("limitations", ()) and "chair" not in owned:
        owned.append("chair")  # its owner always has a seat
    read["equipment"] = tuple(owned)
    _contradictions(read)
    return Profile(**read)


def _contradictions(read: Mapping[str, Any]) -> None:
    for kit in ("barbell", "trap_bar"):
        if kit in read["equipment"] and not read.get("plates_kg"):
            raise InputError(
                f"equipment has {kit} but plates_kg is missing; list one entry a plate, "
                "for example [10, 10, 5, 5], or leave the bar out"
            )
    if "bar_kg" in read and not {"barbell", "trap_bar"} & set(read["equipment"]):
        raise InputError("bar_kg is given but equipment has neither barbell nor trap_bar")
    if read.get("dumbbell_count") and "dumbbell" not in read["equipment"]:
        raise InputError("dumbbell_count is given but there is no dumbbell in equipment or dumbbells_kg")
    clash = set(read.get("like", ())) & set(read.get("avoid", ()))
    if clash:
        raise InputError(f"preferences.like and avoid both name {', '.join(sorted(clash))}")
    if read["sex"] == "M" and read.get("pregnant_weeks"):
        raise InputError("pregnant_weeks is given with sex M; use F or X, or leave pregnant_weeks out")
    both_legs = {"amputation_below_knee_left", "amputation_below_knee_right"}
    if both_legs <= set(read.get("limitations", ())) and "wheelchair" not in read["limitations"]:
        raise InputError("limitations: with both legs amputated add wheelchair, or name the leg that trains")
