"""What the model is given: observations, regression columns, dose kernels with unknown decay, and the priors of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

KERNEL_KINDS = ("decay", "adstock")


@dataclass(frozen=True, slots=True)
class Kernel:
    """A column whose shape is only known up to its decay time ``tau``, which is estimated with everything else.

    Parameters
    ----------
    name
        The effect, as it stands in ``Design.names``.
    kind
        ``"decay"``: ``sum over s_j < t of dose_j exp(-(t - s_j) / tau)``, the trace that each event leaves.
        ``"adstock"``: the daily recursion ``c_t = lam c_{t-1} + (1 - lam) dose_{t-1}`` with ``lam = exp(-1 / tau)``, on whole
        days (``floor(t)``: let the integers of the time axis be the starts of days). Its coefficient is the steady-state
        effect of one dose a day. Source: Jin et al. 2017, Bayesian methods for media mix modeling (adstock); Banister 1975.
    at
        Event times, days, shape (m,), any order; same axis as ``Design.t``.
    dose
        Dose of each event, shape (m,); 1 = the person's usual session.
    log_tau_mean, log_tau_sd
        The prior: ``log tau ~ N(log_tau_mean, log_tau_sd^2)``, tau in days.
    window
        Of a decay: 0 where the coefficient is the peak; otherwise it is the mean of what one dose leaves over so many days, so
        that its prior means the same for every decay time.
    """

    name: str
    kind: Literal["decay", "adstock"]
    at: Floats
    dose: Floats
    log_tau_mean: float
    log_tau_sd: float
    window: float = 0.0

    def gain(self, tau: Floats) -> Floats:
        """What the trace is multiplied by, for decay times of shape (g,).

        >>> k = Kernel("acute", "decay", np.zeros(1), np.ones(1), 0.0, 1.0, window=4 / 24)
        >>> (1 / k.gain(np.array([4 / 24]))).round(4).tolist()  # the mean of exp(-t / 4) over four hours: 1 - exp(-1)
        [0.6321]
        """
        if self.kind == "adstock":
            return np.asarray(-np.expm1(-1.0 / tau))
        if self.window == 0.0:
            return np.ones_like(tau)
        return np.asarray(self.window / tau / -np.expm1(-self.window / tau))

    def column(self, t: Floats, tau: Floats) -> Floats:
        """The column at times ``t`` for each decay time.

        Parameters
        ----------
        t
            Times, days, shape (n,), ascending.
        tau
            Decay times, days, shape (g,), above 0.

        Returns
        -------
        Shape (n, g). Runs in O((n + m) g): each event enters at the first time after it and decays from there.

        >>> k = Kernel("acute", "decay", np.array([0.0]), np.array([1.0]), 0.0, 1.0)
        >>> k.column(np.array([0.0, 1.0]), np.array([1.0])).round(4).tolist()  # nothing at the event itself, exp(-1) after
        [[0.0], [0.3679]]
        >>> daily = Kernel("chronic", "adstock", np.arange(400.0), np.ones(400), 2.6, 0.6)
        >>> daily.column(np.array([400.0]), np.array([14.0])).round(6).tolist()  # one dose a day for long: the steady state
        [[1.0]]
        """
        return self.trace(t, tau) * self.gain(tau)

    def trace(self, t: Floats, tau: Floats, *, since: float = -np.inf, left: Floats | None = None) -> Floats:
        """What all earlier events leave at times ``t`` (n,), ascending, for each decay time; shape (n, g).

        Parameters
        ----------
        since, left
            An earlier time and the trace then, shape (g,): only what happened afterwards is gone through again.

        >>> k, tau = Kernel("acute", "decay", np.array([0.0, 0.0, 1.5]), np.ones(3), 0.0, 1.0), np.array([2.0])
        >>> whole = k.trace(np.array([1.0, 2.0]), tau)
        >>> bool(abs(whole[1] - k.trace(np.array([2.0]), tau, since=1.0, left=whole[0])[0])[0] < 1e-15)
        True
        """
        side: Literal["left", "right"]
        if self.kind == "decay":
            times, onsets, side, new = t, self.at, "right", self.at >= since
        else:
            times, onsets, side, since = np.floor(t), np.floor(self.at) + 1.0, "left", np.floor(since)
            new = onsets > since
        onsets, dose = onsets[new], self.dose[new]
        entry = np.searchsorted(times, onsets, side=side)
        order = np.argsort(entry, kind="stable")[: int(np.sum(entry < len(times)))]
        entry, onsets, dose = entry[order], onsets[order], dose[order]
        trace = np.zeros((len(times), len(tau)))
        if len(entry):
            first = np.flatnonzero(np.diff(entry, prepend=-1))
            arriving = dose[:, None] * np.exp((onsets - times[entry])[:, None] / tau)
            trace[entry[first]] = np.add.reduceat(arriving, first, axis=0)
        if left is not None and len(times):
            trace[0] += left * np.exp((since - times[0]) / tau)
        fade = np.exp(-np.diff(times)[:, None] / tau)
        for i in range(1, len(times)):
            trace[i] += fade[i - 1] * trace[i - 1]
        return trace


@dataclass(frozen=True, slots=True)
class Design:
    """One person's observations and what may explain them.

    The model, for observation ``i`` at time ``t_i`` (irregular times and gaps are the normal case)::

        y_i = x_i b + sum_k c_k K_k(t_i; tau_k) + level_i l(t_i) + ou_i u(t_i) + e_i

    with ``l`` a random walk from 0, ``u`` a stationary Ornstein-Uhlenbeck process and ``e`` white noise.

    Parameters
    ----------
    t
        Times, days, shape (n,), any order, ties allowed.
    y
        Outcome in units of the person's own standard deviation, shape (n,). Leave missing observations out.
    x
        Regression columns, shape (n, p). The intercept is one of them.
    names
        Names of the p columns, then of the k kernels.
    prior_mean, prior_sd
        Independent Gaussian priors of the p + k coefficients, in units of ``y``; sd above 0.
    kernels
        Columns with unknown decay; their names end ``names``.
    level, ou
        Loadings of each row on the random walk and on the Ornstein-Uhlenbeck process, shape (n,); None means 1. Rows of a second
        series (a questionnaire total beside a daily item) may load differently; 0 leaves the process out of a row.
    noise
        Noise group of each row, shape (n,), integers from 0; None means one group. Groups may be series (morning, evening) or
        arms: the log ratio of each group's noise sd to group 0's is estimated.
    reach
        How much of each kernel each row takes, shape (n, k); None means 1. A total over two weeks takes none of what fades within hours.
    """

    t: Floats
    y: Floats
    x: Floats
    names: tuple[str, ...]
    prior_mean: Floats
    prior_sd: Floats
    kernels: tuple[Kernel, ...] = ()
    level: Floats | None = field(default=None)
    ou: Floats | None = field(default=None)
    noise: Ints | None = field(default=None)
    reach: Floats | None = field(default=None)

    @property
    def noise_groups(self) -> int:
        """How many noise groups there are, at least 1."""
        return 1 if self.noise is None or not len(self.noise) else int(self.noise.max()) + 1

    def sorted(self) -> Design:
        """The same design with rows in time order, checked.

        Raises
        ------
        ValueError
            Where shapes do not fit, a number is not finite, a prior sd is not above 0 or a kernel's kind is unknown.
        """
        n, q = len(self.t), len(self.names)
        one = np.ones(n)
        level, ou = (one if rows is None else np.asarray(rows, float) for rows in (self.level, self.ou))
        noise = np.zeros(n, np.int64) if self.noise is None else np.asarray(self.noise, np.int64)
        reach = np.ones((n, len(self.kernels))) if self.reach is None else np.asarray(self.reach, float)
        shapes = {
            "y": (self.y, (n,)),
            "x": (self.x, (n, q - len(self.kernels))),
            "prior_mean": (self.prior_mean, (q,)),
            "prior_sd": (self.prior_sd, (q,)),
            "level": (level, (n,)),
            "ou": (ou, (n,)),
            "noise": (noise, (n,)),
            "reach": (reach, (n, len(self.kernels))),
        } | {f"dose of {k.name}": (k.dose, k.at.shape) for k in self.kernels}
        for name, (array, shape) in shapes.items():
            if array.shape != shape:
                raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
            if not np.all(np.isfinite(array)):
                raise ValueError(f"{name} must be finite throughout; leave missing observations out")
        if not np.all(np.isfinite(self.t)) or any(not np.all(np.isfinite(k.at)) for k in self.kernels):
            raise ValueError("times must be finite")
        if np.any(self.prior_sd <= 0.0):
            raise ValueError(f"prior_sd must be above 0, got {self.prior_sd.min()}")
        if np.any(noise < 0):
            raise ValueError(f"noise groups are integers from 0, got {noise.min()}")
        for kernel, name in zip(self.kernels, self.names[q - len(self.kernels) :], strict=True):
            if (
                kernel.kind not in KERNEL_KINDS
                or kernel.name != name
                or kernel.log_tau_sd <= 0.0
                or kernel.window < 0.0
            ):
                raise ValueError(
                    f"kernel {kernel.name!r}: its kind is one of {KERNEL_KINDS}, names end with it, log_tau_sd is above 0, "
                    "its window is not below 0"
                )
        order = np.argsort(self.t, kind="stable")
        return Design(
            np.asarray(self.t, float)[order],
            np.asarray(self.y, float)[order],
            np.asarray(self.x, float)[order],
            self.names,
            np.asarray(self.prior_mean, float),
            np.asarray(self.prior_sd, float),
            self.kernels,
            level[order],
            ou[order],
            noise[order],
            reach[order],
        )


@dataclass(frozen=True, slots=True)
class HyperPrior:
    """Independent Gaussian priors of the hyperparameters, on the log scale, in order.

    ``log_noise`` (sd of e), ``log_ou`` (stationary sd of u), ``log_ou_time`` (T, days), ``log_level`` (sd of l after one day),
    ``log_noise_ratio_<j>`` for each further noise group, ``log_tau_<name>`` for each kernel. Units: the person's own sd.
    """

    names: tuple[str, ...]
    mean: Floats
    sd: Floats


LOG_RATIO_SD = 0.5
"""Prior sd of the log ratio of a further group's noise sd to the first's: a doubling is within 1.4 sd."""


def hyper_prior(design: Design) -> HyperPrior:
    """The priors of the hyperparameters of one design. Source of the figures: ``docs/method.md``, priors.

    >>> empty = np.zeros(0)
    >>> hyper_prior(Design(empty, empty, np.zeros((0, 0)), (), empty, empty)).names
    ('log_noise', 'log_ou', 'log_ou_time', 'log_level')
    """
    further = range(1, design.noise_groups)
    kernels = design.kernels
    names: tuple[str, ...] = ("log_noise", "log_ou", "log_ou_time", "log_level")
    names += tuple(f"log_noise_ratio_{j}" for j in further) + tuple(f"log_tau_{k.name}" for k in kernels)
    mean = [*np.log([0.6, 0.3, 2.0, 0.05]), *(0.0 for _ in further), *(k.log_tau_mean for k in kernels)]
    sd = [0.6, 1.0, 0.8, 0.9, *(LOG_RATIO_SD for _ in further), *(k.log_tau_sd for k in kernels)]
    return HyperPrior(names, np.array(mean), np.array(sd))
