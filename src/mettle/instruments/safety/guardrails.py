"""Who needs the plan or the app to behave differently, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mettle.instruments.safety._tables import one_of, table
from mettle.instruments.safety.messages import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterable

_BY_CONDITION = {
    "eating_disorder": "eating_disorder",
    "postpartum": "postpartum",
    "frailty": "frail",
    "bipolar": "mood_episodes",
    "psychosis": "mood_episodes",
    "recent_concussion": "recent_concussion",
    "insulin": "insulin",
    "beta_blocker": "beta_blocker",
}


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One reason to behave differently.

    Parameters
    ----------
    id
        Its key.
    rules
        Rule ids of the table; planner, trials and app look them up.
    message
        What the person is told.
    """

    id: str
    rules: frozenset[str]
    message: Message


def rules() -> dict[str, str]:
    """Every rule id with its meaning."""
    return dict(table("guardrails")["rules"])


def guardrails(
    *,
    age: float | None = None,
    conditions: Iterable[str] = (),
    pregnant_weeks: float | None = None,
    scoff: int | None = None,
    eai: int | None = None,
    trains_through_injury: bool = False,
    rest_distresses: bool = False,
    sppb: float | None = None,
    tug_s: float | None = None,
    falls_12_months: int | None = None,
    can_stand_5_times: bool | None = None,
) -> tuple[Guardrail, ...]:
    """The guardrails that hold for a person, in the order of the table.

    Parameters
    ----------
    scoff, eai, sppb
        Totals of these instruments.
    trains_through_injury
        Five or more sessions a week through injury or illness.
    rest_distresses
        A day of rest feels unbearable.
    tug_s
        Timed Up and Go, seconds.
    can_stand_5_times
        Whether five chair stands were possible; None where not tried.

    >>> [g.id for g in guardrails(age=17, conditions=["bipolar"])]
    ['under_18', 'mood_episodes']
    >>> sorted(guardrails(scoff=2)[0].rules)
    ['hide_body', 'hide_records', 'lock_frequency', 'no_catch_up']
    """
    data = table("guardrails")
    limit = data["thresholds"]
    named = set(conditions)
    known = table("clearance")["conditions"]
    for word in sorted(named):
        one_of(word, [*known["known_disease"], *known["others"]], what="condition")
    found = {_BY_CONDITION[c] for c in named if c in _BY_CONDITION}
    reasons = {
        "under_18": age is not None and age < limit["adult_age"],
        "eating_disorder": _at_least(scoff, limit["scoff"]),
        "exercise_dependence": _at_least(eai, limit["eai"]) or trains_through_injury or rest_distresses,
        "pregnancy": pregnant_weeks is not None,
        "frail": (sppb is not None and sppb <= limit["sppb"])
        or _at_least(tug_s, limit["tug_s"])
        or _at_least(falls_12_months, limit["falls_12_months"])
        or can_stand_5_times is False,
    }
    found |= {name for name, holds in reasons.items() if holds}
    made = []
    for name, listed in data["guardrails"].items():
        if name in found:
            late = name == "pregnancy" and pregnant_weeks is not None and pregnant_weeks > limit["supine_until_week"]
            made.append(Guardrail(name, frozenset(listed) | ({"no_supine"} if late else set()), message(name)))
    return tuple(made)


def _at_least(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit
