"""The whole installation in one file, and back: taken while the app runs, checked before it is trusted.

On SQLite the file holds a copy made by SQLite's own backup, which is consistent while others write. On PostgreSQL it holds
every row as JSON (for large installations use pg_dump beside it). Neither holds the signing key, so a restored installation
signs everybody out.
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
from django.db import connection, transaction

from mettle import __version__
from mettle.errors import InputError

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
    make(before)
    if told["holds"] == "mettle.sqlite3":
        _put_back_file(content, path.name)
        call_command("migrate", verbosity=0)
    else:
        _put_back_rows(content)
    return _counts()


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
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        ordered = serializers.sort_dependencies([(None, _kept_models())])
        every = (row for model in ordered for row in model._default_manager.order_by("pk"))  # noqa: SLF001 # likewise
        serializers.serialize("json", every, stream=out)
    return out.getvalue().encode()


def _put_back_rows(content: bytes) -> None:
    with transaction.atomic():
        for model in reversed(serializers.sort_dependencies([(None, _kept_models())])):
            model._default_manager.all().delete()  # noqa: SLF001 # likewise
        for row in serializers.deserialize("json", content.decode()):
            row.save()
    sequences = io.StringIO()
    labels = {m._meta.app_label for m in _kept_models()}  # noqa: SLF001 # likewise
    for label in sorted(labels):
        call_command("sqlsequencereset", label, stdout=sequences, no_color=True)
    if sequences.getvalue().strip():
        connection.cursor().execute(sequences.getvalue())


def _counts() -> dict[str, int]:
    return {m._meta.label_lower: m._default_manager.count() for m in _kept_models()}  # noqa: SLF001 # likewise
