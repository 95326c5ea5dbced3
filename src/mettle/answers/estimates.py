"""The effects of one person under each prior."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.inference import nof1
from mettle.trials import wording
from mettle.trials.companion import joint
from mettle.trials.contrasts import EFFECT_NAMES, SLOW, contrast, prior_sd
from mettle.trials.verdict import effect_of, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.evidence.priors import Prior, PriorSet
    from mettle.trials.companion import Companion
    from mettle.trials.contrasts import EffectName, Weeks
    from mettle.trials.table import Table
    from mettle.trials.verdict import Effect
    from mettle.trials.wording import Comparison

PRIOR_NAMES = ("default", "sceptical", "mainstream", "flat")
ENOUGH_POINTS = 80.0
"""Effective sample size above which a reweighted posterior is used as it is; a fresh fit aims at 100."""


def under_each_prior(
    table: Table, own: PriorSet, chosen: str, *, second: Companion | None, fit: nof1.Fit
) -> dict[str, nof1.Posterior]:
    """The posterior under each prior: one fit, reweighted exactly; fitted anew where the points are worth too little."""

    def under(name: str) -> nof1.Design:
        priors = getattr(own, name)
        return table.design(priors) if second is None else joint(table, second, priors)

    design = under(chosen)
    fits = {chosen: fit(design)}
    for name in PRIOR_NAMES:
        if name not in fits:
            other = under(name)
            found = nof1.reprior(fits[chosen], design, other.prior_mean, other.prior_sd)
            worth = fits[chosen].converged and found.ess >= ENOUGH_POINTS
            fits[name] = found if worth else fit(other)
    return fits


def effects(
    table: Table,
    priors: Mapping[PriorEffect, Prior],
    fit: nof1.Posterior,
    *,
    flat: nof1.Posterior,
    weeks: Weeks,
    compared: Comparison,
) -> dict[EffectName, Effect]:
    """Every effect under one prior; ``flat`` is the posterior under the flat one."""
    return {name: _effect(name, table, priors, fit, flat=flat, weeks=weeks, compared=compared) for name in EFFECT_NAMES}


def _effect(
    name: EffectName,
    table: Table,
    priors: Mapping[PriorEffect, Prior],
    fit: nof1.Posterior,
    *,
    flat: nof1.Posterior,
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
        data_alone=contrast(table.horizon, flat, name, weeks),
        slow=name in SLOW,
    )
