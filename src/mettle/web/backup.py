"""The whole installation in one file, and back: taken while the app runs, checked before it is trusted.

On SQLite the file holds a copy made by SQLite's own backup, which is consistent while others write. On PostgreSQL it holds
every row as JSON (for large installations use pg_dump beside it). Neither holds the signing key, so a restored installation
signs everybody out.

A restore wants to be alone, or what people send meanwhile would be in neither the backup nor what was kept: on SQLite it holds
the lock of whoever serves the file, on PostgreSQL it asks for the one that serving processes share, and locks the tables too.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.core.serializers.base import DeserializationError
from django.db import DataError, IntegrityError, connection, transaction

from mettle import __version__
from mettle.errors import InputError
from mettle.web import serving

FORMAT, VERSION = "mettle-backup", 1
LEFT_OUT = {"sessions.session", "contenttypes.contenttype", "auth.permission", "admin.logentry"}
"""Made anew by every installation, or worthless in another."""


def make(into: Path) -> dict[str, int]:
    """Write the backup; the file appears whole or not at all. Returns rows per table.

    Raises
    ------
    InputError
        Where the file is there already or its folder is not.
    """
    if into.exists():
        raise InputError("is there already; a backup never overwrites one", where=str(into))
    if not into.parent.is_dir():
        raise InputError("no such folder", where=str(into.parent))
    name, content = ("mettle.sqlite3", _copy()) if connection.vendor == "sqlite" else ("rows.json", _rows())
    counts = _counts()
    told = {"format": FORMAT, "version": VERSION, "mettle": __version__, "made_at": datetime.now(UTC).isoformat()}
    told |= {"holds": name, "sha256": hashlib.sha256(content).hexdigest(), "rows": counts}
    part = into.with_name(into.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("backup.json", json.dumps(told, indent=1))
        file.writestr(name, content)
    part.chmod(0o600)
    part.rename(into)
    return counts


def restore(path: Path, *, before: Path) -> dict[str, int]:
    """Put a backup in the place of what is here, after keeping that as ``before``. Returns rows per table.

    Raises
    ------
    InputError
        Where the file is no backup, was changed, or is of the other database; nothing is changed then.
    """
    told, content = _read(path)
    if told["holds"] == "mettle.sqlite3" and connection.vendor != "sqlite":
        raise InputError("this backup is of SQLite; restore it there, then export each person", where=path.name)
    if connection.vendor == "sqlite":  # whose lock the caller holds; its own backup wants no transaction around it
        make(before)
    if told["holds"] == "mettle.sqlite3":
        _put_back_file(content, path.name)
        call_command("migrate", verbosity=0)
        return _counts()
    with transaction.atomic():
        if connection.vendor != "sqlite":
            _be_alone()
            make(before)
        _put_back_rows(content, path.name)
    return _counts()


def _be_alone() -> None:
    """On PostgreSQL, until this transaction ends: no serving process runs, and nobody else reads or writes a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [serving.RUNS])
        if not cursor.fetchone()[0]:
            raise InputError("mettle serves this database now; stop it first")
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        tables = ", ".join(connection.ops.quote_name(m._meta.db_table) for m in _kept_models())  # noqa: SLF001 # Django's documented access
        cursor.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")


def _read(path: Path) -> tuple[dict[str, Any], bytes]:
    try:
        with zipfile.ZipFile(path) as file:
            told = json.loads(file.read("backup.json"))
            content = file.read(str(told["holds"]))
    except FileNotFoundError:
        raise InputError("no such file", where=str(path)) from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, RecursionError) as error:
        raise InputError("expected a backup of mettle", where=path.name) from error
    if told.get("format") != FORMAT or told.get("version") != VERSION:
        raise InputError("expected a backup of mettle, version 1", where=path.name)
    if hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise InputError("was changed since it was written; nothing is restored from it", where=path.name)
    return told, content


def _copy() -> bytes:
    connection.ensure_connection()
    with tempfile.TemporaryDirectory() as folder:
        copy = sqlite3.connect(Path(folder) / "copy")
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.close()
        return (Path(folder) / "copy").read_bytes()


def _put_back_file(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy"
        path.write_bytes(content)
        copy = sqlite3.connect(path)
        try:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if not sound or copy.execute("PRAGMA foreign_key_check").fetchone():
                raise InputError("the database in it is damaged; nothing is restored from it", where=name)
            connection.ensure_connection()
            copy.backup(connection.connection)
        finally:
            copy.close()
    connection.close()


def _kept_models() -> list[Any]:
    return [m for m in apps.get_models() if m._meta.label_lower not in LEFT_OUT]  # noqa: SLF001 # Django's documented access


def _rows() -> bytes:
    out = io.StringIO()
    of_its_own = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and of_its_own:
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        ordered = serializers.sort_dependencies([(None, _kept_models())])
        every = (row for model in ordered for row in model._default_manager.order_by("pk"))  # noqa: SLF001 # likewise
        serializers.serialize("json", every, stream=out)
    return out.getvalue().encode()


def _put_back_rows(content: bytes, name: str) -> None:
    for model in reversed(serializers.sort_dependencies([(None, _kept_models())])):
        model._default_manager.all().delete()  # noqa: SLF001 # likewise
    try:
        for row in serializers.deserialize("json", content.decode()):
            row.save()
        connection.check_constraints()
    except (DeserializationError, ValueError, DataError, IntegrityError) as error:
        raise InputError(
            "its rows do not fit this version of mettle; nothing is restored from it", where=name
        ) from error
    sequences = io.StringIO()
    labels = {m._meta.app_label for m in _kept_models()}  # noqa: SLF001 # likewise
    for label in sorted(labels):
        call_command("sqlsequencereset", label, stdout=sequences, no_color=True)
    if sequences.getvalue().strip():
        connection.cursor().execute(sequences.getvalue())


def _counts() -> dict[str, int]:
    return {m._meta.label_lower: m._default_manager.count() for m in _kept_models()}  # noqa: SLF001 # likewise
