"""What a reader hands back: the diary, every row accounted for, and what the file leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mettle.diary import Diary, Observation, Signal
from mettle.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mettle.units import MassUnit


@dataclass(frozen=True, slots=True)
class Stated:
    """What the person said of a file; what the file says itself beats it.

    Parameters
    ----------
    unit
        Of its loads.
    timezone
        IANA name of the zone that its local times are in.
    moods
        Number of each mood's name, in lower case, for diaries that hold names only.
    """

    unit: MassUnit | None = None
    timezone: str | None = None
    moods: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file does not say and that is never guessed; ``code`` names the option that answers it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """One file, read.

    Parameters
    ----------
    file, format
        Its name, and the app or kind that its header shows.
    diary
        The good rows. A load whose unit nobody stated is None until the question is answered.
    rows_in
        Records less header and blank lines: always ``rows_imported + rows_skipped``.
    problems
        One for each skipped row.
    notes
        What was imported but looks odd, or was left out of an imported row.
    questions
        What the file leaves open.
    unit, timezone
        Of its loads and times, stated by the file or by the person; None where neither did.
    """

    file: str
    format: str
    diary: Diary
    rows_in: int
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    questions: tuple[Question, ...] = ()
    unit: MassUnit | None = None
    timezone: str | None = None

    @property
    def rows_skipped(self) -> int:
        """Rows that gave nothing; each stands in ``problems``."""
        return len(self.problems)

    @property
    def rows_imported(self) -> int:
        """Rows that stand in the diary."""
        return self.rows_in - len(self.problems)

    @property
    def sets(self) -> int:
        """Performed sets in the diary."""
        return sum(len(s.sets) for s in self.diary.sessions)

    @property
    def observations(self) -> int:
        """Values of outcomes and signals in the diary."""
        return len(self.diary.observations) + len(self.diary.signals)

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of anything in the file."""
        return self.diary.days

    def to_json(self) -> dict[str, Any]:
        """The account of the file: what came in, what was left out and why, what must be asked."""
        first, last = self.days or (None, None)
        return {
            "file": self.file,
            "format": self.format,
            "rows_in": self.rows_in,
            "rows_imported": self.rows_imported,
            "rows_skipped": self.rows_skipped,
            "sessions": len(self.diary.sessions),
            "sets": self.sets,
            "observations": self.observations,
            "exposures": len(self.diary.doses),
            "first_day": first.isoformat() if first else None,
            "last_day": last.isoformat() if last else None,
            "unit": self.unit,
            "timezone": self.timezone,
            "problems": [{"row": p.row, "why": p.why} for p in self.problems],
            "notes": [{"row": n.row, "why": n.why} for n in self.notes],
            "questions": [{"code": q.code, "text": q.text} for q in self.questions],
        }


@dataclass(slots=True)
class Tally:
    """The count while a file is walked."""

    file: str
    rows_in: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def skip(self, row: int, why: str) -> None:
        """The row gives nothing, for this reason."""
        self.problems.append(Problem(self.file, row, why))

    def note(self, row: int | None, why: str) -> None:
        """The row is in, but somebody should know."""
        self.notes.append(Problem(self.file, row, why))


UNIT = Question("unit", "The file does not say whether loads are in kg or lb. Which is it? (--unit kg or --unit lb)")
MOODS = Question("moods", "Which number stands for each mood? (--moods great=5,fine=4,so-so=3,low=2,awful=1)")
UTC_ONLY = Question(
    "timezone",
    "The file gives times in UTC only, so an evening may fall on the next day. Where was it? (--timezone Europe/Berlin)",
)
TIMEZONE = Question(
    "timezone", "The file does not say in which time zone its times are. Which is it? (--timezone Europe/Berlin)"
)


def observed(
    tally: Tally,
    kind: str,
    found: list[Observation | Signal],
    *,
    timezone: str | None,
    questions: tuple[Question, ...] = (),
) -> Imported:
    """A file of observations and signals, in time order."""
    return Imported(
        tally.file,
        kind,
        Diary(
            observations=tuple(sorted((f for f in found if isinstance(f, Observation)), key=lambda o: o.when.sort_key)),
            signals=tuple(sorted((f for f in found if isinstance(f, Signal)), key=lambda s: s.when.sort_key)),
            timezone=timezone,
        ),
        tally.rows_in,
        tuple(tally.problems),
        tuple(tally.notes),
        questions,
        timezone=timezone,
    )
