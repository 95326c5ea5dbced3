"""One person's diary: dated sessions, observations and signals. Every reader makes one; every analysis takes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from mettle.training import PerformedSession
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
    """

    sessions: tuple[PerformedSession, ...] = ()
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    doses: tuple[Dose, ...] = ()
    timezone: str | None = None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the observed outcomes, in order of first appearance."""
        return tuple(dict.fromkeys(o.outcome for o in self.observations))

    def of(self, outcome: str) -> tuple[Observation, ...]:
        """The observations of one outcome.

        Raises
        ------
        ValueError
            Where the diary has none; the message lists what it has.
        """
        found = tuple(o for o in self.observations if o.outcome == outcome)
        if not found:
            have = ", ".join(self.outcomes) or "none"
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
