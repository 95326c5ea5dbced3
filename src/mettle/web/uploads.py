"""An uploaded file: for as long as it is read, or staged for an hour so that a dry run is confirmed with one tap.

A staged file lies in a folder of its person's own, under a name that nobody can guess, one at a time; it goes with the
confirmation, the cancellation, the next file, the account, or the hour.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
import uuid
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import UploadedFile

    from mettle.web.models import Person

STAGED_S = 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")
_LONGEST_NAME = 60


@contextmanager
def kept_for_a_moment(upload: UploadedFile[bytes] | None) -> Iterator[tuple[Path, str]]:
    """Path and the name that the person knows it by, which some formats say the time in.

    Raises
    ------
    InputError
        Where there is no file, or it is too large.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = _written(upload, Path(folder))
        yield path, path.name


def stage(person: Person, upload: UploadedFile[bytes] | None) -> tuple[str, Path]:
    """Keep a file for an hour; the one staged before goes. Returns its token and its path.

    Raises
    ------
    InputError
        Where there is no file, or it is too large.
    """
    sweep()
    erase(person)
    token = uuid.uuid4().hex
    folder = _folder(person) / token
    folder.mkdir(parents=True, mode=0o700)
    try:
        return token, _written(upload, folder)
    except (InputError, OSError):  # too large, or no room: nothing of it stays
        erase(person)
        raise


def staged(person: Person, token: str) -> Path:
    """The file that this person staged under a token.

    Raises
    ------
    InputError
        Where it is not there any more, or never was this person's.
    """
    sweep()
    folder = _folder(person) / token
    found = list(folder.iterdir()) if _TOKEN.fullmatch(token) and folder.is_dir() else []
    if not found:
        raise InputError(_("that file is not here any more: choose it again"))
    return found[0]


def dated(path: Path, recorded: str) -> Path:
    """The file under a name that says when it was recorded, where the person did: what tells no time is read by its name.

    Raises
    ------
    InputError
        Where that is no day with a time.
    """
    if not recorded:
        return path
    try:
        at = datetime.fromisoformat(recorded)
    except ValueError:
        raise InputError(_("say the day and the time at which it was recorded"), where=path.name) from None
    return path.rename(path.with_name(f"{at:%Y-%m-%d %H-%M} {path.name}"))


def erase(person: Person) -> None:
    """Remove whatever this person staged."""
    shutil.rmtree(_folder(person), ignore_errors=True)


def sweep(*, now: float | None = None) -> None:
    """Remove what was staged more than an hour ago, whoever's it is. ``now`` in seconds of the epoch."""
    until = (time.time() if now is None else now) - STAGED_S
    for folder in (settings.PLACE.data / "uploads").glob("*/*"):
        try:
            if folder.stat().st_mtime < until:
                shutil.rmtree(folder)
        except OSError:  # another process was first
            continue


def _folder(person: Person) -> Path:
    return Path(settings.PLACE.data) / "uploads" / person.key.hex


def _written(upload: UploadedFile[bytes] | None, folder: Path) -> Path:
    if upload is None:
        raise InputError(_("choose a file first"))
    name = "".join(c for c in Path(upload.name or "").name if c.isprintable())[-_LONGEST_NAME:].lstrip(".") or "file"
    if (upload.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise InputError(_("a file may have up to 40 MB"), where=name)
    path = folder / name
    with path.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return path
