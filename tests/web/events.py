"""One event of each kind that devices send, as JSON-ready operations."""

from __future__ import annotations

import uuid
from typing import Any

ROWS = {
    "session": "mettle_session",
    "set": "mettle_set",
    "observation": "mettle_observation",
    "signal": "mettle_signal",
    "response": "mettle_response",
    "reaction": "mettle_response",
}
"""Kind -> the table that its records are in."""
MOMENT = {"on": "2026-11-22", "clock_time": "18:30:00", "offset_s": 3600, "zone": "Europe/Berlin"}


def of_every_kind(number: int) -> dict[str, dict[str, Any]]:
    """Fields of a session, one of its sets, a check-in, a note on the day, a questionnaire and a reaction test."""
    return {
        "session": {**MOMENT, "plan_session": "w1s1", "finished": True, "notes": f"the {number}th"},
        "set": {"exercise": "goblet_squat", "reps": number % 20, "amount": "16", "unit": "kg"},
        "observation": {**MOMENT, "outcome": "mood", "value": number % 11, "occasion": "evening"},
        "signal": {**MOMENT, "name": "sleep_h", "value": 7.5},
        "response": {
            **MOMENT,
            "instrument": "gad7",
            "answers": {str(item): (item + number) % 4 for item in range(1, 8)},
            "finished": True,
        },
        "reaction": {
            **MOMENT,
            "instrument": "pvtb",
            "answers": {"trials": [{"rt_ms": 250.0 + number % 50 + n} for n in range(3)]},
            "finished": True,
        },
    }


def batch(number: int, device: str, now_ms: int, *, gone: dict[str, str]) -> list[dict[str, Any]]:
    """Operations that write a record of each kind, and that delete those of an earlier batch (kind -> record)."""
    written = [(f"{kind}.put", str(uuid.uuid4()), fields) for kind, fields in of_every_kind(number).items()]
    nothing: dict[str, Any] = {}
    deleted = [(f"{kind}.delete", entity, nothing) for kind, entity in gone.items()]
    return [
        {
            "op_id": str(uuid.uuid4()),
            "kind": kind,
            "entity": entity,
            "clock": f"{now_ms:015d}-{n:06d}-{device}",
            "fields": fields,
        }
        for n, (kind, entity, fields) in enumerate([*written, *deleted])
    ]
