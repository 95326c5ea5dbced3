"""What was planned and what was done: sets and sessions as records.

A planned set and a performed set are two types that a session links; a plan is never overwritten by what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mettle.units import Load, When

SetKind = Literal["work", "warm_up", "drop", "failure"]
SetStatus = Literal["done", "missed", "stopped"]
LoadKind = Literal["external", "bodyweight", "assisted", "band", "stack", "sled", "angle", "none"]
"""``bodyweight`` with a load is load added to the body; ``assisted`` carries the help given, so that more is easier;
``none`` is a set with nothing to lift (a timed run, a stretch)."""
Side = Literal["both", "left", "right"]
Place = Literal["home", "gym", "outdoors"]
Company = Literal["alone", "partner", "class"]
Skipped = Literal["missed", "illness", "rest"]


@dataclass(frozen=True, slots=True)
class Exercise:
    """What is lifted: for foreign logs its name as written, for the catalogue its id."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSet:
    """One set as prescribed.

    Parameters
    ----------
    reps
        Repetitions, or a (low, high) range; None for a timed set.
    hold_s
        Seconds under tension for a timed set.
    load, load_kind, colour, per_hand
        What to load; ``colour`` names a band; ``per_hand`` says that the load is each hand's.
    percent_1rm
        Relative intensity, 0-100.
    rir
        Repetitions in reserve, at least 0.
    rest_s
        Rest after the set.
    angle_deg
        Degrees between body and floor, where the angle is the load.
    set_up
        The plates, pin or colour to set, in words.
    """

    kind: SetKind = "work"
    reps: int | tuple[int, int] | None = None
    hold_s: int | None = None
    load: Load | None = None
    load_kind: LoadKind = "external"
    colour: str | None = None
    per_hand: bool = False
    percent_1rm: float | None = None
    rir: float | None = None
    rest_s: int | None = None
    tempo: str | None = None
    side: Side = "both"
    angle_deg: int | None = None
    set_up: str = ""


@dataclass(frozen=True, slots=True)
class PerformedSet:
    """One set as done.

    Parameters
    ----------
    exercise
        What was lifted.
    ordinal
        Which occurrence of the exercise in its session this is, from 1: part of the set's identity.
    kind, status
        A missed set has status ``missed`` and 0 reps; ``stopped`` was broken off.
    reps, hold_s, distance_m
        At least 0; None where not recorded.
    load, load_kind, colour, per_hand
        As in `PlannedSet`. A bodyweight set has no load, or the load added.
    rir
        Repetitions in reserve; RPE is 10 - RIR.
    superset
        Sets of one session that share a value were done in alternation.
    planned
        What was asked, where a plan was followed.
    row
        Spreadsheet row it was read from, where it came from a file.
    """

    exercise: Exercise
    ordinal: int
    kind: SetKind = "work"
    status: SetStatus = "done"
    reps: int | None = None
    hold_s: float | None = None
    distance_m: float | None = None
    load: Load | None = None
    load_kind: LoadKind = "external"
    colour: str | None = None
    per_hand: bool = False
    rir: float | None = None
    side: Side = "both"
    superset: str | None = None
    notes: str = ""
    planned: PlannedSet | None = None
    row: int | None = None

    @property
    def rpe(self) -> float | None:
        """Rating of perceived exertion, 10 - RIR.

        >>> PerformedSet(Exercise("Squat"), 1, rir=2).rpe
        8
        """
        return None if self.rir is None else 10 - self.rir

    @property
    def volume_kg(self) -> Decimal:
        """Volume load in kilograms: load times repetitions (both hands counted); 0 where either is unknown or assisted.

        >>> from mettle.units import Load
        >>> PerformedSet(Exercise("Squat"), 1, reps=5, load=Load(Decimal(100), "kg")).volume_kg
        Decimal('500')
        """
        if self.load is None or self.reps is None or self.load_kind not in ("external", "bodyweight", "stack", "sled"):
            return Decimal(0)
        return self.load.kg * self.reps * (2 if self.per_hand else 1)


@dataclass(frozen=True, slots=True)
class PerformedSession:
    """One bout of training as done.

    Parameters
    ----------
    source
        The app or file kind that it came from: ``strong``, ``hevy``, ``mettle``.
    start
        When it began, as written.
    title
        Its name as written.
    sets
        In the order done.
    duration_s
        Length of the bout; None where not stated or not believable.
    session_rpe
        Whole-bout effort, 0-10.
    pain
        0-10.
    planned_start, place, company, format
        What the plan said of time; where, with whom, and in what format (``circuit``, ``straight``) it was done.
    skipped
        Why a planned session was not done; None where it was.
    """

    source: str
    start: When
    title: str = ""
    sets: tuple[PerformedSet, ...] = ()
    duration_s: int | None = None
    session_rpe: float | None = None
    pain: float | None = None
    notes: str = ""
    planned_start: When | None = None
    place: Place | None = None
    company: Company | None = None
    format: str | None = None
    skipped: Skipped | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Identity: source and wall time of the start. The same export read twice gives the same keys, and neither
        a new title nor a zone that was stated later makes another session of it.
        """
        return (self.source, str(self.start.wall or self.start.on))

    @property
    def work_sets(self) -> tuple[PerformedSet, ...]:
        """The sets that count as training: done or broken off, and no warm-ups."""
        return tuple(s for s in self.sets if s.kind != "warm_up" and s.status != "missed")
