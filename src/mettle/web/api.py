"""The versioned API (``/api/v1``): what the phone's sync and personal scripts call. OpenAPI at ``/api/v1/openapi.json``."""

from __future__ import annotations

import datetime as dt
import uuid  # noqa: TC003 # ninja reads the annotations at run time
from typing import TYPE_CHECKING, Any, Literal

from django.core.exceptions import RequestDataTooBig
from django.shortcuts import get_object_or_404
from ninja import File, Form, NinjaAPI, Schema, UploadedFile
from ninja.security import django_auth
from pydantic import Field

from mettle import __version__
from mettle.errors import InputError
from mettle.web import export, importing, models, programme, sync, tokens, uploads
from mettle.web.access import noted
from mettle.web.people import OWN, person_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

api = NinjaAPI(title="mettle", version="1", auth=[tokens.Bearer(), django_auth], docs_url=None, urls_namespace="api")


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001 # ninja passes it
    """A body beyond the limit."""
    return api.create_response(request, {"detail": "the body may have up to 5 MB; send fewer at once"}, status=413)


@api.exception_handler(RecursionError)
def too_deep(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001 # ninja passes it
    """JSON nested beyond reason."""
    return api.create_response(request, {"detail": "this JSON is nested too deeply"}, status=400)


@api.exception_handler(InputError)
def not_taken(request: HttpRequest, error: InputError) -> HttpResponse:
    """A file that cannot be read, in one line."""
    return api.create_response(request, {"detail": str(error)}, status=400)


class OfAnotherError(Exception):
    """A browser sends, or asks for, what belongs to another person than the one signed in."""


@api.exception_handler(OfAnotherError)
def of_another(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001 # ninja passes it
    """Nothing is taken or given: a page of one's own stays open while the simulated person is looked at."""
    return api.create_response(request, {"detail": "another person is signed in now"}, status=409)


def _whose(request: HttpRequest) -> models.Person:
    """The signed-in person, who must be the one that the browser's page is about, where it says so."""
    person = person_of(request)
    if request.headers.get("X-Mettle-Person", str(person.key)) != str(person.key):
        raise OfAnotherError
    return person


MAX_OPS = 500
MAX_BROWSERS = 10


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
    person = _whose(request)
    arrived = sync.moment(person, now)
    receipts = sync.apply(person, batch.device, ops, arrived=arrived)
    return {"server_now": arrived.at.isoformat(), "shifted_ms": arrived.skew_ms, "receipts": receipts}


@api.get("/about", auth=None)
def about(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 # ninja passes it
    """The version that answers."""
    return {"name": "mettle", "version": __version__}


@api.get("/bundle")
def bundle_of(request: HttpRequest) -> dict[str, Any]:
    """What the offline screens need for the week ahead."""
    from mettle.web import bundle  # noqa: PLC0415 # it draws pictures and reads catalogues

    return bundle.of(_whose(request)) | {"own_waits": OWN in request.session}


@api.get("/next")
def next_session(request: HttpRequest) -> dict[str, Any]:
    """What is next: the session as PLAN.json has it, moved on by what was really done; null where there is no plan."""
    person = person_of(request)
    plan = programme.current(person)
    ahead = programme.ahead(person, plan, most=1) if plan else []
    return {"session": ahead[0] if ahead else None}


SHOWN = ("id", "exercise", "kind", "reps", "hold_s", "amount", "unit", "load_kind", "colour", "side", "rir", "status")


@api.get("/sessions/{uuid:session}")
def session_now(request: HttpRequest, session: uuid.UUID) -> dict[str, Any]:
    """The sets of one session as all devices together left them; removed ones are marked."""
    from mettle.web import bundle  # noqa: PLC0415 # as above

    person = person_of(request)
    get_object_or_404(person.sessions, pk=session)
    rows = person.sets.filter(session=session).order_by("done_at", "ordinal", "id")
    return {
        "sets": [
            {n: getattr(row, n) for n in SHOWN} | {"name": bundle.name_of(row.exercise), "deleted": bool(row.deleted)}
            for row in rows
        ]
    }


class ImportIn(Schema):
    """What a file leaves open, and whether to keep it."""

    unit: Literal["kg", "lb"] | None = None
    timezone: str | None = Field(default=None, max_length=64)
    keep: bool = False


@api.post("/imports")
def import_file(request: HttpRequest, said: Form[ImportIn], file: File[UploadedFile]) -> dict[str, Any]:
    """Read a file as any import does; ``keep`` keeps it as one batch that can be taken back."""
    person = person_of(request)
    zone = said.timezone or person.timezone or None
    with uploads.kept_for_a_moment(file) as (path, name):
        if not said.keep:
            return importing.summary(importing.read(path, unit=said.unit, timezone=zone))
        batch = importing.keep(person, path, name=name, unit=said.unit, timezone=zone)
    return {**batch.summary, "batch": str(batch.pk)}


@api.get("/export")
def export_document(request: HttpRequest) -> dict[str, Any]:
    """Everything of the person, as the JSON that mettle reads back."""
    person = person_of(request)
    name = getattr(request, "key_name", "")
    noted(person, request.user, f"export of everything, {f'with the key {name}' if name else 'through the API'}")
    return export.document(person)


class PushKeys(Schema):
    """What a browser hands out to seal messages for it."""

    p256dh: str = Field(min_length=80, max_length=100, pattern=r"^[!-~]*$")
    auth: str = Field(min_length=20, max_length=30, pattern=r"^[!-~]*$")


class PushIn(Schema):
    """Where a browser takes Web Push."""

    endpoint: str = Field(max_length=1000, pattern=r"^[!-~]*$")
    keys: PushKeys


class EndpointIn(Schema):
    """One browser's endpoint."""

    endpoint: str = Field(max_length=1000, pattern=r"^[!-~]*$")


@api.get("/push/key")
def push_key(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 # ninja passes it
    """The public key that this installation signs prompts with."""
    from mettle.web import push  # noqa: PLC0415 # requests and cryptography, only here

    return {"key": push.public_key()}


@api.post("/push/subscriptions")
def push_subscribe(request: HttpRequest, subscription: PushIn) -> dict[str, bool]:
    """Prompt this browser; an address that is no browser's push service is refused."""
    from mettle.web import push  # noqa: PLC0415 # likewise

    if not push.allowed(subscription.endpoint):
        raise InputError("endpoint: not a browser's push service")
    person = person_of(request)
    if person.push_subscriptions.exclude(endpoint=subscription.endpoint).count() >= MAX_BROWSERS:
        raise InputError(f"at most {MAX_BROWSERS} devices take prompts; stop one first")
    push.keep(person, subscription.endpoint, subscription.keys.dict())
    return {"kept": True}


@api.post("/push/subscriptions/mine")
def push_mine(request: HttpRequest, subscription: EndpointIn) -> dict[str, bool]:
    """Whether this browser's prompts are this person's: on a shared phone they may be another's."""
    return {"mine": person_of(request).push_subscriptions.filter(endpoint=subscription.endpoint).exists()}


@api.delete("/push/subscriptions")
def push_unsubscribe(request: HttpRequest, subscription: EndpointIn) -> dict[str, bool]:
    """Prompt this browser no more."""
    person_of(request).push_subscriptions.filter(endpoint=subscription.endpoint).delete()
    return {"kept": False}
