"""Simulated diaries with a known effect, shared by validation, benchmarks and tests.

``diary(kind, rng, ...)`` draws a schedule, the latent mood and the ratings; ``design(diary)`` turns it into what the
estimator takes, with the columns that the answer uses: intercept, trend, seven day-of-week effects, trained today
(acute), trained yesterday (next day), and an adstock of unknown decay (chronic).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from mettle.inference.nof1 import Design, Kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Kind = Literal["coin", "pairs", "phases", "habit"]
KINDS: tuple[Kind, ...] = ("coin", "pairs", "phases", "habit")


@dataclass(frozen=True, slots=True)
class World:
    """The truth: effects and noise in units of the person's own sd, times in days."""

    acute: float = 0.0
    next_day: float = 0.0
    chronic: float = 0.0
    tau: float = 14.0
    noise: float = 0.6
    ou: float = 0.6
    ou_time: float = 2.0
    level: float = 0.05


@dataclass(frozen=True, slots=True)
class Diary:
    """One simulated person: every day's dose (n_days,), and the evening ratings ``y`` on the days ``t`` that were rated."""

    dose: Floats
    t: Floats
    y: Floats
    world: World


def schedule(kind: Kind, days: int, rng: np.random.Generator) -> Floats:
    """Dose of each day: 1 trained, 0 not.

    coin: each day by a coin of 3/7; pairs: in each pair of days one at random; phases: 14 days with a session every other
    day, 14 without; habit: bound to Mondays, Wednesdays and Fridays, with runs of good and bad weeks (observational).
    """
    if kind == "coin":
        return (rng.random(days) < 3 / 7).astype(float)
    if kind == "pairs":
        first = rng.random((days + 1) // 2) < 0.5
        return np.stack([first, ~first], axis=1).ravel()[:days].astype(float)
    day = np.arange(days)
    if kind == "phases":
        return ((day // 14 % 2 == int(rng.integers(2))) & (day % 2 == 0)).astype(float)
    drive, keen = 0.0, np.empty(days)
    for d in day:
        drive = 0.9 * drive + np.sqrt(1 - 0.9**2) * rng.normal()
        keen[d] = drive
    log_odds = np.where(np.isin(day % 7, (0, 2, 4)), 1.5, -2.0) + keen
    return (rng.random(days) < 1 / (1 + np.exp(-log_odds))).astype(float)


def adstock(dose: Floats, tau: float) -> Floats:
    """The daily recursion of the slow effect, written out (the estimator's own code is not used here)."""
    lam, c = np.exp(-1 / tau), np.zeros(len(dose))
    for d in range(1, len(dose)):
        c[d] = lam * c[d - 1] + (1 - lam) * dose[d - 1]
    return c


def latent(days: int, world: World, rng: np.random.Generator) -> Floats:
    """The random walk plus the Ornstein-Uhlenbeck process, once a day."""
    a = np.exp(-1 / world.ou_time)
    level = np.concatenate([[0.0], np.cumsum(world.level * rng.normal(size=days - 1))])
    u = np.empty(days)
    u[0] = world.ou * rng.normal()
    for d in range(1, days):
        u[d] = a * u[d - 1] + world.ou * np.sqrt(1 - a * a) * rng.normal()
    return level + u


def diary(
    kind: Kind,
    rng: np.random.Generator,
    *,
    days: int = 180,
    world: World | None = None,
    missing: float = 0.2,
    gap: int = 11,
) -> Diary:
    """One simulated diary; about ``missing`` of the ratings are absent, ``gap`` of them in one stretch."""
    world = World() if world is None else world
    dose = schedule(kind, days, rng)
    yesterday = np.concatenate([[0.0], dose[:-1]])
    effect = world.acute * dose + world.next_day * yesterday + world.chronic * adstock(dose, world.tau)
    y = effect + latent(days, world, rng) + world.noise * rng.normal(size=days)
    rated = rng.random(days) >= (missing - gap / days) / (1 - gap / days)
    start = int(rng.integers(14, max(15, days - gap)))
    rated[start : start + gap] = False
    t = np.arange(days, dtype=float)
    return Diary(dose, t[rated], y[rated], world)


def from_prior(rng: np.random.Generator) -> World:
    """A truth drawn from the estimator's own prior, for simulation-based calibration."""
    z = rng.normal(size=8)
    return World(
        acute=0.5 * z[0],
        next_day=0.5 * z[1],
        chronic=z[2],
        tau=14 * np.exp(0.6 * z[3]),
        noise=0.6 * np.exp(0.6 * z[4]),
        ou=0.3 * np.exp(z[5]),
        ou_time=2 * np.exp(0.8 * z[6]),
        level=0.05 * np.exp(0.9 * z[7]),
    )


def design(diary: Diary, *, weekdays: bool = True) -> Design:
    """The analysis table of one simulated diary with the default priors (own-sd units)."""
    day = diary.t.astype(int)
    yesterday = np.concatenate([[0.0], diary.dose[:-1]])
    trend = (diary.t - diary.t.mean()) / max(len(diary.dose), 1)
    columns = [np.ones(len(day)), trend]
    names, sd = ["intercept", "trend"], [3.0, 1.0]
    if weekdays:
        columns += [(day % 7 == w).astype(float) for w in range(7)]
        names += [f"weekday_{w}" for w in range(7)]
        sd += [0.4] * 7
    columns += [diary.dose[day], yesterday[day]]
    names += ["acute", "next_day", "chronic"]
    sd += [0.5, 0.5, 1.0]
    trained = np.flatnonzero(diary.dose).astype(float)
    chronic = Kernel("chronic", "adstock", trained, np.ones(len(trained)), float(np.log(14.0)), 0.6)
    return Design(
        diary.t, diary.y, np.stack(columns, axis=1), tuple(names), np.zeros(len(sd)), np.array(sd), kernels=(chronic,)
    )
