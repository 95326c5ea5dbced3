from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mettle.answers import Case, answer, answer_many
from mettle.errors import MissingExtraError
from mettle.trials.people import PEOPLE, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mettle.answers import Answered

TODAY = date(2026, 12, 31)
KERNELS = 1e-9
"""The two kernels differ by rounding alone; so do messages made with them, relative to their spread."""


def case(name: str) -> Case:
    who, seed, drawn = name.split("-")
    diary, schedule = simulate(PEOPLE[who], days=35, seed=int(seed), randomised=drawn == "trial")
    return Case(name, "mood", diary, schedule)


NAMES = ("benefits-1-trial", "no_effect-2-trial", "misses_days-3-habit", "follows_mood-4-habit")


@cache
def compiled() -> tuple[Answered, ...]:
    pytest.importorskip("numba", reason="needs the batch extra")
    return tuple(answer_many(NAMES, today=TODAY, load=case, backend="numba"))


def test_many_people_get_the_document_that_each_would_get_alone() -> None:
    for name, found in zip(NAMES, compiled(), strict=True):
        one = case(name)
        assert found.document == answer("mood", one.diary, today=TODAY, schedule=one.schedule).to_json()


def test_both_kernels_give_the_same_documents_and_messages() -> None:
    for a, b in zip(answer_many(NAMES, today=TODAY, load=case, backend="numpy"), compiled(), strict=True):
        assert a.document == b.document
        assert a.messages.keys() == b.messages.keys()
        for effect, message in a.messages.items():
            other = b.messages[effect].posterior
            assert abs(message.posterior.mean - other.mean) < KERNELS * other.sd
            assert abs(message.posterior.sd / other.sd - 1) < KERNELS


def test_nobody_is_read_before_they_are_needed() -> None:
    read = []

    def names() -> Iterator[str]:
        for name in NAMES:
            read.append(name)
            yield name

    next(answer_many(names(), today=TODAY, load=lambda name: replace(case(NAMES[1]), person=name)))
    assert read == [NAMES[0]]


def test_a_missing_extra_comes_back_from_another_process_as_it_was() -> None:
    told = MissingExtraError("batch")
    assert str(pickle.loads(pickle.dumps(told))) == str(told)


def test_the_quantile_of_a_mixture_is_where_its_distribution_function_says() -> None:
    rng = np.random.default_rng(5)
    for found in compiled():
        for message in found.messages.values():
            for q in rng.uniform(0.001, 0.999, 5).tolist():
                assert abs(message.posterior.cdf(message.posterior.quantile(q)) - q) < 1e-11
