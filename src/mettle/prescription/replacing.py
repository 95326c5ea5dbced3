"""An exercise of a plan replaced for good: the same sets of another one, everywhere in the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mettle.errors import InputError
from mettle.prescription.assembly import alternatives, reason, seconds_of, small_dose
from mettle.prescription.candidates import settable_json
from mettle.prescription.dose import rows
from mettle.prescription.programme import read_set, set_json
from mettle.prescription.sets import work_sets
from mettle.prescription.swaps import offers
from mettle.training.catalogue import exercises

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.prescription.candidates import Candidate
    from mettle.prescription.dose import Dose
    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

SHORT = ("minimum_version", "when_upset")


def replaced(document: Mapping[str, Any], profile: Profile, *, old: str, new: str, fewer: int = 0) -> dict[str, Any]:
    """A PLAN document with one exercise in the place of another, in every session, and offered nowhere as an alternative.

    Parameters
    ----------
    profile
        Whom it is for; ``old`` is what they avoid from now on.
    fewer
        So many sets less of the new one, where it takes longer; at least one is left.

    Raises
    ------
    InputError
        Where the person cannot do the new one, or a session has it already.
    """
    offered = offers(profile)
    if new not in offered.candidates or old == new:
        raise InputError(f"{new} is no exercise that can take this place")
    everything = list(offered.candidates.values())

    def session(row: dict[str, Any], week: int, dose: Dose) -> dict[str, Any]:
        named = [e["exercise"] for part in row["parts"] for e in part["exercises"]]
        if old in named and new in named:
            raise InputError(f"{exercises()[new].name} is in the same session already")
        parts = [{**p, "exercises": [exercise(e, week, dose) for e in p["exercises"]]} for p in row["parts"]]
        short = dose is not offered.dose
        changed = (_seconds(parts, new, short=short) - _seconds(row["parts"], old, short=short)) / 60
        return {**row, "parts": parts, "minutes": round(row["minutes"] + changed, 1)}

    def exercise(row: dict[str, Any], week: int, dose: Dose) -> dict[str, Any]:
        if row["exercise"] == old:
            return _instead(row, offered.candidates[new], everything, dose, week=week, fewer=fewer)
        known = offered.candidates.get(row["exercise"])
        if old not in row["alternatives"] or known is None:
            return row
        return {**row, "alternatives": list(alternatives(known, everything))}

    weeks = [{**w, "sessions": [session(s, w["week"], offered.dose) for s in w["sessions"]]} for w in document["weeks"]]
    short = {key: session(document[key], 2, small_dose(offered.dose)) for key in SHORT if document.get(key)}
    return {**document, "weeks": weeks, **short, "settable": settable_json(everything)}


def _instead(
    row: Mapping[str, Any], candidate: Candidate, everything: list[Candidate], dose: Dose, *, week: int, fewer: int
) -> dict[str, Any]:
    work = [s for s in row["sets"] if s["kind"] == "work"]
    count = max(1, sum(s["side"] != "right" for s in work) - fewer)
    tempo = next((s["tempo"] for s in work if s["tempo"]), None)
    sets = work_sets(candidate, count, dose, week, tempo=tempo)
    ramped = any(s["kind"] == "warm_up" for s in row["sets"]) or candidate.ramp
    return {
        **row,
        "exercise": candidate.id,
        "sets": [set_json(s) for s in sets if ramped or s.kind == "work"],
        "reason": reason(candidate),
        "alternatives": list(alternatives(candidate, everything)),
        "cue": candidate.exercise.cue,
    }


def _seconds(parts: list[dict[str, Any]], name: str, *, short: bool) -> float:
    """Seconds that an exercise takes in a session, its set-up included."""
    known = exercises()[name]
    total = 0.0
    for part in parts:
        for row in part["exercises"]:
            if row["exercise"] == name:
                total += _set_up(known, part["kind"], short=short)
                total += sum(seconds_of(read_set(s), known) for s in row["sets"])
    return total


def _set_up(known: CatalogueExercise, part: str, *, short: bool) -> float:
    return float(rows()["time"]["circuit_setup_s"]) if short or part == "circuit" else known.setup_s
