"""Edits made on a page of the app: they go the way of every device's events, so that clocks, receipts and lost values agree."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from mettle.web import merge, sync

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.web.models import Person


class RefusedError(ValueError):
    """An edit that the rules of the records refuse; the message says why."""


def write(person: Person, edits: Sequence[tuple[str, uuid.UUID, dict[str, Any]]]) -> None:
    """Apply edits ``(kind, entity, fields)`` as the server's own device; all of them, or none with the reason.

    Raises
    ------
    RefusedError
        With the first reason.
    """
    device = uuid.uuid5(person.key, "server")
    with transaction.atomic():
        ops = [
            sync.Op(uuid.uuid4(), kind, entity, _clock(kind, entity, device, n), fields)
            for n, (kind, entity, fields) in enumerate(edits)
        ]
        for receipt in sync.apply(person, device, ops):
            if receipt["status"] == "refused":
                raise RefusedError(receipt["why"])


def _clock(kind: str, entity: uuid.UUID, device: uuid.UUID, number: int) -> str:
    """Now, or just after the row's latest write where a phone's clock runs ahead: what the person does last stands."""
    row = sync.MODELS[kind.partition(".")[0]].objects.filter(id=entity).values_list("clocks", flat=True).first() or {}
    latest = max(
        (int(c[:15]) + 1 for n, c in row.items() if not n.startswith("=") and merge.CLOCK.fullmatch(c)), default=0
    )
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    return f"{max(now_ms, latest):015d}-{number:06d}-{device}"
