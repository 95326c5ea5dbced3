"""The help card, and the numbers that stand on it only where a person has checked them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from mettle.instruments.safety._tables import table
from mettle.instruments.safety.messages import message
from mettle.words import mark, say

if TYPE_CHECKING:
    from mettle.instruments.safety.plan import Person, SafetyPlan

Layout = Literal["full", "short", "blank", "emergency_first"]


@dataclass(frozen=True, slots=True)
class HelpNumber:
    """One number of the table.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    kind
        ``emergency``, ``crisis_line`` or ``text``.
    name, number
        As told.
    checked_on
        Day on which somebody or something last looked at the row.
    checked_by_a_person
        Only then is the number ever shown.
    """

    country: str
    kind: str
    name: str
    number: str
    checked_on: date
    checked_by_a_person: bool


@dataclass(frozen=True, slots=True)
class HelpCard:
    """What is shown at once, offline too, over everything else.

    Parameters
    ----------
    layout
        ``full`` the first time, ``short`` later, ``blank`` for a question left open, ``emergency_first`` in danger.
    title, lines
        The words.
    emergency
        The checked local number, or the words "your local emergency number".
    numbers
        Checked crisis lines of the person's country.
    contact
        The person saved in advance; None where nobody is.
    directories
        Where more help is listed, as text; nothing is fetched.
    plan
        The person's own safety plan; None where there is none.
    close
        Label of the way out; answers are kept either way.
    """

    layout: Layout
    title: str
    lines: tuple[str, ...]
    emergency: str
    numbers: tuple[HelpNumber, ...]
    contact: Person | None
    directories: tuple[str, ...]
    plan: SafetyPlan | None
    close: str

    def text(self) -> str:
        """The card as plain lines, for a terminal or a print-out."""
        out = [self.title, *self.lines, f"- {self.emergency}"]
        if self.contact is not None:
            out.append(
                f"- {self.contact.name}: {self.contact.phone}" if self.contact.phone else f"- {self.contact.name}"
            )
        out += [f"- {n.name}: {n.number}" for n in self.numbers]
        out += [f"- {d}" for d in self.directories]
        if self.plan is not None:
            out += ["", "Your own plan", *self.plan.lines()]
        return "\n".join(out)


@cache
def help_numbers(country: str | None = None) -> tuple[HelpNumber, ...]:
    """Rows of the table, checked or not: of one country, or all. There is no default country."""
    source = resources.files(__package__) / "data" / "help_numbers.csv"
    rows = csv.DictReader(source.read_text("utf-8").splitlines())
    return tuple(
        HelpNumber(
            r["country"],
            r["kind"],
            r["name"],
            r["number"],
            date.fromisoformat(r["checked_on"]),
            r["checked_by_a_person"] == "true",
        )
        for r in rows
        if country is None or r["country"] == country.upper()
    )


def help_card(
    layout: Layout = "full",
    *,
    country: str | None = None,
    contact: Person | None = None,
    plan: SafetyPlan | None = None,
) -> HelpCard:
    """The card for this person; works with nothing known about them.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 as the person said; None shows no number of any country.

    >>> print(help_card("emergency_first").text())
    Please call your local emergency number now, or ask someone near you to do it. Stay where other people are.
    - Your local emergency number
    """
    known = [n for n in help_numbers(country) if n.checked_by_a_person] if country else []
    urgent = next((n for n in known if n.kind == "emergency"), None)
    emergency = (
        say("{name}: {number}", name=mark(urgent.name), number=urgent.number)
        if urgent
        else message("help_local_emergency").text
    )
    lines = tuple(f"{d['name']}: {d['where']}" for d in table("help")["directories"])
    lines_said = tuple(n for n in known if n.kind != "emergency")
    if contact is None and plan is not None and plan.people:
        contact = plan.people[0]
    close = message("help_continue").text
    if layout == "emergency_first":
        return HelpCard(layout, message("help_emergency_first").text, (), emergency, (), contact, (), None, close)
    said = {
        "full": ("help_title", ("help_item9", "help_nobody_watches")),
        "short": ("help_title", ("help_short",)),
        "blank": ("help_blank", ()),
    }
    title, rest = said[layout]
    return HelpCard(
        layout,
        message(title).text,
        tuple(message(k).text for k in rest),
        emergency,
        lines_said,
        contact,
        lines,
        plan,
        close,
    )
