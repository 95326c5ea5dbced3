"""Published figures, one row each, with where they were read."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from mettle.words import Figure, mark, say, says, together

Status = Literal["read_in_source", "secondary", "recalled"]
"""Read in the source (mostly its abstract), read about elsewhere, or remembered and not yet checked."""


NATURAL_UNITS = {
    "min": mark("minutes"),
    "pp": mark("percentage points"),
    "ISI points": mark("points of the ISI"),
    "PSQI points": mark("points of the PSQI"),
}
"""Units that people count in, with their names."""


@dataclass(frozen=True, slots=True)
class Study:
    """One published figure.

    Parameters
    ----------
    id
        Lower snake case, unique.
    cite, doi, where
        Who and in which journal; the DOI, empty where it is not known for certain; what was read.
    kind, exposure, compared_with, outcome
        In words.
    unit
        ``SMD``, ``r``, ``OR`` and so on; empty where the figure is told in words only.
    estimate, low, high
        In ``unit``, in the sign in which it was printed.
    level
        Coverage of the interval in percent; None without an interval.
    k, n
        Studies and people.
    i2
        Percent.
    sd_kind
        Which spread an SMD or r is measured in: ``between`` people or ``within`` one person.
    benefit
        ``plus`` or ``minus``: the sign of the estimate that is good for the person; empty where neither is.
    status, read_on
        How and when it was read.
    says
        One plain line.
    """

    id: str
    cite: str
    doi: str
    where: str
    kind: str
    exposure: str
    compared_with: str
    outcome: str
    unit: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float | None
    k: int | None
    n: int | None
    i2: float | None
    sd_kind: str
    benefit: str
    status: Status
    read_on: dt.date
    says: str

    @property
    def figure(self) -> str:
        """The figure as it is printed, or an empty text.

        >>> study("gordon2018_depression").figure
        'SMD 0.66 [0.48, 0.83], 33 studies, 1877 people, I2 76%'
        >>> study("rehder2026").figure
        'r 0.05 [0.03, 0.06] (99.2% interval), 67 studies, 8223 people'
        >>> study("yue2022_onset").figure
        '-1 [-4.4, 2.5] minutes, 28 studies, 325 people'
        """
        parts: list[str] = []
        if self.estimate is not None:
            natural = self.unit in NATURAL_UNITS
            shape = "g" if natural else ".2f"
            interval = "" if self.low is None or self.high is None else f" [{self.low:{shape}}, {self.high:{shape}}]"
            size = Figure(f"{self.estimate:{shape}}{interval}")
            told = (
                say("{size} {unit}", size=size, unit=NATURAL_UNITS[self.unit])
                if natural
                else Figure(f"{self.unit} {size}")
            )
            odd = self.level is not None and self.level != 95.0
            parts.append(say("{size} ({level}% interval)", size=told, level=Figure(f"{self.level:g}")) if odd else told)
        if self.k:
            parts.append(says("{n} study", "{n} studies", self.k))
        if self.n:
            parts.append(say("{people} people", people=self.n))
        if self.i2 is not None:
            parts.append(Figure(f"I2 {self.i2:g}%"))
        return together(*parts, between=", ")


@cache
def studies() -> dict[str, Study]:
    """Every published figure by its id, in file order."""
    text = files("mettle.evidence").joinpath("data/studies.csv").read_text(encoding="utf-8")
    found: dict[str, Study] = {}
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        one = _study(row, number)
        if one.id in found:
            raise ValueError(f"studies.csv: row {number}: {one.id!r} stands twice")
        found[one.id] = one
    return found


def study(study_id: str) -> Study:
    """One published figure; an unknown id raises ValueError."""
    try:
        return studies()[study_id]
    except KeyError:
        raise ValueError(f"unknown study {study_id!r}") from None


def _study(row: dict[str, str], number: int) -> Study:
    if row["status"] not in get_args(Status):
        raise ValueError(f"studies.csv: row {number}: status {row['status']!r}, allowed: {', '.join(get_args(Status))}")
    return Study(
        id=row["id"],
        cite=row["cite"],
        doi=row["doi"],
        where=row["where"],
        kind=row["kind"],
        exposure=row["exposure"],
        compared_with=row["compared_with"],
        outcome=row["outcome"],
        unit=row["unit"],
        estimate=_number(row["estimate"]),
        low=_number(row["low"]),
        high=_number(row["high"]),
        level=_number(row["level"]),
        k=int(row["k"]) if row["k"] else None,
        n=int(row["n"]) if row["n"] else None,
        i2=_number(row["i2"]),
        sd_kind=row["sd_kind"],
        benefit=row["benefit"],
        status=cast("Status", row["status"]),
        read_on=dt.date.fromisoformat(row["read_on"]),
        says=mark(row["says"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
