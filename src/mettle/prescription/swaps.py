"""What to do where a piece of kit is taken or an exercise does not suit today: the sets of the alternatives, worked out ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mettle.prescription.candidates import possible
from mettle.prescription.dose import dose
from mettle.prescription.programme import set_json
from mettle.prescription.screening import screen
from mettle.prescription.sets import work_sets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.prescription.profile import Profile


def swaps(wanted: Mapping[str, int], profile: Profile, *, week: int = 1) -> dict[str, list[dict[str, Any]]]:
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
    screening = screen(profile)
    aim = dose(profile, screening)
    offered = {c.id: c for c in possible(profile, screening, aim)}
    return {
        exercise: [set_json(s) for s in work_sets(offered[exercise], count, aim, week) if s.kind == "work"]
        for exercise, count in wanted.items()
        if exercise in offered
    }
