"""One person's diary: dated sessions, observations and signals. Every reader makes one; every analysis takes one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeVar

from mettle.training import PerformedSession

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mettle.training import PerformedSet
    from mettle.units import When

SignalName = Literal[
    "sleep_h",
    "sleep_quality",
    "other_activity_min",
    "alcohol_units",
    "caffeine_mg",
    "illness",
    "medicine_change",
    "therapy_change",
    "cycle_day",
]


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of one outcome at one time: a slider, a score, a derived measure.

    Parameters
    ----------
    outcome
        Its name, lower_snake_case or as the person wrote it.
    when
        The time the value is about, as written.
    value
        In the outcome's own points.
    source
        Where it came from; series of different sources are never mixed.
    """

    outcome: str
    when: When
    value: float
    source: str = "checkins"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something besides training that may move the mind; 1 marks an event such as an illness day or a medicine change."""

    name: SignalName
    when: When
    value: float
    source: str = "checkins"


@dataclass(frozen=True, slots=True)
class Dose:
    """A training dose stated directly (an exposures file) rather than derived from sets.

    Parameters
    ----------
    amount
        Unitless, at least 0; in the analysis 1 is the person's median session.
    arm
        The arm that was done, where a trial names it.
    """

    when: When
    amount: float
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class Diary:
    """Everything one person recorded, in time order.

    Parameters
    ----------
    sessions, observations, signals, doses
        Records in the order of their wall time.
    timezone
        IANA name that the person stated; None where nobody said.
    also_recorded
        What another app recorded of a session that already stands in ``sessions``: kept as evidence, never a dose.
    """

    sessions: tuple[PerformedSession, ...] = ()
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    doses: tuple[Dose, ...] = ()
    timezone: str | None = None
    also_recorded: tuple[PerformedSession, ...] = ()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the observed outcomes, in order of first appearance."""
        return tuple(dict.fromkeys(o.outcome for o in self.observations))

    def of(self, outcome: str) -> tuple[Observation, ...]:
        """The observations of one outcome; a signal can be asked for as an outcome too.

        Raises
        ------
        ValueError
            Where the diary has none; the message lists what it has.
        """
        found = tuple(o for o in self.observations if o.outcome == outcome)
        if not found:
            found = tuple(Observation(s.name, s.when, s.value, s.source) for s in self.signals if s.name == outcome)
        if not found:
            have = ", ".join(dict.fromkeys((*self.outcomes, *(s.name for s in self.signals)))) or "none"
            raise ValueError(f"no observations of {outcome!r}; the diary has: {have}")
        return found

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of anything recorded; None for an empty diary."""
        stamps = [
            *(s.start.day for s in self.sessions),
            *(o.when.day for o in self.observations),
            *(s.when.day for s in self.signals),
            *(d.when.day for d in self.doses),
        ]
        return (min(stamps), max(stamps)) if stamps else None


SAME_START = timedelta(minutes=20)
"""Two apps' starts of one session lie this close: one is started at the door, the other at the bar."""

SAME_SHARE = 0.5
"""Two apps tell of one session where at least this share of the shorter one's sets, or exercises, is in the other."""

R = TypeVar("R", Observation, Signal, Dose)


def merge(diaries: Iterable[Diary]) -> Diary:
    """One diary of several, in which nothing counts twice; neither their order nor a repeat changes it.

    - A session is known by its source and start. Two versions of one (an early and a later export) are never mixed: the
      one with more sets stands, whole.
    - Sessions of different sources are one session where they start within `SAME_START` of each other (or on the same
      day, where one has only a date) and share at least `SAME_SHARE` of their exercises' names or of their sets (equal
      repetitions and load). The source with more sets counts; the other's stand in ``also_recorded``.
    - Observations, signals and doses of equal name, wall time and value stand as often as in the diary that has them
      most often: equal values of one day are real, the same file twice is not.

    Parameters
    ----------
    diaries
        Any number, in any order. The zone is that of the latest record that has one.
    """
    given = [d for d in diaries if d != Diary()]
    sessions = _one_version_each(s for d in given for s in (*d.sessions, *d.also_recorded))
    counted, also = _one_source_each(sessions)
    observations = _as_often_as_most([d.observations for d in given])
    signals = _as_often_as_most([d.signals for d in given])
    doses = _as_often_as_most([d.doses for d in given])
    times = [s.start for s in (*counted, *also)]
    times += [o.when for o in observations] + [s.when for s in signals] + [d.when for d in doses]
    latest = max(((*w.sort_key, w.zone) for w in times if w.zone), default=None)
    stated = max((d.timezone for d in given if d.timezone), default=None)
    return Diary(counted, observations, signals, doses, latest[-1] if latest else stated, also)


def _order(record: PerformedSession | Observation | Signal | Dose) -> tuple[object, ...]:
    when = record.start if isinstance(record, PerformedSession) else record.when
    return (*when.sort_key, repr(record))


def _as_often_as_most(series: list[tuple[R, ...]]) -> tuple[R, ...]:
    """Equal records as often as they stand in the series that has them most often, known zones preferred."""
    best: dict[tuple[object, ...], tuple[tuple[int, int, str], list[R]]] = {}
    for one in series:
        equal: dict[tuple[object, ...], list[R]] = {}
        for record in sorted(one, key=_order):
            bare = replace(record, when=replace(record.when, offset_s=None, zone=None))
            equal.setdefault((type(record), bare), []).append(record)
        for key, records in equal.items():
            rank = (len(records), sum(r.when.zone is not None for r in records), repr(records))
            if key not in best or rank > best[key][0]:
                best[key] = (rank, records)
    return tuple(sorted((r for _, records in best.values() for r in records), key=_order))


def _one_version_each(sessions: Iterable[PerformedSession]) -> list[PerformedSession]:
    """Of each session the version with most sets, then with most said, then any fixed choice."""
    best: dict[tuple[str, str], tuple[tuple[int, int, str], PerformedSession]] = {}
    for session in sessions:
        rank = (*_said([session]), repr(session))
        if session.key not in best or rank > best[session.key][0]:
            best[session.key] = (rank, session)
    return sorted((session for _, session in best.values()), key=_order)


def _one_source_each(
    sessions: list[PerformedSession],
) -> tuple[tuple[PerformedSession, ...], tuple[PerformedSession, ...]]:
    """The sessions that count, and those that another source has too."""
    if len({s.source for s in sessions}) < 2:
        return tuple(sessions), ()
    counted: list[PerformedSession] = []
    also: list[PerformedSession] = []
    for bout in _bouts(sessions):
        by_source = {source: list(own) for source, own in groupby(sorted(bout, key=_source), key=_source)}
        kept = max(by_source, key=lambda source: (*_said(by_source[source]), source))
        for source, own in by_source.items():
            (counted if source == kept else also).extend(own)
    return tuple(sorted(counted, key=_order)), tuple(sorted(also, key=_order))


def _said(sessions: list[PerformedSession]) -> tuple[int, int]:
    """How many sets, and how many of them with a load."""
    sets = [done for session in sessions for done in session.sets]
    return len(sets), sum(done.load is not None for done in sets)


def _source(session: PerformedSession) -> str:
    return session.source


def _bouts(sessions: list[PerformedSession]) -> list[list[PerformedSession]]:
    """Sessions that belong together, through others where need be. They arrive in time order, so few are compared."""
    home = list(range(len(sessions)))

    def root(place: int) -> int:
        while home[place] != place:
            place = home[place]
        return place

    shapes = [_shape(s) for s in sessions]
    for later, session in enumerate(sessions):
        for earlier in range(later - 1, -1, -1):
            other = sessions[earlier]
            if session.start.on - other.start.on > timedelta(days=1):
                break
            if session.source != other.source and _near(session, other) and _alike(shapes[earlier], shapes[later]):
                home[root(later)] = root(earlier)
    bouts: dict[int, list[PerformedSession]] = {}
    for place, session in enumerate(sessions):
        bouts.setdefault(root(place), []).append(session)
    return list(bouts.values())


def _near(one: PerformedSession, other: PerformedSession) -> bool:
    a, b = one.start, other.start
    if a.instant is not None and b.instant is not None:
        return abs(a.instant - b.instant) <= SAME_START
    if a.wall is not None and b.wall is not None:
        return abs(a.wall - b.wall) <= SAME_START
    return a.day == b.day


_Shape = tuple[frozenset[str], "Counter[tuple[object, ...]]"]


def _shape(session: PerformedSession) -> _Shape:
    """Names without word order and punctuation, and sets without names: apps call one exercise by two names."""
    names = frozenset(" ".join(sorted(re.findall(r"\w+", s.exercise.name.lower()))) for s in session.sets)
    return names, Counter(_bare(s) for s in session.sets)


def _bare(done: PerformedSet) -> tuple[object, ...]:
    return (done.reps, done.hold_s, None if done.load is None else round(done.load.kg, 1))


def _alike(one: _Shape, other: _Shape) -> bool:
    (names, sets), (other_names, other_sets) = one, other
    shorter = min(sets.total(), other_sets.total())
    if not shorter:
        return True
    in_both = (sets & other_sets).total()
    return len(names & other_names) >= SAME_SHARE * min(len(names), len(other_names)) or in_both >= SAME_SHARE * shorter
