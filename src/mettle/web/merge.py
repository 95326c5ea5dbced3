"""How writes of several devices become one state, whatever their order: no Django in here.

Each field keeps the clock of its last writer; the larger clock wins, a delete is a tombstone that no write undoes. So the
state is a function of the set of operations: commutative, associative, idempotent.

A clock is hybrid: server-corrected wall time, then a counter, then the device, as text that sorts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

CLOCK = re.compile(r"[0-9]{15}-[0-9]{6}-[0-9a-f-]{36}")
"""15 digits of milliseconds since 1970, 6 digits of counter, the device's UUID."""


@dataclass(frozen=True, slots=True)
class Entity:
    """The state of one synced thing.

    Parameters
    ----------
    values
        Field -> value.
    clocks
        Field -> clock of the write that set it.
    deleted
        Clock of the earliest delete; empty where there is none.
    """

    values: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, str] = field(default_factory=dict)
    deleted: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that another device's later write replaced, or that came too late."""

    field: str
    value: Any
    clock: str


def device_of(clock: str) -> str:
    """The device that wrote a clock."""
    return clock[23:]


def shifted(clock: str, skew_ms: int) -> str:
    """The clock moved by the skew between the server's time and the device's.

    >>> shifted("000000000001000-000000-00000000-0000-0000-0000-000000000001", 500)[:15]
    '000000000001500'
    """
    moved = min(max(int(clock[:15]) + skew_ms, 0), 10**15 - 1)
    return f"{moved:015d}{clock[15:]}"


def not_after(clock: str, latest_ms: int, place: int) -> str:
    """The clock, or where it lies in the future that moment: a device that was once in 2038 does not win until then.

    What comes to lie on one moment keeps its order by ``place``, that of the write among those that arrive with it.

    >>> not_after("000000000009000-000000-00000000-0000-0000-0000-000000000001", 500, 4)[:22]
    '000000000000500-000004'
    """
    return clock if int(clock[:15]) <= latest_ms else f"{latest_ms:015d}-{place:06d}{clock[22:]}"


def put(entity: Entity, fields: dict[str, Any], clock: str) -> tuple[Entity, tuple[Lost, ...]]:
    """The state after a write, and the values that lost to another device.

    Equal clocks with different values (which no honest client writes) are settled by the value's text, so that order never matters.
    """
    values, clocks, lost = dict(entity.values), dict(entity.clocks), []
    for name, value in fields.items():
        before = clocks.get(name, "")
        written, losing = Lost(name, value, clock), []
        if name in values and before and values[name] != value and device_of(before) != device_of(clock):
            losing = [written if _wins(values[name], before, value, clock) else Lost(name, values[name], before)]
        if _gone_for(entity, clock) and written not in losing:
            losing.append(written)
        lost += losing
        if name not in values or not before or _wins(value, clock, values[name], before):
            values[name], clocks[name] = value, clock
    return Entity(values, clocks, entity.deleted), tuple(lost)


def delete(entity: Entity, clock: str) -> tuple[Entity, tuple[Lost, ...]]:
    """The state after a delete, and what another device wrote later than that; the earliest delete's clock stays."""
    first = min(entity.deleted, clock) if entity.deleted else clock
    written = entity.clocks.items() if not entity.deleted else ()
    lost = tuple(
        Lost(name, entity.values[name], at)
        for name, at in written
        if at > clock and device_of(at) != device_of(clock) and name in entity.values
    )
    return Entity(entity.values, entity.clocks, first), lost


def _gone_for(entity: Entity, clock: str) -> bool:
    """Whether a write comes after another device's delete: the delete stands, and what was written is told."""
    return bool(entity.deleted) and clock > entity.deleted and device_of(entity.deleted) != device_of(clock)


def _wins(value: Any, clock: str, other: Any, other_clock: str) -> bool:
    if clock != other_clock:
        return clock > other_clock
    return json.dumps(value, sort_keys=True, default=str) > json.dumps(other, sort_keys=True, default=str)
