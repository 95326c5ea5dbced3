"""A made-up language: every phrase that translators are given stands in brackets, and what is filled into it must bring its own."""

from __future__ import annotations

import ast
import os
import re
import shutil
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import ROOT, require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LANGUAGE = "eo"
"""A language that Django itself speaks and this app does not."""
HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
PLACE = re.compile(r"%\(\w+\)[sdg]|%[sdg]|\{\w+\}")


def spoken(folder: Path) -> Path:
    """A copy of the source that speaks the made-up language, its catalogues made by the command that translators use."""
    require(shutil.which("xgettext"), "gettext is not installed (Debian: apt-get install gettext)")
    source = shutil.copytree(ROOT / "src", folder / "src")
    environment = {
        **os.environ,
        "PYTHONPATH": str(source),
        "METTLE_DATA": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "mettle.web.settings",
    }
    command = [sys.executable, "-m", "django", "makemessages", "-l", LANGUAGE]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    for po in locale(source).glob("*/LC_MESSAGES/*.po"):
        po.with_suffix(".mo").write_bytes(compiled(po.read_text()))
    return source


def locale(source: Path) -> Path:
    """Where that copy keeps its languages."""
    return source / "mettle" / "words" / "locale"


def entries(po: str) -> Iterator[dict[str, str]]:
    """What a catalogue of source strings holds: msgid, and msgid_plural and msgctxt where there are any."""
    for block in po.split("\n\n")[1:]:
        found: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if line.startswith("msg"):
                key, _, line = line.partition(" ")  # noqa: PLW2901 # the rest of the line is its first string
            if line.startswith('"') and key:
                found[key] = found.get(key, "") + ast.literal_eval(line)
        if found.get("msgid"):
            yield found


def bracketed(text: str) -> str:
    """A phrase in brackets, open where something is filled in.

    >>> bracketed("Keep {first}.")
    '⟦Keep ⟧{first}⟦.⟧'
    """
    return f"⟦{PLACE.sub(lambda place: f'⟧{place[0]}⟦', text)}⟧"


def compiled(po: str) -> bytes:
    """The catalogue as a machine reads it, each phrase in brackets instead of a translation."""
    words = {"": HEADER}
    for e in entries(po):
        key = (e["msgctxt"] + "\x04" if "msgctxt" in e else "") + e["msgid"]
        if "msgid_plural" in e:
            words[key + "\0" + e["msgid_plural"]] = f"{bracketed(e['msgid'])}\0{bracketed(e['msgid_plural'])}"
        else:
            words[key] = bracketed(e["msgid"])
    ids, texts, offsets = b"", b"", []
    for key in sorted(words, key=str.encode):
        one, other = key.encode(), words[key].encode()
        offsets.append((len(ids), len(one), len(texts), len(other)))
        ids, texts = ids + one + b"\0", texts + other + b"\0"
    start = 28 + 16 * len(offsets)
    table = [n for at, size, _t, _s in offsets for n in (size, start + at)]
    table += [n for _a, _l, at, size in offsets for n in (size, start + len(ids) + at)]
    head = struct.pack("<7I", 0x950412DE, 0, len(offsets), 28, 28 + 8 * len(offsets), 0, start)
    return head + struct.pack(f"<{len(table)}I", *table) + ids + texts


NAMES = re.compile(
    r"https?://[\w./-]*|\b(mettle|doi|PHQ|GAD|WHO|ISI|PSS|PCL|Hevy|Strong|CSV|JSON|RIR|kg|lb|min|[A-Z]{2}|findahelpline\.com|\w+/\w+)\b"
)
"""Proper names, units and abbreviations, which stay as they are."""


def outside(text: str, known: list[str]) -> list[str]:
    """Lines of a text that show words which neither stand in brackets nor are names or among those known."""
    for name in known:
        text = text.replace(name, "")
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return [line for line in text.splitlines() if re.search(r"[^\W\d_]{3,}", NAMES.sub("", line))]
