"""Which guardrails hold for a person: what the screens then leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.instruments import safety

if TYPE_CHECKING:
    from mettle.web.models import Person


def rules(person: Person) -> frozenset[str]:
    """Rule ids of the guardrails that the profile and the last SCOFF total call for."""
    profile = person.profile
    scores = profile.get("scores", {})
    scoff = person.responses.filter(deleted="", finished=True, instrument="scoff").order_by("-on").first()
    found = safety.guardrails(
        age=profile.get("age"),
        conditions=profile.get("conditions", ()),
        pregnant_weeks=profile.get("pregnant_weeks"),
        scoff=(scoff.score or {}).get("score") if scoff else None,
        sppb=scores.get("sppb"),
        tug_s=scores.get("tug_s"),
        falls_12_months=scores.get("falls_12_months"),
    )
    return frozenset().union(*(g.rules for g in found))


def wins_shown(person: Person) -> bool:
    """Whether more than before is told: by default, unless the person or a guardrail says no."""
    return bool(person.choices.get("show_wins", True)) and "hide_records" not in rules(person)
