"""Everything of a person in one file, to take along: JSON that comes back as it went, CSV to look at, FHIR for a clinic."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializationError
from django.db import DatabaseError, transaction
from django.db.models import AutoField
from django.utils.translation import gettext as _

from mettle.errors import InputError
from mettle.instruments import fhir
from mettle.web import checked_export, models, questionnaires, withheld

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PERSONAL: tuple[str, ...] = (
    "devices",
    "operations",
    "imports",
    "sessions",
    "sets",
    "observations",
    "signals",
    "doses",
    "responses",
    "lost_values",
    "plans",
    "trials",
    "answers",
    "sent_prompts",
    "accesses",
)
"""Every relation of a person that the export holds; a test compares it with the models."""

LEFT_OUT: dict[str, str] = {
    "push_subscriptions": "an address of this browser, worthless elsewhere",
    "api_tokens": "keys to this installation, worthless elsewhere",
}

_TABLES: dict[str, tuple[str, ...]] = {
    "sessions": (
        "id",
        "source",
        "on",
        "clock_time",
        "offset_s",
        "zone",
        "title",
        "duration_s",
        "session_rpe",
        "pain",
        "place",
        "company",
        "format",
        "skipped",
        "notes",
    ),
    "sets": (
        "id",
        "session",
        "exercise",
        "ordinal",
        "kind",
        "status",
        "reps",
        "hold_s",
        "distance_m",
        "amount",
        "unit",
        "load_kind",
        "colour",
        "per_hand",
        "rir",
        "side",
        "notes",
    ),
    "observations": ("id", "source", "on", "clock_time", "offset_s", "zone", "outcome", "value", "occasion"),
    "signals": ("id", "source", "on", "clock_time", "offset_s", "zone", "name", "value"),
    "responses": ("id", "on", "clock_time", "offset_s", "zone", "instrument", "answers", "score"),
}


def document(person: models.Person) -> dict[str, Any]:
    """The person's records as one JSON document; `restore` reads it back, row for row."""
    rows = {name: json.loads(serializers.serialize("json", _rows(person, name))) for name in PERSONAL}
    plan = models.SafetyPlan.objects.filter(person=person)
    return {
        "format": "mettle-export",
        "version": 1,
        "person": {
            "timezone": person.timezone,
            "profile": person.profile,
            "choices": {k: v for k, v in person.choices.items() if k in checked_export.CHOICES},
            "simulated": person.simulated,
            "key": str(person.key),
        },
        "safety_plan": plan[0].plan if plan else {},
        "rows": rows,
    }


def own(path: Path) -> dict[str, Any] | None:
    """The document in an export of ours, a zip or its JSON; None where the file is something else.

    Raises
    ------
    InputError
        Where it is one of ours and damaged, or too large; a bomb is refused before it is unpacked.
    """
    try:
        if not zipfile.is_zipfile(path):
            with path.open("rb") as file:
                if not file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                    return None
            found = _parsed(path.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) and "format" in found and "rows" in found else None
        with zipfile.ZipFile(path) as archive:
            if "mettle.json" not in archive.namelist():
                return None
            inside = archive.getinfo("mettle.json")
            most = 4 * settings.UPLOAD_LIMIT_BYTES
            if inside.file_size > most:
                raise InputError(_("unpacked, this file would be too large"), where="mettle.json")
            with archive.open(inside) as member:
                found = _parsed(member.read(most))
    except (RecursionError, ValueError) as error:  # not UTF-8, no JSON, a number that is none
        if not zipfile.is_zipfile(path):
            return None  # the readers say what is wrong with it
        raise InputError(_("this export is damaged: nothing of it was kept"), where="mettle.json") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(_("the archive is damaged; export it again"), where=path.name) from error
    if not isinstance(found, dict):
        raise InputError(_("expected an export of mettle"), where="mettle.json")
    return found


def _parsed(text: str | bytes) -> Any:
    """JSON without numbers that no database keeps."""

    def finite(written: str) -> float:
        number = float(written)
        if not math.isfinite(number):
            raise ValueError(f"{written} is no finite number")
        return number

    return json.loads(text, parse_constant=finite, parse_float=finite)


def archive(person: models.Person) -> bytes:
    """The zip to download: ``mettle.json``, a CSV for each table that a person would look at, ``fhir.json``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mettle.json", json.dumps(document(person), ensure_ascii=False, indent=1))
        for name, columns in _TABLES.items():
            file.writestr(f"{name}.csv", "".join(_csv(person, name, columns)))
        file.writestr("fhir.json", json.dumps(for_a_clinic(person), ensure_ascii=False, indent=1))
    return buffer.getvalue()


def for_a_clinic(person: models.Person) -> dict[str, Any]:
    """Every questionnaire as FHIR R4: the answers and the score of each, in one Bundle."""
    resources: list[dict[str, Any]] = []
    for row in person.responses.filter(deleted="", finished=True, on__isnull=False).order_by("on", "clock_time", "id"):
        done = questionnaires.administration(row)
        if done is None:
            continue
        if done.responses:
            resources.append(fhir.questionnaire_response(done, identifier=str(row.pk)))
        resources.append(fhir.observation(done))
    return fhir.bundle(resources)


def restore(person: models.Person, exported: dict[str, Any]) -> int:
    """Put an exported document's rows into an account, all or nothing; rows that are there already stay.

    Returns the number of rows added.

    Raises
    ------
    InputError
        Where the document is not one of ours.
    """
    _must_be_ours(exported)
    try:
        return _restored(person, checked_export.kept(withheld.without(exported)))
    except InputError:
        raise  # it says what is wrong
    except (
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        ArithmeticError,
        DeserializationError,
        ValidationError,
        DatabaseError,
    ) as error:
        raise InputError("this export is damaged: nothing of it was kept", where="mettle.json") from error


def counted(exported: dict[str, Any]) -> tuple[dict[str, int], bool]:
    """Rows of each kind in an exported document, and whether all of it may be kept on this instance.

    Raises
    ------
    InputError
        Where the document is not one of ours.
    """
    _must_be_ours(exported)
    try:
        counts = {name: len(exported["rows"].get(name, [])) for name in PERSONAL}
        return counts, withheld.without(exported) == exported
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise InputError("this export is damaged: nothing of it was kept", where="mettle.json") from error


def _must_be_ours(exported: dict[str, Any]) -> None:
    if exported.get("format") != "mettle-export" or exported.get("version") != 1:
        raise InputError("expected an export of mettle, version 1", where="mettle.json")


def _restored(person: models.Person, exported: dict[str, Any]) -> int:
    added = 0
    with transaction.atomic():
        fresh = not person.profile
        if fresh:
            person.profile, person.choices = exported["person"]["profile"], exported["person"]["choices"]
            person.timezone = exported["person"]["timezone"]
            person.save()
        if exported["safety_plan"]:
            models.SafetyPlan.objects.get_or_create(person=person, defaults={"plan": exported["safety_plan"]})
        for name in PERSONAL:
            added += _put_back(person, name, exported["rows"].get(name, []))
        checked_export.read_through(person)
    return added


def _put_back(person: models.Person, name: str, rows: list[dict[str, Any]]) -> int:
    """Add what is not there yet; ids, batches and rows of other people are as if they did not exist, and stay untouched."""
    added = 0
    model = getattr(person, name).model
    expected = model._meta.label_lower  # noqa: SLF001 # Django's documented access
    numbered = isinstance(model._meta.pk, AutoField)  # noqa: SLF001 # likewise
    for row in rows:
        if row["model"] != expected:
            raise ValueError(f"{name} must hold {expected}, got {row['model']}")
        row["fields"]["person"] = person.pk
        row["fields"].pop("id", None)
    if numbered:  # a row without an id of its own is known by what it says
        there = {_said(row) for row in json.loads(serializers.serialize("json", _rows(person, name)))}
        rows = [row for row in rows if _said(row) not in there]
    own_batches = set(person.imports.values_list("pk", flat=True))
    for restored in serializers.deserialize("python", rows, ignorenonexistent=True):
        one = restored.object
        if numbered:
            one.pk = None  # this database numbers its rows itself
        elif one.pk is None or model._default_manager.filter(pk=one.pk).exists():  # noqa: SLF001 # likewise
            continue
        if isinstance(one, models.KeptAnswer):
            continue  # it is computed anew
        if isinstance(one, models.Operation) and person.operations.filter(op_id=one.op_id).exists():
            continue
        if isinstance(one, models.Synced) and one.batch_id not in own_batches:
            one.batch = None
        checked_export.row(one)
        if isinstance(one, models.Response) and one.finished and not one.score:
            questionnaires.add_up(one)
        one.save(force_insert=True)
        added += 1
    return added


def _said(row: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in row["fields"].items() if k != "person"}, sort_keys=True)


def _rows(person: models.Person, name: str) -> Any:
    return getattr(person, name).order_by("pk")


def _csv(person: models.Person, name: str, columns: tuple[str, ...]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for row in _rows(person, name).filter(deleted="").values_list(*columns):
        writer.writerow([inert(cell) for cell in row])
    yield buffer.getvalue()


def inert(cell: object) -> str:
    """A cell that a spreadsheet will not run: text that begins like a formula gets an apostrophe, numbers stay numbers.

    >>> inert("=1+1"), inert(-5.0), inert("-5"), inert(None)
    ("'=1+1", '-5.0', '-5', '')
    """
    text = "" if cell is None else json.dumps(cell) if isinstance(cell, (dict, list)) else str(cell)
    if text.startswith(("=", "+", "-", "@", "\t", "\r", "\0", "'")) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
