"""The claims, what is known about each, and by which design a person can test it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args

from mettle.errors import InputError
from mettle.evidence import certainty, pools
from mettle.evidence.outcomes import check_instrument, check_measure
from mettle.evidence.studies import study
from mettle.words import mark

if TYPE_CHECKING:
    import datetime as dt

    from mettle.evidence.certainty import Certainty
    from mettle.evidence.studies import Study

Verdict = Literal["supported", "partly", "overstated", "contradicted", "not_shown", "untested"]
Design = Literal["session", "day", "block", "variant", "lagged", "none"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
DESIGNS: tuple[Design, ...] = get_args(Design)
UNFAVOURABLE: tuple[Verdict, ...] = ("overstated", "contradicted", "not_shown", "untested")

VERDICT_WORDS: dict[Verdict, str] = {
    "supported": "supported: studies point this way",
    "partly": "partly: some of it holds, or only for some",
    "overstated": "overstated: something is there, but less than is said",
    "contradicted": "contradicted: studies point the other way, or the source says something else",
    "not_shown": "not shown: people looked and did not find it",
    "untested": "untested: nobody has looked",
}
DESIGN_WORDS: dict[Design, str] = {
    "session": "rate before and after sessions, and at the same hour on other days",
    "day": "let chance choose training days and rest days",
    "block": "let chance choose stretches of weeks with more and with less training",
    "variant": "let chance choose between two ways to train",
    "lagged": "watch what follows what; this shows a link, not a cause",
    "none": "not at home: it needs a laboratory, a scan or many people",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the claims."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Parameters
    ----------
    id
        ``section.number``; ``.0`` is the section's lead.
    section
        Where it stands.
    says, finding, for_you, not_about
        The claim in our words, what is known, one plain line for the reader, and what an unfavourable verdict leaves
        untouched (empty for the others).
    exposure, outcomes, horizon
        What is done, what should change, and how soon.
    instrument, measure
        Id of an instrument and of one of our own items that follow the outcome; empty where there is none.
    design
        By which design a person can test it.
    figures
        The published figures, the leading one first.
    certainty
        How sure one may be, with the reasons.
    verdict
        One of :data:`VERDICTS`.
    priors
        Pools of studies that may speak for it (see :mod:`mettle.evidence.priors`).
    read_on
        When the sources were last read for it.
    """

    id: str
    section: Section
    says: str
    finding: str
    for_you: str
    not_about: str
    exposure: str
    outcomes: tuple[str, ...]
    horizon: str
    instrument: str
    measure: str
    design: Design
    figures: tuple[Study, ...]
    certainty: Certainty
    verdict: Verdict
    priors: tuple[str, ...]
    read_on: dt.date


@cache
def claims() -> dict[str, Claim]:
    """Every claim by its id, in order.

    >>> len(claims())
    131
    """
    data = _data()
    read_on = data["read_on"]
    sections = {row["number"]: Section(row["number"], mark(row["title"])) for row in data["section"]}
    found: dict[str, Claim] = {}
    for row in data["claim"]:
        one = _claim(row, sections, read_on)
        if one.id in found:
            raise ValueError(f"claims.toml: claim {one.id} stands twice")
        found[one.id] = one
    return found


def claim(claim_id: str) -> Claim:
    """One claim; an unknown id raises InputError.

    >>> claim("1.2").verdict
    'contradicted'
    """
    try:
        return claims()[claim_id]
    except KeyError:
        raise InputError(f"unknown claim {claim_id!r}, ids run from 0.0 to 16.3") from None


def overall() -> str:
    """The overall finding, which stands above every list of claims."""
    return mark(_data()["overall"])


def select(
    *, section: int | None = None, verdict: str | None = None, outcome: str | None = None, design: str | None = None
) -> list[Claim]:
    """The claims that fit every filter given.

    Parameters
    ----------
    section
        0 to 16.
    verdict, design
        One of :data:`VERDICTS`, :data:`DESIGNS`.
    outcome
        Part of an outcome's name, or an instrument or measure id.

    >>> [c.id for c in select(section=12, verdict="supported")]
    ['12.0', '12.3', '12.7']
    """
    wanted = outcome.casefold() if outcome else None
    return [
        one
        for one in claims().values()
        if (section is None or one.section.number == section)
        and (verdict is None or one.verdict == verdict)
        and (design is None or one.design == design)
        and (
            wanted is None
            or wanted in (one.instrument, one.measure)
            or any(wanted in o.casefold() for o in one.outcomes)
        )
    ]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("mettle.evidence").joinpath("data/claims.toml").read_text(encoding="utf-8"))


def _claim(row: dict[str, Any], sections: dict[int, Section], read_on: dt.date) -> Claim:
    where = f"claims.toml: claim {row['id']}"
    for field, allowed in (("verdict", VERDICTS), ("design", DESIGNS)):
        if row[field] not in allowed:
            raise ValueError(f"{where}: {field} {row[field]!r}, allowed: {', '.join(allowed)}")
    not_about = row.get("not_about", "")
    if bool(not_about) != (row["verdict"] in UNFAVOURABLE):
        raise ValueError(f"{where}: not_about belongs to exactly the verdicts {', '.join(UNFAVOURABLE)}")
    instrument, measure = row.get("instrument", ""), row.get("measure", "")
    try:
        figures = tuple(study(study_id) for study_id in row["figures"])
        steps = certainty.read_steps(row.get("down", []), where)
        body = certainty.body(row["body"]).lowered(steps)
        check_instrument(instrument)
        check_measure(measure)
        pools.check(row.get("priors", []))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return Claim(
        id=row["id"],
        section=sections[int(row["id"].partition(".")[0])],
        says=mark(row["says"]),
        finding=mark(row["finding"]),
        for_you=mark(row["for_you"]),
        not_about=mark(not_about),
        exposure=row["exposure"],
        outcomes=tuple(row["outcomes"]),
        horizon=row["horizon"],
        instrument=instrument,
        measure=measure,
        design=row["design"],
        figures=figures,
        certainty=body,
        verdict=row["verdict"],
        priors=tuple(row.get("priors", [])),
        read_on=row.get("read_on", read_on),
    )
