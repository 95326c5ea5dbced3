"""What one study does to the answer: every analysis again without it.

Source: Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mettle.inference.meta_analysis import MetaAnalysis, checked, meta_analyses

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Influence:
    """Shape (k,), in the order given: the answer without each study.

    Parameters
    ----------
    estimate, tau2
        Without the study.
    cook
        Cook's distance: the squared shift of the estimate, in units of its squared standard error.
    """

    estimate: Floats = field(repr=False)
    tau2: Floats = field(repr=False)
    cook: Floats = field(repr=False)


def leave_one_out(yi: ArrayLike, vi: ArrayLike, *, fit: MetaAnalysis) -> Influence:
    """The answer without each study in turn, as one batch.

    Parameters
    ----------
    yi, vi
        Effects and variances, shape (k,), k at least 2.
    fit
        The analysis of all of them, not under a prior of tau; its method is used again.
    """
    y, v = checked(yi, vi)
    k = len(y)
    if k < 2:
        raise ValueError(f"leaving one study out needs at least 2, got {k}")
    if fit.method == "bayes":
        raise ValueError("leaving one out is done with REML, ML, DL, PM or EE, not under a prior of tau")
    many = meta_analyses(
        np.tile(y, (k, 1)), np.tile(v, (k, 1)), present=~np.eye(k, dtype=np.bool_), method=fit.method, test="z"
    )
    tau2 = np.where(np.isnan(many.tau2), 0.0, many.tau2) if k == 2 else many.tau2
    return Influence(many.estimate, tau2, (fit.estimate - many.estimate) ** 2 / fit.se**2)
