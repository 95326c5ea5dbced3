"""How many people get an answer? The share with a clear and with a probable one, by design, days and minutes given.

People as published: acute effects (mean over the four hours after a session) differ between people around 0.10 of their own
SD (diary studies: r = 0.05, Rehder 2026, doi 10.1038/s41562-026-02427-2; two times r) by 0.25 (the judgement that the shipped
priors state), and fade with a time that is drawn around four hours, give or take a factor of two. Sessions end at 18:15 on
three of seven days by coin; a fifth of the ratings is missing. A rating of one item costs 12 seconds, each further item 6: that
is assumed, not measured. An answer counts only where it holds under all four shipped priors.

Writes ``decisive.json``. ``nice -n 15 env PYTHONPATH=src .venv/bin/python validation/nof1/decisive.py``.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from dataclasses import dataclass

import chunks
import numpy as np
import simulate
import verdicts

from mettle.inference.nof1 import Design, Kernel, fit_many, reprior
from mettle.trials.contrasts import ACUTE_TAU_H, WINDOW_H, contrast, own_weeks, prior_sd, within_window

SEED = 20260306
PEOPLE = 500
LENGTHS = (84, 180)
EFFECT = {"mean": 0.10, "sd": 0.25, "source": "10.1038/s41562-026-02427-2"}
FADES_H = (4.0, 0.7)
"""Median hours and log-sd of the true fading times: four hours is what the founding article says, the spread a judgement."""
END_H = 18.25
BEFORE, SOON, LATER, EVENING, MORNING = 17.25, END_H + 0.5, END_H + 2.0, 21.5, 8.0
ONE_ITEM_S, FURTHER_ITEM_S = 12, 6
NOISE = {1: 0.6, 3: 0.465}
"""Noise of one item, and of the mean of three where 60% of an item's noise is its own."""


@dataclass(frozen=True)
class Plan:
    """Clock times of ratings, items in each, the share of days that are rated, and how sessions are drawn."""

    hours: tuple[float, ...]
    items: int = 1
    share: float = 1.0
    kind: str = "coin"
    words: str = ""

    @property
    def minutes_a_day(self):
        return len(self.hours) * self.share * (ONE_ITEM_S + FURTHER_ITEM_S * (self.items - 1)) / 60


PLANS = {
    "evening": Plan((EVENING,), words="one rating at 21:30 (the usual way)"),
    "soon": Plan((SOON,), words="one rating, half an hour after the session's clock time"),
    "soon_pairs": Plan((SOON,), kind="pairs", words="the same, one session in each pair of days"),
    "soon_three_items": Plan((SOON,), items=3, share=0.5, words="the same with three items, every second day"),
    "before_and_soon": Plan((BEFORE, SOON), share=0.5, words="before and half an hour after, half of the days"),
    "soon_and_later": Plan((SOON, LATER), share=0.5, words="half an hour and two hours after, half of the days"),
    "morning_and_evening": Plan((MORNING, EVENING), share=0.5, words="08:00 and 21:30, half of the days"),
    "three": Plan(
        (BEFORE, SOON, LATER), share=1 / 3, words="before, half an hour and two hours after, a third of the days"
    ),
    "soon_and_later_daily": Plan((SOON, LATER), words="half an hour and two hours after, every day"),
    "three_daily": Plan((BEFORE, SOON, LATER), share=6 / 7, words="all three, training days and as many rest days"),
    "three_daily_three_items": Plan((BEFORE, SOON, LATER), items=3, share=6 / 7, words="the same with three items"),
}
CELLS = {f"{name}/{days}": (plan, days) for days in LENGTHS for name, plan in PLANS.items()}
LASTING = ("evening", "soon", "before_and_soon", "three_daily")
CELLS |= {f"{name}_lasting/{days}": (PLANS[name], days) for days in LENGTHS for name in LASTING}
"""The same where the effect lasts a day and a half instead, so that an evening's rating misses none of it."""
LASTING_D = 1.5


def person(cell, number):
    """Times, ratings, doses and the true effect in own SD. The same people for every plan."""
    plan, days = CELLS[cell]
    who = np.random.default_rng([SEED, number])
    effect, tau = (
        EFFECT["mean"] + EFFECT["sd"] * who.normal(),
        FADES_H[0] / 24 * np.exp(FADES_H[1] * who.normal()),
    )
    tau = LASTING_D if "_lasting" in cell else tau
    rng = np.random.default_rng([SEED, number, list(CELLS).index(cell)])
    dose = simulate.schedule(plan.kind, days, rng)
    rated = sampled(dose, plan.share, rng)
    t = (np.flatnonzero(rated)[:, None] + np.array(plan.hours) / 24).ravel()
    t = np.sort(t[rng.random(len(t)) >= 0.2])
    truth = simulate.World()
    mood = latent(t, truth, rng) + NOISE[plan.items] * rng.normal(size=len(t))
    kernel = Kernel("acute", "decay", np.flatnonzero(dose) + END_H / 24, np.ones(int(dose.sum())), 0.0, 1.0)
    peak = effect * mood.std(ddof=1) / within_window(np.array([tau]))[0]
    return t, mood + peak * kernel.column(t, np.array([tau]))[:, 0], dose, effect


def sampled(dose, share, rng):
    """Which days are rated: as many rest days as training days where not all are."""
    if share == 1.0:
        return np.ones(len(dose), bool)
    chosen = np.zeros(len(dose), bool)
    for arm in (1.0, 0.0):
        days = np.flatnonzero(dose == arm)
        chosen[rng.permutation(days)[: round(share * len(dose) / 2)]] = True
    return chosen


def latent(t, world, rng):
    """Drift and slow swings at any times, ascending."""
    gap = np.diff(t, prepend=t[0])
    level = np.cumsum(world.level * np.sqrt(gap) * rng.normal(size=len(t)))
    fade = np.exp(-gap / world.ou_time)
    swing = np.empty(len(t))
    swing[0] = world.ou * rng.normal()
    for i in range(1, len(t)):
        swing[i] = fade[i] * swing[i - 1] + world.ou * np.sqrt(1 - fade[i] ** 2) * rng.normal()
    return level + swing


def design(t, y, dose, several, *, prior=verdicts.PRIORS["default"]):
    """The columns of the answer for a diary with times: as ``mettle.trials.table`` makes them."""
    day = np.floor(t).astype(int)
    yesterday = np.concatenate([[0.0], dose[:-1]])
    columns = {"intercept": (np.ones(len(t)), 3.0), "trend": ((t - np.ptp(t) / 2) / np.ptp(t), 1.0)}
    columns |= {f"weekday_{w}": ((day % 7 == w).astype(float), 0.4) for w in range(7)}
    if several:
        columns |= {"clock_sin": (np.sin(2 * np.pi * t), 0.5), "clock_cos": (np.cos(2 * np.pi * t), 0.5)}
    columns["next_day"] = (yesterday[day], 0.5)
    trained = np.flatnonzero(dose).astype(float)
    fast = Kernel(
        "acute",
        "decay",
        trained + END_H / 24,
        np.ones(len(trained)),
        float(np.log(ACUTE_TAU_H[0] / 24)),
        ACUTE_TAU_H[1],
        WINDOW_H / 24,
    )
    slow = Kernel("chronic", "adstock", trained, np.ones(len(trained)), float(np.log(14.0)), 0.6)
    names = (*columns, "acute", "chronic")
    mean, sd = placed(names, prior, np.zeros(len(names)), np.array([s for _, s in columns.values()] + [1.0, 1.0]))
    x = np.stack([values for values, _ in columns.values()], axis=1)
    return Design(t, (y - y.mean()) / y.std(ddof=1), x, names, mean, sd, kernels=(fast, slow))


def placed(names, prior, mean, sd):
    """Priors with the three effects' replaced."""
    mean, sd = mean.copy(), sd.copy()
    for effect, (m, s) in prior.items():
        mean[names.index(effect)], sd[names.index(effect)] = m, s
    return mean, sd


class _Prior:
    def __init__(self, mean, sd):
        self.mean, self.sd = mean, sd


BEFORE_DATA = {
    name: prior_sd("hours", {e: _Prior(*p) for e, p in verdicts.PRIORS[name].items()}, "acute", own_weeks(np.ones(84)))
    for name in verdicts.NAMES
}


def step(cell, people):
    plan, _ = CELLS[cell]
    drawn = [person(cell, number) for number in people]
    made = [design(t, y, dose, len(plan.hours) > 1) for t, y, dose, _ in drawn]
    sums = {"sd": 0.0, "ratings": 0, "covered": 0}
    for (t, _, dose, effect), one, posterior in zip(drawn, made, fit_many(made), strict=True):
        weeks = own_weeks(dose)
        mixtures = {}
        for name in verdicts.NAMES:
            prior = verdicts.PRIORS[name]
            found = posterior
            if name != "default":
                found = reprior(posterior, one, *placed(one.names, prior, one.prior_mean, one.prior_sd))
            mixtures[name] = contrast("hours", found, "acute", weeks)
        sums["sd"] += mixtures["default"].sd
        sums["covered"] += int(0.025 < mixtures["default"].cdf(effect) < 0.975)
        said = [verdicts.verdict(one, BEFORE_DATA[name], mixtures["flat"]) for name, one in mixtures.items()]
        word, strength = headline(said)
        right = _right(word, effect)
        for key in _counted(word, strength, right=right) + [
            f"default_{k}" for k in _counted(*said[0], right=_right(said[0][0], effect))
        ]:
            sums[key] = sums.get(key, 0) + 1
        sums["ratings"] += len(t)
    return {key: sums.get(key, 0) for key in KEYS}


def _counted(word, strength, *, right):
    if strength is None:
        return []
    return ["answered", strength, f"{strength}_{word}", "right" if right else "wrong"]


_KINDS = ("better", "worse", "no_worthwhile_difference")
_TOLD = (
    "answered",
    "right",
    "wrong",
    *(s for s in ("clear", "probable")),
    *(f"{s}_{k}" for s in ("clear", "probable") for k in _KINDS),
)
KEYS = ("sd", "ratings", "covered", *_TOLD, *(f"default_{key}" for key in _TOLD))


def headline(said):
    """As the answer: held under every prior, as strong as under the weakest."""
    words = {word for word, _ in said}
    if len(words) > 1 or said[0][1] is None:
        return "cannot_tell", None
    return said[0][0], "clear" if all(strength == "clear" for _, strength in said) else "probable"


def _right(word, effect):
    """Right direction, or truly below the smallest worthwhile change."""
    if word == "no_worthwhile_difference":
        return abs(effect) < verdicts.SWC
    return (effect > 0) == (word == "better")


def main():
    totals = chunks.run("decisive", list(CELLS), PEOPLE, step)
    rows = {}
    for cell, sums in totals.items():
        plan, days = CELLS[cell]
        rows[cell] = {key: value / PEOPLE for key, value in sums.items() if value}
        rows[cell] |= {"days": days, "minutes": round(plan.minutes_a_day * days, 1), "words": plan.words}
    document = {"people": PEOPLE, "seed": SEED, "effect": EFFECT, "swc": verdicts.SWC}
    document |= {"seconds": {"one_item": ONE_ITEM_S, "further_item": FURTHER_ITEM_S}, "rows": rows}
    chunks.write(chunks.HERE / "decisive.json", document)


if __name__ == "__main__":
    main()
