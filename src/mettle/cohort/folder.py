"""A cohort folder: one folder a person, with their check-ins, their training or exposures, and what is asked of them."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mettle.answers import Case
from mettle.diary import merge
from mettle.errors import InputError
from mettle.importers import read
from mettle.trials.claims import higher_is
from mettle.trials.ending import redraw_of
from mettle.trials.schedule import read_document, schedule_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mettle.trials.randomisation import Redraw
    from mettle.trials.schedule import Schedule

FIELDS = ("outcome", "higher_is", "timezone", "unit", "claim", "swc")
UNITS = ("kg", "lb")


@dataclass(frozen=True, slots=True)
class Person:
    """One person's folder.

    Parameters
    ----------
    name
        The folder's name.
    folder
        Where it is; every worker must be able to read it.
    """

    name: str
    folder: Path

    def files(self) -> list[Path]:
        """What an answer is made of, in alphabetical order."""
        wanted = ("checkins.csv", "exposures.csv", "trial.json", "person.toml")
        return sorted({*(self.folder / w for w in wanted if (self.folder / w).is_file()), *self.training()})

    def training(self) -> list[Path]:
        """Exports of training apps."""
        return sorted(self.folder.glob("training*.csv"))

    def fingerprint(self) -> str:
        """SHA-256 over the files: it changes where anything that an answer is made of changes."""
        digest = hashlib.sha256()
        try:
            for path in self.files():
                digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
        except OSError as error:  # told with the answer, by the name of the file
            return f"unreadable: {type(error).__name__}"
        return digest.hexdigest()


def people(folder: Path) -> list[Person]:
    """Everybody in a cohort folder, by name; files and names that begin with a dot are no people.

    Raises
    ------
    InputError
        Where there is no such folder, or nobody in it.
    """
    if not folder.is_dir():
        raise InputError("is no folder; expected one with a folder for each person", where=str(folder))
    found = [Person(path.name, path) for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] != "."]
    if not found:
        raise InputError("holds no person: expected DIR/<person>/checkins.csv", where=str(folder))
    return found


def load(person: Person) -> Case:
    """The case of one person, read where the work is done.

    Raises
    ------
    InputError
        Naming the file and what is wrong with it.
    """
    asked = _asked(person.folder / "person.toml")
    checkins, exposures = person.folder / "checkins.csv", person.folder / "exposures.csv"
    if not checkins.is_file():
        raise InputError("is missing", where=checkins.name)
    done = [*person.training(), *([exposures] if exposures.is_file() else [])]
    trial = person.folder / "trial.json"
    schedule, redraw = _trial(trial) if trial.is_file() else (None, None)
    if not done and schedule is None:
        raise InputError("nothing says what was done: expected training*.csv, exposures.csv or trial.json")
    unit = asked.get("unit")
    files = [
        read(path, unit=unit if unit in UNITS else None, timezone=asked.get("timezone")) for path in [checkins, *done]
    ]
    return Case(
        person=person.name,
        outcome=asked["outcome"],
        diary=merge(imported.diary for imported in files),
        schedule=schedule,
        claim=asked.get("claim"),
        higher_is=asked.get("higher_is") or higher_is(asked.get("claim"), asked["outcome"]),
        unit=unit if unit and unit not in UNITS else "points",
        swc=asked.get("swc"),
        redraw=redraw,
    )


def _trial(path: Path) -> tuple[Schedule, Redraw | None]:
    """The schedule, and how to draw again where it says how it was drawn."""
    document = read_document(path)
    return schedule_from(document, where=path.name), redraw_of(document)


def _asked(path: Path) -> Mapping[str, Any]:
    """The fields of person.toml, checked."""
    if not path.is_file():
        raise InputError('is missing; it names the outcome: outcome = "mood"', where=path.name)
    try:
        asked = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is no TOML: {error}", where=path.name) from None
    unknown = sorted(set(asked) - set(FIELDS))
    if unknown:
        raise InputError(f"unknown field {unknown[0]!r}; allowed: {', '.join(FIELDS)}", where=path.name)
    if "outcome" not in asked:
        raise InputError('names no outcome; expected a line such as outcome = "mood"', where=path.name)
    for field in FIELDS[:-1]:
        if not isinstance(asked.get(field, ""), str):
            raise InputError(f"{field} must be text, got {asked[field]!r}", where=path.name)
    if asked.get("higher_is", "better") not in ("better", "worse"):
        raise InputError(f"higher_is must be better or worse, got {asked['higher_is']!r}", where=path.name)
    swc = asked.get("swc", 1.0)
    if isinstance(swc, bool) or not isinstance(swc, int | float) or not 0 < swc < float("inf"):
        raise InputError(f"swc must be a number above 0, got {swc!r}", where=path.name)
    return asked


def name_of(person: Person) -> str:
    """What the person is called."""
    return person.name
