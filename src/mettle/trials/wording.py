"""The answer in plain words. Causal verbs only for randomised data; every sentence names what was compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mettle.words import Figure, Sentence, mark, say

if TYPE_CHECKING:
    from mettle.trials.contrasts import EffectName, Horizon, Weeks
    from mettle.trials.schedule import Kind
    from mettle.trials.verdict import Direction, Effect, Strength, Verdict

POINTS = mark("points")
"""The unit of an outcome that has none of its own."""

Credibility = Literal["randomised", "observational", "not_credible"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, as words need it.

    Parameters
    ----------
    outcome
        Its name as the reader knows it.
    unit
        ``points`` or the outcome's own.
    higher_is
        Which direction is good.
    horizon
        Whether the acute effect is that of the hours after a session or of the same day.
    arms
        The two arms where they are anything but training against rest; otherwise None.
    assigned
        Whether days were assigned at random, so that the comparison is by assignment.
    dated_only
        Whether check-ins carry no time, so that "after the session" cannot be said.
    swc
        Smallest worthwhile change, points.
    kind
        The design of the trial; None without one.
    """

    outcome: str
    unit: str
    higher_is: Direction
    horizon: Horizon
    arms: tuple[str, str] | None
    assigned: bool
    dated_only: bool
    swc: float
    kind: Kind | None = None

    @property
    def decimals(self) -> int:
        """Enough to show the smallest worthwhile change with two figures, at most 4.

        >>> Comparison("mood", "points", "better", "day", None, False, True, 2.3).decimals
        1
        """
        return min(4, max(0, 1 - math.floor(math.log10(self.swc)))) if self.swc > 0 else 1

    def points(self, value: float, *, signed: bool = False) -> Figure:
        """A number of points, rounded to what is worth showing."""
        rounded = round(value, self.decimals) + 0.0
        text = f"{abs(rounded):.{self.decimals}f}"
        sign = "−" if rounded < 0 else ("+" if signed and rounded > 0 else "")
        return Figure(sign + text)

    def interval(self, effect: Effect) -> Sentence:
        """The 95% interval in words."""
        assert effect.q025 is not None
        assert effect.q975 is not None
        low, high = self.points(effect.q025, signed=True), self.points(effect.q975, signed=True)
        return say("95% interval {low} to {high}", low=low, high=high)


def arm_words(arm: str) -> Sentence:
    """An arm as a reader knows it."""
    return mark(arm.replace("_", " "))


def moment(c: Comparison, effect: EffectName, *, again: bool = False) -> Sentence:
    """When the headline looks: ``in the four hours after a session``; ``again`` where the sentence has named the session already."""
    if c.arms is not None and effect == "acute":
        return say("on {first} days rather than {second} ones", first=c.arms[0], second=c.arms[1])
    if effect == "acute":
        if c.horizon == "hours":
            return say("in the four hours after it") if again else say("in the four hours after a session")
        return say("on the day of a session") if c.dated_only else say("later on the day of a session")
    if effect == "next_day":
        if c.arms is not None:
            return say("on the day after a {first} day", first=c.arms[0])
        return say("on the day after a session")
    if effect == "chronic":
        return say("after months of training")
    return say("in your usual weeks of training")


def estimand(c: Comparison, effect: EffectName, weeks: Weeks) -> Sentence:
    """What is compared with what, when."""
    if effect == "acute":
        return _acute(c)
    if effect == "next_day":
        return _next_day(c)
    first = c.arms[0] if c.arms else ""
    if effect == "chronic":
        if c.arms is None:
            return say("the slow effect of one usual session every day, kept up for months, against none")
        return say("the slow effect of one day of {first} every day, kept up for months, against none", first=first)
    usual, lowest = Figure(f"{weeks.usual * 7:.1f}"), Figure(f"{weeks.lowest * 7:.1f}")
    if c.arms is None:
        if weeks.extrapolated:
            return say(
                "your usual week ({usual} times a usual session) kept up, against none at all, which you have not done for two weeks",
                usual=usual,
            )
        return say(
            "your usual week ({usual} times a usual session) kept up, against your quietest two weeks ({lowest} a week)",
            usual=usual,
            lowest=lowest,
        )
    if weeks.extrapolated:
        return say(
            "your usual week ({usual} times a day of {first}) kept up, against none at all, which you have not done for two weeks",
            usual=usual,
            first=first,
        )
    return say(
        "your usual week ({usual} times a day of {first}) kept up, against your quietest two weeks ({lowest} a week)",
        usual=usual,
        lowest=lowest,
        first=first,
    )


def _acute(c: Comparison) -> Sentence:
    if c.arms is not None:
        return say(_OF_ARMS.get(c.kind or "", _OF_DAYS), first=c.arms[0], second=c.arms[1])
    if c.kind == "session":
        return say(
            "the change from before to the hours after a session, against the change at the same clock times on rest days drawn by chance"
        )
    if c.kind == "am_pm":
        return say("the hours after a session in its half of the day, against the same half without one, as assigned")
    if c.horizon == "hours":
        if c.assigned:
            return say(
                "mean over the four hours after a usual session, against the same hours without one, as assigned"
            )
        return say("mean over the four hours after a usual session, against the same hours without one")
    if c.dated_only:
        if c.assigned:
            return say("the day of a usual session, against a day without one, as assigned")
        return say("the day of a usual session, against a day without one")
    if c.assigned:
        return say("later on the day of a usual session, against the same time of a day without one, as assigned")
    return say("later on the day of a usual session, against the same time of a day without one")


_OF_DAYS = mark("days assigned to {first}, against days assigned to {second}")
_OF_ARMS = {
    "pairs": mark("the day of each pair assigned to {first}, against the other day of it assigned to {second}"),
    "variant": mark("session days assigned to {first}, against session days assigned to {second}"),
}


def _next_day(c: Comparison) -> Sentence:
    if c.arms is not None:
        return say(
            "the day after a day assigned to {first}, against the day after one assigned to {second}",
            first=c.arms[0],
            second=c.arms[1],
        )
    if c.assigned:
        return say("the day after a usual session, against the day after none, as assigned")
    return say("the day after a usual session, against the day after none")


def question(c: Comparison) -> Sentence:
    """The title of the answer."""
    if c.arms is not None:
        return say(
            "Does {first} rather than {second} change your {outcome}?",
            first=c.arms[0],
            second=c.arms[1],
            outcome=c.outcome,
        )
    return say("Does a training session change your {outcome}?", outcome=c.outcome)


def sentence(
    c: Comparison,
    effect: Effect,
    *,
    name: EffectName,
    verdict: Verdict,
    strength: Strength | None,
    credibility: Credibility,
    reason: str | None = None,
) -> Sentence:
    """The headline, one sentence.

    Parameters
    ----------
    reason
        Why nothing could be estimated, where nothing could.
    """
    if effect.mean is None:
        return say("Cannot tell: {reason}.", reason=reason or say("there is nothing to estimate from"))
    if credibility == "not_credible":
        return say(
            "This diary cannot say what training does to your {outcome}: it already differs before you train, so training seems to follow it.",
            outcome=c.outcome,
        )
    if verdict == "cannot_tell":
        return say(
            "Too early to tell whether {outcome} differs {when}: the difference could be anywhere from {low} to {high} {unit}.",
            outcome=c.outcome,
            when=moment(c, name),
            low=c.points(effect.q025 or 0.0, signed=True),
            high=c.points(effect.q975 or 0.0, signed=True),
            unit=c.unit,
        )
    if verdict == "depends_on_prior":
        return say(
            "It depends on what you believed before: {size}, which does not hold under every starting point.",
            size=_size(c, effect, name),
        )
    what = say("A session") if c.arms is None else mark(c.arms[0][:1].upper() + c.arms[0][1:])
    return say(
        _HEADLINES[credibility == "randomised", verdict, strength == "probable"],
        what=what,
        outcome=c.outcome,
        size=_size(c, effect, name, again=True),
        swc=c.points(c.swc),
    )


def _size(c: Comparison, effect: Effect, name: EffectName, *, again: bool = False) -> Sentence:
    assert effect.mean is not None
    values = {
        "when": moment(c, name, again=again),
        "outcome": c.outcome,
        "points": c.points(abs(effect.mean)),
        "unit": c.unit,
        "interval": c.interval(effect),
    }
    if effect.mean >= 0:
        return say("{when}, {outcome} is {points} {unit} higher ({interval})", **values)
    return say("{when}, {outcome} is {points} {unit} lower ({interval})", **values)


_HEADLINES: dict[tuple[bool, str, bool], Sentence] = {
    (True, "better", False): mark("{what} helps your {outcome}: {size}."),
    (True, "better", True): mark("{what} probably helps your {outcome}: {size}."),
    (True, "worse", False): mark("{what} worsens your {outcome}: {size}."),
    (True, "worse", True): mark("{what} probably worsens your {outcome}: {size}."),
    (True, "no_worthwhile_difference", False): mark(
        "{what} makes no difference worth noticing to your {outcome}: {size}, and less than {swc} is not worth noticing."
    ),
    (True, "no_worthwhile_difference", True): mark(
        "{what} probably makes no difference worth noticing to your {outcome}: {size}, and less than {swc} is not worth noticing."
    ),
    (False, "better", False): mark("{what} goes with better {outcome}: {size}."),
    (False, "better", True): mark("{what} probably goes with better {outcome}: {size}."),
    (False, "worse", False): mark("{what} goes with worse {outcome}: {size}."),
    (False, "worse", True): mark("{what} probably goes with worse {outcome}: {size}."),
    (False, "no_worthwhile_difference", False): mark(
        "{what} goes with neither better nor worse {outcome}: {size}, and less than {swc} is not worth noticing."
    ),
    (False, "no_worthwhile_difference", True): mark(
        "{what} probably goes with neither better nor worse {outcome}: {size}, and less than {swc} is not worth noticing."
    ),
}
"""Whether drawn at random, the verdict, whether only probable -> the headline."""
