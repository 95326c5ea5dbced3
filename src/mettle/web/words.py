"""The words that scripts show, in the reader's language: carried by the page itself, so that they are there without a network."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JSONCatalog

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
