"""Three devices edit field by field, delete, lose replies, repeat themselves and arrive in any order: everybody ends with the
same records, no acknowledged set is lost, what lost to another device is told, what is refused stays in sight.
25 examples here; `make soak` runs 2,000.
"""

from __future__ import annotations

import os
import random
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mettle.web import models, sync

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = int(os.environ.get("METTLE_SOAK", "25"))
DEVICES = [uuid.UUID(int=0xA0 + i) for i in range(3)]
SETS = [uuid.UUID(int=0x500 + i) for i in range(4)]
STEPS = 40
NOON_MS = 1_700_000_000_000
DAY_MS = 86_400_000
FIELDS = {"reps": st.integers(1, 4), "rir": st.integers(0, 2), "notes": st.sampled_from(["", "a", "b"])}


@dataclass
class Device:
    """A phone whose clock may be wrong: what it still has to send, and what was refused."""

    id: uuid.UUID
    ahead_ms: int
    outbox: list[sync.Op] = field(default_factory=list)
    refused: list[sync.Op] = field(default_factory=list)

    def write(self, now_ms: int, kind: str, entity: uuid.UUID, **fields: Any) -> None:
        clock = f"{NOON_MS + now_ms + self.ahead_ms:015d}-000000-{self.id}"
        self.outbox.append(sync.Op(uuid.uuid4(), kind, entity, clock, fields))


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 2), st.sampled_from(SETS), st.fixed_dictionaries({}, optional=FIELDS)),
        st.tuples(st.just("nonsense"), st.integers(0, 2), st.sampled_from(SETS)),
        st.tuples(st.just("delete"), st.integers(0, 2), st.sampled_from(SETS)),
        st.tuples(st.just("send"), st.integers(0, 2)),
        st.tuples(st.just("send, reply lost"), st.integers(0, 2)),
    ),
    min_size=STEPS // 2,
    max_size=STEPS,
)


def _state(person: models.Person) -> list[tuple[Any, ...]]:
    return list(person.sets.order_by("id").values_list("id", "reps", "rir", "notes", "deleted", "clocks"))


def _told(person: models.Person) -> set[tuple[Any, ...]]:
    return set(person.lost_values.values_list("entity", "field", "value"))


def _last_written(ops: Iterable[sync.Op]) -> dict[tuple[Any, ...], sync.Op]:
    """Device, set and field -> that device's last write of it."""
    by_clock = sorted((op for op in ops if op.kind == "set.put"), key=lambda op: op.clock)
    return {(op.clock[23:], op.entity, name): op for op in by_clock for name in op.fields}


def _fresh(name: str) -> models.Person:
    get_user_model().objects.filter(username=name).delete()
    return models.Person.of(get_user_model().objects.create_user(name))


def _everything(person: models.Person, ops: Iterable[sync.Op]) -> None:
    for op in ops:
        sync.apply(person, uuid.UUID(op.clock[23:]), [op])


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=steps,
    ahead=st.tuples(*[st.sampled_from([-DAY_MS, 0, 3, DAY_MS])] * 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_devices_converge_and_no_acknowledged_set_is_lost(steps: list[Any], ahead: tuple[int, ...], seed: int) -> None:
    person = _fresh("three-devices")
    devices = [Device(d, by) for d, by in zip(DEVICES, ahead, strict=True)]
    sent: list[sync.Op] = []
    acknowledged: set[uuid.UUID] = set()

    def send(device: Device, *, reply: bool) -> None:
        receipts = sync.apply(person, device.id, device.outbox)
        assert [r["op_id"] for r in receipts] == [str(op.op_id) for op in device.outbox]
        assert [r["status"] == "refused" for r in receipts] == ["weight" in op.fields for op in device.outbox]
        sent.extend(device.outbox)
        if reply:
            device.refused += [op for op in device.outbox if "weight" in op.fields]
            acknowledged.update(op.entity for op in device.outbox if op.kind == "set.put" and "weight" not in op.fields)
            device.outbox = []

    for now_ms, step in enumerate(steps):
        device = devices[step[1]]
        if step[0] == "put":
            device.write(now_ms, "set.put", step[2], exercise="squat", **step[3])
        elif step[0] == "delete":
            device.write(now_ms, "set.delete", step[2])
        elif step[0] == "nonsense":
            device.write(now_ms, "set.put", step[2], weight=5)
        else:
            send(device, reply=step[0] == "send")
    for device in devices:
        send(device, reply=True)
    everything = list({op.op_id: op for op in sent}.values())
    nonsense = {op.op_id for op in everything if "weight" in op.fields}
    assert {op.op_id for device in devices for op in device.refused} == nonsense
    kept = {row.op_id: row for row in person.operations.all()}
    assert set(kept) == {op.op_id for op in everything}
    assert {op for op, row in kept.items() if row.receipt["why"]} == nonsense

    deleted = {op.entity for op in everything if op.kind == "set.delete"}
    assert acknowledged - deleted <= set(person.sets.filter(deleted="").values_list("id", flat=True))
    rows = {row.id: row for row in person.sets.all()}
    taken = [op for op in everything if op.op_id not in nonsense]
    told = _told(person)
    for (_device, entity, name), op in _last_written(taken).items():
        row, value = rows[entity], op.fields[name]
        before_the_delete = bool(row.deleted) and op.clock < row.deleted
        agreed = {o.clock[23:] for o in taken if o.entity == entity and name in o.fields and o.fields[name] == value}
        held = (
            before_the_delete or getattr(row, name) == value or len(agreed) > 1
        )  # what two said alike was nobody's loss
        assert held or (entity, name, value) in told

    final = _state(person)
    random.Random(seed).shuffle(everything)  # an order, not a secret
    person = _fresh("three-devices")
    _everything(person, everything)
    assert _state(person) == final
