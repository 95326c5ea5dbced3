"""Three devices write, lose replies, repeat themselves and arrive in any order: everybody ends with the same records,
and no acknowledged set is lost. 50 examples here; `make soak` runs 2,000.
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

EXAMPLES = int(os.environ.get("METTLE_SOAK", "50"))
DEVICES = [uuid.UUID(int=0xA0 + i) for i in range(3)]
SETS = [uuid.UUID(int=0x500 + i) for i in range(4)]
STEPS = 40


@dataclass
class Device:
    """A phone: what it still has to send, and which sets the server acknowledged."""

    id: uuid.UUID
    ticks: int = 0
    outbox: list[sync.Op] = field(default_factory=list)

    def write(self, kind: str, entity: uuid.UUID, **fields: Any) -> None:
        self.ticks += 1
        clock = f"{self.ticks:015d}-000000-{self.id}"
        self.outbox.append(sync.Op(uuid.uuid4(), kind, entity, clock, fields))


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 2), st.sampled_from(SETS), st.integers(1, 20)),
        st.tuples(st.just("delete"), st.integers(0, 2), st.sampled_from(SETS)),
        st.tuples(st.just("send"), st.integers(0, 2)),
        st.tuples(st.just("send, reply lost"), st.integers(0, 2)),
    ),
    min_size=STEPS // 2,
    max_size=STEPS,
)


def _state(person: models.Person) -> list[tuple[Any, ...]]:
    return list(person.sets.order_by("id").values_list("id", "reps", "deleted", "clocks"))


def _fresh(name: str) -> models.Person:
    get_user_model().objects.filter(username=name).delete()
    return models.Person.of(get_user_model().objects.create_user(name))


def _everything(person: models.Person, ops: Iterable[sync.Op]) -> None:
    for op in ops:
        receipts = sync.apply(person, uuid.UUID(op.clock[23:]), [op], device_now=None)
        assert receipts[0]["status"] == "accepted"


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps, seed=st.integers(0, 2**32 - 1))
def test_devices_converge_and_no_acknowledged_set_is_lost(steps: list[Any], seed: int) -> None:
    person = _fresh("three-devices")
    devices = [Device(d) for d in DEVICES]
    sent: list[sync.Op] = []
    acknowledged: dict[uuid.UUID, set[uuid.UUID]] = {s: set() for s in SETS}

    def send(device: Device, *, reply: bool) -> None:
        receipts = sync.apply(person, device.id, device.outbox, device_now=None)
        assert [r["status"] for r in receipts] == ["accepted"] * len(device.outbox)
        sent.extend(device.outbox)
        if reply:
            for op in device.outbox:
                if op.kind == "set.put":
                    acknowledged[op.entity].add(op.op_id)
            device.outbox = []

    for step in steps:
        if step[0] == "put":
            devices[step[1]].write("set.put", step[2], exercise="squat", reps=step[3])
        elif step[0] == "delete":
            devices[step[1]].write("set.delete", step[2])
        else:
            send(devices[step[1]], reply=step[0] == "send")
    for device in devices:
        send(device, reply=True)
    deleted = {op.entity for op in sent if op.kind == "set.delete"}
    kept = set(person.sets.filter(deleted="").values_list("id", flat=True))
    assert {entity for entity, ops in acknowledged.items() if ops} - deleted <= kept
    everything = list({op.op_id: op for op in sent}.values())
    final = _state(person)
    random.Random(seed).shuffle(everything)  # an order, not a secret
    person = _fresh("three-devices")
    _everything(person, everything)
    assert _state(person) == final
