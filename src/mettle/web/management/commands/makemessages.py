"""What translators are given: the words of templates, views, scripts, of the packages below and of their data files, by one command."""

from __future__ import annotations

import csv
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.commands import makemessages

import mettle

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(mettle.__file__).parent
SENTENCES: dict[str, tuple[str, ...]] = {
    "training/data/exercises.toml": ("name", "cue", "breath"),
    "training/data/limitations.toml": ("why",),
    "instruments/data/measures.toml": ("question", "low", "high"),
    "instruments/safety/data/messages.toml": ("text",),
    "instruments/safety/data/red_flags.toml": ("text", "words", "extra"),
    "instruments/safety/data/guardrails.toml": ("rules",),
    "prescription/data/words_for_people.toml": (
        *("muscle", "pattern", "warm_up", "note", "text", "breathing", "place"),
    ),
    "evidence/data/claims.toml": ("overall", "title", "says", "finding", "for_you", "not_about"),
    "evidence/data/certainty.toml": ("about", "down"),
    "evidence/data/studies.csv": ("says", "compared_with", "outcome", "exposure", "kind"),
    "trials/data/designs.toml": ("words", "part", "arms"),
}
"""Data file -> the fields that a person reads; of a field that holds more, all of its texts."""
INSTRUMENT = ("construct", "words", "bands")
NAMES = {"instruments/data/measures.toml": "", "prescription/data/words_for_people.toml": "muscle"}
"""Data file -> the table whose keys a person reads, with spaces for underscores; empty for the file's own tables."""


class _File(makemessages.BuildFile):
    """A data file becomes Python that holds its sentences, which is what ``xgettext`` reads."""

    def preprocess(self) -> None:
        path = (PACKAGE / self.path).resolve()
        if path.suffix not in (".toml", ".csv"):
            super().preprocess()
            return
        found = dict.fromkeys(sentences(path))
        Path(self.work_path).write_text("".join(f"gettext({text!r})\n" for text in found), encoding="utf-8")


def sentences(path: Path) -> Iterator[str]:
    """The sentences of one data file; none of a file that no person reads."""
    name = path.relative_to(PACKAGE).as_posix()
    fields = SENTENCES.get(name, INSTRUMENT if path.parent == PACKAGE / "instruments" / "data" else ())
    if not fields:
        return
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from (row[field] for field in fields if row.get(field))
        return
    document = tomllib.loads(path.read_text("utf-8"))
    if name in NAMES:
        table = document[NAMES[name]] if NAMES[name] else {k: v for k, v in document.items() if isinstance(v, dict)}
        yield from (key.replace("_", " ") for key in table)
    yield from _under(document, fields)


def _under(value: Any, fields: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner) if key in fields else _under(inner, fields)
    elif isinstance(value, list):
        for inner in value:
            yield from _under(inner, fields)


def _texts(value: Any) -> Iterator[str]:
    """Every text under a field; identifiers as the words that are shown for them, also where they begin a sentence."""
    if isinstance(value, str):
        words = value if " " in value else value.replace("_", " ")
        yield from dict.fromkeys((words, words[:1].upper() + words[1:]) if " " not in value else (words,))
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


class Command(makemessages.Command):
    """``makemessages -l pt_BR``: both catalogues of a language, of everything that a person reads."""

    build_file_class = _File
    xgettext_options = [  # noqa: RUF012 # Django declares it so
        *makemessages.Command.xgettext_options,
        *("--keyword=say", "--keyword=says:1,2", "--keyword=mark", "--keyword=lazy"),
    ]

    def handle(self, *args: Any, **options: Any) -> None:
        """Whatever the folder it is called in."""
        before = Path.cwd()
        os.chdir(PACKAGE)
        try:
            for domain, extensions in (("django", ["html,py,toml,csv"]), ("djangojs", ["js"])):
                super().handle(*args, **{**options, "domain": domain, "extensions": extensions})
        finally:
            os.chdir(before)
