"""A text pack: the wording of one instrument in one language, kept in the person's data folder and never in mettle."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from mettle.errors import InputError
from mettle.instruments.instrument import Instrument, ids, load

HOW_TO_GET = (
    "mettle text fetch gets the public-domain ones; mettle text add FILE takes a FHIR R4 Questionnaire that you have"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class TextPack:
    """The words of one instrument in one language.

    Parameters
    ----------
    instrument, language
        Its id and a BCP 47 tag.
    title, stem
        Shown above the questions; may be empty.
    items
        Item id to question.
    answers
        Item id to response value to label.
    unscored
        Question and answers asked at the end and never in the total; id to (question, labels by value).
    source, source_sha256
        Where the words are from, and the checksum of that file.
    licence_note
        Shown under the questionnaire.
    """

    instrument: str
    language: str
    title: str
    stem: str
    items: dict[str, str]
    answers: dict[str, dict[int, str]]
    unscored: dict[str, tuple[str, dict[int, str]]]
    source: str
    source_sha256: str
    licence_note: str

    @property
    def sha256(self) -> str:
        """Checksum of everything in the pack; stored with every score."""
        return _checksum(_content(self))


def folder() -> Path:
    """Where packs are kept: ``METTLE_DATA``, or the platform's user data folder, and ``text`` in it."""
    return Path(os.environ.get("METTLE_DATA") or platformdirs.user_data_dir("mettle")) / "text"


def check_pack(pack: TextPack) -> None:
    """Refuse a pack that does not fit its instrument: questions, answers, ordinals, known misprints."""
    instrument = load(pack.instrument)
    where = f"{instrument.name} text"
    if not _LANGUAGE.fullmatch(pack.language):
        raise InputError(f"language must be a tag such as en or pt-BR, got {pack.language!r}", where=where)
    if missing := [i for i in instrument.item_ids if not pack.items.get(i, "").strip()]:
        raise InputError(f"no words for item {', '.join(missing)}", where=where)
    if extra := sorted(set(pack.items) - set(instrument.item_ids)):
        raise InputError(f"items that the instrument does not have: {', '.join(extra)}", where=where)
    for item in instrument.item_ids:
        labels = pack.answers.get(item, {})
        if set(labels) != set(instrument.values):
            wanted, got = (", ".join(map(str, sorted(v))) for v in (instrument.values, labels))
            raise InputError(f"item {item} must have the answers {wanted}, got {got or 'none'}", where=where)
        if any(not label.strip() for label in labels.values()):
            raise InputError(f"item {item} has an answer without words", where=where)
    misprints = set(instrument.rules["coding"].get("misprints", []))
    for labels in pack.answers.values():
        for label in labels.values():
            if " ".join(label.lower().split()).rstrip(".") in misprints:
                raise InputError(
                    f"{label!r} is a known misprint of the lowest answer; this is not the official form", where=where
                )


def write_pack(pack: TextPack, *, into: Path | None = None) -> Path:
    """Keep a pack that fits; nothing half-written is left behind."""
    check_pack(pack)
    place = folder() if into is None else into
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{pack.instrument}.{pack.language}.json"
    document = _content(pack) | {"sha256": pack.sha256}
    fd, name = tempfile.mkstemp(dir=place, suffix=".part")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=2)
            file.write("\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def read_pack(instrument: str, *, language: str = "en", at: Path | None = None) -> TextPack:
    """The words of an instrument.

    Raises
    ------
    InputError
        Where there are none, with how to get them; where the file was changed since it was written.
    """
    found = load(instrument)
    path = (folder() if at is None else at) / f"{found.id}.{language}.json"
    if not path.is_file():
        raise InputError(f"the words of {found.name} in {language!r} are not here. {how_to_get(found)}")
    return _read(path)


def how_to_get(instrument: Instrument) -> str:
    """What to do for the wording of one instrument, in a sentence."""
    if "own_words" in instrument.rules["items"]:
        return f"It is a test and not a form: have somebody time it, then mettle score {instrument.id} --responses ..."
    if instrument.licence_class == "C":
        return f"{instrument.licence} With permission: mettle text add FILE --permission WORDS."
    if "text" in instrument.rules:
        return "Get them with: mettle text fetch (or mettle text add FILE with a FHIR R4 Questionnaire)."
    return "Add them with: mettle text add FILE, a FHIR R4 Questionnaire that you have. A total can be scored without them."


def packs(*, at: Path | None = None) -> tuple[TextPack, ...]:
    """All packs at hand, by instrument and language; one that was changed is refused by name."""
    place = folder() if at is None else at
    if not place.is_dir():
        return ()
    known = set(ids())
    paths = sorted(p for p in place.glob("*.json") if p.name.split(".")[0] in known)
    return tuple(_read(p) for p in paths)


def languages(instrument: str, *, at: Path | None = None) -> tuple[str, ...]:
    """Languages in which the words of an instrument are at hand; the files are not opened."""
    place = folder() if at is None else at
    return tuple(sorted(p.name.split(".")[1] for p in place.glob(f"{load(instrument).id}.*.json")))


def _content(pack: TextPack) -> dict[str, Any]:
    return {
        "version": 1,
        "instrument": pack.instrument,
        "language": pack.language,
        "title": pack.title,
        "stem": pack.stem,
        "items": pack.items,
        "answers": {i: {str(v): label for v, label in sorted(a.items())} for i, a in pack.answers.items()},
        "unscored": {
            key: {"question": question, "answers": {str(v): label for v, label in sorted(labels.items())}}
            for key, (question, labels) in pack.unscored.items()
        },
        "source": pack.source,
        "source_sha256": pack.source_sha256,
        "licence_note": pack.licence_note,
    }


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> TextPack:
    try:
        document = json.loads(path.read_text("utf-8"))
        stated = document.pop("sha256")
        intact = stated == _checksum(document)
        pack = _from_content(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError("not a text pack", where=str(path)) from None
    if not intact or path.name != f"{pack.instrument}.{pack.language}.json":
        raise InputError("the file was changed since it was written; remove it and add the text again", where=str(path))
    check_pack(pack)
    return pack


def _from_content(document: dict[str, Any]) -> TextPack:
    return TextPack(
        instrument=document["instrument"],
        language=document["language"],
        title=document["title"],
        stem=document["stem"],
        items=dict(document["items"]),
        answers={i: {int(v): label for v, label in a.items()} for i, a in document["answers"].items()},
        unscored={
            k: (u["question"], {int(v): label for v, label in u["answers"].items()})
            for k, u in document["unscored"].items()
        },
        source=document["source"],
        source_sha256=document["source_sha256"],
        licence_note=document["licence_note"],
    )
