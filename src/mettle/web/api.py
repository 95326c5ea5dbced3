"""The versioned API (``/api/v1``): what the phone's sync and personal scripts call. OpenAPI at ``/api/v1/openapi.json``."""

from __future__ import annotations

import datetime as dt
import uuid  # noqa: TC003 # ninja reads the annotations at run time
from typing import TYPE_CHECKING, Any

from ninja import NinjaAPI, Schema
from ninja.security import django_auth
from pydantic import Field

from mettle import __version__
from mettle.web import sync
from mettle.web.people import person_of

if TYPE_CHECKING:
    from django.http import HttpRequest

api = NinjaAPI(title="mettle", version="1", auth=django_auth, docs_url=None, urls_namespace="api")

MAX_OPS = 500


class OpIn(Schema):
    """One operation."""

    op_id: uuid.UUID
    kind: str = Field(max_length=24)
    entity: uuid.UUID
    clock: str = Field(max_length=80)
    fields: dict[str, Any] = Field(default_factory=dict)


class SyncIn(Schema):
    """A batch of operations of one device."""

    device: uuid.UUID
    device_now: dt.datetime | None = None
    ops: list[OpIn] = Field(max_length=MAX_OPS)


@api.post("/sync")
def sync_ops(request: HttpRequest, batch: SyncIn) -> dict[str, Any]:
    """Apply operations; a receipt for each, in order. Sending the same operation again returns its first receipt."""
    ops = [sync.Op(o.op_id, o.kind, o.entity, o.clock, o.fields) for o in batch.ops]
    now = (
        batch.device_now
        if batch.device_now is None or batch.device_now.tzinfo
        else batch.device_now.replace(tzinfo=dt.UTC)
    )
    receipts = sync.apply(person_of(request), batch.device, ops, device_now=now)
    return {"server_now": dt.datetime.now(dt.UTC).isoformat(), "receipts": receipts}


@api.get("/about", auth=None)
def about(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 # ninja passes it
    """The version that answers."""
    return {"name": "mettle", "version": __version__}


@api.get("/bundle")
def bundle_of(request: HttpRequest) -> dict[str, Any]:
    """What the offline screens need for the week ahead."""
    from mettle.web import bundle  # noqa: PLC0415 # it draws pictures and reads catalogues

    return bundle.of(person_of(request))
