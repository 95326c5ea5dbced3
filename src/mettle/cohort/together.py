"""What everybody's data say together, and what each person's answer becomes in the light of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mettle.inference.pooling import personal_wording, pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mettle.inference.nof1 import Mixture
    from mettle.inference.pooling import Message, Pooled

FEWEST = 3
"""Fewer people are not pooled: the spread between two cannot be told."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who may be pooled: the same outcome, the same ground for believing it, the same comparison.

    Parameters
    ----------
    outcome, credibility, estimand
        As in the answer.
    effect
        ``acute`` or ``chronic``.
    """

    outcome: str
    credibility: str
    effect: str
    estimand: str


class Gathered:
    """Messages by group and effect, gathered while answers come: some hundred numbers a person."""

    def __init__(self) -> None:
        self._told: dict[Group, list[tuple[str, Message]]] = {}

    def add(self, person: str, answer: Mapping[str, Any], messages: Mapping[str, Message]) -> None:
        """One person; an answer that is not credible is left out."""
        if answer["credibility"] == "not_credible":
            return
        for effect, message in messages.items():
            estimand = answer["effects"][effect]["estimand"]
            group = Group(answer["outcome"]["name"], answer["credibility"], effect, estimand)
            self._told.setdefault(group, []).append((person, message))

    def pooled(self, *, personal: bool = True) -> list[dict[str, Any]]:
        """One row for each group, in order; see `pooled`."""
        order = sorted(self._told, key=lambda g: (g.outcome, g.credibility, g.effect, g.estimand))
        return [_row(group, self._told[group], personal=personal) for group in order]


def pooled(
    people: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Message]]], *, personal: bool = True
) -> list[dict[str, Any]]:
    """What people say together.

    Parameters
    ----------
    people
        Name, answer document and messages of each.
    personal
        Whether to give each person's partially pooled effect too.

    Returns
    -------
    One row for each outcome, ground and effect: the population's mean, the spread between people, a further person's
    effect, and each person's own, all towards better and in units of the person's own SD, with the words that may be used.
    """
    gathered = Gathered()
    for name, answer, messages in people:
        gathered.add(name, answer, messages)
    return gathered.pooled(personal=personal)


def _row(group: Group, told: list[tuple[str, Message]], *, personal: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "outcome": group.outcome,
        "credibility": group.credibility,
        "effect": group.effect,
        "estimand": group.estimand,
        "unit": "own SD, towards better",
        "people": len(told),
    }
    if len(told) < FEWEST:
        text = f"{len(told)} {'person is' if len(told) == 1 else 'people are'} too few to pool; it takes {FEWEST}."
        return row | {"mean": None, "tau": None, "next_person": None, "text": text, "personal": []}
    found = pool([message for _, message in told])
    row |= {
        "mean": _summary(found.mean),
        "tau": _figure(found.tau),
        "next_person": _summary(found.predicted),
        "text": sentence(group, found, len(told)),
    }
    return row | {"personal": _personal(group.effect, found, told) if personal else []}


def sentence(group: Group, found: Pooled, people: int) -> str:
    """What may be said of the population; a causal word only where lots were drawn."""
    low, high = found.mean.quantile(0.025), found.mean.quantile(0.975)
    if low <= 0 <= high:
        verb = "it is not clear whether this changes"
    elif group.credibility == "randomised":
        verb = "this helps" if low > 0 else "this worsens"
    else:
        verb = "this goes with better" if low > 0 else "this goes with worse"
    return (
        f"Among {people} people like you, {verb} {group.outcome.replace('_', ' ')} ({group.estimand}): on average "
        f"{found.mean.mean:+.2f} of a person's own spread, counted towards better (95% interval {low:+.2f} to {high:+.2f}); "
        f"people differ by about {found.tau:.2f}."
    )


def _personal(effect: str, found: Pooled, told: list[tuple[str, Message]]) -> list[dict[str, Any]]:
    return [
        {
            "person": name,
            **_summary(own),
            "wording": "personal" if personal_wording(effect, message) else "people_like_you",
            "own_data_sd_ratio": _figure(message.sd_ratio),
        }
        for (name, message), own in zip(told, found.personal, strict=True)
    ]


def _summary(mixture: Mixture) -> dict[str, Any]:
    return {
        "mean": _figure(mixture.mean),
        "sd": _figure(mixture.sd),
        "q025": _figure(mixture.quantile(0.025)),
        "q975": _figure(mixture.quantile(0.975)),
        "p_better": _figure(1.0 - mixture.cdf(0.0)),
    }


def _figure(value: float) -> float:
    return float(f"{value:.6g}")
