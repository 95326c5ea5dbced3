"""What devices send becomes rows: each operation once, in one transaction with its receipt; refused with reasons, never dropped."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from mettle.web import merge, models, questionnaires, reactions, trialing, withheld
from mettle.web.fields import checked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

log = logging.getLogger("mettle.sync")

MODELS: dict[str, type[models.Session | models.Set | models.Observation | models.Signal | models.Response]] = {
    "session": models.Session,
    "set": models.Set,
    "observation": models.Observation,
    "signal": models.Signal,
    "response": models.Response,
    "reaction": models.Response,
}
SKEW_TOLERATED_MS = 60_000


@dataclass(frozen=True, slots=True)
class Op:
    """One operation as sent: ``kind`` is ``"set.put"``, ``"set.delete"`` and so on."""

    op_id: UUID
    kind: str
    entity: UUID
    clock: str
    fields: dict[str, Any]


def apply(
    person: models.Person, device: UUID, ops: Iterable[Op], *, device_now: datetime | None
) -> list[dict[str, Any]]:
    """Apply operations and return a receipt for each, in the order sent.

    A receipt is ``{"op_id", "status": "accepted" | "refused", "why", "lost": [...]}``. An operation already received
    returns the receipt that it was given then.

    Parameters
    ----------
    device_now
        The device's own clock at sending; its skew corrects the clocks of the operations.
    """
    skew_ms = _skew_ms(device_now)
    with transaction.atomic():  # one commit, and so one wait for the disk, before the receipts go out
        seen, _ = models.Device.objects.update_or_create(
            id=device,
            person=person,
            defaults={"last_seen": datetime.now(UTC)},
        )
        return [_apply_once(person, seen.id, op, skew_ms) for op in ops]


def _skew_ms(device_now: datetime | None) -> int:
    if device_now is None:
        return 0
    skew = int((datetime.now(UTC) - device_now).total_seconds() * 1000)
    return skew if abs(skew) > SKEW_TOLERATED_MS else 0


def _apply_once(person: models.Person, device: UUID, op: Op, skew_ms: int) -> dict[str, Any]:
    known = models.Operation.objects.filter(person=person, op_id=op.op_id).values_list("receipt", flat=True).first()
    if known is not None:
        return dict(known)
    clock = merge.shifted(op.clock, skew_ms) if merge.CLOCK.fullmatch(op.clock) else op.clock
    try:
        with transaction.atomic():
            receipt = _effect(person, op, clock)
            models.Operation.objects.create(
                person=person,
                op_id=op.op_id,
                device=device,
                clock=clock[:80],
                kind=op.kind[:24],
                entity=op.entity,
                fields=_storable(op),
                receipt=receipt,
            )
    except IntegrityError:  # the same operation arrived twice at once: the other one's receipt stands
        again = models.Operation.objects.filter(person=person, op_id=op.op_id).values_list("receipt", flat=True).first()
        if again is None:
            raise
        return dict(again)
    return receipt


def _storable(op: Op) -> dict[str, Any]:
    """The fields to keep with the operation; on a hosted instance none that could tell of self-harm, not even refused."""
    if not settings.PLACE.hosted or op.kind.partition(".")[0] not in ("response", "observation"):
        return op.fields
    return {name: value for name, value in op.fields.items() if name in ("on", "clock_time", "offset_s", "zone")}


def _effect(person: models.Person, op: Op, clock: str) -> dict[str, Any]:
    receipt: dict[str, Any] = {"op_id": str(op.op_id), "status": "accepted", "why": "", "lost": []}
    kind, _, verb = op.kind.partition(".")
    if kind not in MODELS or verb not in ("put", "delete"):
        return receipt | {"status": "refused", "why": f"kind must be one of {', '.join(MODELS)} with .put or .delete"}
    if not merge.CLOCK.fullmatch(op.clock):
        return receipt | {"status": "refused", "why": "clock must be milliseconds, counter and device id"}
    model = MODELS[kind]
    row = model.objects.select_for_update().filter(id=op.entity).first()
    if row is not None and row.person_id != person.pk:
        return receipt | {"status": "refused", "why": "this id is in use"}
    row = row or model(id=op.entity, person=person)
    if verb == "delete":
        row.deleted = merge.delete(_entity(row), clock).deleted
        row.save()
        if kind == "reaction" and isinstance(row, models.Response) and row.instrument:
            reactions.add_up(person, row.instrument)
        return receipt
    try:
        fields = checked(kind, op.fields)
        _refuse_withheld(kind, row, fields)
    except ValueError as error:
        return receipt | {"status": "refused", "why": str(error)}
    after, lost = merge.put(_entity(row), fields, clock)
    field_types = {f.name: f for f in model._meta.get_fields() if hasattr(f, "to_python")}  # noqa: SLF001 # Django's documented way to list fields
    for name in fields:
        setattr(row, name, field_types[name].to_python(after.values[name]))
    if kind == "response" and isinstance(row, models.Response) and row.finished and row.instrument and row.on:
        questionnaires.add_up(row)
    row.clocks = {**after.clocks, **{f"={name}": value for name, value in after.values.items()}}
    row.save()
    if kind == "reaction":
        reactions.add_up(person, str(fields.get("instrument") or getattr(row, "instrument", "")))
    if kind == "response" and isinstance(row, models.Response) and row.score:
        trialing.stop_where_it_must(person)
    models.LostValue.objects.bulk_create(
        models.LostValue(person=person, entity=op.entity, kind=kind, field=x.field, value=x.value, clock=x.clock)
        for x in lost
    )
    return receipt | {"lost": [{"field": x.field, "value": x.value} for x in lost]}


def _entity(row: models.Synced) -> merge.Entity:
    """The merge state of a row: clocks, and beside each (under ``=name``) the value as it was sent."""
    clocks = {k: v for k, v in row.clocks.items() if not k.startswith("=")}
    values = {k[1:]: v for k, v in row.clocks.items() if k.startswith("=")}
    return merge.Entity(values, clocks, row.deleted)


def _refuse_withheld(kind: str, row: Any, fields: dict[str, Any]) -> None:
    if (
        kind in ("response", "reaction")
        and row.instrument
        and (row.instrument in reactions.TASKS) != (kind == "reaction")
    ):
        raise ValueError("kind: this id is of another kind of record")
    if kind == "response":
        questionnaires.refuse_strangers(fields.get("instrument") or row.instrument, fields.get("answers", {}))
        withheld.refuse_answers(fields.get("instrument") or row.instrument, row.instrument, fields.get("answers", {}))
    if kind == "observation" and withheld.is_withheld(fields.get("outcome") or row.outcome):
        raise ValueError("outcome: on an instance that somebody else hosts this value stays on your device")
