"""From a profile to what safety allows: refused, light, or with which rules. The rules themselves live in `instruments.safety`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mettle.instruments import score_total
from mettle.instruments.safety import Message, clearance, guardrails, message
from mettle.training.catalogue import excluded_by

if TYPE_CHECKING:
    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

_TAGS_OF_RULE = {
    "no_breath_hold": {"breath_hold"},
    "no_supine": {"supine"},
    "no_fall_risk": {"fall_risk"},
    "no_high_impact": {"high_impact"},
    "no_max_test": {"maximal_effort"},
    "supported": {"high_impact", "fall_risk", "floor_transfer", "single_leg_unsupported", "breath_hold"},
    "light": {"maximal_effort", "breath_hold", "high_impact"},
}
_CODE_OF_GUARD = {"frail": "light_plan", "recent_concussion": "light_plan", "postpartum": "light_plan"}
"""What a plan calls a guardrail's sentence; the others are about asking somebody first."""

OLDER = 65
"""Years from which somebody new to lifting gets the slow ramp."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What safety says of a person.

    Parameters
    ----------
    refused
        No plan is made now.
    messages
        What to show, most important first.
    tags
        Exercises with any of these are out.
    least_rir
        No set ends with fewer repetitions in reserve.
    light
        Loads and effort stay light.
    supported
        Seated or supported work, slow ramp, nothing free on one leg.
    limitations
        The profile's, with those that conditions bring along.
    """

    refused: bool
    messages: tuple[Message, ...]
    tags: frozenset[str]
    least_rir: float
    light: bool
    supported: bool
    limitations: tuple[str, ...]

    def excludes(self, exercise: CatalogueExercise) -> str | None:
        """Why an exercise is out for this person, or None."""
        for tag in sorted(self.tags & exercise.tags):
            return f"screening: {tag}"
        if self.supported and exercise.skill > 1:
            return "screening: only simple, supported exercises"
        reasons = excluded_by(exercise, self.limitations)
        return reasons[0] if reasons else None


def screen(profile: Profile) -> Screening:
    """What safety says of the person of a profile."""
    cleared = clearance(
        active_now=profile.active_now,
        age=profile.age if profile.age > 0 else 1,
        conditions=profile.conditions,
        symptoms=profile.symptoms,
        blood_pressure=profile.blood_pressure,
        pregnant_weeks=profile.pregnant_weeks,
    )
    guards = guardrails(
        age=profile.age,
        conditions=profile.conditions,
        pregnant_weeks=profile.pregnant_weeks,
        sppb=profile.scores.sppb,
        tug_s=profile.scores.tug_s,
        falls_12_months=profile.scores.falls_12_months,
    )
    rules = {rule for guard in guards for rule in guard.rules}
    said = list(cleared.messages)
    if profile.scores.phq9_item9 or _holds_item9(profile.scores.phq9):
        said.insert(0, message("help_item9"))
    # A guard whose sentence the clearance has already said differently is not said twice.
    spoken = {"under_18", "pregnancy"}
    said += [
        replace(guard.message, code=_CODE_OF_GUARD.get(guard.id, "clearance_advised"))
        for guard in guards
        if guard.id not in spoken
    ]
    light = (cleared.outcome == "advised_first" and profile.pregnant_weeks is None) or "light" in rules
    if light and not any(m.code == "light_plan" for m in said):
        said.append(message("light_plan"))
    least = 10 - cleared.rpe_cap if cleared.rpe_cap is not None else 2
    if "rir_at_least_3" in rules:
        least = max(least, 3)
    extra = [c for c in ("osteoporosis",) if c in profile.conditions]
    if "postpartum" in profile.conditions:
        extra.append("pelvic_floor")
    return Screening(
        refused=cleared.refused,
        messages=tuple(dict.fromkeys(said)),
        tags=frozenset().union(*(_TAGS_OF_RULE.get(rule, frozenset()) for rule in rules)) if rules else frozenset(),
        least_rir=max(least, 2),
        light=light,
        supported="supported" in rules,
        limitations=tuple(dict.fromkeys([*profile.limitations, *extra])),
    )


def _holds_item9(phq9: int | None) -> bool:
    """Whether a total cannot be had with the ninth answer at 0."""
    return phq9 is not None and "item9" in score_total("phq9", phq9).flags
