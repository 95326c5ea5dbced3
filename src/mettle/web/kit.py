"""What a person's kit and health leave: pictures, loads and stand-ins of exercises, worked out once for each profile.

Everything here is a function of the profile's document (as text) and the catalogue alone, so what is kept can never be old.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mettle import prescription
from mettle.training import catalogue, figure
from mettle.words import together

if TYPE_CHECKING:
    from mettle.prescription import Offers, Profile

PROFILES, EXERCISES = 32, 2048
"""How many of each are kept in a process; a profile has about thirty exercises a week."""


def key_of(profile: dict[str, Any]) -> str:
    """The document of a profile as text, the same for the same document."""
    return json.dumps(profile, sort_keys=True)


@lru_cache(maxsize=PROFILES)
def _read(profile: str) -> tuple[Profile, Offers]:
    read = prescription.read_profile(json.loads(profile))
    return read, prescription.offers(read)


@lru_cache(maxsize=EXERCISES)
def shown(exercise: str, profile: str) -> dict[str, Any]:
    """An exercise as a screen shows it, with every load that can be set; not to be changed."""
    entry = catalogue.exercises()[exercise]
    found = prescription.settings(entry, _read(profile)[0])
    return {
        "exercise": exercise,
        "name": entry.name,
        "cue": together(entry.cue, entry.breath),
        "picture": figure.svg(exercise, standalone=True),
        "settable": [
            {"amount": f"{s.amount:f}", "unit": "kg", "set_up": s.set_up}
            for s in (found[1] if found else ())
            if s.amount is not None and s.kind in ("kg", "stack", "sled")
        ],
    }


@lru_cache(maxsize=EXERCISES)
def stand_ins(
    alternatives: tuple[str, ...], count: int, profile: str, *, week: int
) -> tuple[tuple[str, list[dict[str, Any]]], ...]:
    """Alternatives that the person can do, each with its PLAN sets of a week, ``count`` work sets; not to be changed."""
    return tuple(prescription.swaps(dict.fromkeys(alternatives, count), _read(profile)[1], week=week).items())
