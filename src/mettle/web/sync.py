"""What devices send becomes rows: each operation once, in one transaction with its receipt; refused with reasons, never dropped."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from mettle.errors import InputError
from mettle.web import merge, models, questionnaires, reactions, trialing, withheld
from mettle.web.fields import checked, keepable

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
TOLERATED = timedelta(milliseconds=SKEW_TOLERATED_MS)
BELIEVED = timedelta(days=366)
"""How far beyond the last contact a device may be and be believed, where the server's own clock cannot be."""


@dataclass(frozen=True, slots=True)
class Op:
    """One operation as sent: ``kind`` is ``"set.put"``, ``"set.delete"`` and so on."""

    op_id: UUID
    kind: str
    entity: UUID
    clock: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a batch arrives: the time that counts as now, and by how many milliseconds the device's clocks are moved."""

    at: datetime
    skew_ms: int = 0


def moment(person: models.Person, device_now: datetime | None) -> Moment:
    """Now, and how far the device is from it, where that is more than a minute.

    A server whose clock has jumped back, or was ahead and is right again, stands behind what it has recorded itself. Until it
    has caught up, no time before the person's last contact counts, and a device that is later than that is believed.
    """
    system = _system_time()
    known = person.devices.aggregate(last=Max("last_seen"))["last"]
    if known is None or system >= known - TOLERATED:
        return Moment(system, _skew(system, device_now))
    believed = known <= device_now <= known + BELIEVED if device_now is not None else False
    return Moment(device_now, 0) if device_now is not None and believed else Moment(known, _skew(known, device_now))


def _skew(now: datetime, device_now: datetime | None) -> int:
    if device_now is None:
        return 0
    skew = int((now - device_now).total_seconds() * 1000)
    return skew if abs(skew) > SKEW_TOLERATED_MS else 0


def _system_time() -> datetime:
    return datetime.now(UTC)


def apply(
    person: models.Person, device: UUID, ops: Iterable[Op], *, arrived: Moment | None = None
) -> list[dict[str, Any]]:
    """Apply operations and return a receipt for each, in the order sent.

    A receipt is ``{"op_id", "status": "accepted" | "refused", "why", "lost": [...]}``. An operation already received
    returns the receipt that it was given then.

    Parameters
    ----------
    arrived
        Of the device's own time at sending, from `moment`; without it the clocks stay as they are sent.

    Raises
    ------
    InputError
        Where the device's id is somebody else's.
    """
    ops = list(ops)
    with transaction.atomic():  # one commit, and so one wait for the disk, before the receipts go out
        models.Person.objects.select_for_update().get(pk=person.pk)  # one batch of a person at a time
        arrived = arrived or moment(person, None)
        seen, _ = models.Device.objects.get_or_create(id=device, defaults={"person": person})
        if seen.person_id != person.pk:
            raise InputError("device: this id is in use")
        models.Device.objects.filter(pk=device).update(last_seen=arrived.at)
        known = person.operations.filter(op_id__in=[op.op_id for op in ops]).values_list("op_id", "receipt")
        receipts = {op_id: dict(receipt) for op_id, receipt in known}
        places = {clock: place for place, clock in enumerate(sorted({op.clock for op in ops}))}
        for op in ops:
            if op.op_id not in receipts:
                receipts[op.op_id] = _apply_once(person, device, op, arrived, places[op.clock])
        return [receipts[op.op_id] for op in ops]


def _apply_once(person: models.Person, device: UUID, op: Op, arrived: Moment, place: int) -> dict[str, Any]:
    fields, odd = keepable(op.fields)
    receipt: dict[str, Any] = {"op_id": str(op.op_id), "status": "accepted", "why": "", "lost": []}
    if not merge.CLOCK.fullmatch(op.clock):
        odd = odd or "clock must be milliseconds, counter and device id"
    clock = op.clock if odd else _corrected(op.clock, arrived, place)
    receipt |= {"status": "refused", "why": odd} if odd else _effect(person, op, clock)
    models.Operation.objects.create(
        person=person,
        op_id=op.op_id,
        device=device,
        clock=_ascii(clock, 80),
        kind=_ascii(op.kind, 24),
        entity=op.entity,
        fields=_may_stay(op.kind, fields, refused=receipt["status"] == "refused"),
        receipt=receipt,
    )
    return receipt


def _corrected(clock: str, arrived: Moment, place: int) -> str:
    latest_ms = int(arrived.at.timestamp() * 1000)
    moved = merge.shifted(clock, arrived.skew_ms)
    return moved if int(moved[:15]) <= latest_ms + SKEW_TOLERATED_MS else merge.not_after(moved, latest_ms, place)


def _ascii(text: str, length: int) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text)[:length]


def _may_stay(kind: str, fields: dict[str, Any], *, refused: bool) -> dict[str, Any]:
    """The fields to keep with the operation; on a hosted instance none that could tell of self-harm, refused or not."""
    if not settings.PLACE.hosted or not (refused or kind.partition(".")[0] in ("response", "observation")):
        return fields
    return {}


def _effect(person: models.Person, op: Op, clock: str) -> dict[str, Any]:
    receipt: dict[str, Any] = {"status": "accepted", "why": "", "lost": []}
    kind, _, verb = op.kind.partition(".")
    if kind not in MODELS or verb not in ("put", "delete"):
        return receipt | {"status": "refused", "why": f"kind must be one of {', '.join(MODELS)} with .put or .delete"}
    model = MODELS[kind]
    row = model.objects.filter(id=op.entity).first()
    if row is not None and row.person_id != person.pk:
        return receipt | {"status": "refused", "why": "this id is in use"}
    row = row or model(id=op.entity, person=person)
    before = getattr(row, "instrument", "")
    if verb == "delete":
        gone, lost = merge.delete(_entity(row), clock)
        row.deleted = gone.deleted
    else:
        try:
            fields = checked(kind, op.fields)
            _refuse_withheld(kind, row, fields)
        except ValueError as error:
            return receipt | {"status": "refused", "why": str(error)}
        after, lost = merge.put(_entity(row), fields, clock)
        field_types = {f.name: f for f in model._meta.get_fields() if hasattr(f, "to_python")}  # noqa: SLF001 # Django's documented way to list fields
        for name in fields:
            setattr(row, name, field_types[name].to_python(after.values[name]))
        row.clocks = {**after.clocks, **{f"={name}": value for name, value in after.values.items()}}
    if isinstance(row, models.Response):
        _keep_scored(person, row, before)
    else:
        row.save()
    return receipt | _told(person, op.entity, kind, lost)


def _keep_scored(person: models.Person, row: models.Response, before: str) -> None:
    """Keep a form or a reaction test with what it adds up to, and what follows from that for others of its instrument.

    What is worked out depends on the records as they stand, never on the order in which they came.
    """
    known = sorted({before, row.instrument} - {""})
    if row.instrument in reactions.TASKS:
        row.score = {} if row.deleted or not (row.finished and row.on) else row.score
        row.save()
    else:
        questionnaires.add_up(row)
        row.save()
    for task in (key for key in known if key in reactions.TASKS):
        reactions.add_up(person, task)
    questionnaires.settle(person, (key for key in known if key not in reactions.TASKS))
    if row.score and row.instrument not in reactions.TASKS:
        trialing.stop_where_it_must(person)


def _told(person: models.Person, entity: UUID, kind: str, lost: Iterable[merge.Lost]) -> dict[str, Any]:
    """Keep what lost, to be shown; what the receipt says of it."""
    models.LostValue.objects.bulk_create(
        models.LostValue(person=person, entity=entity, kind=kind, field=x.field, value=x.value, clock=x.clock)
        for x in lost
    )
    return {"lost": [{"field": x.field, "value": x.value} for x in lost]}


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
        if fields.get("answers") and not fields.get("instrument"):  # which could come later, or never
            raise ValueError("answers: the same event must name their instrument")
        questionnaires.refuse_strangers(fields.get("instrument", ""), fields.get("answers", {}))
        withheld.refuse_answers(fields.get("instrument") or row.instrument, row.instrument, fields.get("answers", {}))
    if kind == "observation" and withheld.is_withheld(fields.get("outcome") or row.outcome):
        raise ValueError("outcome: on an instance that somebody else hosts this value stays on your device")
