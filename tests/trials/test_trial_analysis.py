from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from mettle.answers import answer
from mettle.diary import Diary, Observation
from mettle.evidence.priors import zero_centred
from mettle.inference import nof1
from mettle.trials.checks import Missingness, delta_sensitivity
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.randomisation import randomisation_p, timing_placebo
from mettle.trials.table import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mettle.trials.schedule import Schedule

TODAY = date(2026, 12, 31)


def trial(name: str, *, days: int = 70, seed: int = 1) -> tuple[Diary, Schedule]:
    diary, schedule = simulate(PEOPLE[name], days=days, seed=seed, randomised=True)
    assert schedule is not None
    return diary, schedule


def coin(schedule: Schedule, rng: np.random.Generator) -> Mapping[date, str]:
    return {on: "train" if rng.random() < 0.43 else "rest" for on in schedule.trial_days}


def test_the_randomisation_test_finds_a_true_effect_and_is_uniform_without_one() -> None:
    diary, schedule = trial("benefits")
    table = build(diary, "mood", today=TODAY, schedule=schedule)
    priors = zero_centred(table.scale).default
    rng = np.random.default_rng(1)
    assert randomisation_p(table, priors, schedule, lambda r: coin(schedule, r), rng=rng, draws=199) <= 0.01
    nothing, drawn = trial("no_effect", days=42)
    null = build(nothing, "mood", today=TODAY, schedule=drawn)
    ps = []
    for _ in range(60):  # the same ratings under redrawn schedules: the sharp null holds exactly
        other = coin(drawn, rng)
        realised = replace(drawn, assignments=tuple(replace(a, arm=other[a.on]) for a in drawn.assignments))
        ps.append(randomisation_p(null, priors, realised, lambda r: coin(drawn, r), rng=rng, draws=19))
    assert 0.3 < float(np.mean(ps)) < 0.75
    assert sum(p <= 0.05 for p in ps) <= 9


def test_full_adherence_needs_no_correction_and_is_told_nowhere() -> None:
    diary, schedule = trial("benefits")
    found = answer("mood", diary, today=TODAY, schedule=schedule, redraw=lambda r: coin(schedule, r))
    assert found.adherence is not None
    assert (found.adherence.done_when_assigned, found.adherence.done_otherwise) == (1.0, 0.0)
    assert found.adherence.per_session is not None
    assert found.adherence.per_session["mean"] == found.effects["acute"].mean
    assert "adherence" not in [c.code for c in found.caveats]
    assert "randomisation_agrees" in [c.code for c in found.caveats]
    assert found.to_json()["adherence"]["as_trained"]["mean"] is not None
    assert found.to_json()["checks"]["randomisation_p"] < 0.05


def test_half_adherence_doubles_the_effect_per_session_and_keeps_the_comparison_as_drawn() -> None:
    diary, schedule = trial("benefits")
    done = tuple(s for i, s in enumerate(diary.sessions) if i % 2)
    found = answer("mood", replace(diary, sessions=done), today=TODAY, schedule=schedule)
    assert found.adherence is not None
    assert found.adherence.done_when_assigned is not None
    assert abs(found.adherence.done_when_assigned - 0.5) < 0.03
    assert found.adherence.per_session is not None
    assert found.adherence.per_session["mean"] > 1.9 * (found.effects["acute"].mean or 0)
    assert "adherence" in [c.code for c in found.caveats]


def test_a_schedule_that_nobody_followed_says_so() -> None:
    diary, schedule = trial("benefits")
    found = answer("mood", replace(diary, sessions=diary.sessions[:1]), today=TODAY, schedule=schedule)
    assert found.adherence is not None
    assert found.adherence.per_session is None
    assert "assignment_not_followed" in [c.code for c in found.caveats]


def test_sessions_moved_by_weeks_show_nothing_where_the_real_ones_do() -> None:
    diary, _ = simulate(PEOPLE["benefits"], days=84, seed=2)
    table = build(diary, "mood", today=TODAY)
    found = timing_placebo(table, zero_centred(table.scale).default)
    assert found is not None
    assert found.shifts == 11
    assert found.as_large <= 0.1
    short = build(Diary(diary.sessions[:5], diary.observations[:60]), "mood", today=TODAY)
    assert timing_placebo(short, zero_centred(short.scale).default) is None


def test_what_missing_ratings_could_do_is_arithmetic() -> None:
    diary, schedule = trial("benefits")
    table = build(diary, "mood", today=TODAY, schedule=schedule)
    found = delta_sensitivity(table, 6.0, Missingness(0.3, 0.4, 0.2))
    assert found["if_missing_lower"] == 6.0 - 0.5 * table.scale * (0.4 - 0.2)
    assert found["tipping"] == -6.0 / 0.4
    assert delta_sensitivity(table, 6.0, Missingness(0.3, None, 0.2)) == {"if_missing_lower": None, "tipping": None}


def test_ratings_that_vary_more_after_a_session_are_found() -> None:
    diary, schedule = trial("no_effect", days=120)
    trained = {on for on, arm in schedule.trial_days.items() if arm == "train"}
    rng = np.random.default_rng(3)
    louder = tuple(
        Observation(
            "mood", o.when, o.value + 25 * float(rng.normal()) * (o.when.day in trained and o.when.clock.hour > 17)
        )
        for o in diary.observations
        if o.when.clock is not None
    )
    found = answer("mood", replace(diary, observations=louder), today=TODAY, schedule=schedule)
    assert found.variability is not None
    assert found.variability["q025"] > 1


def test_the_first_days_are_dropped_on_request_and_listed() -> None:
    diary, schedule = trial("benefits")
    found = answer("mood", diary, today=TODAY, schedule=schedule, drop_first_days=7)
    assert found.to_json()["data"]["first_day"] == "2026-03-09"
    assert {e.why for e in found.excluded} == {"one of the first 7 days, dropped as asked"}


def test_the_covariance_gives_the_likelihood_that_the_filter_gives() -> None:
    diary, _ = trial("benefits", days=20)
    table = build(diary, "mood", today=TODAY)
    full = table.design(zero_centred(table.scale).default)
    design = replace(full, x=full.x, names=full.names[: full.x.shape[1]], prior_mean=full.prior_mean[: full.x.shape[1]],
                     prior_sd=full.prior_sd[: full.x.shape[1]], kernels=())  # fmt: skip
    from mettle.inference.nof1 import kalman

    posterior = nof1.fit(design)
    hyper = (posterior.weights @ posterior.hyper)[None, :]
    V = nof1.covariance(design, posterior, origin=float(design.t.min()))
    rest = design.y - design.x @ design.prior_mean
    dense = -0.5 * (rest @ np.linalg.solve(V, rest) + np.linalg.slogdet(V)[1] + rest.size * np.log(2 * np.pi))
    assert abs(float(kalman.condition(design.sorted(), hyper).log_ml[0]) - dense) < 1e-8
