"""The reader's language: of sentences that the layers below made, of pictures, and of scripts, whose words the page itself carries."""

from __future__ import annotations

import html
import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import dates, formats
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, to_locale
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JSONCatalog

from mettle.words import Sentence, mark, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.words import Reader

PERIOD = 200
"""Every language's plural rule repeats after a hundred once past the first hundred."""


@lru_cache(maxsize=32)
def catalogue(language: str) -> dict[str, Any] | None:
    """Source words -> words of a language, and which plural form each count takes; none where nobody has translated.

    Parameters
    ----------
    language
        A language code, such as ``pt-br``.
    """
    if not any((folder / to_locale(language) / "LC_MESSAGES" / "djangojs.mo").is_file() for folder in _folders()):
        return None
    view = JSONCatalog()
    view.translation = DjangoTranslation(language, domain="djangojs", localedirs=[str(f) for f in _folders()])
    return {
        "catalog": view.get_catalog(),
        "plural": "".join(str(view.translation.plural(n)) for n in range(PERIOD)),
    }


def _folders() -> list[Any]:
    return list(settings.LOCALE_PATHS)


class _Spoken:
    """The language that Django has chosen for this request."""

    def one(self, source: str, /) -> str:
        """By Django's catalogue."""
        return gettext(source)

    def many(self, one: str, many: str, n: int, /) -> str:
        """By Django's catalogue and the language's plural rule."""
        return ngettext(one, many, n)

    def figure(self, text: str, /) -> str:
        """With the language's own decimal mark."""
        return text.replace(".", str(formats.get_format("DECIMAL_SEPARATOR")))

    def day(self, on: date, /) -> str:
        """In the language's own order."""
        return formats.date_format(on, "DATE_FORMAT")


_SPOKEN = _Spoken()


def reader() -> Reader | None:
    """Who tells sentences in this request; None where they stay English."""
    return None if (get_language() or "en").startswith("en") else _SPOKEN


_NODE = re.compile(r"(?<=>)[^<>]+(?=</text>)|(?<=aria-label=\")[^\"]+(?=\")")
_NUMBER = re.compile(r"[+−-]?\d+\.\d+")
_MONTHS = {date(2001, n, 1).strftime("%b"): n for n in range(1, 13)}
_DAY = re.compile(rf"((?:\d+ )?)({'|'.join(_MONTHS)})((?: \d{{4}})?)")


def picture(svg: str, said: Mapping[str, Sentence]) -> SafeString:
    """A picture of ours with its words, months and numbers in the reader's language.

    Parameters
    ----------
    said
        English sentence -> how it was made, of those that hold values; what holds none is looked up by itself.
    """
    spoken = reader()
    if spoken is None:
        return mark_safe(svg)  # noqa: S308 # drawn by us from numbers; vl-convert has escaped its text

    def again(node: re.Match[str]) -> str:
        text = html.unescape(node[0])
        if _NUMBER.fullmatch(text):
            return spoken.figure(text)
        if month := _DAY.fullmatch(text):
            return html.escape(f"{month[1]}{dates.MONTHS_3[_MONTHS[month[2]]]}{month[3]}")
        return html.escape(str(told(said.get(text) or mark(text))))

    return mark_safe(_NODE.sub(again, svg))  # noqa: S308 # likewise, and what is put in is escaped


def chart(spec: Any) -> Any:
    """A spec with the words that a person reads of it, titles and formats of days, in the reader's language."""
    spoken = reader()
    if spoken is None:
        return spec
    if isinstance(spec, list):
        return [chart(part) for part in spec]
    if isinstance(spec, dict):
        return {
            key: str(told(mark(part))) if key == "title" and isinstance(part, str) else chart(part)
            for key, part in spec.items()
        }
    return spec
