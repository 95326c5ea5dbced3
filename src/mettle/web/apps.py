"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The one app."""

    name = "mettle.web"
    label = "mettle"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sentences are told in the language of whoever asks."""
        from mettle.web import words  # noqa: PLC0415 # Django's settings must stand first
        from mettle.words import read_by  # noqa: PLC0415 # likewise

        read_by(words.reader)
