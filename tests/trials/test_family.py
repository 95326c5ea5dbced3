"""Several outcomes at once: pulled together, and a lucky p value among many is no discovery."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from mettle.answers import answer, family
from mettle.inference.nof1 import Mixture
from mettle.trials.family import Member, shared
from mettle.trials.people import PEOPLE, simulate


def member(name: str, mean: float, *, p: float | None = None, sd: float = 0.2, higher_is: str = "better") -> Member:
    one = Mixture(np.ones(1), np.array([mean]), np.array([sd]))
    verdict = "better" if mean > 0.4 else "cannot_tell"
    return Member(name, one, 0.0, 0.5, 10.0, 2.0, higher_is, verdict, p, "x")  # type: ignore[arg-type]  # words of the types


def test_one_lucky_outcome_among_many_is_pulled_to_the_rest_and_no_discovery() -> None:
    found = shared([member("lucky", 0.5, p=0.04), *(member(f"n{i}", 0.0, p=0.2 + 0.03 * i) for i in range(19))])
    lucky = found[0]
    assert lucky.effect.mean is not None
    assert 0 < lucky.effect.mean < 3.0  # 5 points by itself
    assert lucky.verdict != "better"
    assert lucky.p_adjusted is not None
    assert lucky.p_adjusted > 0.10
    assert lucky.discovered is False


def test_outcomes_that_agree_make_each_other_surer() -> None:
    found = shared([member(f"m{i}", 0.6, p=0.01) for i in range(5)])
    assert all(s.verdict == "better" and s.discovered for s in found)
    assert all((s.effect.sd or 9) < 0.2 * 10 for s in found)


def test_a_scale_where_higher_is_worse_is_turned_before_pooling_and_back_after() -> None:
    up, down = shared([member("calm", 0.5), member("tension", -0.5, higher_is="worse")])
    assert up.effect.mean is not None
    assert down.effect.mean is not None
    assert abs(up.effect.mean + down.effect.mean) < 1e-6
    assert down.effect.mean < 0


def test_the_family_of_real_answers() -> None:
    diary, schedule = simulate(PEOPLE["benefits"], days=60, seed=3, randomised=True)
    rng = np.random.default_rng(0)
    noise = tuple(replace(o, outcome="focus", value=50 + 10 * float(rng.normal())) for o in diary.observations)
    both = replace(diary, observations=(*diary.observations, *noise))
    answers = [answer(o, both, today=date(2027, 1, 1), schedule=schedule) for o in ("mood", "focus")]
    found = family(answers)
    assert [s.outcome for s in found] == ["mood", "focus"]
    own = [a.effects["acute"].mean or 0.0 for a in answers]
    pulled = [s.effect.mean or 0.0 for s in found]
    assert abs(pulled[0] - pulled[1]) < abs(own[0] - own[1])
