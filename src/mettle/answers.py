"""The job, on one page: from one person's diary to an honest answer."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import numpy as np

from mettle import __version__
from mettle.diary import SignalName
from mettle.errors import InputError
from mettle.evidence import priors as evidence_priors
from mettle.inference import nof1
from mettle.inference.pooling import MESSAGE_COMPONENTS, Message, compressed
from mettle.trials import caveats, checks, wording
from mettle.trials.adherence import adherence
from mettle.trials.companion import companion, joint
from mettle.trials.companion import told as companion_told
from mettle.trials.contrasts import EFFECT_NAMES, Weeks, contrast, own_weeks, prior_sd
from mettle.trials.course import course as course_of
from mettle.trials.decision import decision as decision_of
from mettle.trials.family import Member, shared
from mettle.trials.randomisation import randomisation_p, timing_placebo
from mettle.trials.signals import refuse_consequences
from mettle.trials.table import Table, build
from mettle.trials.verdict import Effect, effect_of, headline, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor, Future
    from datetime import date

    from mettle.diary import Diary
    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior, PriorSet
    from mettle.trials.adherence import Adherence
    from mettle.trials.checks import Changes, LeadTest, Missingness, Reactivity
    from mettle.trials.companion import Beside, Companion
    from mettle.trials.contrasts import EffectName
    from mettle.trials.course import Course, Expectancy
    from mettle.trials.decision import Decision
    from mettle.trials.exposure import Excluded
    from mettle.trials.family import Shared
    from mettle.trials.randomisation import Placebo, Redraw
    from mettle.trials.schedule import Schedule
    from mettle.trials.verdict import Direction, Strength, Verdict
    from mettle.trials.wording import Comparison, Credibility

P = TypeVar("P")

PRIOR_NAMES = ("default", "sceptical", "mainstream", "flat")
ENOUGH_POINTS = 80.0
"""Effective sample size above which a reweighted posterior is used as it is; a fresh fit aims at 100."""
SWC_SHARE = 0.2
"""Default smallest worthwhile change: this share of the person's own within-person SD."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person's diary says about one outcome. `to_json` is its stable form; CONTRACTS names the fields.

    Parameters
    ----------
    comparison, table, weeks
        What was compared, in words, in numbers, and the person's own weeks.
    effects
        ``acute``, ``next_day``, ``chronic`` and ``total`` under the chosen prior.
    under_priors
        The headline's effect under each prior.
    lead, placebo
        Of an observational diary: does future training "predict" the present, and is the effect of moved sessions as large?
    delta, missing
        Where ratings are missing, and how much the acute effect leans on those that are.
    variability
        In a trial: how much more ratings vary on days of the first arm (ratio of standard deviations).
    randomisation_p, adherence
        In a trial: the randomisation test, where a sampler was given and the planned end has passed, and what was done of what was assigned.
    reactivity, changes
        What a session changes in the reaction to a bad event, where such events were recorded; and, of a session trial, the plain
        difference of changes.
    beside
        What a sparse second outcome says, where one stands in the same state space.
    schedule, course, decision
        Of a trial: what was drawn, which of its days it is, and at its end what to do.
    expectancy
        What the person expected before, and on which days of the trial they looked at the running answer.
    posterior
        Under the chosen prior; None where nothing was estimated.
    """

    question: str
    comparison: Comparison
    headline_effect: EffectName
    verdict: Verdict
    strength: Strength | None
    sentence: str
    credibility: Credibility
    effects: Mapping[EffectName, Effect]
    under_priors: Mapping[str, Effect]
    swc: float | None
    prior: Prior | None
    table: Table
    weeks: Weeks
    missing: Missingness | None
    lead: LeadTest | None
    placebo: Placebo | None
    delta: Mapping[str, float | None] | None
    variability: Mapping[str, float] | None
    randomisation_p: float | None
    adherence: Adherence | None
    caveats: tuple[caveats.Caveat, ...]
    text: str
    seed: int
    reactivity: Reactivity | None = None
    changes: Changes | None = None
    schedule: Schedule | None = field(default=None, repr=False)
    course: Course | None = None
    decision: Decision | None = None
    expectancy: Expectancy | None = None
    beside: Beside | None = None
    posterior: nof1.Posterior | None = field(default=None, repr=False)
    all_priors: PriorSet | None = field(default=None, repr=False)

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """Every observation and session left out, with why."""
        return self.table.excluded

    def to_json(self) -> dict[str, Any]:
        """The document of ``mettle answer --json``: figures to six significant digits, null where nothing is known."""
        days = self.table.axis
        seen = self.table.day
        return {
            "question": self.question,
            "outcome": {
                "name": self.table.outcome,
                "unit": self.comparison.unit,
                "higher_is": self.comparison.higher_is,
            },
            "headline": {
                "effect": self.headline_effect,
                "verdict": self.verdict,
                "strength": self.strength,
                "estimand": self.effects[self.headline_effect].estimand,
                "text": self.sentence,
            },
            "credibility": self.credibility,
            "effects": {name: _figures(asdict(self.effects[name])) for name in EFFECT_NAMES},
            "swc": _figure(self.swc),
            "prior": None
            if self.prior is None
            else {
                "name": self.prior.name,
                "mean": _figure(self.prior.mean),
                "sd": _figure(self.prior.sd),
                "source": self.prior.source,
            },
            "under_priors": {name: _figures(asdict(e)) for name, e in self.under_priors.items()},
            "data": {
                "first_day": days.date(int(seen[0])).isoformat() if seen.size else None,
                "last_day": days.date(int(seen[-1])).isoformat() if seen.size else None,
                "days": self.table.days,
                "observations": int(seen.size),
                "missing_share": None if self.missing is None else _figure(self.missing.all_days),
                "exposed_days": int((self.table.daily > 0).sum()),
            },
            "checks": {
                "lead_test": None if self.lead is None else _figures(asdict(self.lead)),
                "randomisation_p": _figure(self.randomisation_p),
                "timing_placebo": None if self.placebo is None else _figures(asdict(self.placebo)),
                "missingness": None
                if self.missing is None
                else _figures({**asdict(self.missing), **(self.delta or {})}),
                "variability": None if self.variability is None else _figures(dict(self.variability)),
                "reactivity": None if self.reactivity is None else _figures(asdict(self.reactivity)),
                "beside": None if self.beside is None else _figures(asdict(self.beside)),
                "changes": None if self.changes is None else _figures(asdict(self.changes)),
                "ess": None if self.posterior is None else _figure(self.posterior.ess),
                "points": None if self.posterior is None else self.posterior.points,
            },
            "adherence": None if self.adherence is None else _figures(asdict(self.adherence)),
            "trial": None
            if self.course is None
            else {
                "day": self.course.day,
                "days": self.course.days,
                "last_day": self.course.last_day.isoformat(),
                "ended": self.course.ended,
                "decision": None if self.decision is None else asdict(self.decision),
            },
            "expectancy": None
            if self.expectancy is None
            else {"expected": _figure(self.expectancy.expected), "opened_days": list(self.expectancy.opened)},
            "caveats": [asdict(c) for c in self.caveats],
            "excluded": [asdict(e) for e in self.excluded],
            "text": self.text,
            "seed": self.seed,
            "version": __version__,
        }


def _figure(value: float | None) -> float | None:
    """Six significant digits, so that the last bits of different processors do not show."""
    return None if value is None else float(f"{value:.6g}")


def _figures(document: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _figure(value) if type(value) is float else _figures(value) if isinstance(value, dict) else value
        for key, value in document.items()
    }


def answer(
    outcome: str,
    diary: Diary,
    *,
    today: date,
    schedule: Schedule | None = None,
    claim: str | None = None,
    higher_is: Direction = "better",
    unit: str = "points",
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

    Raises
    ------
    InputError
        Where a parameter is not allowed, the outcome is not in the diary, or the schedule has no day of the diary.
    """
    claim = claim or (schedule.claims[0] if schedule and schedule.claims else None)
    _refuse(outcome, diary, swc, prior, schedule)
    if beside is not None:
        _refuse_second(beside, outcome, diary)
    if adjust is not None:
        refuse_consequences(adjust, get_args(SignalName))
        diary = replace(diary, signals=tuple(s for s in diary.signals if s.name in adjust or s.name == outcome))
    table = build(diary, outcome, today=today, schedule=schedule, drop_first_days=drop_first_days)
    if schedule is not None and not table.t.size:
        raise InputError(_no_common_day(diary, outcome, schedule), where="--schedule")
    weeks = own_weeks(table.daily)
    swc = swc or (schedule.swc if schedule else None) or SWC_SHARE * table.scale or None
    compared = _comparison(outcome, table, unit=unit, higher_is=higher_is, schedule=schedule, swc=swc)
    at = None if schedule is None else course_of(schedule, today)
    reason = caveats.sealed(at) if sealed and at is not None and not at.ended else None
    reason = reason or caveats.cannot_estimate(table, today=today)
    if reason is not None or swc is None:
        none = _no_answer(compared, table, weeks=weeks, effect=effect, reason=reason, seed=seed, schedule=schedule)
        return replace(none, course=at, expectancy=expectancy)
    own = evidence_priors.for_claim(claim, outcome, own_sd=table.scale, higher_is=higher_is)
    second = None
    if beside is not None:
        second = companion(diary, beside, table, today=today, schedule=schedule, higher_is=higher_is)
    fits = _fits(table, own, prior, seed, second)
    found = {
        name: {
            e: _effect(e, table, priors=getattr(own, name), fit=fit, weeks=weeks, compared=compared)
            for e in EFFECT_NAMES
        }
        for name, fit in fits.items()
    }
    chosen = getattr(own, prior)
    lead = checks.lead_test(table, chosen, seed=seed) if schedule is None else None
    placebo = timing_placebo(table, chosen) if schedule is None else None
    missing = checks.missingness(table)
    acute = found[prior]["acute"]
    ready = redraw if at is not None and at.ended else None
    trial = _trial(table, schedule, acute, chosen, compared=compared, redraw=ready, seed=seed)
    credibility = _credibility(schedule, lead)
    under = {name: found[name][effect] for name in PRIOR_NAMES}
    verdict, strength = headline(under[prior], [e for name, e in under.items() if name != prior])
    if credibility == "not_credible":
        verdict, strength = "cannot_tell", None
    said = wording.sentence(
        compared, under[prior], name=effect, verdict=verdict, strength=strength, credibility=credibility
    )
    warned = caveats.caveats(
        table, compared, found[prior], lead=lead, missing=missing, converged=all(f.converged for f in fits.values())
    )
    extra = None
    if second is not None:
        extra = companion_told(second, fits[prior], nof1.fit(table.design(chosen), seed=seed))
    told = [*caveats.about_expectancy(expectancy, acute, compared), *caveats.about_second(beside, extra)]
    warned = (
        *caveats.about_trial(acute, trial.adherence, trial.p, headline=effect),
        *caveats.about_course(at),
        *told,
        *caveats.about_timing(placebo, verdict),
        *warned,
        *caveats.about_drawing(at, drawable=redraw is not None),
    )
    at_end = at is not None and at.ended
    decided = decision_of(compared, under[prior], verdict, name=effect) if at_end else None
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
        prior=chosen[effect] if effect in chosen else chosen["chronic"],
        table=table,
        weeks=weeks,
        missing=missing,
        lead=lead,
        placebo=placebo,
        delta=None if acute.mean is None else checks.delta_sensitivity(table, acute.mean, missing),
        variability=trial.variability,
        randomisation_p=trial.p,
        adherence=trial.adherence,
        caveats=warned,
        text=" ".join([said, *(c.text for c in warned), *_told(decided)]),
        seed=seed,
        reactivity=checks.reactivity(table, chosen, _bad_events(diary, outcome, table), seed=seed),
        changes=trial.changes,
        schedule=schedule,
        course=at,
        decision=decided,
        beside=extra,
        expectancy=expectancy,
        posterior=fits[prior],
        all_priors=own,
    )


def _told(decided: Decision | None) -> tuple[str, ...]:
    return () if decided is None else (decided.text, decided.if_wrong, decided.not_about)


def family(found: Sequence[Answer]) -> tuple[Shared, ...]:
    """Several outcomes of one person: each headline effect partially pooled with the others, in the order given.

    Outcomes of which nothing could be estimated are left out.
    """
    members = []
    for a in found:
        if a.posterior is None or a.all_priors is None or a.prior is None or a.swc is None:
            continue
        priors = getattr(a.all_priors, a.prior.name)
        kernel, scale = a.table.horizon, a.table.scale
        members.append(
            Member(
                outcome=a.table.outcome,
                posterior=contrast(kernel, a.posterior, a.headline_effect, a.weeks),
                prior_mean=priors[a.headline_effect].mean / scale if a.headline_effect in priors else 0.0,
                prior_sd=prior_sd(kernel, priors, a.headline_effect, a.weeks) / scale,
                scale=scale,
                swc=a.swc,
                higher_is=a.comparison.higher_is,
                verdict=a.verdict,
                p=a.randomisation_p,
                estimand=a.effects[a.headline_effect].estimand,
            )
        )
    return shared(members) if members else ()


def _refuse(outcome: str, diary: Diary, swc: float | None, prior: str, schedule: Schedule | None) -> None:
    try:
        diary.of(outcome)
    except ValueError as error:
        raise InputError(str(error), where="--outcome") from None
    if swc is not None and not 0 < swc < float("inf"):
        raise InputError(f"must be a number above 0, got {swc:g}", where="--swc")
    if prior not in PRIOR_NAMES:
        raise InputError(f"must be one of {', '.join(PRIOR_NAMES)}, got {prior!r}", where="--prior")
    if schedule is not None and not schedule.trial_days:
        raise InputError("the schedule has no trial day", where="--schedule")


def _refuse_second(beside: str, outcome: str, diary: Diary) -> None:
    if beside == outcome:
        raise InputError(f"must be another outcome than {outcome!r}", where="--with")
    try:
        diary.of(beside)
    except ValueError as error:
        raise InputError(str(error), where="--with") from None


def _no_common_day(diary: Diary, outcome: str, schedule: Schedule) -> str:
    seen = sorted(o.when.day for o in diary.of(outcome))
    days = sorted(schedule.trial_days)
    return f"no check-in lies on a day of the trial: check-ins {seen[0]} to {seen[-1]}, trial {days[0]} to {days[-1]}"


def _comparison(
    outcome: str, table: Table, *, unit: str, higher_is: Direction, schedule: Schedule | None, swc: float | None
) -> Comparison:
    arms = None
    if schedule is not None and schedule.arms != ("train", "rest"):
        arms = (schedule.arms[0].replace("_", " "), schedule.arms[1].replace("_", " "))
    return wording.Comparison(
        outcome=outcome.replace("_", " "),
        unit=unit,
        higher_is=higher_is,
        horizon=table.horizon,
        arms=arms,
        assigned=schedule is not None,
        dated_only=not table.timed,
        kind=None if schedule is None else schedule.kind,
        swc=swc or 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    adherence: Adherence | None = None
    p: float | None = None
    variability: Mapping[str, float] | None = None
    changes: Changes | None = None


BAD_EVENT = "bad_event"
"""The outcome that marks a bad event: 0 for none, above for how bad."""


def _bad_events(diary: Diary, outcome: str, table: Table) -> dict[int, float]:
    """Day number -> how bad, 0 to 1."""
    own = [o for o in diary.observations if o.outcome == BAD_EVENT != outcome]
    worst = max((o.value for o in own), default=0.0)
    events: dict[int, float] = {}
    for o in own if worst > 0 else ():
        day = table.axis.day(o.when)
        events[day] = max(o.value / worst, events.get(day, 0.0))
    return events


def _trial(
    table: Table,
    schedule: Schedule | None,
    acute: Effect,
    priors: Mapping[PriorEffect, Prior],
    *,
    compared: Comparison,
    redraw: Redraw | None,
    seed: int,
) -> _Trial:
    """What only a trial has: adherence, the randomisation test, and variability by arm."""
    if schedule is None:
        return _Trial()
    p = None
    if redraw is not None:
        p = randomisation_p(table, priors, schedule, redraw, rng=np.random.default_rng(seed))
    done = adherence(table, schedule, acute, priors, swc=compared.swc, higher_is=compared.higher_is, seed=seed)
    rated = {
        (a.on - table.axis.origin).days: a.arm == schedule.arms[0]
        for a in schedule.assignments
        if a.phase == "trial" and a.rate
    }
    changed = checks.changes(table, rated) if schedule.kind == "session" else None
    return _Trial(done, p, checks.variability(table, priors, seed=seed), changed)


def _fits(table: Table, own: PriorSet, chosen: str, seed: int, second: Companion | None) -> dict[str, nof1.Posterior]:
    """The posterior under each prior: one fit, reweighted exactly; fitted anew where the points are worth too little."""

    def under(name: str) -> nof1.Design:
        priors = getattr(own, name)
        return table.design(priors) if second is None else joint(table, second, priors)

    design = under(chosen)
    fits = {chosen: nof1.fit(design, seed=seed)}
    for name in PRIOR_NAMES:
        if name not in fits:
            other = under(name)
            found = nof1.reprior(fits[chosen], design, other.prior_mean, other.prior_sd)
            worth = fits[chosen].converged and found.ess >= ENOUGH_POINTS
            fits[name] = found if worth else nof1.fit(other, seed=seed)
    return fits


def _effect(
    name: EffectName,
    table: Table,
    *,
    priors: Mapping[PriorEffect, Prior],
    fit: nof1.Posterior,
    weeks: Weeks,
    compared: Comparison,
) -> Effect:
    said = wording.estimand(compared, name, weeks)
    beyond = weeks.extrapolated if name == "total" else name == "chronic" and weeks.usual < 1
    before = prior_sd(table.horizon, priors, name, weeks)
    if before <= 0:
        return unknown(said, extrapolated=beyond)
    return effect_of(
        contrast(table.horizon, fit, name, weeks),
        scale=table.scale,
        prior_sd=before,
        swc=compared.swc,
        higher_is=compared.higher_is,
        estimand=said,
        extrapolated=beyond,
        usable=fit.converged,
    )


def _credibility(schedule: Schedule | None, lead: LeadTest | None) -> Credibility:
    if schedule is not None:
        return "randomised"
    return "not_credible" if lead is not None and lead.fired else "observational"


def _no_answer(
    compared: Comparison,
    table: Table,
    *,
    weeks: Weeks,
    effect: EffectName,
    reason: caveats.Caveat | None,
    seed: int,
    schedule: Schedule | None,
) -> Answer:
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
        credibility="randomised" if schedule is not None else "observational",
        effects=nothing,
        under_priors=dict.fromkeys(PRIOR_NAMES, nothing[effect]),
        swc=compared.swc or None,
        prior=None,
        table=table,
        weeks=weeks,
        missing=checks.missingness(table) if table.t.size else None,
        lead=None,
        placebo=None,
        delta=None,
        variability=None,
        randomisation_p=None,
        adherence=None,
        caveats=(reason,) if reason else (),
        text=said,
        seed=seed,
        schedule=schedule,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One person of many: a name, and what `answer` takes.

    Parameters
    ----------
    person
        A name of your own for them.
    outcome, diary, schedule, claim, higher_is, unit, swc, redraw
        See `answer`.
    """

    person: str
    outcome: str
    diary: Diary
    schedule: Schedule | None = None
    claim: str | None = None
    higher_is: Direction = "better"
    unit: str = "points"
    swc: float | None = None
    redraw: Redraw | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one person: small enough to keep a hundred thousand of, or to send from another machine.

    Parameters
    ----------
    person
        As named.
    document
        The answer as `Answer.to_json`; None where there was trouble.
    messages
        What the person's own data say of the ``acute`` and the ``chronic`` effect, for pooling: counted towards better, in
        units of their own SD. Empty where nothing was estimated.
    error
        The trouble in one line; None where there was none.
    """

    person: str
    document: dict[str, Any] | None
    messages: Mapping[str, Message]
    error: str | None = None


AHEAD = 32
"""Groups of people handed to an executor before the first of them is back."""


def answer_many(
    people: Iterable[P],
    *,
    today: date,
    load: Callable[[P], Case],
    name: Callable[[P], str] = str,
    prior: str = "default",
    effect: EffectName = "acute",
    sealed: bool = False,
    seed: int = 0,
    executor: Executor | None = None,
    group: int = 8,
) -> Iterator[Answered]:
    """The answer of each person, in order, as they come: memory does not grow with their number.

    A person in trouble is an `Answered` with an ``error``; the others go on. With an executor (threads, processes, or that of a
    Dask client) the answers are bit for bit the same.

    Parameters
    ----------
    people
        Names, folders, anything small that ``load`` knows; read only as far ahead as needed.
    load
        Makes the case of one person, where the work is done; with processes it is a function of a module.
    name
        What a person is called who could not be loaded.
    today, prior, effect, sealed, seed
        See `answer`.
    executor
        Where the work is done; here, one after the other, by default.
    group
        People sent at a time, at least 1.
    """
    if group < 1:
        raise ValueError(f"group must be at least 1, got {group}")
    rest = iter(people)
    job = _Job(load, name, today, prior, effect, sealed, seed)
    if executor is None:
        for person in rest:
            yield job.one(person)
        return
    waiting: deque[Future[list[Answered]]] = deque()
    try:
        while True:
            while len(waiting) < AHEAD and (several := list(islice(rest, group))):
                waiting.append(executor.submit(job.several, several))
            if not waiting:
                return
            yield from waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


@dataclass(frozen=True, slots=True)
class _Job:
    """What a worker is told."""

    load: Callable[[Any], Case]
    name: Callable[[Any], str]
    today: date
    prior: str
    effect: EffectName
    sealed: bool
    seed: int

    def several(self, people: list[Any]) -> list[Answered]:
        return [self.one(person) for person in people]

    def one(self, person: Any) -> Answered:  # noqa: ANN401 # whatever `load` knows
        try:
            case = self.load(person)
            found = answer(
                case.outcome,
                case.diary,
                today=self.today,
                schedule=case.schedule,
                claim=case.claim,
                higher_is=case.higher_is,
                unit=case.unit,
                swc=case.swc,
                prior=self.prior,
                effect=self.effect,
                redraw=case.redraw,
                sealed=self.sealed,
                seed=self.seed,
            )
            return Answered(case.person, found.to_json(), messages(found))
        except (InputError, OSError, ValueError) as error:
            return Answered(self.name(person), None, {}, str(error))
        except Exception as error:  # noqa: BLE001 # one broken person must not end the others' work
            return Answered(self.name(person), None, {}, f"{type(error).__name__}: {error}")


POOLED: tuple[PriorEffect, ...] = ("acute", "chronic")


def messages(found: Answer) -> dict[str, Message]:
    """What one person's data say of each effect that is pooled: towards better, in units of their own SD.

    Where the acute effect fades within hours, its prior is a mixture over decay times; the message is divided by the normal
    of the same mean and spread.
    """
    if found.posterior is None or found.all_priors is None or found.prior is None:
        return {}
    if not found.posterior.converged:
        return {}
    sign = 1.0 if found.comparison.higher_is == "better" else -1.0
    priors = getattr(found.all_priors, found.prior.name)
    told = {}
    for effect in POOLED:
        one = compressed(contrast(found.table.horizon, found.posterior, effect, found.weeks), MESSAGE_COMPONENTS)
        before = prior_sd(found.table.horizon, priors, effect, found.weeks) / found.table.scale
        told[str(effect)] = Message(
            nof1.Mixture(one.weights, sign * one.means, one.sds), sign * priors[effect].mean / found.table.scale, before
        )
    return told
