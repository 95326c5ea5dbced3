"""One person's effect: a linear Gaussian state space with regression, its hyperparameters integrated out.

``docs/method.md`` has the equations, the priors and the reasons.
"""

from __future__ import annotations

from mettle.inference.nof1.design import Design, Kernel
from mettle.inference.nof1.estimate import Backend, Fit, backend_for_many, fit, fit_many, refit
from mettle.inference.nof1.level import Level, covariance, level
from mettle.inference.nof1.posterior import Mixture, Posterior
from mettle.inference.nof1.reprior import reprior

__all__ = [
    "Backend",
    "Design",
    "Fit",
    "Kernel",
    "Level",
    "Mixture",
    "Posterior",
    "backend_for_many",
    "covariance",
    "fit",
    "fit_many",
    "level",
    "refit",
    "reprior",
]
