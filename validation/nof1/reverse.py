"""Who trains on good days: does the answer take the mood that led to a session for its effect?

Every day has a rating in the morning and one in the evening; nothing helps. A good day makes a session likelier by log odds
of 1.5 for each SD, in three worlds: the decision follows the morning's *rating* (the same number that is in the diary), the
morning's *mood* (which the rating measures with error), or the mood of the same evening. Three analyses of the acute effect:
evenings only; evenings with the morning's rating as a column; mornings and evenings in one model.

Writes ``reverse.json``. Source of the danger: Robins, Hernan & Brumback 2000, doi 10.1097/00001648-200009000-00011.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import chunks
import numpy as np
import simulate
import usual

from mettle.inference.nof1 import Design, Kernel, fit_many

SEED = 20260303
PEOPLE = 2000
DAYS = 120
LOG_ODDS = 1.5
THRESHOLDS = {"false_alarms_at_most": 0.065, "world": "rating", "analyses": ["morning_as_column", "joint"]}
WORLDS = {
    "rating": "the decision follows the morning's rating",
    "mood": "the decision follows the morning's mood, measured with error",
    "evening_mood": "the decision follows the mood of the same evening",
}
ANALYSES = ("evenings_only", "morning_as_column", "joint")


def person(world, number):
    """Doses and ratings: arrays (days,), a fifth of the ratings missing."""
    rng = np.random.default_rng([SEED, list(WORLDS).index(world), number])
    truth = simulate.World()
    half = np.exp(-0.5 / truth.ou_time)
    level = np.cumsum(np.sqrt(0.5) * truth.level * rng.normal(size=2 * DAYS))
    swing = np.empty(2 * DAYS)
    swing[0] = truth.ou * rng.normal()
    for i in range(1, 2 * DAYS):
        swing[i] = half * swing[i - 1] + truth.ou * np.sqrt(1 - half**2) * rng.normal()
    mood = level + swing
    rating = mood + truth.noise * rng.normal(size=2 * DAYS)
    morning, evening = rating[::2], rating[1::2]
    drive = {"rating": morning, "mood": mood[::2], "evening_mood": mood[1::2]}[world]
    odds = LOG_ODDS * (drive - np.mean(drive)) / np.std(drive) - 0.3
    dose = (rng.random(DAYS) < 1 / (1 + np.exp(-odds))).astype(float)
    rated = rng.random(2 * DAYS) >= 0.2
    return dose, morning, evening, rated[::2], rated[1::2]


def designs(dose, morning, evening, has_morning, has_evening):
    """The three analyses of one person."""
    day = np.arange(DAYS)
    both = has_morning & has_evening
    alone = _design(day[has_evening] + 0.75, evening[has_evening], dose, after=np.ones(has_evening.sum()))
    column = _design(
        day[both] + 0.75, evening[both], dose, after=np.ones(both.sum()), morning=morning[both] - morning[both].mean()
    )
    t = np.r_[day[has_morning] + 0.25, day[has_evening] + 0.75]
    after = np.r_[np.zeros(has_morning.sum()), np.ones(has_evening.sum())]
    joint = _design(t, np.r_[morning[has_morning], evening[has_evening]], dose, after=after, joint=True)
    return {"evenings_only": alone, "morning_as_column": column, "joint": joint}


def _design(t, y, dose, *, after, morning=None, joint=False):
    day = np.floor(t).astype(int)
    yesterday = np.concatenate([[0.0], dose[:-1]])
    columns = {"intercept": (np.ones(len(t)), 3.0), "trend": ((t - DAYS / 2) / DAYS, 1.0)}
    columns |= {f"weekday_{w}": ((day % 7 == w).astype(float), 0.4) for w in range(7)}
    if morning is not None:
        columns["morning"] = (morning, 1.0)
    if joint:
        columns["evening"] = (after, 0.5)
    columns |= {"acute": (dose[day] * after, 0.5), "next_day": (yesterday[day], 0.5)}
    trained = np.flatnonzero(dose).astype(float)
    kernel = Kernel("chronic", "adstock", trained, np.ones(len(trained)), float(np.log(14.0)), 0.6)
    sd = np.array([s for _, s in columns.values()] + [1.0])
    x = np.stack([values for values, _ in columns.values()], axis=1)
    scale = y.std(ddof=1)
    if morning is not None:
        x[:, list(columns).index("morning")] /= scale
    return Design(t, (y - y.mean()) / scale, x, (*columns, "chronic"), np.zeros(len(sd)), sd, kernels=(kernel,))


def step(world, people):
    drawn = [person(world, number) for number in people]
    made = [designs(*one) for one in drawn]
    sums = {}
    for analysis in ANALYSES:
        effects = [posterior.effect("acute") for posterior in fit_many([one[analysis] for one in made])]
        below = np.array([effect.cdf(0.0) for effect in effects])
        sums[analysis] = int(np.sum((below < 0.025) | (below > 0.975)))
        sums[f"{analysis}_bias"] = float(sum(effect.mean for effect in effects))
        sums[f"{analysis}_width"] = float(sum(effect.quantile(0.975) - effect.quantile(0.025) for effect in effects))
    evenings = [
        simulate.Diary(dose, np.flatnonzero(seen).astype(float), evening[seen], None)
        for dose, _, evening, _, seen in drawn
    ]
    least = np.array([usual.least_squares(diary) for diary in evenings])
    return sums | {
        "t_test": int(np.sum(np.array([usual.welch(diary) for diary in evenings]) < 0.05)),
        "least_squares": int(np.sum(least[:, 0] < 0.05)),
        "newey_west": int(np.sum(least[:, 1] < 0.05)),
    }


def main():
    totals = chunks.run("reverse", list(WORLDS), PEOPLE, step)
    rates = {world: {key: value / PEOPLE for key, value in sums.items()} for world, sums in totals.items()}
    document = {"people": PEOPLE, "days": DAYS, "log_odds": LOG_ODDS, "seed": SEED, "thresholds": THRESHOLDS}
    chunks.write(chunks.HERE / "reverse.json", document | {"worlds": WORLDS, "rates": rates})
    print(rates)


if __name__ == "__main__":
    main()
