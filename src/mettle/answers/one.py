"""The job, on one page: from one person's diary to an honest answer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mettle.answers import question
from mettle.answers.checked import check
from mettle.answers.document import Answer
from mettle.answers.estimates import PRIOR_NAMES, effects, under_each_prior
from mettle.evidence import priors as evidence_priors
from mettle.inference import nof1
from mettle.trials import caveats, checks, wording
from mettle.trials.companion import companion
from mettle.trials.companion import told as companion_told
from mettle.trials.contrasts import EFFECT_NAMES, own_weeks
from mettle.trials.course import course as course_of
from mettle.trials.decision import decision as decision_of
from mettle.trials.table import build
from mettle.trials.verdict import headline, unknown
from mettle.words import together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mettle.diary import Diary
    from mettle.trials.checks import LeadTest
    from mettle.trials.contrasts import EffectName, Weeks
    from mettle.trials.course import Expectancy
    from mettle.trials.randomisation import Redraw
    from mettle.trials.schedule import Schedule
    from mettle.trials.table import Table
    from mettle.trials.verdict import Direction
    from mettle.trials.wording import Comparison, Credibility

SWC_SHARE = 0.2
"""Default smallest worthwhile change: this share of the person's own within-person SD."""


def answer(
    outcome: str,
    diary: Diary,
    *,
    today: date,
    schedule: Schedule | None = None,
    claim: str | None = None,
    higher_is: Direction = "better",
    unit: str = wording.POINTS,
    swc: float | None = None,
    prior: str = "default",
    effect: EffectName = "acute",
    drop_first_days: int = 0,
    redraw: Redraw | None = None,
    expectancy: Expectancy | None = None,
    sealed: bool = False,
    beside: str | None = None,
    adjust: Sequence[str] | None = None,
    seed: int = 0,
    backend: nof1.Backend = "numpy",
) -> Answer:
    """Whether training goes with (or, where it was randomised, changes) an outcome of one person.

    Parameters
    ----------
    outcome
        Which of the diary's outcomes.
    diary
        What was recorded.
    today
        Later observations are left out.
    schedule
        The drawn schedule of a trial; with it the comparison is as assigned and the words may be causal.
    claim
        Id of the claim whose published studies inform the sceptical and the mainstream prior; by default the
        schedule's, where it names one, else whatever studies fit the outcome. The default prior stays centred on no effect.
    higher_is, unit
        Of the outcome.
    swc
        Smallest worthwhile change, points, above 0; by default 0.2 of the person's own SD.
    prior
        Which of the four priors the headline is read under; it must hold under all.
    effect
        Which effect the headline is about.
    drop_first_days
        Leave out so many days at the begin, when keeping a diary is new.
    redraw
        Draws another schedule from the set that this one was drawn from; with it a randomisation test stands beside the
        posterior, once the planned end has passed.
    expectancy
        What the person expected, and when they looked.
    beside
        A sparse second outcome (a questionnaire every two weeks) to be modelled together with this one.
    adjust
        Which signals are held constant; by default all that are recorded. What may be a consequence of the session is refused.
    sealed
        While a trial runs, say no more than which day it is.
    seed
        Of the placement of the numerical points, and of the redraws.
    backend
        See `mettle.inference.nof1.fit`: ``"numba"`` pays for many people, and gives the same figures.

    Raises
    ------
    InputError
        Where a parameter is not allowed, the outcome is not in the diary, or the schedule has no day of the diary.
    """
    question.refuse(outcome, diary, swc=swc, prior=prior, schedule=schedule, beside=beside)
    diary = question.adjusted(diary, outcome, adjust)
    table = build(diary, outcome, today=today, schedule=schedule, drop_first_days=drop_first_days)
    question.refuse_other_days(table, diary, outcome, schedule)
    swc = swc or (schedule.swc if schedule else None) or SWC_SHARE * table.scale or None
    compared = question.comparison(outcome, table, unit=unit, higher_is=higher_is, schedule=schedule, swc=swc)
    weeks = own_weeks(table.daily)
    at = None if schedule is None else course_of(schedule, today)
    ended = at is not None and at.ended
    reason = caveats.sealed(at) if sealed and at is not None and not ended else None
    reason = reason or caveats.cannot_estimate(table, today=today)
    if reason is not None or swc is None:
        untold = _nothing(compared, table, weeks, reason, effect=effect, seed=seed)
        return replace(untold, schedule=schedule, course=at, expectancy=expectancy)

    claim = claim or (schedule.claims[0] if schedule and schedule.claims else None)
    fit = partial(nof1.fit, seed=seed, backend=backend)
    own = evidence_priors.for_claim(claim, outcome, own_sd=table.scale, higher_is=higher_is)
    second = None
    if beside is not None:
        second = companion(diary, beside, table, today=today, schedule=schedule, higher_is=higher_is)
    fits = under_each_prior(table, own, prior, second=second, fit=fit)
    found = {
        name: effects(table, getattr(own, name), fit, flat=fits["flat"], weeks=weeks, compared=compared)
        for name, fit in fits.items()
    }
    chosen, under = getattr(own, prior), {name: found[name][effect] for name in PRIOR_NAMES}
    extra = None
    if second is not None:
        extra = companion_told(second, fits[prior], fit(table.design(chosen)))
    checked = check(
        table,
        chosen,
        diary,
        acute=found[prior]["acute"],
        compared=compared,
        schedule=schedule,
        redraw=redraw if ended else None,
        seed=seed,
        fit=fit,
    )

    credibility = _credibility(schedule, checked.lead)
    verdict, strength = headline(under[prior], [e for name, e in under.items() if name != prior])
    if credibility == "not_credible":
        verdict, strength = "cannot_tell", None
    decided = decision_of(compared, under[prior], verdict, name=effect) if ended else None
    said = wording.sentence(
        compared, under[prior], name=effect, verdict=verdict, strength=strength, credibility=credibility
    )
    about = effect if effect in chosen else "chronic"
    believed = {name: (getattr(own, name)[about].mean, getattr(own, name)[about].sd) for name in PRIOR_NAMES}
    warned = (
        *caveats.about_priors(under, believed, verdict, compared, chosen=prior),
        *caveats.about_trial(found[prior]["acute"], checked.adherence, checked.randomisation_p, headline=effect),
        *caveats.about_course(at),
        *caveats.about_expectancy(expectancy, found[prior]["acute"], compared),
        *caveats.about_second(beside, extra),
        *caveats.about_timing(checked.placebo, verdict),
        *caveats.caveats(
            table,
            compared,
            found[prior],
            lead=checked.lead,
            missing=checked.missing,
            converged=all(f.converged for f in fits.values()),
        ),
        *caveats.about_drawing(at, drawable=redraw is not None),
    )
    at_the_end = () if decided is None else (decided.text, decided.if_wrong, decided.not_about)
    return Answer(
        question=wording.question(compared),
        comparison=compared,
        headline_effect=effect,
        verdict=verdict,
        strength=strength,
        sentence=said,
        credibility=credibility,
        effects=found[prior],
        under_priors=under,
        swc=swc,
        prior=chosen[about],
        table=table,
        weeks=weeks,
        missing=checked.missing,
        lead=checked.lead,
        placebo=checked.placebo,
        delta=checked.delta,
        variability=checked.variability,
        randomisation_p=checked.randomisation_p,
        adherence=checked.adherence,
        caveats=warned,
        text=together(said, *(c.text for c in warned), *at_the_end),
        seed=seed,
        reactivity=checked.reactivity,
        changes=checked.changes,
        schedule=schedule,
        course=at,
        decision=decided,
        beside=extra,
        expectancy=expectancy,
        posterior=fits[prior],
        all_priors=own,
    )


def _credibility(schedule: Schedule | None, lead: LeadTest | None) -> Credibility:
    if schedule is not None:
        return "randomised"
    return "not_credible" if lead is not None and lead.fired else "observational"


def _nothing(
    compared: Comparison, table: Table, weeks: Weeks, reason: caveats.Caveat | None, *, effect: EffectName, seed: int
) -> Answer:
    """The answer where nothing is estimated, with why."""
    nothing = {e: unknown(wording.estimand(compared, e, weeks)) for e in EFFECT_NAMES}
    said = wording.sentence(
        compared,
        nothing[effect],
        name=effect,
        verdict="cannot_tell",
        strength=None,
        credibility="observational",
        reason=reason.text if reason else None,
    )
    return Answer(
        question=wording.question(compared),
        comparison=compared,
        headline_effect=effect,
        verdict="cannot_tell",
        strength=None,
        sentence=said,
        credibility="randomised" if compared.assigned else "observational",
        effects=nothing,
        under_priors=dict.fromkeys(PRIOR_NAMES, nothing[effect]),
        swc=compared.swc or None,
        table=table,
        weeks=weeks,
        missing=checks.missingness(table) if table.t.size else None,
        caveats=(reason,) if reason else (),
        text=said,
        seed=seed,
    )
