"""The questions of the welcome, one form a screen. What is about health has no default: it is said, or it is asked again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

GOALS = [
    ("depression", _("low mood")),
    ("anxiety", _("anxiety")),
    ("stress", _("stress")),
    ("burnout", _("burnout")),
    ("sleep", _("sleep")),
    ("energy", _("energy")),
    ("adhd", _("focus, ADHD")),
    ("ptsd", _("after trauma")),
    ("social_anxiety", _("unease among people")),
    ("self_esteem", _("self-esteem")),
    ("resilience", _("resilience")),
    ("cognition", _("thinking")),
    ("independence", _("staying independent")),
    ("routine", _("a routine")),
    ("belonging", _("belonging")),
    ("strength", _("strength")),
]
CONDITIONS = [
    ("cardiovascular", _("heart or circulation")),
    ("diabetes", _("diabetes")),
    ("renal", _("kidneys")),
    ("hypertension", _("high blood pressure")),
    ("osteoporosis", _("osteoporosis")),
    ("frailty", _("frailty")),
    ("eating_disorder", _("an eating disorder")),
    ("bipolar", _("bipolar")),
    ("psychosis", _("psychosis")),
    ("pregnant", _("pregnant")),
    ("postpartum", _("birth in the last months")),
    ("recent_concussion", _("a recent concussion")),
    ("insulin", _("insulin")),
    ("beta_blocker", _("a beta blocker")),
]
SYMPTOMS = [
    ("chest_discomfort", _("chest discomfort")),
    ("breathlessness_at_rest", _("breathless at rest or with little effort")),
    ("syncope", _("fainting or dizziness")),
    ("orthopnoea", _("breathless lying flat")),
    ("ankle_oedema", _("swollen ankles")),
    ("palpitations", _("palpitations")),
    ("claudication", _("leg pain when walking")),
    ("unusual_fatigue", _("unusual tiredness")),
    ("fever", _("fever")),
]
LIMITATIONS = [
    ("low_back", _("low back")),
    ("knee_osteoarthritis", _("knee")),
    ("shoulder_impingement_left", _("left shoulder")),
    ("shoulder_impingement_right", _("right shoulder")),
    ("elbow_tendinopathy_left", _("left elbow")),
    ("elbow_tendinopathy_right", _("right elbow")),
    ("wrist", _("wrist")),
    ("hip_impingement", _("hip")),
    ("pelvic_floor", _("pelvic floor")),
    ("wheelchair", _("wheelchair")),
]
EXPERIENCE = [
    ("none", _("never")),
    ("novice", _("a little")),
    ("intermediate", _("for a year or more")),
    ("advanced", _("for many years")),
]
YES_NO = [("yes", _("yes")), ("no", _("no"))]
FALLS = [("0", _("no")), ("1", _("once")), ("2", _("twice or more"))]
WEEKDAYS = [
    ("Mon", _("Mon")),
    ("Tue", _("Tue")),
    ("Wed", _("Wed")),
    ("Thu", _("Thu")),
    ("Fri", _("Fri")),
    ("Sat", _("Sat")),
    ("Sun", _("Sun")),
]
HOURS = [
    ("", _("any time")),
    ("06:00-11:00", _("morning")),
    ("11:00-16:00", _("midday")),
    ("16:00-22:00", _("evening")),
]


MINUTES = (10, 15, 20, 30, 45, 60, 75, 90)


class Feel(forms.Form):
    """What would you like to feel different, and what do you want back?"""

    goals = forms.MultipleChoiceField(
        label=_("As many as you like"), choices=GOALS, required=False, widget=forms.CheckboxSelectMultiple
    )
    one_thing = forms.CharField(
        label=_("The one thing you want back"),
        help_text=_("If you like; only for you."),
        max_length=200,
        required=False,
    )


class Time(forms.Form):
    """How often, how long, and when."""

    days = forms.TypedChoiceField(
        label=_("Days a week"),
        choices=[(n, str(n)) for n in range(1, 7)],
        initial=3,
        coerce=int,
        widget=forms.RadioSelect,
    )
    minutes = forms.TypedChoiceField(
        label=_("Minutes each time"),
        choices=[(n, str(n)) for n in MINUTES],
        initial=30,
        coerce=int,
        widget=forms.RadioSelect,
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Only on these days"), choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    hours = forms.ChoiceField(
        label=_("Time of day"), choices=HOURS, initial="", required=False, widget=forms.RadioSelect
    )
    bedtime = forms.TimeField(
        label=_("Usual bedtime"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        """As many days to choose from as are to be trained on."""
        data = super().clean() or {}
        named = data.get("weekdays") or []
        if named and len(named) < data.get("days", 1):
            self.add_error("weekdays", _("Fewer days than you want to train on: tick more, or none for any day."))
        return data


class Lifted(forms.Form):
    """How long with weights."""

    experience = forms.ChoiceField(choices=EXPERIENCE, widget=forms.RadioSelect)


class Moving(forms.Form):
    """Active now, as the screening before exercise asks it."""

    active_now = forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect)


class Body(forms.Form):
    """Age has no default; body mass and sex only set the first loads."""

    age = forms.IntegerField(
        label=_("Age"),
        min_value=1,
        max_value=110,
        error_messages={"required": _("Your age in years, so that the plan is safe for you.")},
    )
    body_mass_kg = forms.FloatField(
        label=_("Body mass in kg"),
        help_text=_("A guess will do."),
        min_value=25,
        max_value=350,
        initial=75,
    )
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=[("F", _("female")), ("M", _("male")), ("X", _("neither, or not said"))],
        initial="X",
        widget=forms.RadioSelect,
    )


class _Ticked(forms.Form):
    """A question of the screening: something is ticked, or "none" is said; nothing at all is no answer."""

    none = forms.BooleanField(required=False, widget=forms.HiddenInput)
    asked = ""

    def clean(self) -> dict[str, Any]:
        """Nothing said, or both at once, is asked again."""
        data = super().clean() or {}
        ticked = data.get(self.asked)
        if self.asked in self.errors:
            return data
        if not ticked and not data.get("none"):
            self.add_error(self.asked, _("Tick what is so, or say that none of these is."))
        if ticked and data.get("none"):
            self.add_error(self.asked, _("Something is ticked above. Take the tick away, or press Next."))
        return data


class Symptoms(_Ticked):
    """What asks for a doctor before training."""

    asked = "symptoms"
    symptoms = forms.MultipleChoiceField(choices=SYMPTOMS, required=False, widget=forms.CheckboxSelectMultiple)


class Conditions(_Ticked):
    """What makes a plan lighter, or asks somebody first."""

    asked = "conditions"
    conditions = forms.MultipleChoiceField(choices=CONDITIONS, required=False, widget=forms.CheckboxSelectMultiple)
    pregnant_weeks = forms.IntegerField(
        label=_("If you are pregnant: how many weeks?"), min_value=1, max_value=42, required=False
    )
    pregnant_weeks.widget.attrs["placeholder"] = " "  # so that the style sheet can tell it from an empty one

    def clean(self) -> dict[str, Any]:
        """Pregnant is ticked with its weeks, or neither is said."""
        data = super().clean() or {}
        ticked = "pregnant" in (data.get("conditions") or [])
        if ticked and not data.get("pregnant_weeks") and "pregnant_weeks" not in self.errors:
            self.add_error("pregnant_weeks", _("About how many weeks? A guess will do."))
        if data.get("pregnant_weeks") and not ticked:
            self.add_error("conditions", _("Weeks are written below: tick “pregnant” too, or empty them."))
        return data


class Falls(forms.Form):
    """Two falls in a year make a plan that keeps to supported work."""

    falls = forms.ChoiceField(choices=FALLS, widget=forms.RadioSelect)


class Limits(_Ticked):
    """What hurts, so that no exercise loads it."""

    asked = "limitations"
    limitations = forms.MultipleChoiceField(choices=LIMITATIONS, required=False, widget=forms.CheckboxSelectMultiple)


class Pressure(forms.Form):
    """Two numbers, or "I do not know"."""

    systolic = forms.IntegerField(label=_("Upper"), min_value=60, max_value=300, required=False)
    diastolic = forms.IntegerField(label=_("Lower"), min_value=30, max_value=200, required=False)
    none = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Both numbers, the upper above the lower, or neither and said so."""
        data = super().clean() or {}
        if self.errors:
            return data
        upper, lower = data.get("systolic"), data.get("diastolic")
        if data.get("none") and (upper or lower):
            self.add_error("systolic", _("Numbers are written above. Empty them, or press Next."))
        elif not data.get("none") and not (upper and lower):
            self.add_error("systolic", _("Blood pressure is two numbers; or say that you do not know it."))
        elif upper and lower and lower >= upper:
            self.add_error("systolic", _("The upper number is the larger of the two."))
        return data
