"""A class: who is at which station in which round, with levels, and never two people on one piece of kit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mettle.prescription.assembly import people_words
from mettle.training.catalogue import excluded_by, exercises

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.prescription.assembly import Template
    from mettle.prescription.candidates import Candidate
    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

WORK_S, CHANGE_S = 40, 20
"""Seconds of work at a station, and to walk to the next one."""

_BY_HAND = {"dumbbell", "kettlebell"}


def rotation(profile: Profile, made: Template, everything: Sequence[Candidate]) -> dict[str, Any]:
    """Stations, and for each round where everybody is.

    People rotate through as many places as there are pieces of kit; those without a place walk or help until the next
    round, and everybody visits every station equally often in a full turn.
    """
    assert profile.group is not None
    group = profile.group
    stations = _stations(profile, made, everything)
    places = [(index, copy) for index, s in enumerate(stations) for copy in range(s["places"])]
    slots: list[tuple[int, int] | None] = [*places]
    slots += [None] * max(0, group.size - len(slots))
    turns = [
        {
            "round": turn + 1,
            "at": [
                {"person": person + 1, "station": None if slot is None else slot[0] + 1}
                for person in range(group.size)
                for slot in [slots[(person + turn) % len(slots)]]
            ],
        }
        for turn in range(len(slots))
    ]
    return {
        "size": group.size,
        "work_s": WORK_S,
        "change_s": CHANGE_S,
        "minutes": round(len(turns) * (WORK_S + CHANGE_S) / 60, 1),
        "stations": stations,
        "rounds": turns,
        "note": people_words()["note"]["group"],
        "waiting": "Whoever has no station walks an easy lap and cheers.",
    }


def _stations(profile: Profile, made: Template, everything: Sequence[Candidate]) -> list[dict[str, Any]]:
    assert profile.group is not None
    used = [c for day in made.days for c, _ in day]
    ranked = list({c.id: c for c in [*used, *sorted(everything, key=lambda c: (-c.liking, c.id))]}.values())
    left = {kit: profile.group.counts.get(kit, 2 if kit in _BY_HAND else 1) for kit in profile.equipment}
    stations: list[dict[str, Any]] = []
    wanted = ("squat", "hpull", "hpush", "hinge", "vpull", "core", "lunge", "vpush", "carry", "isolation", "balance")
    while len(stations) < profile.group.stations:
        before = len(stations)
        for pattern in wanted:
            if len(stations) >= profile.group.stations:
                break
            taken = {s["exercise"] for s in stations}
            for c in ranked:
                if c.exercise.pattern == pattern and c.id not in taken and (kit := _free(c.exercise, left)) is not None:
                    stations.append(_station(c.exercise, kit, profile, left, len(stations) + 1))
                    break
        if len(stations) == before:
            break
    return stations


def _free(exercise: CatalogueExercise, left: dict[str, int]) -> list[str] | None:
    """One piece of kit for each group that the exercise needs, or None where one is taken."""
    kit: list[str] = []
    for group in exercise.equipment:
        need = exercise.implements if {*group} & _BY_HAND else 1
        free = next((k for k in group if left.get(k, 0) - kit.count(k) >= (need if k in _BY_HAND else 1)), None)
        if free is None:
            return None
        kit.append(free)
    return kit


def _station(
    exercise: CatalogueExercise, kit: list[str], profile: Profile, left: dict[str, int], number: int
) -> dict[str, Any]:
    need = {k: exercise.implements if k in _BY_HAND else 1 for k in kit}
    places = 2 if not kit else max(1, min(2, *(left[k] // need[k] for k in kit)))
    for k in kit:
        left[k] -= places * need[k]
    known = exercises()
    return {
        "station": number,
        "exercise": exercise.id,
        "kit": kit,
        "places": places,
        "levels": {
            "easier": _possible(exercise.regression, profile) or exercise.id,
            "usual": exercise.id,
            "harder": _possible(exercise.progression, profile) or exercise.id,
        },
        "substitutions": {
            limit: _instead(exercise, limit, profile)
            for limit in profile.limitations
            if excluded_by(known[exercise.id], [limit])
        },
    }


def _possible(name: str | None, profile: Profile) -> str | None:
    if name is None or not exercises()[name].possible_with(profile.equipment):
        return None
    return name


def _instead(exercise: CatalogueExercise, limitation: str, profile: Profile) -> str | None:
    """What a member with a limitation does at the station, with no more kit than it has."""
    fits = [
        other
        for other in exercises().values()
        if other.pattern == exercise.pattern
        and other.possible_with(profile.equipment)
        and other.skill <= max(exercise.skill, 1)
        and not excluded_by(other, [limitation])
        and (not other.equipment or other.equipment == exercise.equipment)
    ]
    return fits[0].id if fits else None
