"""What to do where a piece of kit is taken or an exercise does not suit today: the sets of the alternatives, worked out ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mettle.prescription.candidates import possible
from mettle.prescription.dose import dose
from mettle.prescription.programme import set_json
from mettle.prescription.screening import screen
from mettle.prescription.sets import work_sets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.prescription.candidates import Candidate
    from mettle.prescription.dose import Dose
    from mettle.prescription.profile import Profile


@dataclass(frozen=True, slots=True)
class Offers:
    """Every exercise that a person can do, by id, and the dose that their sets follow."""

    candidates: Mapping[str, Candidate]
    dose: Dose


def offers(profile: Profile) -> Offers:
    """What kit, health, skill and wishes leave to this person."""
    screening = screen(profile)
    aim = dose(profile, screening)
    return Offers({c.id: c for c in possible(profile, screening, aim)}, aim)


def swaps(wanted: Mapping[str, int], offered: Offers, *, week: int = 1) -> dict[str, list[dict[str, Any]]]:
    """PLAN sets of exercises that may stand in for others.

    Parameters
    ----------
    wanted
        Exercise id to the number of work sets (a set of each side counts once).
    week
        Which week of the programme it is, from 1; it sets load, effort and repetitions.

    Returns
    -------
    dict
        An exercise that this person cannot do (kit, health, skill) is left out.
    """
    known = offered.candidates
    return {
        exercise: [set_json(s) for s in work_sets(known[exercise], count, offered.dose, week) if s.kind == "work"]
        for exercise, count in wanted.items()
        if exercise in known
    }
