"""Several outcomes of one person, told together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mettle.trials.contrasts import SLOW, contrast, prior_sd
from mettle.trials.family import Member, shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mettle.answers.document import Answer
    from mettle.trials.family import Shared


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
                slow=a.headline_effect in SLOW,
            )
        )
    return shared(members) if members else ()
