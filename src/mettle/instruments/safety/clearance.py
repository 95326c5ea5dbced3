"""Clearance before exercise: advice for most, a stop for symptoms and very high blood pressure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mettle.instruments.safety._tables import one_of, table
from mettle.instruments.safety.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterable

Outcome = Literal["refused", "advised_first", "advised_before_vigorous", "start_light", "clear"]

_STRICTEST: tuple[Outcome, ...] = ("refused", "advised_first", "advised_before_vigorous", "start_light", "clear")


@dataclass(frozen=True, slots=True)
class Clearance:
    """What may be trained before a doctor has been asked.

    Parameters
    ----------
    outcome
        ``refused``: no plan now. ``advised_first``: a light plan until a doctor was asked. ``advised_before_vigorous``: moderate
        now. ``start_light``: no question open, begin light to moderate and progress. ``clear``: no limit.
    messages
        What to show, most important first; their codes are those of PLAN.json.
    rpe_cap
        Highest effort of a set, 0-10 (RPE = 10 - repetitions in reserve); None where nothing caps it.
    valid_months
        Ask again after this many months, or after a new symptom, diagnosis, medicine or pregnancy.
    """

    outcome: Outcome
    messages: tuple[Message, ...]
    rpe_cap: int | None
    valid_months: int = 12

    @property
    def refused(self) -> bool:
        """No plan is made now."""
        return self.outcome == "refused"


def clearance(
    *,
    active_now: bool,
    age: float | None = None,
    conditions: Iterable[str] = (),
    symptoms: Iterable[str] = (),
    blood_pressure: tuple[float, float] | None = None,
    pregnant_weeks: float | None = None,
) -> Clearance:
    """Whether a person may begin to train, and how hard, before a doctor or nurse was asked.

    Parameters
    ----------
    active_now
        At least 30 minutes of moderate exercise on 3 days a week for the last 3 months.
    age
        Years; None where not said (read as an adult).
    conditions, symptoms
        Words of the profile; an unknown one is refused.
    blood_pressure
        Systolic and diastolic, mmHg.
    pregnant_weeks
        0 to 45; None where not pregnant or not said.

    Source: Riebe et al. 2015, doi:10.1249/MSS.0000000000000664 (three factors: activity, known cardiovascular, metabolic or renal
    disease, signs and symptoms; risk factors and lung disease alone no longer count).

    >>> clearance(active_now=False, conditions=["diabetes"]).outcome
    'advised_first'
    >>> clearance(active_now=True, blood_pressure=(182, 95)).messages[0].code
    'refused_blood_pressure'
    >>> clearance(active_now=False, conditions=["hypertension"]).outcome  # a risk factor, not a known disease
    'start_light'
    """
    rules = table("clearance")
    named, felt = _words(conditions, symptoms)
    refusals = _refusals(age, felt, blood_pressure)
    if refusals:
        return Clearance("refused", tuple(refusals), None)
    disease = bool(named & set(rules["conditions"]["known_disease"]))
    row = next(r for r in rules["rows"] if r["regular"] == active_now and r["disease"] == disease)
    found: list[tuple[Outcome, list[str], int | None]] = [(row["outcome"], row["messages"], row.get("rpe_cap"))]
    if pregnant_weeks is not None:
        if not 0 <= pregnant_weeks <= 45:
            raise ValueError(f"pregnant_weeks must lie in 0-45, got {pregnant_weeks}")
        found.append(("advised_first", ["clearance_advised_pregnancy", "light_plan_pregnancy"], 7))
    if age is not None and age < rules["ages"]["minor_below"]:
        found.append(("start_light", ["light_plan_minor"], 7))
    outcome = min((f[0] for f in found), key=_STRICTEST.index)
    caps = [cap for _, _, cap in found if cap is not None]
    keys = dict.fromkeys(key for _, listed, _ in found for key in listed)
    return Clearance(outcome, tuple(message(k) for k in keys), min(caps) if caps else None, rules["valid"]["months"])


def _words(conditions: Iterable[str], symptoms: Iterable[str]) -> tuple[set[str], set[str]]:
    rules = table("clearance")
    named, felt = set(conditions), set(symptoms)
    for word in sorted(named):
        one_of(word, [*rules["conditions"]["known_disease"], *rules["conditions"]["others"]], what="condition")
    for word in sorted(felt):
        one_of(word, rules["symptoms"]["refusing"], what="symptom")
    return named, felt


def _refusals(age: float | None, felt: set[str], blood_pressure: tuple[float, float] | None) -> list[Message]:
    rules = table("clearance")
    refusals = []
    if felt - {"fever"}:
        refusals.append(message("refused_symptoms"))
    elif felt:
        refusals.append(message("refused_fever"))
    if blood_pressure is not None:
        systolic, diastolic = blood_pressure
        if not (40 <= diastolic < systolic <= 300):
            raise ValueError(f"blood_pressure must be [systolic, diastolic] in mmHg, got [{systolic}, {diastolic}]")
        limit = rules["blood_pressure"]
        if systolic >= limit["systolic"] or diastolic >= limit["diastolic"]:
            refusals.append(message("refused_blood_pressure"))
    if age is not None:
        if not 0 < age <= 120:
            raise ValueError(f"age must lie in 1-120 years, got {age}")
        if age < rules["ages"]["refused_below"]:
            refusals.append(message("refused_age"))
    return refusals
