"""Laws of merging: the order, the grouping and the repetition of writes never matter."""

from __future__ import annotations

import uuid
from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mettle.web.merge import Entity, delete, not_after, put, shifted

DEVICES = [str(uuid.UUID(int=i)) for i in (1, 2, 3)]
clocks = st.builds(
    lambda ms, n, d: f"{ms:015d}-{n:06d}-{d}", st.integers(0, 5), st.integers(0, 2), st.sampled_from(DEVICES)
)
writes = st.tuples(
    clocks,
    st.one_of(st.none(), st.dictionaries(st.sampled_from(["reps", "amount", "notes"]), st.integers(0, 3), min_size=1)),
)


def apply(entity: Entity, write: tuple[str, dict[str, Any] | None]) -> Entity:
    clock, fields = write
    return delete(entity, clock)[0] if fields is None else put(entity, fields, clock)[0]


@given(st.lists(writes, max_size=12), st.randoms())
def test_any_order_gives_the_same_state(sent: list[Any], random: Any) -> None:
    shuffled = list(sent)
    random.shuffle(shuffled)
    assert reduce(apply, sent, Entity()) == reduce(apply, shuffled, Entity())


@given(st.lists(writes, max_size=8), st.integers(0, 7))
def test_sending_again_changes_nothing(sent: list[Any], again: int) -> None:
    once = reduce(apply, sent, Entity())
    assert reduce(apply, sent[again:], once) == once


def test_the_losing_value_of_another_device_is_told() -> None:
    early, late = f"{1:015d}-000000-{DEVICES[0]}", f"{2:015d}-000000-{DEVICES[1]}"
    entity, lost = put(Entity(), {"reps": 8}, early)
    assert lost == ()
    entity, lost = put(entity, {"reps": 9}, late)
    assert entity.values == {"reps": 9}
    assert [(x.field, x.value) for x in lost] == [("reps", 8)]
    between = f"{1:015d}-000001-{DEVICES[0]}"
    entity, lost = put(entity, {"reps": 7}, between)
    assert entity.values == {"reps": 9}
    assert [x.value for x in lost] == [7]


@given(st.booleans())
def test_what_was_written_after_another_devices_delete_is_told(put_first: bool) -> None:
    written, gone = f"{2:015d}-000000-{DEVICES[0]}", f"{1:015d}-000000-{DEVICES[1]}"
    if put_first:
        entity, _ = put(Entity(), {"reps": 8}, written)
        entity, lost = delete(entity, gone)
    else:
        entity, _ = delete(Entity(), gone)
        entity, lost = put(entity, {"reps": 8}, written)
    assert entity.deleted == gone
    assert [(x.field, x.value) for x in lost] == [("reps", 8)]


def test_writes_from_the_future_keep_their_order_and_win_nothing() -> None:
    ahead = [f"{10**14 + n:015d}-000000-{DEVICES[0]}" for n in (1, 2)]
    moved = [not_after(clock, 5_000, place) for place, clock in enumerate(ahead)]
    assert moved == sorted(moved)
    assert moved[0] < moved[1]
    assert all(clock < f"{5_001:015d}-000000-{DEVICES[1]}" for clock in moved)


@given(clocks, st.integers(-(10**14), 10**14))
def test_a_shifted_clock_keeps_its_shape(clock: str, skew: int) -> None:
    assert len(shifted(clock, skew)) == len(clock)
    assert shifted(clock, skew)[15:] == clock[15:]
