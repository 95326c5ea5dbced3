"""Where this installation keeps things, and for whom it serves: read once from the environment.

``METTLE_DATA`` (default: the platform's user data folder), ``DATABASE_URL`` (default: SQLite in that folder),
``METTLE_HOSTS`` (comma-separated names that it answers to), ``METTLE_HTTPS`` (1 where a certificate or a proxy is in
front), ``METTLE_HOSTED`` (1 where somebody else than the person hosts it: a household, a gym, a clinic).
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import platformdirs

from mettle.errors import InputError

SAFE_SQLITE = (3, 51, 3)
"""First SQLite without the WAL-reset bug of several writing connections. Before it we serve with one writing process.

Source: the release notes of SQLite 3.51.3 (13 March 2026).
"""


@dataclass(frozen=True, slots=True)
class Place:
    """One installation.

    Parameters
    ----------
    data
        Folder of the person's data; made with mode 700.
    hosts
        Host names answered to.
    https
        Cookies only over TLS, HSTS on.
    hosted
        Somebody else hosts it: PHQ-8 is the default and item 9 never leaves the device.
    database_url
        Empty for SQLite in the data folder.
    """

    data: Path
    hosts: tuple[str, ...]
    https: bool
    hosted: bool
    database_url: str

    @classmethod
    def from_environment(cls) -> Place:
        """The installation that the environment describes; its folder is made where it is missing."""
        data = Path(os.environ.get("METTLE_DATA") or platformdirs.user_data_dir("mettle"))
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = os.environ.get("METTLE_HOSTS", "")
        return cls(
            data=data,
            hosts=("localhost", "127.0.0.1", "[::1]", *(h.strip() for h in names.split(",") if h.strip())),
            https=os.environ.get("METTLE_HTTPS") == "1",
            hosted=os.environ.get("METTLE_HOSTED") == "1",
            database_url=os.environ.get("DATABASE_URL", ""),
        )

    def secret_key(self) -> str:
        """The signing key, drawn once and kept readable by the owner alone."""
        path = self.data / "secret_key"
        if not path.exists():
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "w") as file:
                file.write(secrets.token_urlsafe(50))
        return path.read_text()

    def database(self) -> dict[str, Any]:
        """Django's database setting: SQLite that a power cut cannot hurt, or PostgreSQL by ``DATABASE_URL``.

        Raises
        ------
        InputError
            Where the address cannot be read, or is neither ``postgresql://`` nor ``sqlite:///``.
        """
        if file := self._sqlite_file():
            return self._sqlite(file)
        try:
            parts = urlsplit(self.database_url)
            port = parts.port
        except ValueError as error:  # its words may hold the password
            raise InputError(
                "not an address: expected postgresql://NAME:PASSWORD@HOST:PORT/DATABASE", where="DATABASE_URL"
            ) from error
        if parts.scheme not in ("postgres", "postgresql"):
            raise InputError(
                f"must begin with postgresql:// or sqlite:///, got {parts.scheme or 'no'}://", where="DATABASE_URL"
            )
        options = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", parts.hostname or ""),
            "PORT": str(port or ""),
            "OPTIONS": options,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }

    def sqlite_lock(self) -> Path | None:
        """The file that whoever serves the SQLite file holds; None on PostgreSQL, which takes several servers."""
        file = self._sqlite_file()
        return Path(f"{file}.serving") if file else None

    def _sqlite_file(self) -> str:
        if self.database_url and not self.database_url.startswith("sqlite:///"):
            return ""
        return self.database_url.removeprefix("sqlite:///") or str(self.data / "mettle.sqlite3")

    @staticmethod
    def _sqlite(path: str) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
