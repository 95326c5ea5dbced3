"""The exercises that mettle knows, as data: what each needs, trains and asks of the body.

The rows stand in ``data/exercises.toml``, the exclusions by limitation in ``data/limitations.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from mettle.training.vocabulary import EQUIPMENT, LIMITATIONS
from mettle.words import mark

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Laterality = Literal["bilateral", "unilateral", "alternating"]


@dataclass(frozen=True, slots=True)
class Increment:
    """How one kind of load grows.

    Parameters
    ----------
    load
        One of `vocabulary.LOAD_KINDS`.
    source
        What in the profile settles it: ``plates_kg``, ``dumbbells_kg``, ``stack``, ``bands`` and so on, or ``reps``.
    step
        Usual smallest step where the profile does not say, in ``unit``.
    unit
        ``kg``, ``colour``, ``rep``, ``s`` or ``foot_length``.
    """

    load: str
    source: str
    step: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueExercise:
    """One exercise of the catalogue.

    Parameters
    ----------
    id, name
        Its stable id and its name as shown.
    pattern
        One of `vocabulary.PATTERNS`.
    compound
        True where it moves more than one joint.
    laterality
        ``unilateral`` sets are done once a side and take twice the time; ``alternating`` repetitions count both sides.
    muscles
        Muscle to the fraction of a set that it counts, 0.25-1 (1 = prime mover).
    joints
        Joint to stress, 1 (little) to 3 (much).
    tags
        What a person may have to avoid: `vocabulary.TAGS`.
    spinal_load
        0 (none) to 3 (heavy barbell).
    skill
        1 (a novice alone at home can do it) to 3.
    functional
        True where it resembles a task of daily life.
    control
        How much the person sets pace and range, 0-3; 3 is slow, quiet and easy to stop.
    position
        One of `vocabulary.POSITIONS`.
    loads
        How it is loaded, the first that the person owns; `vocabulary.LOAD_KINDS`.
    implements
        Dumbbells, kettlebells or handles needed at once; 2 means that the load is each hand's.
    timed
        True where a set is held or done for seconds instead of repetitions.
    percent_1rm
        True where a percentage of the one-repetition maximum is a meaningful dose.
    setup_s, rep_s
        Seconds to set the station up, and seconds a repetition takes.
    regression, progression
        Id of an easier and of a harder exercise of the same kind, or None.
    band_version, cable_version
        Id of a near equivalent with bands or on a cable, or None.
    cue, breath
        One or two short sentences to follow, and when to breathe.
    """

    id: str
    name: str
    pattern: str
    equipment: tuple[tuple[str, ...], ...]
    compound: bool
    laterality: Laterality
    muscles: Mapping[str, float]
    joints: Mapping[str, int]
    tags: frozenset[str]
    spinal_load: int
    skill: int
    functional: bool
    control: int
    position: str
    loads: tuple[str, ...]
    implements: int
    timed: bool
    percent_1rm: bool
    setup_s: int
    rep_s: float
    regression: str | None
    progression: str | None
    band_version: str | None
    cable_version: str | None
    cue: str
    breath: str

    @property
    def increments(self) -> tuple[Increment, ...]:
        """How each of its loads grows, in the order of ``loads``."""
        return tuple(increments()[load] for load in self.loads)

    @property
    def sides(self) -> int:
        """2 where a set is done once a side, else 1."""
        return 2 if self.laterality == "unilateral" else 1

    def possible_with(self, owned: Collection[str]) -> bool:
        """Whether the equipment owned is enough.

        >>> exercises()["goblet_squat"].possible_with({"kettlebell"})
        True
        >>> exercises()["back_squat"].possible_with({"barbell"})  # no rack
        False
        """
        return all(any(item in owned for item in group) for group in self.equipment)

    def to_json(self) -> dict[str, object]:
        """The row that ``mettle exercises --json`` prints."""
        return {
            "id": self.id,
            "name": self.name,
            "pattern": self.pattern,
            "equipment": [list(group) for group in self.equipment],
            "compound": self.compound,
            "laterality": self.laterality,
            "muscles": dict(self.muscles),
            "tags": sorted(self.tags),
            "spinal_load": self.spinal_load,
            "skill": self.skill,
            "functional": self.functional,
            "control": self.control,
            "regression": self.regression,
            "progression": self.progression,
            "cue": self.cue,
            "breath": self.breath,
            "position": self.position,
            "joints": dict(self.joints),
            "loads": list(self.loads),
            "implements": self.implements,
            "timed": self.timed,
            "percent_1rm": self.percent_1rm,
            "setup_s": self.setup_s,
            "rep_s": self.rep_s,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What one limitation takes out of the catalogue, and on whose word.

    Parameters
    ----------
    limitation
        One of `vocabulary.LIMITATIONS`.
    tags
        Any of these excludes an exercise.
    max_spinal_load
        The most spinal load allowed, 0-3.
    max_joint
        Joint to the most stress allowed.
    positions
        The only positions allowed; empty allows all.
    why
        In words that a person understands.
    source, checked
        Where the rule comes from, and whether somebody has read it there; False awaits a clinician.
    """

    limitation: str
    tags: frozenset[str]
    max_spinal_load: int
    max_joint: Mapping[str, int]
    positions: frozenset[str]
    why: str
    source: str
    checked: bool

    def excludes(self, exercise: CatalogueExercise) -> str | None:
        """Why the exercise is out, or None where it may stay."""
        for tag in sorted(self.tags & exercise.tags):
            return f"{self.limitation}: {tag}"
        if exercise.spinal_load > self.max_spinal_load:
            return f"{self.limitation}: spinal load {exercise.spinal_load}, at most {self.max_spinal_load}"
        for joint, most in self.max_joint.items():
            if exercise.joints.get(joint, 0) > most:
                return f"{self.limitation}: {joint} stress {exercise.joints[joint]}, at most {most}"
        if self.positions and exercise.position not in self.positions:
            return f"{self.limitation}: position {exercise.position}"
        return None


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("mettle.training").joinpath("data", name).read_text(encoding="utf-8"))


@cache
def increments() -> dict[str, Increment]:
    """Load kind to how it grows."""
    return {kind: Increment(load=kind, **row) for kind, row in _data("exercises.toml")["loads"].items()}


@cache
def exercises() -> dict[str, CatalogueExercise]:
    """Exercise id to exercise, in the order of the catalogue.

    >>> exercises()["back_squat"].muscles["quads"]
    1
    """
    return {key: _exercise(key, row) for key, row in _data("exercises.toml")["exercise"].items()}


def _exercise(key: str, row: dict[str, Any]) -> CatalogueExercise:
    return CatalogueExercise(
        id=key,
        name=mark(row["name"]),
        pattern=row["pattern"],
        equipment=tuple(tuple(group) for group in row.get("equipment", [])),
        compound=row.get("compound", True),
        laterality=row.get("laterality", "bilateral"),
        muscles=row["muscles"],
        joints=row.get("joints", {}),
        tags=frozenset(row.get("tags", [])),
        spinal_load=row.get("spinal_load", 0),
        skill=row["skill"],
        functional=row.get("functional", False),
        control=row["control"],
        position=row.get("position", "standing"),
        loads=tuple(row["loads"]),
        implements=row.get("implements", 1),
        timed=row.get("timed", False),
        percent_1rm=row.get("percent_1rm", False),
        setup_s=row.get("setup_s", 30),
        rep_s=row.get("rep_s", 4),
        regression=row.get("regression"),
        progression=row.get("progression"),
        band_version=row.get("band_version"),
        cable_version=row.get("cable_version"),
        cue=mark(row["cue"]),
        breath=mark(row["breath"]),
    )


@cache
def exclusions() -> dict[str, Exclusion]:
    """Limitation to what it takes out, with source and whether it was checked."""
    return {
        key: Exclusion(
            limitation=key,
            tags=frozenset(row.get("tags", [])),
            max_spinal_load=row.get("max_spinal_load", 3),
            max_joint=row.get("max_joint", {}),
            positions=frozenset(row.get("positions", [])),
            why=mark(row["why"]),
            source=row["source"],
            checked=row["checked"],
        )
        for key, row in _data("limitations.toml").items()
    }


def excluded_by(exercise: CatalogueExercise, limitations: Collection[str]) -> tuple[str, ...]:
    """Why an exercise is out, one reason a limitation; empty where it may stay.

    Raises
    ------
    ValueError
        Where a limitation is not in `vocabulary.LIMITATIONS`.

    >>> excluded_by(exercises()["back_squat"], ["low_back"])
    ('low_back: breath_hold',)
    """
    for name in limitations:
        if name not in LIMITATIONS:
            raise ValueError(f"limitation must be one of {', '.join(LIMITATIONS)}, got {name!r}")
    reasons = (exclusions()[name].excludes(exercise) for name in limitations)
    return tuple(reason for reason in reasons if reason)


def suits(exercise: CatalogueExercise, limitations: Collection[str]) -> bool:
    """Whether an exercise may stay under every limitation.

    >>> suits(exercises()["leg_press_short"], ["knee_osteoarthritis", "low_back"])
    True
    """
    return not excluded_by(exercise, limitations)


def available(
    *, equipment: Collection[str] = EQUIPMENT, limitations: Collection[str] = (), pattern: str | None = None
) -> list[CatalogueExercise]:
    """The exercises that the equipment allows and no limitation excludes, in the order of the catalogue."""
    return [
        exercise
        for exercise in exercises().values()
        if exercise.possible_with(equipment)
        and suits(exercise, limitations)
        and (pattern is None or exercise.pattern == pattern)
    ]
