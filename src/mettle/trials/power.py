"""How small an effect a trial can find, by the arithmetic of generalised least squares: no simulation, no prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mettle.inference.nof1 import Posterior

    Floats = NDArray[np.float64]

Target = Literal["acute", "next_day", "chronic"]
DETECTED = 1.959964 + 0.841621
"""An effect of so many standard errors is found in 80% of trials at 5% two-sided."""
CHRONIC_TAU_D = 14.0


@dataclass(frozen=True, slots=True)
class Noise:
    """What a person's ratings do by themselves, in their own within-person SD.

    Parameters
    ----------
    item
        White noise of one rating.
    state
        Stationary SD of the mood that comes and goes (Ornstein-Uhlenbeck).
    days
        Its time scale.
    drift
        SD of the slow level's daily step.

    The defaults are what the planning tables of the method page assume.
    """

    item: float = 0.6
    state: float = 0.6
    days: float = 2.0
    drift: float = 0.05


def noise_of(posterior: Posterior) -> Noise:
    """A person's own noise, from the estimate of their diary: posterior medians."""
    item, state, days, drift = (
        posterior.hyper_quantile(name, 0.5) for name in ("log_noise", "log_ou", "log_ou_time", "log_level")
    )
    return Noise(item, state, days, drift)


@dataclass(frozen=True, slots=True)
class Ratings:
    """When a day is rated.

    Parameters
    ----------
    hours
        Hours after the day's begin at 03:00, in order.
    after
        Whether each comes after the session of a training day.
    """

    hours: tuple[float, ...]
    after: tuple[bool, ...]

    def __post_init__(self) -> None:
        """Refuse lengths that do not match."""
        if len(self.hours) != len(self.after) or not self.hours:
            raise ValueError(f"hours and after must be of the same length, got {len(self.hours)} and {len(self.after)}")


EVENING = Ratings((18.0,), (True,))
MORNING_EVENING = Ratings((5.0, 18.0), (False, True))
AROUND = Ratings((14.5, 15.75), (False, True))
AROUND_3 = Ratings((14.5, 15.75, 17.25), (False, True, True))
AROUND_4 = Ratings((14.5, 15.75, 17.25, 19.25), (False, True, True, True))


def standard_errors(
    doses: Floats,
    lengths: Sequence[int],
    *,
    ratings: Ratings = EVENING,
    target: Target = "acute",
    noise: Noise | None = None,
    missing: float = 0.2,
    rated: NDArray[np.bool_] | None = None,
    tau_d: float = CHRONIC_TAU_D,
    sparse: bool = False,
    seed: int = 0,
) -> Floats:
    """Standard error of one effect for each schedule and length, in within-person SD, (schedules, lengths).

    The model is the analysis': intercept, six weekdays, the clock time of each rating, the session on the same day (for
    ratings after it), the day before, and for the chronic effect the slow kernel with a known decay.

    Parameters
    ----------
    doses
        1 on session days, (schedules, days); the days are those of the longest length.
    lengths
        In days, at most as many as ``doses`` has.
    target
        Which effect. The chronic one is that of three sessions a week against none.
    missing
        Share of ratings that are not made, 0-1.
    rated
        Days that are rated at all, (days,); all by default.
    sparse
        Whether the outcome comes too seldom for weekdays and single sessions, as a questionnaire every two weeks does: the
        model is then intercept and target.
    seed
        Of which ratings are missing.

    An effect that a schedule cannot tell from the rest of the model has an infinite standard error.
    """
    noise = noise or Noise()
    schedules, days = doses.shape
    per_day = len(ratings.hours)
    day = np.repeat(np.arange(days), per_day)
    slot = np.tile(np.arange(per_day), days)
    kept = np.random.default_rng(seed).random(day.size) >= missing
    if rated is not None:
        kept &= rated[day]
    day, slot = day[kept], slot[kept]
    t = day + np.asarray(ratings.hours)[slot] / 24
    base = np.ones((day.size, 1)) if sparse else _base(day, slot, per_day)
    effects = _effects(doses, day, np.asarray(ratings.after)[slot], target, tau_d)
    wanted = effects.shape[2] - 1 if target == "chronic" else ("acute", "next_day").index(target)
    if sparse:
        effects, wanted = effects[:, :, wanted : wanted + 1], 0
    lower = cholesky(_covariance(t, noise), lower=True, overwrite_a=True, check_finite=False)
    columns = np.concatenate([base, effects.reshape(day.size, -1)], axis=1)
    white = solve_triangular(lower, columns, lower=True, check_finite=False)
    b, k = base.shape[1], effects.shape[2]
    found = np.empty((schedules, len(lengths)))
    for column, length in enumerate(lengths):
        rows = white[: int(np.searchsorted(day, length))]
        gram = rows.T @ rows
        for s in range(schedules):
            own = [*range(b), *range(b + s * k, b + (s + 1) * k)]
            found[s, column] = _se_of(gram[np.ix_(own, own)], b + wanted)
    return found * (3 / 7 if target == "chronic" else 1.0)


def _base(day: NDArray[np.int64], slot: NDArray[np.int64], per_day: int) -> Floats:
    columns = [np.ones(day.size)]
    columns += [(day % 7 == d).astype(float) for d in range(6)]
    columns += [(slot == s).astype(float) for s in range(1, per_day)]
    return np.column_stack(columns)


def _effects(doses: Floats, day: NDArray[np.int64], after: NDArray[np.bool_], target: Target, tau_d: float) -> Floats:
    """(rows, schedules, effects)."""
    before = np.concatenate([np.zeros((doses.shape[0], 1)), doses[:, :-1]], axis=1)
    found = [doses[:, day].T * after[:, None], before[:, day].T]
    if target == "chronic":
        keep = np.exp(-1 / tau_d)
        slow = np.zeros_like(doses)
        for d in range(1, doses.shape[1]):
            slow[:, d] = keep * slow[:, d - 1] + (1 - keep) * doses[:, d - 1]
        found.append(slow[:, day].T)
    return np.stack(found, axis=2)


def _covariance(t: Floats, noise: Noise) -> Floats:
    apart = np.abs(t[:, None] - t)
    V = noise.state**2 * np.exp(-apart / noise.days) + noise.drift**2 * np.minimum.outer(t, t)
    V[np.diag_indices_from(V)] += noise.item**2
    return np.asarray(V)


def _se_of(gram: Floats, which: int) -> float:
    """Standard error of one coefficient from the columns' products: what of its column the others do not explain."""
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    scaled = gram / np.outer(scale, scale)
    others = [i for i in range(len(gram)) if i != which]
    towards = scaled[others, which]
    left = float(1 - towards @ np.linalg.lstsq(scaled[np.ix_(others, others)], towards, rcond=1e-10)[0])
    return float("inf") if left <= 1e-8 or scale[which] < 1e-12 else float(left**-0.5 / scale[which])


def detectable(se: Floats) -> Floats:
    """The smallest effect found in 80% of trials at 5% two-sided, in the units of ``se``."""
    return np.asarray(DETECTED * se)


def power(effect: float, se: Floats) -> Floats:
    """Chance that an effect of this size is found at 5% two-sided.

    >>> round(float(power(2.80158, np.array([1.0]))[0]), 3)
    0.8
    """
    z = abs(effect) / se
    return np.asarray(ndtr(z - 1.959964) + ndtr(-z - 1.959964))
