"""What a host can see of a browser: every byte that arrives, recorded between the two."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 65536
VARYING = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"\b[0-9a-f]{32}\b", "UUID"),
    (r"\d{15}-\d{6}-", "CLOCK-"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", "WHEN"),
    (r"\d{4}-\d\d-\d\d", "DAY"),
    (r"\b\d\d:\d\d:\d\d\b", "TIME"),
    (r"(localhost|127\.0\.0\.1):\d+", "HERE"),
    (r'(csrfmiddlewaretoken(" value="|=))\w+', r"\1"),
    (r"/sign-in/[\w-]+/", "/sign-in/ONCE/"),
)
"""What differs between any two runs: ids, moments, ports, tokens."""


def timeless(told: str) -> str:
    """Text without what differs between any two runs."""
    for pattern, instead in VARYING:
        told = re.sub(pattern, instead, told)
    return told


@dataclass
class Wire:
    """A way to a server that keeps what went along it, connection by connection."""

    port: int
    sent: list[bytearray] = field(default_factory=list)

    def requests(self) -> list[tuple[str, str, tuple[str, ...], str]]:
        """Every request so far: method, address, headers and body, without what differs between any two runs."""
        return [one for stream in list(self.sent) for one in _requests(bytes(stream))]


def _requests(stream: bytes) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    while b"\r\n\r\n" in stream:
        head, stream = stream.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        length = int(headers.get("Content-Length", headers.get("content-length", "0")))
        body, stream = stream[:length], stream[length:]
        method, address, _version = first.split(" ")
        yield method, timeless(address), tuple(sorted(map(_header, headers.items()))), timeless(_body(body))


def _header(said: tuple[str, str]) -> str:
    name, value = said
    if name.lower() == "cookie":
        value = "; ".join(sorted(f"{c.partition('=')[0]}={len(c)}" for c in value.split("; ")))
    if name.lower() == "x-csrftoken":
        value = str(len(value))
    return timeless(f"{name}: {value}")


def _body(body: bytes) -> str:
    try:
        said: Any = json.loads(body)
    except ValueError:
        return body.decode("latin-1")
    return json.dumps(said)


@contextmanager
def tapped(to: int) -> Iterator[Wire]:
    """A port of this machine that leads to another one, with everything on the way kept."""
    listening = socket.create_server(("127.0.0.1", 0))
    wire = Wire(listening.getsockname()[1])
    threading.Thread(target=_accept, args=(listening, to, wire), daemon=True).start()
    try:
        yield wire
    finally:
        listening.close()


def _accept(listening: socket.socket, to: int, wire: Wire) -> None:
    with suppress(OSError):
        while True:
            browser, _address = listening.accept()
            server = socket.create_connection(("127.0.0.1", to))
            kept = bytearray()
            wire.sent.append(kept)
            threading.Thread(target=_carry, args=(browser, server, kept), daemon=True).start()
            threading.Thread(target=_carry, args=(server, browser, None), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket, kept: bytearray | None) -> None:
    with suppress(OSError):
        while data := one.recv(CHUNK):
            if kept is not None:
                kept += data
            other.sendall(data)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
            end.close()
