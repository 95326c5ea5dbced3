"""The same data under another prior of the coefficients, without another pass over them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mettle.inference.nof1.design import Design, Floats
    from mettle.inference.nof1.posterior import Posterior


def reprior(posterior: Posterior, design: Design, prior_mean: Floats, prior_sd: Floats) -> Posterior:
    """The posterior under other Gaussian priors of the coefficients, exact at each hyperparameter point.

    At every point the conditional posterior is Gaussian, so the ratio of the two priors can be multiplied in and
    integrated in closed form; the integral reweights the point. The points stay where the first prior put them: ``ess``
    says what they are still worth, and ``converged`` is left to the caller's judgement of it.

    Parameters
    ----------
    posterior
        Of ``design``.
    design
        Whose priors are replaced.
    prior_mean, prior_sd
        Shape (q,), units of the design; sd above 0.
    """
    before, after = design.prior_sd**-2, np.asarray(prior_sd, float) ** -2
    pulled = after * prior_mean - before * design.prior_mean
    J = np.flatnonzero(
        (after != before) | (pulled != 0.0)
    )  # only these coefficients' priors differ: an update of low rank
    D, s = (after - before)[J], pulled[J]
    m, C = posterior.means, posterior.covs
    at_J, inner = m[:, J], np.eye(J.size) + D[:, None] * C[:, J[:, None], J]
    covs = C - C[:, :, J] @ np.linalg.solve(inner, D[:, None] * C[:, J])
    push = s - D * at_J
    means = m + np.einsum("gij,gj->gi", covs[:, :, J], push)
    quadratic = np.sum(D * at_J**2 + push * (at_J + means[:, J]), axis=1)
    constant = np.sum((after * prior_mean**2 - before * design.prior_mean**2 - np.log(after / before))[J])
    log_ratio = 0.5 * (quadratic - np.linalg.slogdet(inner)[1] - constant)
    top = float(log_ratio.max())
    weights = posterior.weights * np.exp(log_ratio - top)
    total = float(weights.sum())
    return replace(
        posterior,
        weights=weights / total,
        means=means,
        covs=covs,
        log_ml=posterior.log_ml + top + float(np.log(total)),
        ess=float(total**2 / np.sum(weights**2)),
        trail=None,
    )
