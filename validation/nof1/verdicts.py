"""How often are the words wrong? Verdicts by the shipped rules, under each shipped prior, on diaries with a known truth.

The usual truth with an acute effect of 0, 0.3 or 0.5 of the person's own SD (half of them the other way); no other effect.
Counted for the acute effect and, where nothing helps, for every effect: "better" or "worse" where there is nothing, the wrong
direction, and "no worthwhile difference" where there is a worthwhile one (above the smallest worthwhile change of 0.2 SD).
Writes ``verdicts.json``.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import chunks
import numpy as np
import simulate
import worlds

from mettle.evidence.priors import for_claim
from mettle.inference.nof1 import fit_many, reprior
from mettle.trials.contrasts import EFFECT_NAMES, SLOW, contrast, own_weeks
from mettle.trials.verdict import decide

SEED = 20260304
PEOPLE = 2000
SWC = 0.2
THRESHOLDS = {"false_better": 0.05, "wrong_sign": 0.01, "false_no_difference": 0.02}
TRUTHS = (0.0, 0.3, 0.5)
CELLS = {
    f"{design}/{truth:g}": (design, truth)
    for truth in TRUTHS
    for design in ("coin", "habit")
    if not truth or design == "coin"
}
OUTCOMES = {"mood": (1.0, "better"), "phq9": (2.5, "worse"), "gad7": (2.5, "worse")}
"""Outcomes for which published studies speak, with a person's own SD and direction."""


NAMES = ("default", "sceptical", "mainstream", "flat")


def shipped():
    """Every different prior: name -> effect -> (mean, sd) in own SD, counted towards better; and which stand side by side."""
    found, sets = {}, {}
    for outcome, (own_sd, higher_is) in OUTCOMES.items():
        priors = for_claim(None, outcome, own_sd=own_sd, higher_is=higher_is)
        sign = 1.0 if higher_is == "better" else -1.0
        for name in NAMES:
            one = {e: (sign * p.mean / own_sd, p.sd / own_sd) for e, p in getattr(priors, name).items()}
            key = next(
                (k for k, known in found.items() if known == one), name if outcome == "mood" else f"{outcome}_{name}"
            )
            found[key] = one
            sets.setdefault(outcome, []).append(key)
    return found, sets


PRIORS, SETS = shipped()
HEADLINES = [(outcome, effect) for outcome in SETS for effect in EFFECT_NAMES]


def person(cell, number):
    design, truth = CELLS[cell]
    rng = np.random.default_rng([SEED, list(CELLS).index(cell), number])
    signed = truth if number % 2 == 0 else -truth
    # the effect is in the person's own SD, which is about 0.85 points before the effect is added
    return worlds.diary("usual", design, rng, acute=0.9 * signed), signed


def step(cell, people):
    drawn = [person(cell, number) for number in people]
    made = [simulate.design(diary) for diary, _ in drawn]
    sums = {}
    for (diary, truth), design, posterior in zip(drawn, made, fit_many(made), strict=True):
        weeks = own_weeks(diary.dose)
        mixtures, spread = {}, {}
        for name, prior in PRIORS.items():
            mean, sd = design.prior_mean.copy(), design.prior_sd.copy()
            for effect, (m, s) in prior.items():
                mean[design.names.index(effect)], sd[design.names.index(effect)] = m, s
            found = posterior if name == "default" else reprior(posterior, design, mean, sd)
            before = {effect: sd for effect, (_, sd) in prior.items()}
            before["total"] = (weeks.usual - weeks.lowest) * float(np.linalg.norm(list(before.values())))
            for effect in EFFECT_NAMES:
                mixtures[name, effect], spread[name, effect] = contrast("day", found, effect, weeks), before[effect]
        said = {
            (name, effect): verdict(mixture, spread[name, effect], mixtures["flat", effect], slow=effect in SLOW)
            for (name, effect), mixture in mixtures.items()
        }
        for (name, effect), (word, strength) in said.items():
            if truth and effect != "acute":
                continue
            key = f"{name}/{effect}/{_kind(word, truth)}"
            sums[key] = sums.get(key, 0) + 1
            if strength == "clear":
                sums[f"{key}/clear"] = sums.get(f"{key}/clear", 0) + 1
        for outcome, effect in HEADLINES:
            if not truth or effect == "acute":
                word = _headline([said[name, effect][0] for name in SETS[outcome]])
                key = f"headline_{outcome}/{effect}/{_kind(word, truth)}"
                sums[key] = sums.get(key, 0) + 1
    return {key: sums.get(key, 0) for key in keys()}


def keys():
    kinds = ("better", "worse", "right", "wrong", "no_worthwhile_difference", "cannot_tell", "depends_on_prior")
    named = [f"{name}/{effect}/{kind}" for name in PRIORS for effect in EFFECT_NAMES for kind in kinds]
    headlines = [f"headline_{outcome}/{effect}/{kind}" for outcome, effect in HEADLINES for kind in kinds]
    return [*named, *(f"{key}/clear" for key in named), *headlines]


def _kind(word, truth):
    if not truth or word not in ("better", "worse"):
        return word
    return "right" if (word == "better") == (truth > 0) else "wrong"


def _headline(words):
    if words[0] == "cannot_tell":
        return "cannot_tell"
    return words[0] if len(set(words)) == 1 else "depends_on_prior"


def verdict(mixture, before, alone, *, slow=False):
    """By the shipped rules; ``alone`` is the posterior under the flat prior."""
    above, below, negative = 1 - mixture.cdf(SWC), mixture.cdf(-SWC), mixture.cdf(0.0)
    # on which side of 0 the ends of the interval lie is all that the rules ask
    low, high = 0.025 - negative, 0.975 - negative
    return decide(
        low=low,
        high=high,
        worthwhile=above,
        harmful=below,
        sd_ratio=mixture.sd / before,
        negligible_alone=alone.cdf(SWC) - alone.cdf(-SWC),
        slow=slow,
    )


def main():
    totals = chunks.run("verdicts", list(CELLS), PEOPLE, step)
    rates = {cell: {key: value / PEOPLE for key, value in sums.items() if value} for cell, sums in totals.items()}
    document = {"people": PEOPLE, "days": worlds.DAYS, "swc": SWC, "seed": SEED, "thresholds": THRESHOLDS}
    document |= {
        "priors": PRIORS,
        "side_by_side": SETS,
        "cells": {cell: list(of) for cell, of in CELLS.items()},
        "rates": rates,
    }
    chunks.write(chunks.HERE / "verdicts.json", document)


if __name__ == "__main__":
    main()
