"""A small mail server on this machine that keeps what it is given, and can misbehave: real SMTP over a real socket."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from email.message import EmailMessage


@dataclass
class Mailbox:
    """What arrived, and how the server behaves.

    ``user`` and ``password``: asked for where given. ``refuses``: says 550 to every recipient. ``tls``: a context for STARTTLS, or
    for the whole connection where ``from_the_first_byte``.
    """

    port: int = 0
    user: str = ""
    password: str = ""
    refuses: bool = False
    tls: ssl.SSLContext | None = None
    from_the_first_byte: bool = False
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    greeted: int = 0
    encrypted: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        who = f"{self.user}:{self.password}@" if self.user else ""
        return f"smtp://{who}127.0.0.1:{self.port}"

    def text(self) -> str:
        """The last letter's words."""
        return str(self.letters[-1].get_content())

    def link(self) -> str:
        """The path in the last letter."""
        found = re.search(r"https?://[^/\s]+(/\S+)", self.text())
        assert found, self.text()
        return found[1]

    def code(self) -> str:
        """The code in the last letter."""
        found = re.search(r"\b([A-Z]{4}-[A-Z]{4})\b", self.text())
        assert found, self.text()
        return found[1]


class _Conversation(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined] # set below
        box.greeted += 1
        encrypted = box.from_the_first_byte
        if encrypted:
            self._wrap(box)
        sender = to = ""
        known = not box.user
        self._say("220 mail.test")
        while line := self.rfile.readline():
            said = line.decode("ascii", "replace").strip()
            word = said.split(" ")[0].upper()
            if word == "EHLO":
                offers = ["mail.test"] + (["AUTH PLAIN"] if box.user else [])
                offers += ["STARTTLS"] if box.tls and not encrypted else []
                for offer in offers[:-1]:
                    self._say(f"250-{offer}")
                self._say(f"250 {offers[-1]}")
            elif word == "STARTTLS":
                self._say("220 go")
                self._wrap(box)
                encrypted = True
            elif word == "AUTH":
                given = base64.b64decode(said.split(" ")[2]).decode()
                known = given == f"\0{box.user}\0{box.password}"
                self._say("235 yes" if known else "535 no")
            elif word == "MAIL":
                sender = said.split("<")[1].split(">")[0]
                self._say("250 yes" if known else "530 who are you")
            elif word == "RCPT":
                to = said.split("<")[1].split(">")[0]
                self._say("550 nobody here" if box.refuses else "250 yes")
            elif word == "DATA":
                self._say("354 go")
                content = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    content += part.removeprefix(b".") if part.startswith(b"..") else part
                letter = email.message_from_bytes(content, policy=email.policy.default)
                box.envelopes.append((sender, to))
                box.encrypted.append(encrypted)
                box.letters.append(letter)
                self._say("250 kept")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _wrap(self, box: Mailbox) -> None:
        assert box.tls is not None
        self.rfile.close()
        wrapped = box.tls.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        self.request = self.connection = wrapped
        self.rfile = wrapped.makefile("rb")
        self.wfile = wrapped.makefile("wb", buffering=0)  # type: ignore[assignment] # the same, without the base class's own wrapper
        wrapped.do_handshake()

    def finish(self) -> None:
        super().finish()
        self.request.close()  # the server closes the socket that TLS took over


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not like our certificate hangs up: what the test sees is that no letter came."""


@contextmanager
def mailbox(**behaviour: Any) -> Iterator[Mailbox]:
    """A mail server for the length of a test."""
    box = Mailbox(**behaviour)
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.box = box  # type: ignore[attr-defined] # read above
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
