"""How sure one may be of a body of evidence, by GRADE: a start, and the reason for each step down."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from mettle.words import mark

Level = Literal["high", "moderate", "low", "very_low", "none"]
LADDER: tuple[Level, ...] = ("high", "moderate", "low", "very_low")
DOMAINS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
WORDS: dict[Level, str] = {
    "high": "high: more research will hardly change the picture",
    "moderate": "moderate: the true effect is probably near this",
    "low": "low: the true effect may be quite different",
    "very_low": "very low: little more than a hint",
    "none": "none: there is no study",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step down: a domain of GRADE and the reason for it."""

    domain: str
    reason: str


@dataclass(frozen=True, slots=True)
class Certainty:
    """A body of evidence with where it began, each step down, and where that leads.

    Source: Guyatt et al. 2008, doi 10.1136/bmj.39489.470347.AD (trials begin at high, other studies at low).

    >>> body("anxiety_trials").level
    'moderate'
    """

    body: str
    about: str
    start: Level
    steps: tuple[Step, ...]

    @property
    def level(self) -> Level:
        """Start less one rung a step, never below very low."""
        if self.start == "none":
            return "none"
        return LADDER[min(LADDER.index(self.start) + len(self.steps), len(LADDER) - 1)]

    def lowered(self, steps: tuple[Step, ...]) -> Certainty:
        """The same body with the further steps that a claim takes."""
        return Certainty(self.body, self.about, self.start, self.steps + steps)


@cache
def bodies() -> dict[str, Certainty]:
    """Every body of evidence by its name."""
    text = files("mettle.evidence").joinpath("data/certainty.toml").read_text(encoding="utf-8")
    return {
        name: Certainty(name, mark(row["about"]), row["start"], read_steps(row["down"], f"certainty.toml: {name}"))
        for name, row in tomllib.loads(text).items()
    }


def body(name: str) -> Certainty:
    """One body of evidence; an unknown name raises ValueError."""
    try:
        return bodies()[name]
    except KeyError:
        raise ValueError(f"unknown body of evidence {name!r}, allowed: {', '.join(bodies())}") from None


def read_steps(rows: list[list[str]], where: str) -> tuple[Step, ...]:
    """Steps from their rows of domain and reason; an unknown domain raises ValueError."""
    for domain, reason in rows:
        if domain not in DOMAINS or not reason:
            raise ValueError(f"{where}: step {domain!r}, allowed: {', '.join(DOMAINS)}, each with a reason")
    return tuple(Step(domain, mark(reason)) for domain, reason in rows)
