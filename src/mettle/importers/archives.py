"""An export inside a zip archive, read as a stream: nothing is unpacked to the disk, and no more is read than an export holds."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mettle.errors import InputError
from mettle.importers import apple_health, sleep_as_android
from mettle.importers.tables import open_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from mettle.importers.imported import Imported, Stated

LARGEST_RATIO = 200
"""Bytes out for each byte in, above which an archive is no export: real ones give 10 to 40."""

FREE_BYTES = 1 << 20
"""Below this the ratio is not looked at: a short text may repeat itself."""

LARGEST_TABLE_BYTES = 64 << 20
MOST_MEMBERS, MOST_XML = 100_000, 20
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_SLEEP_TABLE = "sleep-export.csv"


def begins(start: bytes) -> bool:
    """Whether a file that begins so is a zip archive."""
    return start.startswith(b"PK\x03\x04")


def read_archive(path: Path, stated: Stated, *, progress: Callable[[int, int], None] | None = None) -> Imported:
    """What the archive's one export gives: Apple Health's, or Sleep as Android's.

    Raises
    ------
    InputError
        Where there is no such export in it, or it is damaged, locked or swells as no export does.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = _export(archive, path.name)
            with archive.open(member) as opened:
                bounded = _Bounded(opened, path.name, member.compress_size)
                if PurePosixPath(member.filename).name == _SLEEP_TABLE:
                    return _sleep_table(bounded, path.name, stated)
                return apple_health.read_open(bounded, path.name, stated, size=member.file_size, progress=progress)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, UnicodeError):
        raise InputError("the archive is damaged; export it again", where=path.name) from None
    except RuntimeError:
        raise InputError("the archive is locked with a password; unpack it first", where=path.name) from None


@dataclass(slots=True)
class _Bounded:
    """Bytes out of an archive, counted as they come, whatever its list of contents says."""

    opened: IO[bytes]
    file: str
    compressed: int
    given: int = 0

    def read(self, size: int, /) -> bytes:
        chunk = self.opened.read(size)
        self.given += len(chunk)
        if self.given > FREE_BYTES and self.given > LARGEST_RATIO * max(self.compressed, 1):
            raise InputError(f"swells to more than {LARGEST_RATIO} times its size, as no export does", where=self.file)
        return chunk


def _export(archive: zipfile.ZipFile, file: str) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise InputError(f"holds more than {MOST_MEMBERS:,} files, as no export does", where=file)
    looked = 0
    for member in members:
        name = PurePosixPath(member.filename).name
        if name == _SLEEP_TABLE and member.compress_type in _PACKED:
            return member
        if name.lower().endswith(".xml") and looked < MOST_XML and member.compress_type in _PACKED:
            looked += 1
            with archive.open(member) as opened:
                if b"HealthData" in opened.read(1 << 16):
                    return member
    why = (
        f"this is a zip archive without Apple Health's export.xml or Sleep as Android's {_SLEEP_TABLE}; unpack it first"
    )
    raise InputError(why, where=file)


def _sleep_table(opened: _Bounded, file: str, stated: Stated) -> Imported:
    """The table, which is read from a file that is gone afterwards."""
    text = io.BytesIO()
    while chunk := opened.read(1 << 16):
        text.write(chunk)
        if text.tell() > LARGEST_TABLE_BYTES:
            raise InputError(
                f"holds a table of more than {LARGEST_TABLE_BYTES >> 20} MB, as no export does", where=file
            )
    with TemporaryDirectory() as folder:
        table_file = Path(folder) / _SLEEP_TABLE
        table_file.write_bytes(text.getbuffer())
        with open_table(table_file) as table:
            if not sleep_as_android.recognises(table):
                raise InputError(f"its {_SLEEP_TABLE} is not Sleep as Android's", where=file)
            return replace(sleep_as_android.read(table, stated), file=file)
