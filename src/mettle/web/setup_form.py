"""The questions of the welcome, and the profile that they make. Every choice has a default, so that a plan is twenty taps away."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

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
KITS = [
    ("chair", _("nothing but a chair")),
    ("bands", _("a few bands")),
    ("dumbbells", _("dumbbells at home")),
    ("barbell", _("a barbell and a rack")),
    ("gym", _("a full gym")),
]
_MACHINES = (
    "cable lat_pulldown seated_row leg_press chest_press chest_fly leg_curl leg_extension shoulder_press calf_machine"
)
KIT_PROFILE: dict[str, dict[str, Any]] = {
    "chair": {"equipment": ["chair"]},
    "bands": {"equipment": ["band", "chair"], "bands": ["yellow", "red", "green"]},
    "dumbbells": {
        "equipment": ["dumbbell", "bench", "chair"],
        "dumbbells_kg": [4, 6, 8, 10, 12.5, 15, 20],
        "dumbbell_count": 2,
    },
    "barbell": {
        "equipment": ["barbell", "rack", "bench", "chair"],
        "bar_kg": 20,
        "plates_kg": [20, 20, 10, 10, 5, 5, 2.5, 2.5, 1.25, 1.25],
    },
    "gym": {
        "equipment": [
            "barbell",
            "rack",
            "bench",
            "dumbbell",
            "kettlebell",
            "pullup_bar",
            "dip_bars",
            "box",
            "rower",
            *_MACHINES.split(),
        ],
        "bar_kg": 20,
        "plates_kg": [20, 20, 20, 20, 15, 15, 10, 10, 5, 5, 2.5, 2.5, 1.25, 1.25],
        "dumbbells_kg": [2, 4, 6, 8, 10, 12.5, 15, 17.5, 20, 22.5, 25, 30],
        "dumbbell_count": 2,
        "kettlebells_kg": [8, 12, 16, 20, 24],
        "stack": {"first_kg": 5, "step_kg": 5},
    },
}
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


class SetupForm(forms.Form):
    """What would you like to feel different, your kit, your time, your body."""

    goals = forms.MultipleChoiceField(
        label=_("What would you like to feel different?"),
        choices=GOALS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    one_thing = forms.CharField(
        label=_("What is the one thing you want back? (your words, only for you)"), max_length=200, required=False
    )
    kit = forms.ChoiceField(
        label=_("What do you have to train with?"), choices=KITS, initial="chair", widget=forms.RadioSelect
    )
    days = forms.TypedChoiceField(
        label=_("Days a week"), choices=[(n, str(n)) for n in range(1, 7)], initial=3, coerce=int
    )
    minutes = forms.TypedChoiceField(
        label=_("Minutes a session"),
        choices=[(n, str(n)) for n in (10, 15, 20, 30, 45, 60, 75, 90)],
        initial=30,
        coerce=int,
    )
    experience = forms.ChoiceField(
        label=_("Have you lifted before?"),
        choices=[
            ("none", _("never")),
            ("novice", _("a little")),
            ("intermediate", _("for a year or more")),
            ("advanced", _("for many years")),
        ],
        initial="none",
    )
    active_now = forms.BooleanField(
        label=_("I have moved for 30 minutes on three days a week in the last three months"), required=False
    )
    age = forms.IntegerField(label=_("Age"), min_value=1, max_value=110)
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=[("F", _("female")), ("M", _("male")), ("X", _("neither, or I would rather not say"))],
        initial="X",
    )
    body_mass_kg = forms.FloatField(
        label=_("Body mass in kg (a guess will do)"), min_value=25, max_value=350, initial=75
    )
    pregnant_weeks = forms.IntegerField(
        label=_("Pregnant? Weeks, or leave empty"), min_value=1, max_value=42, required=False
    )
    symptoms = forms.MultipleChoiceField(
        label=_("Do you have any of these now?"), choices=SYMPTOMS, required=False, widget=forms.CheckboxSelectMultiple
    )
    conditions = forms.MultipleChoiceField(
        label=_("Do any of these apply?"), choices=CONDITIONS, required=False, widget=forms.CheckboxSelectMultiple
    )
    limitations = forms.MultipleChoiceField(
        label=_("Does anything hurt or limit you?"),
        choices=LIMITATIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    systolic = forms.IntegerField(
        label=_("Blood pressure, if you know it: upper"), min_value=60, max_value=300, required=False
    )
    diastolic = forms.IntegerField(label=_("and lower"), min_value=30, max_value=200, required=False)
    bedtime = forms.TimeField(label=_("Usual bedtime"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    timezone = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    quick: ClassVar = ("goals", "one_thing", "kit", "days", "minutes", "experience")
    body: ClassVar = ("age", "sex", "body_mass_kg", "active_now", "symptoms", "conditions", "limitations")
    more: ClassVar = ("pregnant_weeks", "systolic", "diastolic", "bedtime")

    def clean_timezone(self) -> str:
        """The browser's zone where it is one that we know; otherwise none is assumed."""
        zone = str(self.cleaned_data["timezone"])
        return zone if zone in available_timezones() else ""

    def clean(self) -> dict[str, Any]:
        """Blood pressure comes as two numbers or not at all."""
        data = super().clean() or {}
        if bool(data.get("systolic")) != bool(data.get("diastolic")):
            self.add_error("systolic", _("Blood pressure is two numbers; leave both empty if you do not know."))
        return data

    def profile(self) -> dict[str, Any]:
        """The PROFILE.json of these answers."""
        said = self.cleaned_data
        made: dict[str, Any] = {
            "age": said["age"],
            "sex": said["sex"],
            "body_mass_kg": said["body_mass_kg"],
            "experience": said["experience"],
            "active_now": said["active_now"],
            "days_per_week": said["days"],
            "minutes": said["minutes"],
            "goals": said["goals"],
            "conditions": said["conditions"],
            "symptoms": said["symptoms"],
            "limitations": said["limitations"],
            **KIT_PROFILE[said["kit"]],
        }
        if said.get("systolic"):
            made["blood_pressure"] = [said["systolic"], said["diastolic"]]
        if said.get("pregnant_weeks"):
            made["pregnant_weeks"] = said["pregnant_weeks"]
        if said.get("bedtime"):
            made["bedtime"] = said["bedtime"].strftime("%H:%M")
        return made
