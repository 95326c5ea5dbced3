"""The person's own safety plan and the contact on the help card: written when well."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SafetyPlanForm(forms.Form):
    """One line an entry, in the person's own words."""

    warning_signs = forms.CharField(
        label=_("How I notice that it gets hard"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    what_helps = forms.CharField(
        label=_("What has helped before"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    people = forms.CharField(
        label=_("People I can call (name, number)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    places = forms.CharField(
        label=_("Places where I am better"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def plan(self) -> dict[str, Any]:
        """The plan as the safety package reads it."""
        lines = {name: [x.strip() for x in self.cleaned_data[name].splitlines() if x.strip()] for name in self.fields}
        people = []
        for line in lines["people"]:
            name, _comma, phone = line.partition(",")
            people.append({"name": name.strip(), "phone": phone.strip()})
        return {**lines, "people": people}

    @staticmethod
    def filled(plan: dict[str, Any]) -> dict[str, str]:
        """A stored plan as the form shows it."""
        people = [f"{p['name']}, {p['phone']}".rstrip(", ") for p in plan.get("people", [])]
        texts = {name: "\n".join(plan.get(name, [])) for name in ("warning_signs", "what_helps", "places")}
        return {**texts, "people": "\n".join(people)}
