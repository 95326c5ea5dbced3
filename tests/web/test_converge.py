"""Three devices write, edit field by field and delete whatever a device may: sessions, sets, check-ins, notes on the day,
questionnaires and reaction tests. They lose replies, repeat themselves and arrive in any order: everybody ends with the same
records, no acknowledged one is lost, what lost to another device is told, what is refused stays in sight.
50 examples here on each database; `make soak` runs 2,000.
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

from mettle.web import fields as allowed
from mettle.web import models, sync

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = int(os.environ.get("METTLE_SOAK", "50"))
DEVICES = [uuid.UUID(int=0xA0 + i) for i in range(3)]
STEPS = 40
NOON_MS = 1_700_000_000_000
DAY_MS = 86_400_000
TABLES = {kind: model for kind, model in sync.MODELS.items() if kind != "reaction"}

MOMENT = {"on": st.sampled_from(["2026-11-21", "2026-11-22"]), "clock_time": st.sampled_from(["07:30:00", "18:30:00"])}
NOTES = {"notes": st.sampled_from(["", "a", "b"])}
ANSWERS = st.dictionaries(st.sampled_from("1234567"), st.none() | st.integers(0, 3))
TIMES = st.lists(st.builds(lambda ms: {"rt_ms": ms}, st.integers(150, 600)), max_size=3)
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "session": {**MOMENT, **NOTES, "session_rpe": st.sampled_from([5.0, 7.5]), "finished": st.booleans()},
    "set": {**NOTES, "reps": st.integers(1, 4), "rir": st.integers(0, 2), "amount": st.sampled_from(["16", "27.50"])},
    "observation": {
        **MOMENT,
        "outcome": st.sampled_from(["mood", "energy"]),
        "value": st.sampled_from([3.0, 6.0]),
        "occasion": st.sampled_from(["", "evening"]),
    },
    "signal": {**MOMENT, "name": st.sampled_from(["sleep_h", "alcohol_units"]), "value": st.sampled_from([0.0, 7.5])},
    "response": {
        **MOMENT,
        "instrument": st.sampled_from(["gad7", "phq9"]),
        "answers": ANSWERS,
        "finished": st.booleans(),
    },
    "reaction": {
        **MOMENT,
        "instrument": st.sampled_from(["pvtb", "flanker"]),
        "answers": st.builds(lambda trials: {"trials": trials}, TIMES),
        "finished": st.booleans(),
    },
}
"""What may be written of each kind here; few values, so that devices get into each other's way."""
RECORDS = [(kind, uuid.UUID(int=0x500 + 16 * n + i)) for n, kind in enumerate(FIELDS) for i in range(2)]
KIND = {entity: kind for kind, entity in RECORDS}


@dataclass
class Device:
    """A phone whose clock may be wrong: what it still has to send, and what was refused."""

    id: uuid.UUID
    ahead_ms: int
    outbox: list[sync.Op] = field(default_factory=list)
    refused: list[sync.Op] = field(default_factory=list)

    def write(self, now_ms: int, verb: str, entity: uuid.UUID, **fields: Any) -> None:
        clock = f"{NOON_MS + now_ms + self.ahead_ms:015d}-000000-{self.id}"
        self.outbox.append(sync.Op(uuid.uuid4(), f"{KIND[entity]}.{verb}", entity, clock, fields))


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """Answers come with the name of what they answer."""
    return {"instrument": "gad7", **fields} if fields.get("answers") and "trials" not in fields["answers"] else fields


def _written(record: tuple[str, uuid.UUID]) -> st.SearchStrategy[Any]:
    kind, entity = record
    fields = st.fixed_dictionaries({}, optional=FIELDS[kind]).map(_named)
    return st.tuples(st.just("put"), st.integers(0, 2), st.just(entity), fields)


def _steps(records: list[tuple[str, uuid.UUID]]) -> st.SearchStrategy[Any]:
    some = st.sampled_from([entity for _kind, entity in records])
    step = st.one_of(
        st.sampled_from(records).flatmap(_written),
        st.sampled_from(records).flatmap(_written),
        st.tuples(st.just("nonsense"), st.integers(0, 2), some),
        st.tuples(st.just("delete"), st.integers(0, 2), some),
        st.tuples(st.just("send"), st.integers(0, 2)),
        st.tuples(st.just("send, reply lost"), st.integers(0, 2)),
    )
    return st.lists(step, min_size=STEPS // 2, max_size=STEPS)


steps = st.lists(st.sampled_from(RECORDS), min_size=2, max_size=4, unique=True).flatmap(_steps)


def _state(person: models.Person) -> dict[str, list[Any]]:
    """Every column of every record, as it stands, with what was worked out from it."""
    return {kind: list(model.objects.filter(person=person).order_by("id").values()) for kind, model in TABLES.items()}


def _rows(person: models.Person) -> dict[uuid.UUID, models.Synced]:
    return {row.id: row for model in TABLES.values() for row in model.objects.filter(person=person)}


def _told(person: models.Person) -> list[tuple[Any, ...]]:
    return list(person.lost_values.values_list("entity", "field", "value"))


def _nonsense(op: sync.Op) -> bool:
    return "weight" in op.fields


def _last_written(ops: Iterable[sync.Op]) -> dict[tuple[Any, ...], sync.Op]:
    """Device, record and field -> that device's last write of it."""
    by_clock = sorted((op for op in ops if op.kind.endswith(".put")), key=lambda op: op.clock)
    return {(op.clock[23:], op.entity, name): op for op in by_clock for name in op.fields}


def _fresh(name: str) -> models.Person:
    get_user_model().objects.filter(username=name).delete()
    return models.Person.of(get_user_model().objects.create_user(name))


def _everything(person: models.Person, ops: list[sync.Op], chance: random.Random) -> None:
    """In this order, in batches of any size, whichever device carries them."""
    while ops:
        many = chance.randint(1, 10)
        sync.apply(person, chance.choice(DEVICES), ops[:many])
        ops = ops[many:]


def test_every_kind_that_the_api_takes_is_written_here() -> None:
    assert set(FIELDS) == set(sync.MODELS) == set(allowed.KINDS)


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
def test_devices_converge_and_no_acknowledged_record_is_lost(
    steps: list[Any], ahead: tuple[int, ...], seed: int
) -> None:
    person = _fresh("three-devices")
    devices = [Device(d, by) for d, by in zip(DEVICES, ahead, strict=True)]
    sent: list[sync.Op] = []
    acknowledged: set[uuid.UUID] = set()

    def send(device: Device, *, reply: bool) -> None:
        receipts = sync.apply(person, device.id, device.outbox)
        assert [r["op_id"] for r in receipts] == [str(op.op_id) for op in device.outbox]
        assert [r["status"] == "refused" for r in receipts] == [_nonsense(op) for op in device.outbox], receipts
        sent.extend(device.outbox)
        if reply:
            device.refused += [op for op in device.outbox if _nonsense(op)]
            acknowledged.update(op.entity for op in device.outbox if op.kind.endswith(".put") and not _nonsense(op))
            device.outbox = []

    for now_ms, step in enumerate(steps):
        device = devices[step[1]]
        if step[0] == "put":
            device.write(now_ms, "put", step[2], **step[3])
        elif step[0] == "delete":
            device.write(now_ms, "delete", step[2])
        elif step[0] == "nonsense":
            device.write(now_ms, "put", step[2], weight=5)
        else:
            send(device, reply=step[0] == "send")
    for device in devices:
        send(device, reply=True)
    everything = list({op.op_id: op for op in sent}.values())
    nonsense = {op.op_id for op in everything if _nonsense(op)}
    assert {op.op_id for device in devices for op in device.refused} == nonsense
    kept = {row.op_id: row for row in person.operations.all()}
    assert set(kept) == {op.op_id for op in everything}
    assert {op for op, row in kept.items() if row.receipt["why"]} == nonsense

    rows = _rows(person)
    deleted = {op.entity for op in everything if op.kind.endswith(".delete")}
    assert acknowledged - deleted <= {row.id for row in rows.values() if not row.deleted}
    taken = [op for op in everything if op.op_id not in nonsense]
    told = _told(person)
    for (_device, entity, name), op in _last_written(taken).items():
        row, value = rows[entity], op.fields[name]
        before_the_delete = bool(row.deleted) and op.clock < row.deleted
        agreed = {o.clock[23:] for o in taken if o.entity == entity and name in o.fields and o.fields[name] == value}
        held = (
            before_the_delete or _as_sent(row, name) == _checked(op, name) or len(agreed) > 1
        )  # what two said alike was nobody's loss
        assert held or (entity, name, _checked(op, name)) in told

    final = _state(person)
    chance = random.Random(seed)  # for an order, not a secret
    chance.shuffle(everything)
    again = _fresh("three-devices")
    _everything(again, everything, chance)
    assert _comparable(_state(again)) == _comparable(final)


def _as_sent(row: models.Synced, name: str) -> Any:
    return row.clocks[f"={name}"]


def _checked(op: sync.Op, name: str) -> Any:
    return allowed.checked(op.kind.partition(".")[0], {name: op.fields[name]})[name]


def _comparable(state: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without the number of the person, which is another one the second time."""
    return {kind: [{k: v for k, v in row.items() if k != "person_id"} for row in rows] for kind, rows in state.items()}
