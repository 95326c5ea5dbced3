"""A person's own safety plan: written when well, one step away when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """Someone to turn to; the phone number may be empty."""

    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SafetyPlan:
    """Warning signs, what helps, people and places, in the person's own words and order.

    Parameters
    ----------
    warning_signs, what_helps, places
        One short line each.
    people
        The first one is the contact on the help card.
    written_on
        The day it was last changed; None for an empty plan.

    Source: Stanley and Brown 2012, doi:10.1016/j.cbpra.2011.01.001 (the idea of a plan in steps; the words here are ours).
    """

    warning_signs: tuple[str, ...] = ()
    what_helps: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    places: tuple[str, ...] = ()
    written_on: date | None = None

    @property
    def empty(self) -> bool:
        """Nothing has been written yet."""
        return not (self.warning_signs or self.what_helps or self.people or self.places)

    def lines(self) -> list[str]:
        """The plan as plain lines; parts without an entry are left out."""
        parts = {
            "I notice": self.warning_signs,
            "What helps": self.what_helps,
            "People": tuple(f"{p.name} {p.phone}".strip() for p in self.people),
            "Places": self.places,
        }
        return [f"{title}: {'; '.join(entries)}" for title, entries in parts.items() if entries]

    def to_json(self) -> dict[str, Any]:
        """A document that ``from_json`` reads back."""
        return {
            "warning_signs": list(self.warning_signs),
            "what_helps": list(self.what_helps),
            "people": [{"name": p.name, "phone": p.phone} for p in self.people],
            "places": list(self.places),
            "written_on": None if self.written_on is None else self.written_on.isoformat(),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> SafetyPlan:
        """The plan from its document.

        Raises
        ------
        ValueError
            Where a field is unknown or no list of texts.

        >>> SafetyPlan.from_json({"places": ["the library"]}).lines()
        ['Places: the library']
        """
        known = {"warning_signs", "what_helps", "people", "places", "written_on"}
        if unknown := set(document) - known:
            raise ValueError(f"a safety plan has {', '.join(sorted(known))}; got {', '.join(sorted(unknown))}")
        texts: dict[str, tuple[str, ...]] = {}
        for field in ("warning_signs", "what_helps", "places"):
            entries = document.get(field, [])
            if not isinstance(entries, list) or not all(isinstance(e, str) for e in entries):
                raise ValueError(f"{field} must be a list of texts, got {entries!r}")
            texts[field] = tuple(e.strip() for e in entries if e.strip())
        people = document.get("people", [])
        if not isinstance(people, list) or not all(
            isinstance(p, dict) and isinstance(p.get("name"), str) for p in people
        ):
            raise ValueError(f"people must be a list of {{name, phone}}, got {people!r}")
        written = document.get("written_on")
        return cls(
            **texts,
            people=tuple(Person(p["name"], str(p.get("phone") or "")) for p in people),
            written_on=None if written is None else date.fromisoformat(written),
        )
