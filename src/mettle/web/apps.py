"""How Django knows the app."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The one app."""

    name = "mettle.web"
    label = "mettle"
    default_auto_field = "django.db.models.BigAutoField"
