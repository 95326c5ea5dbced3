"""Catalogues of other languages: a folder each under ``locale``, read by Django in the app and by the standard library elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from gettext import NullTranslations

    from mettle.words.sentences import Reader

LOCALE = Path(__file__).resolve().parent / "locale"
"""``pt_BR/LC_MESSAGES/django.po`` and ``djangojs.po`` in it are a language."""
DOMAIN = "django"


class _Catalogue:
    """A reader without Django: numbers stay as they are, days are written as ISO 8601."""

    def __init__(self, found: NullTranslations) -> None:
        self.one = found.gettext
        self.many = found.ngettext

    def figure(self, text: str, /) -> str:
        """As in English."""
        return text

    def day(self, on: date, /) -> str:
        """As 2026-11-22."""
        return on.isoformat()


def reader_of_environment() -> Reader | None:
    """The reader of the language that ``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES`` or ``LANG`` name; None where nobody has translated it."""
    if not LOCALE.is_dir():
        return None
    import gettext  # noqa: PLC0415 - only where there is a catalogue

    found = gettext.find(DOMAIN, str(LOCALE))
    return _Catalogue(gettext.translation(DOMAIN, str(LOCALE))) if found else None
