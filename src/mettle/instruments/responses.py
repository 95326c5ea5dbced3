"""What was answered: checked against what the instrument allows, and put in the order of its item ids."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.instruments.instrument import Instrument


def check_response(instrument: Instrument, item: str, value: float | None) -> None:
    """Refuse a response that the instrument does not allow, naming the item and what it allows."""
    if value is None:
        return
    low, high = instrument.response_range
    if instrument.values and value not in instrument.values:
        listed = ", ".join(map(str, instrument.values))
        raise ValueError(f"{instrument.name}: item {item} takes {listed}, got {value:g}")
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{instrument.name}: item {item} takes {low:g} to {high:g}, got {value:g}")
    if instrument.rules["coding"].get("whole") and value != int(value):
        raise ValueError(f"{instrument.name}: item {item} takes a whole number from {low:g} to {high:g}, got {value:g}")


def item_order(instrument: Instrument, order: str | None) -> tuple[str, ...]:
    """Item ids in the order in which they were asked."""
    if order is None:
        return instrument.item_ids
    orders = instrument.rules["items"].get("orders", {})
    if order not in orders:
        known = ", ".join(orders) or "none but that of the item ids"
        raise ValueError(f"{instrument.name}: no item order {order!r}; there is: {known}")
    return tuple(map(str, orders[order]))


def by_item(instrument: Instrument, responses: Sequence[float | None], order: str | None) -> dict[str, float | None]:
    """Item id to answer, in the order of the ids; refused where their number or one of them is not allowed."""
    places = item_order(instrument, order)
    fewest = len(places) - instrument.rules["items"].get("optional", 0)
    if not fewest <= len(responses) <= len(places):
        wanted = f"{len(places)}" if fewest == len(places) else f"{fewest} to {len(places)}"
        raise ValueError(f"{instrument.name}: expected {wanted} responses, got {len(responses)}")
    for item, value in zip(places, responses, strict=False):
        check_response(instrument, item, value)
    given = dict(zip(places, responses, strict=False))
    return {item: given[item] for item in instrument.item_ids if item in given}
