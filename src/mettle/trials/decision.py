"""The end of a trial is a decision: keep, change or drop, with what being wrong would cost. It is never to stop training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mettle.trials.wording import arm_words, moment
from mettle.words import Sentence, say

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
    not_about = say(
        "This is about {outcome} {when}, in you, in these weeks. It says nothing about strength, health, sleep, other moods or months of "
        "training, and nothing about any treatment: change none because of it.",
        outcome=c.outcome,
        when=moment(c, name),
    )
    choice, text = _choice(c, verdict)
    return Decision(choice, text, _if_wrong(c, effect, verdict), not_about)


def _choice(c: Comparison, verdict: Verdict) -> tuple[Choice, Sentence]:
    first, second = (arm_words(a) for a in c.arms) if c.arms else (say(""), say(""))
    if verdict == "better":
        if c.arms:
            said = say(
                "Keep {first}: it did your {outcome} more good than {second}.",
                first=first,
                outcome=c.outcome,
                second=second,
            )
            return "keep", said
        return "keep", say("Keep your sessions, and put one where you want better {outcome}.", outcome=c.outcome)
    if verdict == "worse":
        if c.arms:
            said = say(
                "Change to {second}: it did your {outcome} more good than {first}.",
                first=first,
                outcome=c.outcome,
                second=second,
            )
            return "change", said
        return "change", say(
            "Change how you train, not whether: a session lighter, shorter, at another time or in company may treat your {outcome} better. That "
            "is a trial of two ways.",
            outcome=c.outcome,
        )
    if verdict == "no_worthwhile_difference":
        if c.arms:
            said = say(
                "Drop the distinction: {first} or {second}, take whichever suits you.", first=first, second=second
            )
            return "drop", said
        return "drop", say(
            "Drop {outcome} as the reason for a session, not the session: other reasons to train stand.",
            outcome=c.outcome,
        )
    if c.arms:
        return "keep", say(
            "Keep whichever of {first} and {second} suits you: this trial did not decide between them. A longer one, or two ratings a day, may.",
            first=first,
            second=second,
        )
    return "keep", say(
        "Keep training as it suits you: this trial did not decide. A longer one, or ratings before and soon after sessions, may."
    )


def _if_wrong(c: Comparison, effect: Effect, verdict: Verdict) -> Sentence:
    worthwhile, negligible, harmful = (p or 0.0 for p in (effect.p_worthwhile, effect.p_negligible, effect.p_harmful))
    if verdict == "better":
        if c.arms:
            return say(
                "With a chance of {chance} there is no gain worth noticing; then the effort went to the less good way.",
                chance=_chance(negligible + harmful),
            )
        return say(
            "With a chance of {chance} there is no gain worth noticing; then the time went to what training gives besides.",
            chance=_chance(negligible + harmful),
        )
    if verdict == "worse":
        return say(
            "With a chance of {chance} it does no harm worth noticing; then a change was for nothing, and is undone easily.",
            chance=_chance(negligible + worthwhile),
        )
    if verdict == "no_worthwhile_difference":
        return say(
            "With a chance of {gain} you pass over a gain worth noticing, and with {loss} you go on with a loss.",
            gain=_chance(worthwhile),
            loss=_chance(harmful),
        )
    return say(
        "It could be a gain worth noticing ({gain}), a loss ({loss}) or neither ({neither}); deciding now would be a guess.",
        gain=_chance(worthwhile),
        loss=_chance(harmful),
        neither=_chance(negligible),
    )


def _chance(p: float) -> Sentence:
    """A probability in words that do not pretend: never 0% or 100%."""
    if p < 0.01:
        return say("under 1%")
    return say("over 99%") if p > 0.99 else say("about {p}", p=f"{p:.0%}")
