"""The exercises that are possible for a person, each with its loads, its time and how well it suits; and the pool for the solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mettle.prescription.dose import MAJOR, rows
from mettle.prescription.programme import number
from mettle.prescription.progress import BODY_TOP, MOST_HOLD_S
from mettle.prescription.screening import OLDER
from mettle.prescription.settable import one_rm, settings
from mettle.training.catalogue import exercises
from mettle.words import say

if TYPE_CHECKING:
    from mettle.prescription.dose import Dose
    from mettle.prescription.profile import LastDone, Profile
    from mettle.prescription.screening import Screening
    from mettle.training.catalogue import CatalogueExercise
    from mettle.training.loads import Setting

POOL = 60
"""Exercises given to the solver; more are near-duplicates that slow it down."""

PUSH, PULL = ("hpush", "vpush"), ("hpull", "vpull")
UNTRAINED_PATTERNS = ("conditioning", "balance")
"""Patterns that do not count as sets of strength work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One exercise as this person would do it.

    Parameters
    ----------
    kind, settings
        How it is loaded, and every load that can be set, lightest first.
    one_rm_kg, told
        One-repetition maximum, and whether the person told it (else a low guess).
    has_percent
        Whether a percentage of that maximum can be set with this kit.
    set_s, fixed_s
        Seconds a set takes, rest included, and seconds once a session (set-up, ramp).
    liking
        How well it suits the person's goals and taste; higher suits better.
    last
        What was last done of it, where the log knows.
    """

    exercise: CatalogueExercise
    kind: str
    settings: tuple[Setting, ...]
    one_rm_kg: float
    told: bool
    has_percent: bool
    ramp: bool
    set_s: float
    fixed_s: float
    liking: float
    why: tuple[str, ...]
    last: LastDone | None = None

    @property
    def id(self) -> str:
        """The exercise's id."""
        return self.exercise.id

    @property
    def strength(self) -> bool:
        """Whether its sets count as strength work."""
        return self.exercise.pattern not in UNTRAINED_PATTERNS


def most_skill(profile: Profile) -> int:
    """The hardest skill offered: the person's own word, else by experience."""
    if profile.skill_max is not None:
        return profile.skill_max
    return {"none": 1, "novice": 2, "intermediate": 3, "advanced": 3}[profile.experience]


def possible(profile: Profile, screening: Screening, dose: Dose) -> list[Candidate]:
    """Every exercise that kit, health, skill and wishes leave, in the catalogue's order. The hard filters stand here."""
    found = []
    for exercise in exercises().values():
        if (
            not exercise.possible_with(profile.equipment)
            or exercise.skill > most_skill(profile)
            or exercise.id in profile.avoid
            or exercise.tags & set(profile.avoid)
            or screening.excludes(exercise)
        ):
            continue
        candidate = _candidate(exercise, profile, screening, dose)
        if candidate is not None:
            found.append(candidate)
    return found


def _candidate(exercise: CatalogueExercise, profile: Profile, screening: Screening, dose: Dose) -> Candidate | None:
    loaded = settings(exercise, profile)
    if loaded is None:
        return None
    kind, choices = loaded
    maximum, told = one_rm(exercise, profile, kind)
    weighed = [float(s.amount) for s in choices if s.amount is not None and s.kind in ("kg", "stack")]
    heaviest_share = 0.6 if dose.level in ("light", "older") else 0.8
    if weighed and weighed[0] > heaviest_share * maximum:
        return None  # even the lightest is too heavy to begin with
    in_reach = bool(weighed) and (not told or any(0.5 * maximum <= w <= 0.9 * maximum for w in weighed))
    has_percent = (
        exercise.percent_1rm
        and not exercise.timed
        and dose.format != "circuit"
        and in_reach
        and weighed[-1] >= dose.percents[0] / 100 * maximum * 0.8
    )
    ramp = has_percent and kind == "bar" and exercise.compound
    liking, why = _liking(exercise, profile, screening, dose, kind)
    light = too_light(choices, maximum, exercise)
    last = profile.last_done.get(exercise.id)
    reps = LIGHT_REPS[1] - 1 if light else reps_from(last, dose)[1] - 1 if not has_percent else dose.reps[1] - 1
    work = (hold_s(exercise, dose, last) if exercise.timed else reps * exercise.rep_s) * exercise.sides
    rest = rest_s(exercise, dose)
    setup = rows()["time"]["circuit_setup_s"] if dose.format == "circuit" else exercise.setup_s
    ramp_s = 2 * (6 * exercise.rep_s + rows()["time"]["ramp_set_s"]) if ramp else 0
    return Candidate(
        exercise=exercise,
        kind=kind,
        settings=choices,
        one_rm_kg=maximum,
        told=told,
        has_percent=has_percent,
        ramp=ramp,
        set_s=work + rest,
        fixed_s=setup + ramp_s,
        liking=liking - (2 if light else 0),
        why=why,
        last=last,
    )


LIGHT_REPS = (15, 20)
"""Repetitions where the heaviest load owned is light for the person: more of them, the effort stays."""


def too_light(choices: tuple[Setting, ...], maximum: float, exercise: CatalogueExercise) -> bool:
    """Whether even the heaviest load is under half of a careful guess of the maximum."""
    weighed = [float(s.amount) for s in choices if s.amount is not None and s.kind in ("kg", "stack")]
    return bool(weighed) and exercise.pattern != "isolation" and weighed[-1] < 0.45 * maximum


def hold_s(exercise: CatalogueExercise, dose: Dose, last: LastDone | None = None) -> int:
    """Seconds of a timed set: as long as it was last held, a minute at most."""
    if exercise.pattern == "conditioning":
        return 60
    usual = 20 if dose.level in ("none", "older", "light") else 30
    return min(MOST_HOLD_S, last.hold_s) if last and last.hold_s else usual


def reps_from(last: LastDone | None, dose: Dose) -> tuple[int, int]:
    """The range of repetitions of an exercise that has no percentage: the dose's, or around what was last done.

    >>> from mettle.prescription.dose import dose
    >>> from mettle.prescription.profile import LastDone, read_profile
    >>> from mettle.prescription.screening import screen
    >>> person = read_profile({"age": 40, "sex": "F", "body_mass_kg": 70, "experience": "novice"})
    >>> aim = dose(person, screen(person))
    >>> [reps_from(last, aim) for last in (None, LastDone(10), LastDone(15), LastDone(5), LastDone(40))]
    [(8, 12), (8, 12), (12, 16), (4, 7), (17, 21)]
    """
    low, high = dose.reps
    if last is None or last.reps is None or low <= last.reps <= high:
        return low, high
    if last.reps < low:
        return max(1, last.reps - 1), last.reps + 2
    top = min(last.reps, BODY_TOP) + 1
    return top - (high - low), top


def rest_s(exercise: CatalogueExercise, dose: Dose) -> int:
    """Rest after a set, seconds."""
    if exercise.pattern in ("balance", "core", "carry") and dose.format == "straight":
        return min(dose.rest_isolation_s, 45)
    return dose.rest_compound_s if exercise.compound else dose.rest_isolation_s


def _liking(
    exercise: CatalogueExercise, profile: Profile, screening: Screening, dose: Dose, kind: str
) -> tuple[float, tuple[str, ...]]:
    """A small score and the reasons behind it, in words."""
    score = 0.0
    why: list[str] = []
    kits = {kit for group in exercise.equipment for kit in group if kit in profile.equipment}
    if exercise.id in profile.like or kits & set(profile.like):
        score, why = score + 6, [*why, say("you like it")]
    if exercise.id in profile.dislike or kits & set(profile.dislike):
        score -= 8
    if profile.wants("ptsd"):
        score += (
            exercise.control + (1.5 if exercise.functional else 0) + (2 if kind in ("band", "stack", "angle") else 0)
        )
        if exercise.control >= 2:
            why.append(say("slow, quiet and easy to stop"))
    if profile.age >= OLDER or screening.supported or profile.wants("falls", "independence"):
        score += 2 if exercise.functional else 0
        score += 1.5 if exercise.position == "seated" else 0
        if exercise.functional:
            why.append(say("practises a task of the day"))
    steady = profile.age >= OLDER or screening.supported or profile.wants("falls", "independence", "cognition")
    if exercise.pattern == "balance" and not steady:
        score -= 12
    if profile.wants("adhd") or dose.format == "circuit":
        score += 1 if exercise.setup_s <= 20 else 0
    big = exercise.compound and exercise.percent_1rm and exercise.sides == 1
    if exercise.id in profile.one_rm_kg:
        score, why = score + 6, [*why, say("your own strength sets the load")]
    elif exercise.id in profile.last_done:
        score, why = score + 4, [*why, say("you know it already")]
    if big and dose.format != "circuit":
        score += 4 if dose.format == "straight" else 2
        if kind == "bar" and profile.experience in ("intermediate", "advanced") and not profile.wants("ptsd"):
            score, why = score + (7 if profile.wants("strength") else 5), [*why, say("loads in small steps")]
    if exercise.pattern in ("isolation", "knee_flexion") and not profile.wants("muscle"):
        score -= 3
    if profile.experience in ("none", "novice"):
        score -= 1.0 * (exercise.skill - 1)
    elif profile.wants("strength", "muscle", "confidence", "self_esteem", "resilience"):
        score += 0.5 * (exercise.skill - 1)
    if kind == "bodyweight" and profile.experience in ("intermediate", "advanced") and not exercise.timed:
        score -= 2.5
    return score, tuple(why)


def pool(candidates: list[Candidate], *, size: int = POOL) -> list[Candidate]:
    """The best of them for the solver: every pattern and every major muscle keeps its best, then the best of the rest."""
    if len(candidates) <= size:
        return candidates

    def worth(c: Candidate) -> float:
        return c.liking + 4 * sum(f for m, f in c.exercise.muscles.items() if m in MAJOR) * 60 / c.set_s

    ranked = sorted(candidates, key=lambda c: (-worth(c), c.id))
    kept: dict[str, Candidate] = {}
    for pattern in sorted({c.exercise.pattern for c in ranked}):
        for c in [c for c in ranked if c.exercise.pattern == pattern][:4]:
            kept[c.id] = c
    for muscle in sorted({m for c in ranked for m in c.exercise.muscles}):
        for c in [c for c in ranked if c.exercise.muscles.get(muscle, 0) >= 0.75][:2]:
            kept[c.id] = c
    for c in ranked:
        if len(kept) >= size:
            break
        kept.setdefault(c.id, c)
    return [c for c in candidates if c.id in kept][: max(size, len(kept))]


def settable_json(candidates: list[Candidate]) -> dict[str, Any]:
    """Every load that can be set, lightest first, named once; and which of these ladders each possible exercise uses."""
    ladders: dict[str, list[dict[str, Any]]] = {}
    names: dict[tuple[Setting, ...], str] = {}
    for c in candidates:
        if c.settings not in names:
            kind = f"{c.kind}_pair" if any(s.per_hand for s in c.settings) else c.kind
            names[c.settings] = kind if kind not in ladders else f"{kind}_{len(ladders)}"
            ladders[names[c.settings]] = [
                {
                    "kind": s.kind,
                    "amount": None if s.amount is None else number(s.amount),
                    "colour": s.colour,
                    "per_hand": s.per_hand,
                    "set_up": s.set_up,
                }
                for s in c.settings
            ]
    return {"ladders": ladders, "exercises": {c.id: names[c.settings] for c in candidates}}
