"""Where this installation keeps things, and for whom it serves: read once from the environment.

``METTLE_DATA`` (default: the platform's user data folder), ``DATABASE_URL`` (default: SQLite in that folder),
``METTLE_HOSTS`` (comma-separated names that it answers to), ``METTLE_HTTPS`` (1 where a certificate or a proxy is in
front), ``METTLE_HOSTED`` (1 where somebody else than the person hosts it: a household, a gym, a clinic),
``METTLE_EMAIL_URL`` (a mail server, where the app is to send letters; none otherwise), ``METTLE_PROXIES`` (how many reverse
proxies stand in front and tell where a request comes from: 1 where ``METTLE_HTTPS`` is set without a certificate, else 0).
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import platformdirs

from mettle.errors import InputError

SAFE_SQLITE = (3, 51, 3)
"""First SQLite without the WAL-reset bug of several writing connections. Before it we serve with one writing process.

Source: the release notes of SQLite 3.51.3 (13 March 2026).
"""
EMAIL_URL = "METTLE_EMAIL_URL"


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
    email_url
        ``smtp://user:password@host:port`` or ``smtps://...``; empty where no letter is sent.
    proxies
        How many reverse proxies in front add to ``X-Forwarded-For``; what comes before their entries anybody could have written.
    """

    data: Path
    hosts: tuple[str, ...]
    https: bool
    hosted: bool
    database_url: str
    email_url: str = ""
    proxies: int = 0

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
            email_url=os.environ.get(EMAIL_URL, "").strip(),
            proxies=_proxies(),
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

    def email(self) -> dict[str, Any]:
        """Django's settings for the mail server; empty where there is none.

        ``smtp://`` asks for STARTTLS (port 587) unless the server is on this machine or ``?starttls=no`` says otherwise; ``smtps://``
        is TLS from the first byte (port 465). The sender is ``?from=``, or the user where that is an address, or ``mettle@`` the
        first name that this installation answers to.

        Raises
        ------
        InputError
            Where the address is none of a mail server. The line never repeats the password.
        """
        if not self.email_url:
            return {}
        try:
            parts = urlsplit(self.email_url)
            port = parts.port
        except ValueError as error:
            raise InputError("the port must be a number from 1 to 65535", where=EMAIL_URL) from error
        if parts.scheme not in ("smtp", "smtps"):
            raise InputError("must begin with smtp:// or smtps://", where=EMAIL_URL)
        if not parts.hostname or parts.path not in ("", "/") or parts.fragment:
            raise InputError(
                "expected smtp://user:password@host:port, with %-signs for / # ? @ in the password", where=EMAIL_URL
            )
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if set(options) - {"from", "starttls"} or options.get("starttls", "no") not in ("yes", "no"):
            raise InputError("after the ? it takes from=ADDRESS and starttls=yes or no", where=EMAIL_URL)
        if not unquote(f"{parts.username}{parts.password}").isascii():
            raise InputError("the user and the password can hold ASCII signs only", where=EMAIL_URL)
        here = parts.hostname in ("localhost", "::1") or parts.hostname.startswith("127.")
        return {
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": parts.scheme == "smtp" and options.get("starttls", "no" if here else "yes") == "yes",
            "EMAIL_TIMEOUT": 5,
            "DEFAULT_FROM_EMAIL": self._sender(parts, options.get("from")),
        }

    def _sender(self, parts: SplitResult, said: str | None) -> str:
        user = unquote(parts.username or "")
        named = next((h for h in self.hosts if h[0].isalpha() and h != "localhost"), "localhost")
        sender = said if said is not None else user if "@" in user else f"mettle@{named}"
        try:
            address = Address(addr_spec=parseaddr(sender)[1])
        except (MessageError, ValueError, IndexError) as error:
            raise InputError("from: expected an address like mettle@example.org", where=EMAIL_URL) from error
        if not address.username or not address.domain or sender != sender.strip() or not sender.isprintable():
            raise InputError("from: expected an address like mettle@example.org", where=EMAIL_URL)
        return sender


def _proxies() -> int:
    said = os.environ.get("METTLE_PROXIES", "").strip() or ("1" if os.environ.get("METTLE_HTTPS") == "1" else "0")
    if said not in tuple("0123456789"):
        raise InputError(f"expected a number from 0 to 9, got {said!r}", where="METTLE_PROXIES")
    return int(said)
