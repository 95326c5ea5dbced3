"""Everything of a person in one file, to take along: JSON that comes back as it went, CSV to look at, FHIR for a clinic."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

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

TIGHT = (",", ":")
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


AS_SEEN = {"accesses": ("person", "reader", "what", "at")}
"""Fields of a table that go along, where not all do: whether a line was seen here or said by a file is this installation's to say."""
AT_ONCE = 1000
"""Rows held in memory while they are written."""
MOST_BYTES = 256 * 1024 * 1024
"""Of an export, unpacked. A decade of four sessions of twenty sets a week, two check-ins a day and a questionnaire a fortnight was
measured at 150 MB (202 MB as releases before this one wrote it), in a zip of 17 MB."""
MOST_LISTS, MOST_VALUES = 3_000_000, 16_000_000
"""That decade has 1.0 million lists and objects and 5.3 million values; many more in a small file are there to fill the memory."""
DENSEST = 100
"""Times that a zip may be smaller than what is in it; an export of ours is about a dozen times smaller."""


def document(person: models.Person) -> dict[str, Any]:
    """The person's records as one JSON document; `restore` reads it back, row for row."""
    whole: dict[str, Any] = json.loads("".join(_pieces(person)))
    return whole


def _pieces(person: models.Person) -> Iterator[str]:
    """The document as text, piece by piece: a decade of records does not fit into a small machine's memory at once."""
    plan = models.SafetyPlan.objects.filter(person=person)
    head = {
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
    }
    yield json.dumps(head, ensure_ascii=False, separators=TIGHT)[:-1] + ',"rows":{'
    for number, name in enumerate(PERSONAL):
        yield f'{"," if number else ""}"{name}":['
        first = True
        for part in _parts(person, name):
            yield ("" if first else ",") + part
            first = False
        yield "]"
    yield "}}"


def _parts(person: models.Person, name: str) -> Iterator[str]:
    rows = _rows(person, name).iterator(chunk_size=AT_ONCE)
    while some := list(itertools.islice(rows, AT_ONCE)):
        yield serializers.serialize("json", some, fields=AS_SEEN.get(name), separators=TIGHT).strip()[1:-1]


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
            found = _parsed(path.read_bytes())
            return found if isinstance(found, dict) and "format" in found and "rows" in found else None
        with zipfile.ZipFile(path) as archive:
            if "mettle.json" not in archive.namelist():
                return None
            inside = archive.getinfo("mettle.json")
            if inside.file_size > min(MOST_BYTES, DENSEST * max(inside.compress_size, AT_ONCE)):
                raise InputError(_("unpacked, this file would be too large"), where="mettle.json")
            with archive.open(inside) as member:
                found = _parsed(member.read(MOST_BYTES))
    except InputError:
        raise  # it says what is wrong
    except (RecursionError, ValueError) as error:  # not UTF-8, no JSON, a number that is none
        if not zipfile.is_zipfile(path):
            return None  # the readers say what is wrong with it
        raise InputError(_("this export is damaged: nothing of it was kept"), where="mettle.json") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(_("the archive is damaged; export it again"), where=path.name) from error
    if not isinstance(found, dict):
        raise InputError(_("expected an export of mettle"), where="mettle.json")
    return found


def _parsed(text: bytes) -> Any:
    """JSON without numbers that no database keeps, and with no more in it than a person records.

    Raises
    ------
    InputError
        Where it holds many times more.
    """
    if text.count(b"[") + text.count(b"{") > MOST_LISTS or text.count(b",") > MOST_VALUES:
        raise InputError(_("unpacked, this file would be too large"), where="mettle.json")

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
        with file.open("mettle.json", "w", force_zip64=True) as member:
            for piece in _pieces(person):
                member.write(piece.encode())
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
        there = {_said(row) for part in _parts(person, name) for row in json.loads(f"[{part}]")}
        rows = [row for row in rows if _said(row) not in there]
    own_batches = set(person.imports.values_list("pk", flat=True))
    found = (row.object for row in serializers.deserialize("python", rows, ignorenonexistent=True))
    while some := list(itertools.islice(found, AT_ONCE)):
        fresh = [_checked(one, own_batches) for one in _not_here(person, model, some, numbered=numbered)]
        added += len(model._default_manager.bulk_create(fresh, batch_size=100))  # noqa: SLF001 # likewise
    return added


def _not_here(person: models.Person, model: Any, some: list[Any], *, numbered: bool) -> Iterator[Any]:
    """Of some rows of a table those that are not in it yet; an id that a file names twice counts once."""
    if model is models.KeptAnswer:  # it is computed anew
        return
    every = model._default_manager.all()  # noqa: SLF001 # likewise
    there = set() if numbered else set(every.filter(pk__in=[o.pk for o in some if o.pk]).values_list("pk", flat=True))
    if model is models.Operation:
        there = set(person.operations.filter(op_id__in=[o.op_id for o in some]).values_list("op_id", flat=True))
    for one in some:
        if numbered:
            one.pk = None  # this database numbers its rows itself
        known_by = one.op_id if model is models.Operation else one.pk
        if known_by in there or (known_by is None and not numbered):
            continue
        if known_by is not None:
            there.add(known_by)
        yield one


def _checked(one: Any, own_batches: set[Any]) -> Any:
    """A row as it may be kept."""
    if isinstance(one, models.Access):
        one.from_file = True
    if isinstance(one, models.Synced) and one.batch_id not in own_batches:
        one.batch = None
    checked_export.row(one)
    if isinstance(one, models.Response) and one.finished and not one.score:
        questionnaires.add_up(one)
    return one


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
