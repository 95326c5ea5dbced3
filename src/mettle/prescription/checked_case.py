"""What the checker goes by: the plan as a document, the person, and how sets and muscles are counted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mettle.instruments.safety import clearance, guardrails
from mettle.training.catalogue import exercises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mettle.prescription.profile import Profile
    from mettle.training.catalogue import CatalogueExercise

NOT_COMPOUND = ("core", "carry", "conditioning", "balance")


@cache
def doses() -> dict[str, Any]:
    """The table of doses, as data."""
    return tomllib.loads(files("mettle.prescription").joinpath("data/doses.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Case:
    """A plan, whom it is for, and what safety and the table of doses say of them.

    Parameters
    ----------
    level
        Row of the table of doses.
    least_rir
        Repetitions in reserve, at least.
    tags, limitations
        What exercises must not carry; what the body does not allow.
    supported
        Whether only simple, supported exercises are safe.
    """

    plan: dict[str, Any]
    profile: Profile
    level: str
    least_rir: float
    tags: frozenset[str]
    limitations: tuple[str, ...]
    supported: bool

    @property
    def weeks(self) -> list[dict[str, Any]]:
        """The plan's weeks."""
        return list(self.plan["weeks"])

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """Every session of every week."""
        return [s for week in self.weeks for s in week["sessions"]]

    @property
    def on_trial(self) -> bool:
        """Whether each date has the session of its arm."""
        return "trial" in self.plan

    @property
    def row(self) -> dict[str, Any]:
        """The row of the table of doses."""
        return dict(doses()["level"][self.level])


def case_of(plan: dict[str, Any], profile: Profile) -> Case:
    """The case of a plan, worked out from the profile without the planner's help."""
    cleared = clearance(
        active_now=profile.active_now,
        age=max(profile.age, 1),
        conditions=profile.conditions,
        symptoms=profile.symptoms,
        blood_pressure=profile.blood_pressure,
        pregnant_weeks=profile.pregnant_weeks,
    )
    guards = {
        rule
        for guard in guardrails(
            age=profile.age,
            conditions=profile.conditions,
            pregnant_weeks=profile.pregnant_weeks,
            sppb=profile.scores.sppb,
            tug_s=profile.scores.tug_s,
            falls_12_months=profile.scores.falls_12_months,
        )
        for rule in guard.rules
    }
    banned = {
        "no_breath_hold": "breath_hold",
        "no_supine": "supine",
        "no_fall_risk": "fall_risk",
        "no_high_impact": "high_impact",
    }
    tags = {tag for rule, tag in banned.items() if rule in guards}
    limits = list(profile.limitations)
    limits += ["osteoporosis"] if "osteoporosis" in profile.conditions else []
    limits += ["pelvic_floor"] if "postpartum" in profile.conditions else []
    supported = "supported" in guards
    light = supported or "light" in guards or (cleared.outcome == "advised_first" and profile.pregnant_weeks is None)
    if light:
        level = "light"
    elif profile.age >= 65 and profile.experience in ("none", "novice"):
        level = "older"
    elif profile.months_off >= 6 and profile.experience != "none":
        level = "novice" if profile.experience == "advanced" else "none"
    else:
        level = profile.experience
    least = max(2, 3 if "rir_at_least_3" in guards else 2, 10 - (cleared.rpe_cap or 8))
    return Case(plan, profile, level, least, frozenset(tags), tuple(limits), supported)


def exercises_of(session: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], CatalogueExercise]]:
    """Part, planned exercise and catalogue exercise, in order."""
    known = exercises()
    for part in session["parts"]:
        for planned in part["exercises"]:
            yield part, planned, known[planned["exercise"]]


def work(planned: dict[str, Any]) -> list[dict[str, Any]]:
    """The work sets of a planned exercise."""
    return [s for s in planned["sets"] if s["kind"] == "work"]


def counted(planned: dict[str, Any]) -> int:
    """Sets as a muscle counts them: left and right together are one."""
    return sum(1 for s in work(planned) if s["side"] != "right")


def volume(week: dict[str, Any]) -> dict[str, float]:
    """Fractional sets of each muscle in a week."""
    total: dict[str, float] = {}
    for session in week["sessions"]:
        for _, planned, exercise in exercises_of(session):
            if exercise.pattern in ("conditioning", "balance"):
                continue
            for muscle, share in exercise.muscles.items():
                total[muscle] = total.get(muscle, 0.0) + share * counted(planned)
    return total


def full_weeks(case: Case) -> list[dict[str, Any]]:
    """Weeks that carry the whole dose: no deload, no first ramp week."""
    begun = case.profile.weeks_trained >= 3 and case.profile.months_off < 1
    ramp = (case.row["ramp"] and not begun) or case.profile.months_off >= 1
    return [w for w in case.weeks if not w["deload"] and not (ramp and w["week"] == 1)]


def seconds(session: dict[str, Any]) -> float:
    """Session time by the time model, counted from the document."""
    clock = doses()["time"]
    total = 0.0
    for part in session["parts"]:
        if part["kind"] == "warm_up":
            total += 60 * part["minutes"]
        circuit = part["kind"] == "circuit"
        for planned in part["exercises"]:
            exercise = exercises()[planned["exercise"]]
            total += clock["circuit_setup_s"] if circuit else exercise.setup_s
            for s in planned["sets"]:
                reps = s["reps"] or 0
                middle = sum(reps) / 2 if isinstance(reps, list) else reps
                total += (s["hold_s"] if s["hold_s"] is not None else middle * exercise.rep_s) + (s["rest_s"] or 0)
        if circuit:
            total += (part["rounds"] or 0) * doses()["circuit"]["round_rest_s"]
    return total
