"""What there is to train with: five usual kits, or exactly what the person has."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

KITS = [
    ("chair", _("nothing but a chair")),
    ("bands", _("a few bands")),
    ("dumbbells", _("dumbbells at home")),
    ("barbell", _("a barbell and a rack")),
    ("gym", _("a full gym")),
    ("own", _("something else")),
]
KIT_HINTS = {
    "bands": _("yellow, red and green, and a chair"),
    "dumbbells": _("pairs from 4 to 20 kg, a bench"),
    "barbell": _("a bar, a bench, plates up to 97.5 kg in all"),
    "gym": _("machines, cables, dumbbells, barbells"),
    "own": _("then say exactly what you have"),
}
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
EQUIPMENT = [
    ("chair", _("chair")),
    ("band", _("bands")),
    ("dumbbell", _("dumbbells")),
    ("kettlebell", _("kettlebells")),
    ("bench", _("bench")),
    ("pullup_bar", _("pull-up bar")),
    ("barbell", _("barbell")),
    ("rack", _("rack")),
    ("trap_bar", _("trap bar")),
    ("dip_bars", _("dip bars")),
    ("box", _("box or step")),
    ("ball", _("gym ball")),
    ("trx", _("suspension straps")),
    ("sandbag", _("sandbag")),
    ("sled", _("sled")),
    ("rower", _("rowing machine")),
    ("cable", _("cable")),
    ("lat_pulldown", _("lat pulldown")),
    ("seated_row", _("seated row")),
    ("leg_press", _("leg press")),
    ("chest_press", _("chest press")),
    ("chest_fly", _("chest fly")),
    ("leg_curl", _("leg curl")),
    ("leg_extension", _("leg extension")),
    ("shoulder_press", _("shoulder press")),
    ("calf_machine", _("calf machine")),
    ("hyperextension", _("back extension")),
]
COLOURS = [
    ("yellow", _("yellow")),
    ("red", _("red")),
    ("green", _("green")),
    ("blue", _("blue")),
    ("black", _("black")),
    ("silver", _("silver")),
    ("gold", _("gold")),
]
"""Lightest first, as the common makers sell them."""


class Kit(forms.Form):
    """What there is to train with."""

    kit = forms.ChoiceField(choices=KITS, widget=forms.RadioSelect)


class Loads(forms.CharField):
    """Masses in kg in one line, spaces between them: ``4 6 8 12.5``. A comma inside a number is a decimal one."""

    def __init__(self, label: Any, *, most: int = 60, **options: Any) -> None:
        super().__init__(label=label, max_length=400, required=False, **options)
        self.most = most
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        """The numbers, in the order written; empty where none is."""
        words = [w.strip(",;") for w in str(super().to_python(value)).split()]
        try:
            found = [float(w.replace(",", ".")) for w in words if w]
        except ValueError:
            raise forms.ValidationError(_("Numbers with spaces between them, like 4 6 8 12.5")) from None
        if len(found) > self.most or not all(0.1 <= n <= 500 for n in found):
            raise forms.ValidationError(_("Kilograms from 0.1 to 500, not more than sixty of them."))
        return [int(n) if n == int(n) else n for n in found]


class OwnKit(forms.Form):
    """Exactly what there is, so that every load of the plan can be put together from it."""

    equipment = forms.MultipleChoiceField(
        label=_("What there is"),
        choices=EQUIPMENT,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick what you have, or go back and take the chair.")},
    )
    dumbbells_kg = Loads(_("Dumbbells, kg"), help_text=_("Like 4 6 8 12.5"))
    dumbbell_count = forms.TypedChoiceField(
        label=_("Of each"),
        choices=[(2, _("a pair")), (1, _("one"))],
        initial=2,
        coerce=int,
        empty_value=2,  # type: ignore[arg-type] # the stubs know only text
        required=False,
        widget=forms.RadioSelect,
    )
    kettlebells_kg = Loads(_("Kettlebells, kg"))
    bar_kg = forms.FloatField(label=_("The bar alone, kg"), min_value=1, max_value=50, initial=20, required=False)
    plates_kg = Loads(_("Every plate, kg"), help_text=_("Two of ten are 10 10"))
    bands = forms.MultipleChoiceField(
        label=_("Bands, lightest first"), choices=COLOURS, required=False, widget=forms.CheckboxSelectMultiple
    )
    sandbags_kg = Loads(_("Sandbags, kg"))
    first_kg = forms.FloatField(
        label=_("Machines: the lightest pin, kg"), min_value=0.5, max_value=100, initial=5, required=False
    )
    step_kg = forms.FloatField(
        label=_("and from pin to pin, kg"), min_value=0.5, max_value=50, initial=5, required=False
    )

    needs: ClassVar = {
        "dumbbell": "dumbbells_kg",
        "kettlebell": "kettlebells_kg",
        "band": "bands",
        "sandbag": "sandbags_kg",
    }

    def clean(self) -> dict[str, Any]:
        """What is ticked has its sizes."""
        data = super().clean() or {}
        for kind, name in self.needs.items():
            if kind in data.get("equipment", []) and not data.get(name) and name not in self.errors:
                self.add_error(name, _("Which ones do you have?"))
        return data

    def profile(self) -> dict[str, Any]:
        """The part of a PROFILE.json that says it."""
        data = self.cleaned_data
        has = set(data["equipment"])
        made = {"equipment": data["equipment"]} | {n: data[n] for kind, n in self.needs.items() if kind in has}
        if "dumbbell" in has:
            made["dumbbell_count"] = data["dumbbell_count"]
        if has & {"barbell", "trap_bar"}:
            made |= {"bar_kg": data["bar_kg"] or 20, "plates_kg": data["plates_kg"]}
        if has & set(_MACHINES.split()):
            made["stack"] = {"first_kg": data["first_kg"] or 5, "step_kg": data["step_kg"] or 5}
        return made
