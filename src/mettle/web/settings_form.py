"""What a person can set."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mettle import instruments
from mettle.instruments.safety import help_numbers

MOST_CHECK_IN = 8


def _items() -> list[tuple[str, str]]:
    return [(key, m.question) for key, m in instruments.measures().items()]


COUNTRIES = {
    "AT": _("Austria"),
    "AU": _("Australia"),
    "BE": _("Belgium"),
    "BR": _("Brazil"),
    "CA": _("Canada"),
    "CH": _("Switzerland"),
    "DE": _("Germany"),
    "DK": _("Denmark"),
    "ES": _("Spain"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "IE": _("Ireland"),
    "IN": _("India"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "NL": _("Netherlands"),
    "NO": _("Norway"),
    "NZ": _("New Zealand"),
    "PL": _("Poland"),
    "SE": _("Sweden"),
    "US": _("United States"),
    "ZA": _("South Africa"),
}
"""Countries of the help numbers by their code. Where script runs, the browser's own names in the page's language stand instead."""


def _countries() -> list[tuple[str, Any]]:
    known = {n.country for n in help_numbers()}
    return [("", _("not said")), *sorted(((c, str(COUNTRIES.get(c, c))) for c in known), key=lambda row: row[1])]


def emergency_numbers() -> dict[str, str]:
    """Country -> the emergency number of the list, for the person to confirm: nobody has checked it for them."""
    return {n.country: n.number for n in help_numbers() if n.kind == "emergency"}


class SettingsForm(forms.Form):
    """Check-in items, prompts, help, and how the app shows itself."""

    check_in = forms.MultipleChoiceField(
        label=_("What to ask each time, up to eight"), choices=_items, widget=forms.CheckboxSelectMultiple
    )
    questionnaires = forms.MultipleChoiceField(
        label=_("Questionnaires to be reminded of"),
        choices=lambda: [
            (k, instruments.load(k).name) for k in ("phq9", "phq8", "gad7", "who5", "isi", "pss10", "pcl5")
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    timezone = forms.CharField(label=_("Time zone"), max_length=64, required=False)
    country = forms.ChoiceField(label=_("Where you are"), choices=_countries, required=False)
    emergency_number = forms.RegexField(
        r"^\+?[0-9][0-9 ()/-]*$",
        label=_("Emergency number there"),
        help_text=_("Stands on the help card, one tap away, offline too."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        error_messages={"invalid": _("A telephone number, like 112.")},
    )
    contact_name = forms.CharField(label=_("Someone to call: name"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("Their number"), max_length=40, required=False)
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(label=_("until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    app_name = forms.CharField(label=_("Show the app under another name"), max_length=20, required=False)
    show_wins = forms.BooleanField(label=_("Tell me when I did more than before"), required=False)
    sound = forms.BooleanField(label=_("A tone when time is up; without it the phone only buzzes"), required=False)

    sections: ClassVar = (
        ("check-in", _("Check-in"), ("check_in",)),
        ("questionnaires", _("Questionnaires"), ("questionnaires",)),
        ("help", _("Help"), ("country", "emergency_number", "contact_name", "contact_phone")),
        ("quiet", _("Quiet hours"), ("quiet_from", "quiet_until", "timezone")),
        ("look", _("Look and sound"), ("app_name", "show_wins", "sound")),
    )
    """Anchor, heading and fields of each part of the page."""

    def clean_check_in(self) -> list[str]:
        """One to eight items."""
        chosen = list(self.cleaned_data["check_in"])
        if len(chosen) > MOST_CHECK_IN:
            raise forms.ValidationError(_("Choose up to eight; fewer are answered more often."))
        return chosen

    def clean_timezone(self) -> str:
        """A zone that we know."""
        zone = str(self.cleaned_data["timezone"])
        if zone and zone not in available_timezones():
            raise forms.ValidationError(_("Write it like Europe/Berlin."))
        return zone

    def choices_made(self) -> dict[str, Any]:
        """What to store with the person."""
        said = self.cleaned_data
        contact = {"name": said["contact_name"], "phone": said["contact_phone"]} if said["contact_name"] else None
        clock = {k: said[k].strftime("%H:%M") if said[k] else "" for k in ("quiet_from", "quiet_until")}
        plain = {
            k: said[k]
            for k in ("check_in", "questionnaires", "country", "emergency_number", "app_name", "show_wins", "sound")
        }
        return {**plain, **clock, "contact": contact}

    @staticmethod
    def filled(choices: dict[str, Any], timezone: str) -> dict[str, Any]:
        """Stored choices as the form shows them."""
        contact = choices.get("contact") or {}
        shown = {
            "check_in": list(instruments.daily_default()),
            "questionnaires": ["phq8" if settings.PLACE.hosted else "phq9", "gad7"],
            "show_wins": True,
            **choices,
        }
        return {
            **shown,
            "timezone": timezone,
            "contact_name": contact.get("name", ""),
            "contact_phone": contact.get("phone", ""),
        }
