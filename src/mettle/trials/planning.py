"""Which trial is worth a person's time: what each design can find, how often it answers, and how many minutes it asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from mettle import evidence
from mettle.trials.admissible import Rules, admissible, session_days
from mettle.trials.contrasts import SLOW
from mettle.trials.power import (
    AROUND_3,
    EVENING,
    MORNING_EVENING,
    Noise,
    Ratings,
    Target,
    detectable,
    power,
    standard_errors,
)
from mettle.trials.verdict import LITTLE_LEARNED, NEGLIGIBLE, PROBABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mettle.evidence import Prior, PriorSet
    from mettle.trials.schedule import Kind

    Floats = NDArray[np.float64]

LENGTHS = (28, 56, 84, 120, 180, 365)
SECONDS_A_CHECK_IN = 20.0
"""Three taps and what leads to them: an assumption of ours. Sessions are not counted, since they are trained anyway."""
SECONDS_A_QUESTIONNAIRE = 120.0
SCHEDULES = 8
ENOUGH = 20
"""A design is called feasible where at least so many of 100 people get a clear answer within a year."""
_MONDAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One design to be compared.

    Parameters
    ----------
    name, words
        Its id, and what a reader is told.
    kind, arms
        As in trial.json.
    ratings
        Of each rated day.
    arithmetic_only
        True where it is not offered to everybody: what it could find is shown, no more.
    """

    name: str
    words: str
    kind: Kind
    arms: tuple[str, str]
    ratings: Ratings
    block_days: int = 14
    arithmetic_only: bool = False


TRAIN_REST, TWO_WAYS = ("train", "rest"), ("heavier", "lighter")
CANDIDATES = (
    Candidate("session", "three ratings around sessions, and on as many rest days", "session", TRAIN_REST, AROUND_3),
    Candidate("days_evening", "random days, rated in the evening", "days", TRAIN_REST, EVENING),
    Candidate("days_twice", "random days, rated morning and evening", "days", TRAIN_REST, MORNING_EVENING),
    Candidate("pairs_evening", "random days in pairs, rated in the evening", "pairs", TRAIN_REST, EVENING),
    Candidate("two_ways", "two ways by lot, three ratings around each session", "variant", TWO_WAYS, AROUND_3),
    Candidate("two_ways_daily", "two ways by lot, rated morning and evening", "variant", TWO_WAYS, MORNING_EVENING),
    Candidate("blocks_14", "stretches of up to 14 days with and without training", "blocks", TRAIN_REST, EVENING),
    Candidate(
        "blocks_28", "stretches of up to 28 days of two ways", "blocks", TWO_WAYS, EVENING, 28, arithmetic_only=True
    ),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """What one design can do at each length.

    Parameters
    ----------
    candidate, lengths
        Which, and days.
    se, mde, power
        Standard error, smallest effect found in 80% of trials, chance to find the smallest worthwhile change; own SD.
    clear, probable
        Of 100 people, how many get a clear, and a probable, answer.
    minutes
        Of check-ins, in all.
    """

    candidate: Candidate
    lengths: tuple[int, ...]
    se: Floats
    mde: Floats
    power: Floats
    clear: Floats
    probable: Floats
    minutes: Floats

    @property
    def worth(self) -> float:
        """Clear answers of 100 an hour of check-ins, at the best length; what designs are ranked by."""
        return float(np.max(self.clear / np.maximum(self.minutes, 1.0) * 60))

    def first_day(self, share: float = ENOUGH) -> int | None:
        """The first length at which so many of 100 people get a clear answer; None where none does."""
        reached = np.flatnonzero(self.clear >= share)
        return None if not reached.size else self.lengths[int(reached[0])]


@dataclass(frozen=True, slots=True)
class Plan:
    """Designs for one question, the best first.

    Parameters
    ----------
    target, swc
        Which effect, and the smallest worthwhile change in own SD.
    curves
        Ranked; those that are arithmetic only stand last.
    published
        Where the effects of "people like you" come from.
    noise
        Of the ratings.
    """

    target: Target
    swc: float
    curves: tuple[Curve, ...]
    published: Prior
    noise: Noise

    @property
    def feasible(self) -> bool:
        """Whether any design that is offered answers often enough within a year."""
        return any(c.first_day() is not None for c in self.curves if not c.candidate.arithmetic_only)


def plan(
    target: Target,
    *,
    priors: PriorSet,
    own_sd: float,
    swc: float | None = None,
    noise: Noise | None = None,
    kinds: Sequence[str] | None = None,
    two_ways: bool | None = None,
    every_days: int = 1,
    lengths: Sequence[int] = LENGTHS,
) -> Plan:
    """Every design for one effect of one outcome, ranked by clear answers a minute.

    Parameters
    ----------
    target
        Which effect.
    priors, own_sd
        As `evidence.for_claim` gives them, and the SD that they were made for, points.
    swc
        Smallest worthwhile change, points; 0.2 of ``own_sd`` by default.
    noise
        The person's own; the assumed one by default.
    kinds
        Only designs of these kinds.
    two_ways
        Only designs that compare two ways of training, or only those against rest.
    every_days
        How often the outcome is asked: 1 for an item, 14 for a questionnaire about the last two weeks.
    """
    worth = 0.2 if swc is None else swc / own_sd
    noise = noise or Noise()
    found = []
    for candidate in CANDIDATES:
        if not _fits(candidate, target, kinds=kinds, two_ways=two_ways, every_days=every_days):
            continue
        doses, rated = _doses(candidate, max(lengths))
        ratings = candidate.ratings
        if every_days > 1:
            rated, ratings = np.arange(max(lengths)) % every_days == every_days - 1, EVENING
        errors = standard_errors(
            doses, lengths, ratings=ratings, target=target, noise=noise, rated=rated, sparse=every_days > 1
        )
        se = np.median(errors, axis=0)
        unit = 7 / 3 if target == "chronic" else 1.0  # the priors' slow effect is counted for a session a day
        clear, probable = answers(se * unit, priors, target=target, own_sd=own_sd, swc=worth)
        days = np.array([n if rated is None else int(rated[:n].sum()) for n in lengths])
        seconds = SECONDS_A_CHECK_IN if every_days == 1 else SECONDS_A_QUESTIONNAIRE
        minutes = days * len(ratings.hours) * seconds / 60
        found.append(Curve(candidate, tuple(lengths), se, detectable(se), power(worth, se), clear, probable, minutes))
    found.sort(key=lambda c: (c.candidate.arithmetic_only, -round(c.worth, 6), -float(c.clear[-1]), c.mde[-1]))
    return Plan(target, worth, tuple(found), priors.mainstream[target], noise)


def _fits(
    candidate: Candidate, target: Target, *, kinds: Sequence[str] | None, two_ways: bool | None, every_days: int
) -> bool:
    """Whether a design can be asked about an effect, and was asked for."""
    around = candidate.ratings is AROUND_3
    return (
        (not kinds or candidate.kind in kinds)
        and (two_ways is None or two_ways == (candidate.arms[1] != "rest"))
        and not (around and candidate.kind == "variant" and target != "acute")
        and not ((around or candidate.ratings is MORNING_EVENING) and every_days > 1)
        and not (target == "chronic" and candidate.kind == "session")
    )


def answers(se: Floats, priors: PriorSet, *, target: Target, own_sd: float, swc: float) -> tuple[Floats, Floats]:
    """Of 100 people, how many get a clear and how many a probable answer, at each standard error.

    True effects are spread as the mainstream prior says. Each person's estimate falls around their true effect with its
    standard error; verdicts follow the rules of every answer and must hold under all four priors.

    Parameters
    ----------
    se, swc
        Own SD.
    """
    sets = [getattr(priors, name)[target] for name in ("default", "sceptical", "mainstream", "flat")]
    spread = priors.mainstream[target]
    nodes, weights = _grid()
    clear, probable = np.zeros(se.size), np.zeros(se.size)
    for i, one in enumerate(np.asarray(se, dtype=float)):
        if not np.isfinite(one):
            continue
        seen = spread.mean / own_sd + np.hypot(spread.sd / own_sd, one) * nodes
        ranks = np.stack([_verdicts(seen, one, p.mean / own_sd, p.sd / own_sd, swc) for p in sets])
        same = (np.sign(ranks) == np.sign(ranks[0])).all(axis=0) & (np.abs(ranks) // 10 == np.abs(ranks[0]) // 10).all(
            axis=0
        )
        told = same & (ranks[0] != 0)
        strong = told & (np.abs(ranks) % 10 == 2).all(axis=0)
        clear[i] = 100 * float(weights @ strong)
        probable[i] = 0.0 if target in SLOW else 100 * float(weights @ (told & ~strong))
    return clear, probable


@lru_cache(maxsize=1)
def _grid() -> tuple[Floats, Floats]:
    """Equally spaced standard normal nodes with their probabilities: verdicts are steps, so no Gauss rule."""
    edges = np.linspace(-6, 6, 1201)
    mass = np.diff(ndtr(edges))
    return (edges[1:] + edges[:-1]) / 2, mass / mass.sum()


def _verdicts(seen: Floats, se: float, mean: float, sd: float, swc: float) -> NDArray[np.int64]:
    """Verdicts of estimates as numbers: 0 cannot tell; +-1x better, worse; 2x no worthwhile difference; last digit 2 clear, 1 probable."""
    precision = 1 / sd**2 + 1 / se**2
    s = precision**-0.5
    if s / sd > LITTLE_LEARNED:
        return np.zeros(seen.size, dtype=np.int64)
    m = (mean / sd**2 + seen / se**2) / precision
    up, down = 1 - ndtr((swc - m) / s), ndtr((-swc - m) / s)
    no = 1 - up - down
    out = np.zeros(seen.size, dtype=np.int64)
    out = np.where(no >= PROBABLE, 21, out)
    out = np.where(down >= PROBABLE, -11, out)
    out = np.where(up >= PROBABLE, 11, out)
    out = np.where(no >= NEGLIGIBLE, 22, out)
    out = np.where((m + 1.959964 * s < 0) & (down >= PROBABLE), -12, out)
    return np.asarray(np.where((m - 1.959964 * s > 0) & (up >= PROBABLE), 12, out))


@lru_cache(maxsize=32)
def _doses(candidate: Candidate, days: int) -> tuple[Floats, NDArray[np.bool_] | None]:
    """Doses of schedules as the drawer draws them, (schedules, days), and the rated days of a session trial (the first's)."""
    rests = candidate.arms[1] == "rest"
    rules = Rules(
        per_week=(2, 4) if candidate.kind in ("session", "days") else None,
        max_run=2 if rests else 3,
        block_days=candidate.block_days,
        max_without=14 if rests else None,
        rhythm=None,
    )
    found = admissible(candidate.kind, rests=rests, start=_MONDAY, days=days, rules=rules)
    rng = np.random.default_rng(20260105)
    doses = np.zeros((SCHEDULES, days))
    at = np.array(found.days)
    sessions = np.isin(np.arange(days), session_days(_MONDAY, days, rules)) if candidate.kind == "blocks" else None
    for s in range(SCHEDULES):
        drawn, _ = found.draw(rng)
        doses[s, at] = 1.0 - np.array(drawn)
        if sessions is not None:
            doses[s] *= sessions
    if candidate.kind == "variant" and candidate.ratings is AROUND_3:
        rated = np.isin(np.arange(days), at)
        return doses, rated
    if candidate.kind != "session":
        return doses, None
    doses = np.repeat(doses[:1], SCHEDULES, axis=0)
    trains = doses[0] > 0
    rests_at = np.flatnonzero(~trains)
    chosen = rng.choice(rests_at, size=min(int(trains.sum()), rests_at.size), replace=False)
    rated = trains.copy()
    rated[chosen] = True
    return doses[:1], rated


def words(found: Plan, *, outcome: str, claim: str | None = None) -> list[str]:
    """The plan in sentences; the first ones answer the question."""
    best = found.curves[0]
    told = []
    name = outcome.replace("_", " ")
    silent = "no stud" in found.published.source
    source = (
        "No study that could be used tells how large such effects are; they are taken to lie around nothing."
        if silent
        else f"Effects of people like you are spread as published: {found.published.source}."
    )
    if not found.feasible:
        told.append(
            f"No trial of one person under a year can be expected to answer this: at best {max(float(c.clear.max()) for c in found.curves):.0f} "
            f"of 100 people like you get a clear answer about {name}. A cohort (many people with the same trial, pooled), or a diary "
            "of several years with stretches that differ, would change that. Until then read it as cannot tell."
        )
    for curve in found.curves:
        if curve.candidate.arithmetic_only:
            continue
        day = curve.first_day() or curve.lengths[-1]
        at = curve.lengths.index(day)
        told.append(
            f"{curve.candidate.words}: of 100 people like you about {curve.clear[at]:.0f} get a clear answer by day {day}, about "
            f"{curve.probable[at]:.0f} a probable one, for {curve.minutes[at]:.0f} minutes of check-ins."
        )
    told.append(source)
    if found.feasible:
        told.append(f"Most for your time: {best.candidate.words}.")
    if claim is not None and evidence.claim(claim).design == "block" and found.target == "chronic":
        told.append(
            "Slow effects of months show in studies of many people first; `mettle evidence show` tells what they found."
        )
    return told


def to_json(found: Plan, *, outcome: str, own_sd: float, claim: str | None, sd_source: str) -> Mapping[str, object]:
    """The document of ``mettle trial plan --json``: points of the outcome."""

    def points(values: Floats) -> list[float | None]:
        return [float(f"{v * own_sd:.4g}") if np.isfinite(v) else None for v in values]

    def rounded(values: Floats) -> list[float]:
        return [round(float(v), 4) for v in values]

    return {
        "claim": claim,
        "outcome": outcome,
        "effect": found.target,
        "own_sd": float(f"{own_sd:.4g}"),
        "own_sd_source": sd_source,
        "swc": float(f"{found.swc * own_sd:.4g}"),
        "noise": {
            "item": round(found.noise.item, 4),
            "state": round(found.noise.state, 4),
            "state_days": round(found.noise.days, 4),
            "drift": round(found.noise.drift, 4),
        },
        "effects_like_yours": {
            "mean": float(f"{found.published.mean:.4g}"),
            "sd": float(f"{found.published.sd:.4g}"),
            "source": found.published.source,
        },
        "feasible": found.feasible,
        "designs": [
            {
                "name": c.candidate.name,
                "words": c.candidate.words,
                "kind": c.candidate.kind,
                "arms": list(c.candidate.arms),
                "ratings_a_day": len(c.candidate.ratings.hours),
                "arithmetic_only": c.candidate.arithmetic_only,
                "days": list(c.lengths),
                "mde": points(c.mde),
                "power": rounded(c.power),
                "clear_of_100": rounded(c.clear),
                "probable_of_100": rounded(c.probable),
                "minutes": rounded(c.minutes),
                "clear_an_hour": round(c.worth, 4),
            }
            for c in found.curves
        ],
        "words": words(found, outcome=outcome, claim=claim),
    }
