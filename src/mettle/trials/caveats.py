"""What the reader must know beside the answer, each with a code and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mettle.trials.verdict import times_as_long

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mettle.trials.adherence import Adherence
    from mettle.trials.checks import LeadTest, Missingness
    from mettle.trials.companion import Beside
    from mettle.trials.contrasts import EffectName
    from mettle.trials.course import Course, Expectancy
    from mettle.trials.exposure import Excluded
    from mettle.trials.randomisation import Placebo
    from mettle.trials.table import Table
    from mettle.trials.verdict import Effect, Verdict
    from mettle.trials.wording import Comparison

FEWEST_DAYS = 7
"""Fewer rated days than this are not analysed."""
LOG_GAP_DAYS = 14
PLACEBO_SHARE = 0.2
"""Share of shifted placebos as large as the real effect above which the reader is told."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """One thing to know: a stable code and a plain sentence."""

    code: str
    text: str


def cannot_estimate(table: Table, *, today: date) -> Caveat | None:
    """Why nothing can be estimated; None where something can. The text is a clause without a full stop."""
    if not table.t.size:
        future = [e for e in table.excluded if e.what == table.outcome]
        if future and all("future" in e.why for e in future):
            return Caveat("future", f"every check-in lies after today, {today.isoformat()}")
        return Caveat("no_data", "there is no check-in that can be used")
    days = len(set(table.day.tolist()))
    if days < FEWEST_DAYS:
        return Caveat(
            "too_few_days",
            f"{days} rated {'day is' if days == 1 else 'days are'} too few; it takes at least {FEWEST_DAYS}, and usually some weeks",
        )
    if table.scale <= 0:
        return Caveat(
            "no_variation", f"every check-in has the same value ({table.centre:g}), so nothing can have moved it"
        )
    rated = [float(dose) for dose in table.same_day]
    near = table.daily
    if not np.any(near > 0):
        return Caveat("no_exposure", "no session lies on the days that were rated")
    if np.all(near > 0) and float(np.ptp(rated)) == 0 and table.horizon == "day":
        return Caveat("no_contrast", "every rated day has the same training, so there is nothing to compare with")
    return None


def caveats(
    table: Table,
    c: Comparison,
    effects: Mapping[EffectName, Effect],
    *,
    lead: LeadTest | None,
    missing: Missingness,
    converged: bool,
) -> tuple[Caveat, ...]:
    """Everything worth saying about this answer, most important first."""
    found: list[Caveat] = []
    if not converged:
        found.append(Caveat("numerical", "The calculation did not settle; treat every figure with care."))
    found += _about_cause(table, c, lead)
    found += _about_data(table, missing)
    found += _about_signals(table)
    if effects["total"].extrapolated:
        found.append(
            Caveat(
                "extrapolated",
                "You never had two clearly quieter weeks, so what stopping would do goes beyond your own data.",
            )
        )
    found.append(
        Caveat("not_blinded", "You knew when you trained; what you expected is part of what you felt.")
        if c.arms is None
        else Caveat(
            "not_blinded",
            "Unless it was hidden from you, you knew which day was which; what you expected is part of what you felt.",
        )
    )
    return tuple(found)


def about_trial(
    acute: Effect, done: Adherence | None, p: float | None, *, headline: EffectName = "acute"
) -> list[Caveat]:
    """Adherence, and whether the randomisation test, which is about the acute effect, agrees with the posterior."""
    found = []
    test = "The randomisation test" if headline == "acute" else "Of the session's own day, the randomisation test"
    if done is not None and done.done_when_assigned is not None and done.done_otherwise is not None:
        kept, crossed = round(done.done_when_assigned * done.assigned), round(done.done_otherwise * done.other)
        said = f"You did what was drawn on {kept} of {done.assigned} days, and the other way round on {crossed} of {done.other}."
        if done.per_session is None:
            found.append(
                Caveat("assignment_not_followed", f"{said} That is too little difference to say what a session does.")
            )
        elif kept < done.assigned or crossed > 0:
            found.append(Caveat("adherence", f"{said} The comparison is by what was drawn, so that it stays fair."))
    if p is not None and acute.q025 is not None and acute.q975 is not None:
        excludes = acute.q025 > 0 or acute.q975 < 0
        if excludes != (p < 0.05):
            agrees = "does not confirm it" if excludes else "finds a difference where the interval does not"
            found.append(Caveat("randomisation_disagrees", f"{test} {agrees} (p = {p:.3f}); trust neither alone."))
        else:
            found.append(Caveat("randomisation_agrees", f"{test}, which needs no model, agrees (p = {p:.3f})."))
    return found


def sealed(at: Course) -> Caveat:
    """While a trial runs: which day it is, and no more. A clause without a full stop."""
    return Caveat(
        "sealed",
        f"the trial is still running ({at.words}) and its answer is sealed until {_day(at.last_day)} is over, so that it cannot colour your "
        "ratings; you may open it, and the report will say so",
    )


def about_course(at: Course | None) -> list[Caveat]:
    """Which day of the trial it is, and why no p value is told before its end."""
    if at is None or at.ended:
        return []
    said = (
        f"This is {at.words} of the trial. The randomisation test waits for its planned end, {_day(at.last_day)}: a p value that is "
        "looked at on the way finds too much."
    )
    return [Caveat("trial_running", said)]


def about_drawing(at: Course | None, *, drawable: bool) -> list[Caveat]:
    """At the end of a trial whose file does not say how it was drawn: why no randomisation test stands beside it."""
    if at is None or not at.ended or drawable:
        return []
    said = "The schedule does not say how it was drawn, so no randomisation test can stand beside this."
    return [Caveat("no_randomisation_test", said)]


def _day(on: date) -> str:
    return f"{on:%-d %B %Y}"


def about_expectancy(told: Expectancy | None, acute: Effect, c: Comparison) -> list[Caveat]:
    """What the person expected, and whether they looked at the running answer."""
    if told is None:
        return []
    found = []
    if told.expected is not None and acute.mean is not None:
        said = (
            f"Before, you expected {c.points(told.expected, signed=True)} {c.unit}; the ratings say {c.points(acute.mean, signed=True)}. You knew "
            "which day was which, and what one expects is part of what one feels."
        )
        found.append(Caveat("expectancy", said))
    if told.of_ten is not None and acute.mean is not None:
        said = (
            f"Before you saw any evidence you expected it to help, {told.of_ten:g} of 10 (0 not at all, 10 very much); the ratings say "
            f"{c.points(acute.mean, signed=True)} {c.unit}. You knew which day was which, and what one expects is part of what one feels."
        )
        found.append(Caveat("expectancy", said))
    if told.opened:
        times = "once" if len(told.opened) == 1 else f"{len(told.opened)} times"
        days = ", ".join(str(d) for d in told.opened)
        said = f"The running answer was opened {times} (day {days}); ratings after that may lean towards it."
        found.append(Caveat("opened", said))
    return found


def about_second(outcome: str | None, beside: Beside | None) -> list[Caveat]:
    """What a sparse second outcome added, or that it could not enter."""
    if outcome is None:
        return []
    name = outcome.replace("_", " ")
    if beside is None:
        return [Caveat("second_unusable", f"{name} has too few scores that differ, so it was left out.")]
    less = 1 - beside.sd_together / beside.sd_alone
    gained = (
        f"took away {less:.0%} more of the doubt about the slow effect" if less >= 0.005 else "added next to nothing"
    )
    said = (
        f"{beside.scores} scores of {name} stand in the same model and {gained}; one session a day kept up for months: "
        f"{_signed(beside.mean)} of its points (95% interval {_signed(beside.q025)} to {_signed(beside.q975)})."
    )
    return [Caveat("second_outcome", said)]


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


BELIEFS = {
    "default": "expects nothing in particular",
    "sceptical": "expects small effects only",
    "mainstream": "expects what studies found",
    "flat": "expects anything",
}
"""Each starting point in a reader's words."""


def about_priors(
    under: Mapping[str, Effect],
    priors: Mapping[str, tuple[float, float]],
    verdict: Verdict,
    c: Comparison,
    *,
    chosen: str,
) -> list[Caveat]:
    """Of an answer that depends on the starting point: which one does not agree, what it says, and what would settle it.

    Parameters
    ----------
    under
        The headline's effect under each prior.
    priors
        Mean and sd of each, points.
    chosen
        The prior that the headline is read under.
    """
    if verdict != "depends_on_prior":
        return []
    others = [name for name, e in under.items() if e.verdict != under[chosen].verdict]
    said = []
    for name in others:
        e = under[name]
        assert e.mean is not None
        said.append(
            f"Someone who {BELIEFS[name]} would read {c.points(e.mean, signed=True)} ({c.interval(e)}), which {_means(e)}."
        )
    times = [times_as_long(under["flat"], priors[name], swc=c.swc, higher_is=c.higher_is) for name in others]
    longest = None if None in times else max(t for t in times if t is not None)
    more = (
        f"If the difference stays as it is, about {longest:g} times as many days would settle it."
        if longest is not None
        else "If the difference stays as it is, even eight times as many days may not settle it."
    )
    return [Caveat("depends_on_prior", " ".join([*said, more]))]


def _means(e: Effect) -> str:
    if e.verdict == "cannot_tell":
        return "settles nothing"
    return {"better": "is a benefit", "worse": "is a harm"}.get(e.verdict, "is no difference worth noticing")


def about_timing(placebo: Placebo | None, verdict: Verdict) -> list[Caveat]:
    """Whether sessions moved by whole weeks show as much as the real ones."""
    if placebo is None or verdict not in ("better", "worse") or placebo.as_large <= PLACEBO_SHARE:
        return []
    said = f"Sessions moved by whole weeks show as much in {placebo.as_large:.0%} of {placebo.shifts} tries; the timing may not be what matters."
    return [Caveat("timing_placebo", said)]


def _about_cause(table: Table, c: Comparison, lead: LeadTest | None) -> list[Caveat]:
    if c.assigned:
        return []
    found = []
    if lead is None:
        found.append(
            Caveat("lead_not_possible", "Whether training follows the outcome could not be tested with this diary.")
        )
    elif lead.fired:
        found.append(
            Caveat(
                "lead_test",
                f"Before a session {c.outcome} already differs by {c.points(lead.mean, signed=True)} {c.unit}. A session cannot act "
                "backwards: either you train when you feel different, or something else moves both.",
            )
        )
    else:
        found.append(
            Caveat(
                "lead_test_silent",
                f"Coming sessions did not show in the ratings before them; the test would have found {c.points(lead.detectable)} {c.unit} or more.",
            )
        )
    if not _rated_before(table):
        found.append(
            Caveat(
                "rate_before",
                "Check in before you decide to train, too: only that can tell whether training follows how you feel.",
            )
        )
    found.append(
        Caveat(
            "observational",
            "Days were not chosen at random, so this is what goes with training, not what training does.",
        )
    )
    first = min(b.day for b in table.bouts)
    if first - int(table.day[0]) >= LOG_GAP_DAYS and float(np.mean(table.daily[first - int(table.day[0]) :] > 0)) > 0.1:
        found.append(
            Caveat(
                "started_inside",
                "You began to train during the diary. Whatever else changed then cannot be told apart from training.",
            )
        )
    return found


def _rated_before(table: Table) -> bool:
    """Whether at least half of the sessions have a check-in earlier on their day."""
    starts = [(b.day, b.start) for b in table.bouts if b.start is not None]
    if not table.timed or not starts:
        return False
    first = dict(zip(table.day[::-1].tolist(), table.t[::-1].tolist(), strict=True))
    before = sum(1 for day, start in starts if first.get(day, start) < start)
    return before * 2 >= len(starts)


def _about_data(table: Table, missing: Missingness) -> list[Caveat]:
    found = []
    if table.done.last_day is not None and int(table.day[-1]) - table.done.last_day > LOG_GAP_DAYS:
        gap = int(table.day[-1]) - table.done.last_day
        found.append(
            Caveat(
                "log_ends_early", f"The training log ends {gap} days before the check-ins; those days count as rest."
            )
        )
    if "order_unknown" in table.notes:
        found.append(
            Caveat(
                "order_unknown",
                "Some sessions carry no time of day; only the last check-in of such a day counts as after the session.",
            )
        )
    if missing.differs and missing.training_days is not None and missing.other_days is not None:
        found.append(
            Caveat(
                "missing_differs",
                f"Check-ins are missing on {missing.training_days:.0%} of training days but {missing.other_days:.0%} of other days; "
                "if bad days go unrated, the effect is off.",
            )
        )
    left_out = [e for e in table.excluded if e.what == table.outcome]
    if left_out:
        found.append(
            Caveat(
                "excluded",
                f"{len(left_out)} check-in{'s were' if len(left_out) > 1 else ' was'} left out ({_reasons(left_out)}).",
            )
        )
    if table.done.merged:
        found.append(Caveat("same_session_twice", f"{table.done.merged} sessions came from two apps and count once."))
    return found


def _reasons(left_out: list[Excluded]) -> str:
    return "; ".join(dict.fromkeys(e.why for e in left_out))


def _about_signals(table: Table) -> list[Caveat]:
    found = []
    for note in table.notes:
        code, _, name = note.partition(":")
        words = name.replace("_", " ")
        if code == "cannot_be_separated":
            found.append(
                Caveat(code, f"A {words} lies within two weeks of your first session; the two cannot be separated.")
            )
        elif code == "zone_moved":
            on, _, hours = name.partition(":")
            found.append(
                Caveat(
                    code,
                    f"Your clock moved by {hours} hours on {on}. Local times are compared; the days around a journey differ in other ways too.",
                )
            )
        elif code == "signal_sparse":
            found.append(Caveat(code, f"{words} is missing on many days; those take your mean."))
        elif code == "sleep_between":
            found.append(
                Caveat(
                    code,
                    "Sleep the night before is held constant, so what training does through sleep is not in the next-day effect.",
                )
            )
    return found
