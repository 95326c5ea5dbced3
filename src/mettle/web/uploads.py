"""An uploaded file, for as long as it is read, under a name of our own in a folder that goes away."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from mettle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import UploadedFile


@contextmanager
def kept_for_a_moment(upload: UploadedFile[bytes] | None) -> Iterator[tuple[Path, str]]:
    """Path and the name that the person knows it by.

    Raises
    ------
    InputError
        Where there is no file, or it is too large.
    """
    if upload is None:
        raise InputError(_("choose a file first"))
    name = Path(upload.name or "file").name
    if (upload.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise InputError(_("a file may have up to 40 MB"), where=name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(name).suffix[:8]}"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        yield path, name
