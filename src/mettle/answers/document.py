"""What an answer holds, and its stable form."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from mettle import __version__
from mettle.trials.contrasts import EFFECT_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

    from mettle.evidence.priors import Prior, PriorSet
    from mettle.inference.nof1 import Posterior
    from mettle.trials.adherence import Adherence
    from mettle.trials.caveats import Caveat
    from mettle.trials.checks import Changes, LeadTest, Missingness, Reactivity
    from mettle.trials.companion import Beside
    from mettle.trials.contrasts import EffectName, Weeks
    from mettle.trials.course import Course, Expectancy
    from mettle.trials.decision import Decision
    from mettle.trials.exposure import Excluded
    from mettle.trials.randomisation import Placebo
    from mettle.trials.schedule import Schedule
    from mettle.trials.table import Table
    from mettle.trials.verdict import Effect, Strength, Verdict
    from mettle.trials.wording import Comparison, Credibility


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
    table: Table
    weeks: Weeks
    caveats: tuple[Caveat, ...]
    text: str
    seed: int
    prior: Prior | None = None
    missing: Missingness | None = None
    lead: LeadTest | None = None
    placebo: Placebo | None = None
    delta: Mapping[str, float | None] | None = None
    variability: Mapping[str, float] | None = None
    randomisation_p: float | None = None
    adherence: Adherence | None = None
    reactivity: Reactivity | None = None
    changes: Changes | None = None
    schedule: Schedule | None = field(default=None, repr=False)
    course: Course | None = None
    decision: Decision | None = None
    expectancy: Expectancy | None = None
    beside: Beside | None = None
    posterior: Posterior | None = field(default=None, repr=False)
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
            "effects": {name: _known(self.effects[name]) for name in EFFECT_NAMES},
            "swc": _figure(self.swc),
            "prior": None
            if self.prior is None
            else {
                "name": self.prior.name,
                "mean": _figure(self.prior.mean),
                "sd": _figure(self.prior.sd),
                "source": self.prior.source,
            },
            "under_priors": {name: _known(e) for name, e in self.under_priors.items()},
            "data": {
                "first_day": days.date(int(seen[0])).isoformat() if seen.size else None,
                "last_day": days.date(int(seen[-1])).isoformat() if seen.size else None,
                "days": self.table.days,
                "observations": int(seen.size),
                "missing_share": None if self.missing is None else _figure(self.missing.all_days),
                "exposed_days": int((self.table.daily > 0).sum()),
            },
            "checks": {
                "lead_test": _known(self.lead),
                "randomisation_p": _figure(self.randomisation_p),
                "timing_placebo": _known(self.placebo),
                "missingness": None
                if self.missing is None
                else _figures({**asdict(self.missing), **(self.delta or {})}),
                "variability": None if self.variability is None else _figures(dict(self.variability)),
                "reactivity": _known(self.reactivity),
                "beside": _known(self.beside),
                "changes": _known(self.changes),
                "ess": None if self.posterior is None else _figure(self.posterior.ess),
                "points": None if self.posterior is None else self.posterior.points,
            },
            "adherence": _known(self.adherence),
            "trial": None
            if self.course is None
            else {
                "day": self.course.day,
                "days": self.course.days,
                "last_day": self.course.last_day.isoformat(),
                "ended": self.course.ended,
                "decision": _known(self.decision),
            },
            "expectancy": None
            if self.expectancy is None
            else {
                "expected": _figure(self.expectancy.expected),
                "of_ten": _figure(self.expectancy.of_ten),
                "opened_days": list(self.expectancy.opened),
            },
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


def _known(part: DataclassInstance | None) -> dict[str, Any] | None:
    return None if part is None else _figures(asdict(part))
