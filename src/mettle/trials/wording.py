"""The answer in plain words. Causal verbs only for randomised data; every sentence names what was compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mettle.trials.contrasts import EffectName, Horizon, Weeks
    from mettle.trials.schedule import Kind
    from mettle.trials.verdict import Direction, Effect, Strength, Verdict

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

    def points(self, value: float, *, signed: bool = False) -> str:
        """A number of points, rounded to what is worth showing."""
        rounded = round(value, self.decimals) + 0.0
        text = f"{abs(rounded):.{self.decimals}f}"
        sign = "−" if rounded < 0 else ("+" if signed and rounded > 0 else "")
        return sign + text

    def interval(self, effect: Effect) -> str:
        """The 95% interval in words."""
        assert effect.q025 is not None
        assert effect.q975 is not None
        return f"95% interval {self.points(effect.q025, signed=True)} to {self.points(effect.q975, signed=True)}"


def moment(c: Comparison, effect: EffectName) -> str:
    """When the headline looks: ``in the four hours after a session``."""
    if c.arms is not None and effect == "acute":
        return f"on {c.arms[0]} days rather than {c.arms[1]} ones"
    if effect == "acute":
        if c.horizon == "hours":
            return "in the four hours after a session"
        return "on the day of a session" if c.dated_only else "later on the day of a session"
    if effect == "next_day":
        return "on the day after a session" if c.arms is None else f"on the day after a {c.arms[0]} day"
    if effect == "chronic":
        return "after months of training"
    return "in your usual weeks of training"


def estimand(c: Comparison, effect: EffectName, weeks: Weeks) -> str:
    """What is compared with what, when."""
    first, second = c.arms or ("", "")
    how = ", as assigned" if c.assigned else ""
    if effect == "acute":
        if c.arms is not None:
            days = {"pairs": "the day of each pair", "variant": "session days"}.get(c.kind or "", "days")
            return f"{days} assigned to {first}, against {_the_other(c.kind)} assigned to {second}"
        if c.kind == "session":
            return "the change from before to the hours after a session, against the change at the same clock times on rest days drawn by chance"
        if c.kind == "am_pm":
            return "the hours after a session in its half of the day, against the same half without one, as assigned"
        if c.horizon == "hours":
            return f"mean over the four hours after a usual session, against the same hours without one{how}"
        if c.dated_only:
            return f"the day of a usual session, against a day without one{how}"
        return f"later on the day of a usual session, against the same time of a day without one{how}"
    if effect == "next_day":
        if c.arms is not None:
            return f"the day after a day assigned to {first}, against the day after one assigned to {second}"
        return f"the day after a usual session, against the day after none{how}"
    unit = "usual session" if c.arms is None else f"day of {first}"
    if effect == "chronic":
        return f"the slow effect of one {unit} every day, kept up for months, against none"
    usual, lowest = weeks.usual * 7, weeks.lowest * 7
    quiet = f"your quietest two weeks ({lowest:.1f} a week)"
    against = "none at all, which you have not done for two weeks" if weeks.extrapolated else quiet
    return f"your usual week ({usual:.1f} times a {unit}) kept up, against {against}"


def _the_other(kind: Kind | None) -> str:
    return {"pairs": "the other day of it", "variant": "session days"}.get(kind or "", "days")


def question(c: Comparison) -> str:
    """The title of the answer."""
    if c.arms is not None:
        return f"Does {c.arms[0]} rather than {c.arms[1]} change your {c.outcome}?"
    return f"Does a training session change your {c.outcome}?"


def sentence(
    c: Comparison,
    effect: Effect,
    *,
    name: EffectName,
    verdict: Verdict,
    strength: Strength | None,
    credibility: Credibility,
    reason: str | None = None,
) -> str:
    """The headline, one sentence.

    Parameters
    ----------
    reason
        Why nothing could be estimated, where nothing could.
    """
    when = moment(c, name)
    if effect.mean is None:
        return f"Cannot tell: {reason or 'there is nothing to estimate from'}."
    higher = "higher" if effect.mean >= 0 else "lower"
    size = f"{when}, {c.outcome} is {c.points(abs(effect.mean))} {c.unit} {higher} ({c.interval(effect)})"
    if credibility == "not_credible":
        return f"This diary cannot say what training does to your {c.outcome}: it already differs before you train, so training seems to follow it."
    if verdict == "cannot_tell":
        low, high = c.points(effect.q025 or 0.0, signed=True), c.points(effect.q975 or 0.0, signed=True)
        return f"Too early to tell whether {c.outcome} differs {when}: the difference could be anywhere from {low} to {high} {c.unit}."
    if verdict == "depends_on_prior":
        return f"It depends on what you believed before: {size}, which does not hold under every starting point."
    what = "A session" if c.arms is None else c.arms[0][:1].upper() + c.arms[0][1:]
    size = size.replace("hours after a session", "hours after it")
    maybe = "probably " if strength == "probable" else ""
    if verdict == "no_worthwhile_difference":
        if credibility == "randomised":
            return f"{what} {maybe}makes no difference worth noticing to your {c.outcome}: {size}, and less than {c.points(c.swc)} is not worth noticing."
        return f"{what} {maybe}goes with neither better nor worse {c.outcome}: {size}, and less than {c.points(c.swc)} is not worth noticing."
    if credibility == "randomised":
        verb = "helps" if verdict == "better" else "worsens"
        return f"{what} {maybe}{verb} your {c.outcome}: {size}."
    return f"{what} {maybe}goes with {verdict} {c.outcome}: {size}."
