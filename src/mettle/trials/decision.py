"""The end of a trial is a decision: keep, change or drop, with what being wrong would cost. It is never to stop training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mettle.trials.wording import moment

if TYPE_CHECKING:
    from mettle.trials.contrasts import EffectName
    from mettle.trials.verdict import Effect, Verdict
    from mettle.trials.wording import Comparison

Choice = Literal["keep", "change", "drop"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now.

    Parameters
    ----------
    choice
        ``keep`` what was tried, ``change`` how it is done, or ``drop`` this one reason for it.
    text
        In a sentence or two.
    if_wrong
        How likely the choice is mistaken, and what that would cost.
    not_about
        What the answer leaves untouched.
    """

    choice: Choice
    text: str
    if_wrong: str
    not_about: str


def decision(c: Comparison, effect: Effect, verdict: Verdict, *, name: EffectName) -> Decision:
    """The decision that a finished trial supports.

    Parameters
    ----------
    effect
        The headline's.
    verdict
        The headline's, over all priors.
    name
        Which effect the headline is about.
    """
    not_about = (
        f"This is about {c.outcome} {moment(c, name)}, in you, in these weeks. It says nothing about strength, health, sleep, other moods or "
        "months of training, and nothing about any treatment: change none because of it."
    )
    choice, text = _choice(c, verdict)
    return Decision(choice, text, _if_wrong(c, effect, verdict), not_about)


def _choice(c: Comparison, verdict: Verdict) -> tuple[Choice, str]:
    first, second = (a.replace("_", " ") for a in c.arms) if c.arms else ("", "")
    if verdict == "better":
        if c.arms:
            return "keep", f"Keep {first}: it did your {c.outcome} more good than {second}."
        return "keep", f"Keep your sessions, and put one where you want better {c.outcome}."
    if verdict == "worse":
        if c.arms:
            return "change", f"Change to {second}: it did your {c.outcome} more good than {first}."
        return "change", (
            f"Change how you train, not whether: a session lighter, shorter, at another time or in company may treat your {c.outcome} better. "
            "That is a trial of two ways."
        )
    if verdict == "no_worthwhile_difference":
        if c.arms:
            return "drop", f"Drop the distinction: {first} or {second}, take whichever suits you."
        return "drop", f"Drop {c.outcome} as the reason for a session, not the session: other reasons to train stand."
    if c.arms:
        return (
            "keep",
            f"Keep whichever of {first} and {second} suits you: this trial did not decide between them. A longer one, or two ratings a day, may.",
        )
    return "keep", (
        "Keep training as it suits you: this trial did not decide. A longer one, or ratings before and soon after sessions, may."
    )


def _if_wrong(c: Comparison, effect: Effect, verdict: Verdict) -> str:
    worthwhile, negligible, harmful = (p or 0.0 for p in (effect.p_worthwhile, effect.p_negligible, effect.p_harmful))
    if verdict == "better":
        lost = "the effort went to the less good way" if c.arms else "the time went to what training gives besides"
        return f"With a chance of {_chance(negligible + harmful)} there is no gain worth noticing; then {lost}."
    if verdict == "worse":
        return f"With a chance of {_chance(negligible + worthwhile)} it does no harm worth noticing; then a change was for nothing, and is undone easily."
    if verdict == "no_worthwhile_difference":
        return f"With a chance of {_chance(worthwhile)} you pass over a gain worth noticing, and with {_chance(harmful)} you go on with a loss."
    return (
        f"It could be a gain worth noticing ({_chance(worthwhile)}), a loss ({_chance(harmful)}) or neither ({_chance(negligible)}); deciding now "
        "would be a guess."
    )


def _chance(p: float) -> str:
    """A probability in words that do not pretend: never 0% or 100%."""
    return "under 1%" if p < 0.01 else "over 99%" if p > 0.99 else f"about {p:.0%}"
