"""What the reader must know beside the answer, each with a code and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mettle.trials.verdict import times_as_long
from mettle.words import Figure, Sentence, mark, say, says, together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mettle.trials.adherence import Adherence
    from mettle.trials.checks import LeadTest, Missingness
    from mettle.trials.companion import Beside
    from mettle.trials.contrasts import EffectName
    from mettle.trials.course import Course, Expectancy
    from mettle.trials.randomisation import Placebo
    from mettle.trials.table import Table
    from mettle.trials.verdict import Effect, Verdict
    from mettle.trials.wording import Comparison
    from mettle.words import Value

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
    """In English; a `Sentence`, so that it can be told in another language."""


def cannot_estimate(table: Table, *, today: date) -> Caveat | None:
    """Why nothing can be estimated; None where something can. The text is a clause without a full stop."""
    if not table.t.size:
        future = [e for e in table.excluded if e.what == table.outcome]
        if future and all("future" in e.why for e in future):
            return Caveat("future", say("every check-in lies after today, {today}", today=today.isoformat()))
        return Caveat("no_data", say("there is no check-in that can be used"))
    days = len(set(table.day.tolist()))
    if days < FEWEST_DAYS:
        return Caveat(
            "too_few_days",
            says(
                "{n} rated day is too few; it takes at least {fewest}, and usually some weeks",
                "{n} rated days are too few; it takes at least {fewest}, and usually some weeks",
                days,
                fewest=FEWEST_DAYS,
            ),
        )
    if table.scale <= 0:
        return Caveat(
            "no_variation",
            say(
                "every check-in has the same value ({value}), so nothing can have moved it",
                value=Figure(f"{table.centre:g}"),
            ),
        )
    rated = [float(dose) for dose in table.same_day]
    near = table.daily
    if not np.any(near > 0):
        return Caveat("no_exposure", say("no session lies on the days that were rated"))
    if np.all(near > 0) and float(np.ptp(rated)) == 0 and table.horizon == "day":
        return Caveat("no_contrast", say("every rated day has the same training, so there is nothing to compare with"))
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
        found.append(Caveat("numerical", say("The calculation did not settle; treat every figure with care.")))
    found += _about_cause(table, c, lead)
    found += _about_data(table, missing)
    found += _about_signals(table)
    if effects["total"].extrapolated:
        found.append(
            Caveat(
                "extrapolated",
                say("You never had two clearly quieter weeks, so what stopping would do goes beyond your own data."),
            )
        )
    found.append(
        Caveat("not_blinded", say("You knew when you trained; what you expected is part of what you felt."))
        if c.arms is None
        else Caveat(
            "not_blinded",
            say(
                "Unless it was hidden from you, you knew which day was which; what you expected is part of what you felt."
            ),
        )
    )
    return tuple(found)


def about_trial(
    acute: Effect, done: Adherence | None, p: float | None, *, headline: EffectName = "acute"
) -> list[Caveat]:
    """Adherence, and whether the randomisation test, which is about the acute effect, agrees with the posterior."""
    found = []
    if done is not None and done.done_when_assigned is not None and done.done_otherwise is not None:
        kept, crossed = round(done.done_when_assigned * done.assigned), round(done.done_otherwise * done.other)
        said = say(
            "You did what was drawn on {kept} of {assigned} days, and the other way round on {crossed} of {other}.",
            kept=kept,
            assigned=done.assigned,
            crossed=crossed,
            other=done.other,
        )
        if done.per_session is None:
            little = say("That is too little difference to say what a session does.")
            found.append(Caveat("assignment_not_followed", together(said, little)))
        elif kept < done.assigned or crossed > 0:
            fair = say("The comparison is by what was drawn, so that it stays fair.")
            found.append(Caveat("adherence", together(said, fair)))
    if p is not None and acute.q025 is not None and acute.q975 is not None:
        excludes = acute.q025 > 0 or acute.q975 < 0
        p_value = Figure(f"{p:.3f}")
        agrees = excludes == (p < 0.05)
        found.append(
            Caveat(
                "randomisation_agrees" if agrees else "randomisation_disagrees",
                say(_TESTS[headline == "acute", excludes, agrees], p=p_value),
            )
        )
    return found


_TESTS: dict[tuple[bool, bool, bool], Sentence] = {
    (True, True, False): mark("The randomisation test does not confirm it (p = {p}); trust neither alone."),
    (True, False, False): mark(
        "The randomisation test finds a difference where the interval does not (p = {p}); trust neither alone."
    ),
    (False, True, False): mark(
        "Of the session's own day, the randomisation test does not confirm it (p = {p}); trust neither alone."
    ),
    (False, False, False): mark(
        "Of the session's own day, the randomisation test finds a difference where the interval does not (p = {p}); trust neither alone."
    ),
    **dict.fromkeys(
        [(True, True, True), (True, False, True)],
        mark("The randomisation test, which needs no model, agrees (p = {p})."),
    ),
    **dict.fromkeys(
        [(False, True, True), (False, False, True)],
        mark("Of the session's own day, the randomisation test, which needs no model, agrees (p = {p})."),
    ),
}
"""Whether the headline is the acute effect, whether its interval excludes 0, whether the test agrees -> what is said."""


def sealed(at: Course) -> Caveat:
    """While a trial runs: which day it is, and no more. A clause without a full stop."""
    return Caveat(
        "sealed",
        say(
            "the trial is still running ({at}) and its answer is sealed until {last_day} is over, so that it cannot colour your ratings; you "
            "may open it, and the report will say so",
            at=at.words,
            last_day=at.last_day,
        ),
    )


def about_course(at: Course | None) -> list[Caveat]:
    """Which day of the trial it is, and why no p value is told before its end."""
    if at is None or at.ended:
        return []
    said = say(
        "This is {at} of the trial. The randomisation test waits for its planned end, {last_day}: a p value that is looked at on the way finds "
        "too much.",
        at=at.words,
        last_day=at.last_day,
    )
    return [Caveat("trial_running", said)]


def about_drawing(at: Course | None, *, drawable: bool) -> list[Caveat]:
    """At the end of a trial whose file does not say how it was drawn: why no randomisation test stands beside it."""
    if at is None or not at.ended or drawable:
        return []
    said = say("The schedule does not say how it was drawn, so no randomisation test can stand beside this.")
    return [Caveat("no_randomisation_test", said)]


def about_expectancy(told: Expectancy | None, acute: Effect, c: Comparison) -> list[Caveat]:
    """What the person expected, and whether they looked at the running answer."""
    if told is None:
        return []
    found = []
    if told.expected is not None and acute.mean is not None:
        said = say(
            "Before, you expected {expected} {unit}; the ratings say {found}. You knew which day was which, and what one expects is part of "
            "what one feels.",
            expected=c.points(told.expected, signed=True),
            unit=c.unit,
            found=c.points(acute.mean, signed=True),
        )
        found.append(Caveat("expectancy", said))
    if told.of_ten is not None and acute.mean is not None:
        said = say(
            "Before you saw any evidence you expected it to help, {of_ten} of 10 (0 not at all, 10 very much); the ratings say {found} {unit}. "
            "You knew which day was which, and what one expects is part of what one feels.",
            of_ten=Figure(f"{told.of_ten:g}"),
            found=c.points(acute.mean, signed=True),
            unit=c.unit,
        )
        found.append(Caveat("expectancy", said))
    if told.opened:
        said = says(
            "The running answer was opened once (day {days}); ratings after that may lean towards it.",
            "The running answer was opened {n} times (day {days}); ratings after that may lean towards it.",
            len(told.opened),
            days=", ".join(str(d) for d in told.opened),
        )
        found.append(Caveat("opened", said))
    return found


def about_second(outcome: str | None, beside: Beside | None) -> list[Caveat]:
    """What a sparse second outcome added, or that it could not enter."""
    if outcome is None:
        return []
    name = mark(outcome.replace("_", " "))
    if beside is None:
        said = say("{name} has too few scores that differ, so it was left out.", name=name)
        return [Caveat("second_unusable", said)]
    less = 1 - beside.sd_together / beside.sd_alone
    values: dict[str, Value] = {
        "scores": beside.scores,
        "name": name,
        "mean": _signed(beside.mean),
        "low": _signed(beside.q025),
        "high": _signed(beside.q975),
    }
    if less >= 0.005:
        said = say(
            "{scores} scores of {name} stand in the same model and took away {less} more of the doubt about the slow effect; one session a day "
            "kept up for months: {mean} of its points (95% interval {low} to {high}).",
            less=f"{less:.0%}",
            **values,
        )
    else:
        said = say(
            "{scores} scores of {name} stand in the same model and added next to nothing; one session a day kept up for months: {mean} of its "
            "points (95% interval {low} to {high}).",
            **values,
        )
    return [Caveat("second_outcome", said)]


def _signed(value: float) -> Figure:
    return Figure(f"{value:+.1f}".replace("-", "−"))


BELIEFS = {
    "default": mark("expects nothing in particular"),
    "sceptical": mark("expects small effects only"),
    "mainstream": mark("expects what studies found"),
    "flat": mark("expects anything"),
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
            say(
                "Someone who {believes} would read {mean} ({interval}), which {means}.",
                believes=BELIEFS[name],
                mean=c.points(e.mean, signed=True),
                interval=c.interval(e),
                means=_means(e),
            )
        )
    times = [times_as_long(under["flat"], priors[name], swc=c.swc, higher_is=c.higher_is) for name in others]
    longest = None if None in times else max(t for t in times if t is not None)
    more = (
        say(
            "If the difference stays as it is, about {longest} times as many days would settle it.",
            longest=Figure(f"{longest:g}"),
        )
        if longest is not None
        else say("If the difference stays as it is, even eight times as many days may not settle it.")
    )
    return [Caveat("depends_on_prior", together(*said, more))]


def _means(e: Effect) -> Sentence:
    if e.verdict == "cannot_tell":
        return say("settles nothing")
    if e.verdict == "better":
        return say("is a benefit")
    return say("is a harm") if e.verdict == "worse" else say("is no difference worth noticing")


def about_timing(placebo: Placebo | None, verdict: Verdict) -> list[Caveat]:
    """Whether sessions moved by whole weeks show as much as the real ones."""
    if placebo is None or verdict not in ("better", "worse") or placebo.as_large <= PLACEBO_SHARE:
        return []
    said = say(
        "Sessions moved by whole weeks show as much in {share} of {shifts} tries; the timing may not be what matters.",
        share=f"{placebo.as_large:.0%}",
        shifts=placebo.shifts,
    )
    return [Caveat("timing_placebo", said)]


def _about_cause(table: Table, c: Comparison, lead: LeadTest | None) -> list[Caveat]:
    if c.assigned:
        return []
    found = []
    if lead is None:
        found.append(
            Caveat(
                "lead_not_possible", say("Whether training follows the outcome could not be tested with this diary.")
            )
        )
    elif lead.fired:
        found.append(
            Caveat(
                "lead_test",
                say(
                    "Before a session {outcome} already differs by {by} {unit}. A session cannot act backwards: either you train when you feel "
                    "different, or something else moves both.",
                    outcome=c.outcome,
                    by=c.points(lead.mean, signed=True),
                    unit=c.unit,
                ),
            )
        )
    else:
        found.append(
            Caveat(
                "lead_test_silent",
                say(
                    "Coming sessions did not show in the ratings before them; the test would have found {points} {unit} or more.",
                    points=c.points(lead.detectable),
                    unit=c.unit,
                ),
            )
        )
    if not _rated_before(table):
        found.append(
            Caveat(
                "rate_before",
                say(
                    "Check in before you decide to train, too: only that can tell whether training follows how you feel."
                ),
            )
        )
    found.append(
        Caveat(
            "observational",
            say("Days were not chosen at random, so this is what goes with training, not what training does."),
        )
    )
    first = min(b.day for b in table.bouts)
    if first - int(table.day[0]) >= LOG_GAP_DAYS and float(np.mean(table.daily[first - int(table.day[0]) :] > 0)) > 0.1:
        found.append(
            Caveat(
                "started_inside",
                say(
                    "You began to train during the diary. Whatever else changed then cannot be told apart from training."
                ),
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
                "log_ends_early",
                say("The training log ends {gap} days before the check-ins; those days count as rest.", gap=gap),
            )
        )
    if "order_unknown" in table.notes:
        found.append(
            Caveat(
                "order_unknown",
                say(
                    "Some sessions carry no time of day; only the last check-in of such a day counts as after the session."
                ),
            )
        )
    if missing.differs and missing.training_days is not None and missing.other_days is not None:
        found.append(
            Caveat(
                "missing_differs",
                say(
                    "Check-ins are missing on {training} of training days but {other} of other days; if bad days go unrated, the effect is off.",
                    training=f"{missing.training_days:.0%}",
                    other=f"{missing.other_days:.0%}",
                ),
            )
        )
    left_out = [e for e in table.excluded if e.what == table.outcome]
    if left_out:
        found.append(
            Caveat(
                "excluded",
                says(
                    "{n} check-in was left out ({reasons}).",
                    "{n} check-ins were left out ({reasons}).",
                    len(left_out),
                    reasons=together(*dict.fromkeys(e.why for e in left_out), between="; "),
                ),
            )
        )
    if table.done.merged:
        found.append(
            Caveat(
                "same_session_twice",
                says(
                    "{n} session came from two apps and counts once.",
                    "{n} sessions came from two apps and count once.",
                    table.done.merged,
                ),
            )
        )
    return found


def _about_signals(table: Table) -> list[Caveat]:
    found = []
    for note in table.notes:
        code, _, name = note.partition(":")
        words = mark(name.replace("_", " "))
        if code == "cannot_be_separated":
            found.append(
                Caveat(
                    code,
                    say(
                        "A {signal} lies within two weeks of your first session; the two cannot be separated.",
                        signal=words,
                    ),
                )
            )
        elif code == "zone_moved":
            on, _, hours = name.partition(":")
            found.append(
                Caveat(
                    code,
                    say(
                        "Your clock moved by {hours} hours on {on}. Local times are compared; the days around a journey differ in other ways too.",
                        hours=Figure(hours),
                        on=on,
                    ),
                )
            )
        elif code == "signal_sparse":
            found.append(Caveat(code, say("{signal} is missing on many days; those take your mean.", signal=words)))
        elif code == "sleep_between":
            found.append(
                Caveat(
                    code,
                    say(
                        "Sleep the night before is held constant, so what training does through sleep is not in the next-day effect."
                    ),
                )
            )
    return found
