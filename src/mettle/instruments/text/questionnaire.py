"""The wording of an instrument from a FHIR R4 Questionnaire that a person has: matched, checked, never guessed."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.instruments.instrument import Instrument, ids, load
from mettle.instruments.text.pack import TextPack, check_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOINC = "http://loinc.org"
_ORDINAL = ("/ordinalValue", "/itemWeight")
_LARGEST_FILE = 5_000_000


def from_questionnaire(path: Path, *, instrument: str | None = None, permission: str | None = None) -> TextPack:
    """The pack that a FHIR R4 Questionnaire holds.

    Parameters
    ----------
    path
        A JSON file.
    instrument
        Which instrument it is, where neither its LOINC codes nor its name say so.
    permission
        The owner's permission in the person's words; asked for where the licence needs one.

    Raises
    ------
    InputError
        Where the file is no Questionnaire, an item cannot be matched, answers have other values, or it holds a known misprint.
    """
    where = path.name
    if path.stat().st_size > _LARGEST_FILE:
        raise InputError("larger than 5 MB; a questionnaire is not", where=where)
    raw = path.read_bytes()
    document = _parsed(raw, where)
    try:
        pack = _pack(document, raw, where, instrument, permission)
    except (TypeError, AttributeError, KeyError):
        raise InputError("malformed: a part of it has another type than FHIR R4 gives it", where=where) from None
    try:
        check_pack(pack)
    except InputError as error:
        raise InputError(error.why, where=f"{where}: {error.where}") from None
    return pack


def _pack(document: dict[str, Any], raw: bytes, where: str, instrument: str | None, permission: str | None) -> TextPack:
    asked = [item for item in _flat(document.get("item", []), where) if item.get("type") not in ("group", "display")]
    found = load(instrument) if instrument else _which(document, asked, where)
    if found.licence_class == "C" and not (permission or "").strip():
        raise InputError(f"{found.licence} State it with --permission.", where=where)
    by_id = _matched(found, asked, where)
    note = _words(document.get("copyright"), "copyright", where) or f"{found.name}: {found.licence}"
    return TextPack(
        instrument=found.id,
        language=_words(document.get("language"), "language", where) or "en",
        title=_words(document.get("title"), "title", where) or found.name,
        stem=_stem(document, where),
        items={i: _words(item.get("text"), f"the text of item {i}", where) for i, item in by_id.items()},
        answers={i: _labels(found, item, document, where) for i, item in by_id.items()},
        unscored=_unscored(found, asked, document, where),
        source=where,
        source_sha256=hashlib.sha256(raw).hexdigest(),
        licence_note=f"{note} Permission: {permission.strip()}" if permission else note,
    )


def _words(value: object, what: str, where: str) -> str:
    """A text on one line; empty where there is none, refused where it is anything but a text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{what} must be a text, got {type(value).__name__}", where=where)
    return " ".join(value.split())


def _parsed(raw: bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError("not JSON", where=where) from None
    if not isinstance(document, dict) or document.get("resourceType") != "Questionnaire":
        raise InputError("not a FHIR Questionnaire (resourceType must be Questionnaire)", where=where)
    return document


def _flat(items: object, where: str, *, depth: int = 0) -> Iterator[dict[str, Any]]:
    if not isinstance(items, list) or depth > 20:
        raise InputError("item must be a list of items, nested at most 20 deep", where=where)
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("linkId"), str):
            raise InputError("every item needs a linkId", where=where)
        yield item
        yield from _flat(item.get("item", []), where, depth=depth + 1)


def _codes(item: dict[str, Any]) -> set[str]:
    codes = {c.get("code", "") for c in item.get("code", []) if isinstance(c, dict) and c.get("system") == LOINC}
    return codes | set(re.findall(r"\d{1,7}-\d", item["linkId"]))


def _which(document: dict[str, Any], asked: list[dict[str, Any]], where: str) -> Instrument:
    codes = set().union(*(_codes(i) for i in asked)) if asked else set()
    by_code = [i for i in map(load, ids()) if i.items[0].loinc and {x.loinc for x in i.items} <= codes]
    if by_code:
        return max(by_code, key=lambda i: len(i.items))
    names = " ".join(str(document.get(k, "")) for k in ("name", "title", "url", "id"))
    flat = re.sub(r"[^a-z0-9]", "", names.lower())
    by_name = [i for i in map(load, ids()) if re.sub(r"[^a-z0-9]", "", i.name.lower()) in flat or i.id in flat]
    if len(by_name) == 1:
        return by_name[0]
    raise InputError(
        f"which instrument this is cannot be told; say --instrument, one of: {', '.join(ids())}", where=where
    )


def _matched(instrument: Instrument, asked: list[dict[str, Any]], where: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in instrument.items:
        matches = [a for a in asked if item.loinc and item.loinc in _codes(a)]
        matches = matches or [a for a in asked if _number(a["linkId"]) == item.id]
        if len(matches) != 1:
            say = f"LOINC {item.loinc} or " if item.loinc else ""
            raise InputError(
                f"{instrument.name} item {item.id} ({say}a linkId ending in {item.id}) was found {len(matches)} times, "
                f"expected once",
                where=where,
            )
        found[item.id] = matches[0]
    return found


def _number(link: str) -> str:
    """The number that a linkId ends in, as ``9`` of ``/phq9/q9`` or ``PHQ9.9``.

    >>> _number("/q09"), _number("who5-3"), _number("7")
    ('9', '3', '7')
    """
    last = re.search(r"(?:^|[^0-9])0*(\d{1,2})$", link.rsplit("/", maxsplit=1)[-1])
    return last.group(1) if last else ""


def _options(item: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(item.get("answerOption"), list):
        return [o for o in item["answerOption"] if isinstance(o, dict)]
    wanted = str(item.get("answerValueSet", "")).removeprefix("#")
    for contained in document.get("contained", []):
        if isinstance(contained, dict) and contained.get("id") == wanted:
            includes = contained.get("compose", {}).get("include", [])
            return [{"valueCoding": c} for include in includes for c in include.get("concept", [])]
    return []


def _ordinal(option: dict[str, Any]) -> float | None:
    coding = option.get("valueCoding", {})
    for holder in (option, coding):
        for extension in holder.get("extension", []):
            if str(extension.get("url", "")).endswith(_ORDINAL):
                value = extension.get("valueDecimal", extension.get("valueInteger"))
                return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    value = option.get("valueInteger")
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _labels(instrument: Instrument, item: dict[str, Any], document: dict[str, Any], where: str) -> dict[int, str]:
    by_code = dict(zip(instrument.rules["coding"].get("loinc", []), instrument.values, strict=False))
    labels: dict[int, str] = {}
    for option in _options(item, document):
        coding = option.get("valueCoding", {})
        value = _ordinal(option)
        stated = by_code.get(str(coding.get("code", "")))
        if value is None:
            value = stated
        if value is None or not math.isfinite(value) or value != int(value):
            raise InputError(f"item {item['linkId']}: an answer has no whole ordinal value", where=where)
        if stated is not None and stated != value:
            raise InputError(
                f"item {item['linkId']}: answer {coding['code']} must have the value {stated}, got {value:g}",
                where=where,
            )
        if int(value) in labels:
            raise InputError(f"item {item['linkId']}: two answers have the value {value:g}", where=where)
        labels[int(value)] = _words(coding.get("display"), "an answer", where) or str(option.get("valueInteger", ""))
    return labels


def _unscored(
    instrument: Instrument, asked: list[dict[str, Any]], document: dict[str, Any], where: str
) -> dict[str, tuple[str, dict[int, str]]]:
    keys = instrument.rules["items"].get("unscored", [])
    codes = instrument.rules["items"].get("loinc_unscored", [])
    found = {}
    for key, code in zip(keys, codes, strict=False):
        match = next((a for a in asked if code in _codes(a)), None)
        if match is None:
            continue
        order = instrument.rules["coding"].get("unscored_loinc", [])
        labels = {}
        for option in _options(match, document):
            coding = option.get("valueCoding", {})
            if coding.get("code") not in order:
                raise InputError(f"item {match['linkId']}: unknown answer {coding.get('code')!r}", where=where)
            labels[order.index(coding["code"])] = _words(coding.get("display"), "an answer", where)
        found[key] = (_words(match.get("text"), "a text", where), labels)
    return found


def _stem(document: dict[str, Any], where: str) -> str:
    groups = [i for i in document.get("item", []) if i.get("type") in ("group", "display") and i.get("text")]
    return _words(groups[0]["text"], "a text", where) if groups else ""
