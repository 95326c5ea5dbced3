"""The screens of the welcome in their order: what was said so far, what is still to be asked, and the profile it makes.

What is said is kept with the person at once, screen by screen, as the form of that screen takes it; it counts as said only while
that form finds nothing wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mettle.web import setup_form as ask
from mettle.web import setup_kit
from mettle.web.models import Person  # noqa: TC001 # a public name of the module

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms
    from django.utils.functional import _StrPromise

Said = dict[str, dict[str, Any]]
KEPT = "setup"
"""Where a person's choices hold what they said. It stays on this installation: elsewhere the profile tells what it can."""
OLDER = 65
"""Years from which falls are asked."""


@dataclass(frozen=True, slots=True)
class Step:
    """One screen.

    Parameters
    ----------
    key
        Its name in addresses.
    title, why
        The question, and a line of what it is for.
    form
        Its fields.
    kind
        ``choose``: a tap on an answer goes on; ``tick``: several, or a button that says none; ``fields``: anything else.
    none
        Words of the button that says none.
    short
        The question in the list of answers.
    """

    key: str
    title: str | _StrPromise
    why: str | _StrPromise
    form: type[forms.Form]
    kind: str
    short: str | _StrPromise
    none: str | _StrPromise = ""

    @property
    def health(self) -> bool:
        """Whether the answer decides what is safe; none of these has a default."""
        return self.key not in ("feel", "kit", "own_kit", "time", "lifted")


STEPS = (
    Step("feel", _("What would you like to feel different?"), "", ask.Feel, "fields", _("To feel different")),
    Step("kit", _("What do you have to train with?"), "", setup_kit.Kit, "choose", _("To train with")),
    Step(
        "own_kit",
        _("What do you have, exactly?"),
        _("Every load of the plan can then be put together from it."),
        setup_kit.OwnKit,
        "fields",
        _("Your own kit"),
    ),
    Step("time", _("How much time do you have?"), "", ask.Time, "fields", _("Time")),
    Step("lifted", _("Have you lifted weights before?"), "", ask.Lifted, "choose", _("Lifted before")),
    Step(
        "moving",
        _("Have you been moving?"),
        _("Half an hour, three days a week, for three months. Brisk walking counts."),
        ask.Moving,
        "choose",
        _("Moving for three months"),
    ),
    Step("body", _("A little about your body"), "", ask.Body, "fields", _("Body")),
    Step(
        "symptoms",
        _("Do you have any of these now?"),
        _("If so, that comes first."),
        ask.Symptoms,
        "tick",
        _("Now"),
        _("None of these"),
    ),
    Step(
        "conditions",
        _("Do any of these apply to you?"),
        _("Then the plan is made lighter."),
        ask.Conditions,
        "tick",
        _("Health"),
        _("None of these"),
    ),
    Step("falls", _("Have you fallen in the last year?"), "", ask.Falls, "choose", _("Falls in a year")),
    Step(
        "limits",
        _("Does anything hurt or limit you?"),
        _("Exercises that load it stay out."),
        ask.Limits,
        "tick",
        _("Hurts or limits"),
        _("Nothing does"),
    ),
    Step(
        "pressure",
        _("What is your blood pressure?"),
        _("The last one measured, if you know it."),
        ask.Pressure,
        "fields",
        _("Blood pressure"),
        _("I do not know it"),
    ),
)
BY_KEY = {step.key: step for step in STEPS}
_OWNED = frozenset(
    {"age", "sex", "body_mass_kg", "experience", "active_now", "days_per_week", "minutes", "weekdays", "time_window"}
    | {"bedtime", "goals", "conditions", "symptoms", "limitations", "blood_pressure", "pregnant_weeks"}
)
"""Fields of a profile that these questions answer; the others stay as they are."""
_OF_KIT = frozenset({"sandbags_kg"}).union(*setup_kit.KIT_PROFILE.values())


def said(person: Person) -> Said:
    """What counts as said, screen by screen: the answers kept last, else what the profile holds."""
    known = {**from_profile(person.profile), **_plain(person.choices.get(KEPT))}
    if "feel" in known:
        known["feel"] = {"one_thing": person.choices.get("one_thing", "")} | known["feel"]
    return {key: data for key, data in known.items() if key in BY_KEY and BY_KEY[key].form(data).is_valid()}


def keep(person: Person, step: Step, form: forms.Form) -> None:
    """Keep what a screen was told."""
    data = {name: form[name].data for name in form.fields}
    person.choices = person.choices | {KEPT: _plain(person.choices.get(KEPT)) | {step.key: data}}
    if step.key == "feel":
        person.choices = person.choices | {"one_thing": form.cleaned_data["one_thing"]}
    person.save()


def _plain(kept: object) -> Said:
    return {k: v for k, v in kept.items() if isinstance(v, dict)} if isinstance(kept, dict) else {}


def asked(known: Mapping[str, Any]) -> list[Step]:
    """The screens that this person meets: falls are asked of those of 65 and over, a list of kit of those who have their own."""
    age = str(known.get("body", {}).get("age", ""))
    left_out = {
        "falls": not (age.isdecimal() and int(age) >= OLDER),
        "own_kit": known.get("kit", {}).get("kit") != "own",
    }
    return [s for s in STEPS if not left_out.get(s.key)]


def missing(known: Said) -> Step | None:
    """The first screen that has no answer."""
    return next((step for step in asked(known) if step.key not in known), None)


def after(step: Step, known: Said) -> Step | None:
    """The screen that follows."""
    order = asked(known)
    where = order.index(step) + 1
    return order[where] if where < len(order) else None


def before(step: Step, known: Said) -> Step | None:
    """The screen that a step back leads to."""
    order = asked(known)
    where = order.index(step)
    return order[where - 1] if where else None


def profile(known: Said, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """The PROFILE.json of all answers; what an earlier profile holds beyond them stays.

    Raises
    ------
    ValueError
        Where a screen has no answer: nothing about health is taken as said.
    """
    unsaid = missing(known)
    if unsaid is not None:
        raise ValueError(f"not answered: {unsaid.key}")
    told: dict[str, Any] = {}
    kit: dict[str, Any] = {}
    for step in asked(known):
        form = step.form(known[step.key])
        form.is_valid()
        told |= form.cleaned_data
        if isinstance(form, setup_kit.OwnKit):
            kit = form.profile()
    made = {k: v for k, v in earlier.items() if k not in _OWNED and k not in _OF_KIT}
    made |= kit or setup_kit.KIT_PROFILE[told["kit"]]
    made |= {name: told[name] for name in ("age", "sex", "body_mass_kg", "experience", "minutes", "goals")}
    made |= {"active_now": told["active_now"] == "yes", "days_per_week": told["days"]}
    made |= {name: told[name] for name in ("symptoms", "limitations")}
    made["conditions"] = [c for c in told["conditions"] if c != "pregnant"]
    optional = {
        "pregnant_weeks": told["pregnant_weeks"],
        "blood_pressure": [told["systolic"], told["diastolic"]] if told["systolic"] else None,
        "bedtime": told["bedtime"].strftime("%H:%M") if told["bedtime"] else None,
        "weekdays": told["weekdays"],
        "time_window": told["hours"].split("-") if told["hours"] else None,
    }
    made |= {name: value for name, value in optional.items() if value}
    if "falls" in told:
        made["scores"] = {**made.get("scores", {}), "falls_12_months": int(told["falls"])}
    return made


def from_profile(stored: Mapping[str, Any]) -> Said:
    """The answers that would make a profile, where it says enough for them."""
    if not stored:
        return {}
    get = stored.get
    kit = {n: v for n, v in stored.items() if n in _OF_KIT}
    pregnant, pressure = get("pregnant_weeks"), get("blood_pressure")
    falls = (get("scores") or {}).get("falls_12_months")
    found: Said = {
        "feel": {"goals": get("goals", [])},
        "kit": {"kit": next((name for name, owned in setup_kit.KIT_PROFILE.items() if owned == kit), "own")},
        "time": {
            "days": get("days_per_week", 3),
            "minutes": min(ask.MINUTES, key=lambda n: abs(n - get("minutes", 45))),
            "weekdays": get("weekdays", []),
            "hours": "-".join(get("time_window") or ()),
            "bedtime": get("bedtime", ""),
        },
        "lifted": {"experience": get("experience", "")},
        "body": {name: get(name, "") for name in ("age", "body_mass_kg", "sex")},
    }
    if found["kit"]["kit"] == "own":
        found["own_kit"] = _own_kit(stored)
    if pressure:
        found["pressure"] = {"systolic": pressure[0], "diastolic": pressure[1]}
    if "active_now" in stored:
        found["moving"] = {"active_now": "yes" if stored["active_now"] else "no"}
    for key, name in (("symptoms", "symptoms"), ("conditions", "conditions"), ("limits", "limitations")):
        if name in stored:
            ticked = [*stored[name], *(["pregnant"] if name == "conditions" and pregnant else [])]
            found[key] = {name: ticked, "none": "" if ticked else "1"}
    if "conditions" in found:
        found["conditions"]["pregnant_weeks"] = pregnant or ""
    if falls is not None:
        found["falls"] = {"falls": str(min(int(falls), 2))}
    return found


def _own_kit(stored: Mapping[str, Any]) -> dict[str, Any]:
    stack = stored.get("stack") or {}
    loads = {name: " ".join(f"{n:g}" for n in stored.get(name, [])) for name in _LOADS}
    kit = {"equipment": stored.get("equipment", []), "bands": stored.get("bands", []), **loads}
    kit |= {"dumbbell_count": stored.get("dumbbell_count", 2), "bar_kg": stored.get("bar_kg", 20)}
    return kit | {"first_kg": stack.get("first_kg", 5), "step_kg": stack.get("step_kg", 5)}


_LOADS = ("dumbbells_kg", "kettlebells_kg", "plates_kg", "sandbags_kg")


def in_words(step: Step, data: Mapping[str, Any]) -> str:
    """An answer in a line, for the list of all of them."""
    form = step.form(data)
    form.is_valid()
    told = form.cleaned_data
    match step.key:
        case "feel":
            named = [*_names(ask.GOALS, told["goals"]), told["one_thing"]]
            return ", ".join(name for name in named if name) or gettext("nothing named")
        case "own_kit":
            loads = [(form.fields[n].label, told[n]) for n in _LOADS if told[n]]
            sizes = [f"{label}: {' '.join(f'{kg:g}' for kg in said)}" for label, said in loads]
            return ", ".join(
                [*_names(setup_kit.EQUIPMENT, told["equipment"]), *_names(setup_kit.COLOURS, told["bands"]), *sizes]
            )
        case "time":
            hours = _names(ask.HOURS, [told["hours"]]) if told["hours"] else []
            much = gettext("%(days)s days, %(minutes)s minutes") % told
            return ", ".join([much, *_names(ask.WEEKDAYS, told["weekdays"]), *hours])
        case "body":
            return gettext("%(age)s years, %(body_mass_kg)s kg") % {**told, "body_mass_kg": f"{told['body_mass_kg']:g}"}
        case "pressure":
            return f"{told['systolic']}/{told['diastolic']}" if told["systolic"] else gettext("not known")
        case _:
            name = next(iter(n for n in told if n != "none"))
            value = told[name]
            words = _names(form.fields[name].choices, value if isinstance(value, list) else [value])  # type: ignore[attr-defined] # each has choices
            return ", ".join(words) or str(step.none)


def _names(choices: Any, chosen: list[str]) -> list[str]:
    return [str(label) for value, label in choices if str(value) in chosen]
