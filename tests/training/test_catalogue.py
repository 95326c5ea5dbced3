from __future__ import annotations

import pytest

from mettle.training import vocabulary
from mettle.training.catalogue import (
    CatalogueExercise,
    available,
    excluded_by,
    exclusions,
    exercises,
    increments,
    suits,
)

CATALOGUE = list(exercises().values())


@pytest.mark.parametrize("exercise", CATALOGUE, ids=lambda e: e.id)
def test_every_word_of_an_exercise_is_in_the_vocabulary(exercise: CatalogueExercise) -> None:
    assert exercise.pattern in vocabulary.PATTERNS
    assert {item for group in exercise.equipment for item in group} <= set(vocabulary.EQUIPMENT)
    assert set(exercise.muscles) <= set(vocabulary.MUSCLES)
    assert exercise.tags <= set(vocabulary.TAGS)
    assert set(exercise.joints) <= set(vocabulary.JOINTS)
    assert set(exercise.loads) <= set(vocabulary.LOAD_KINDS)
    assert exercise.laterality in vocabulary.LATERALITIES
    assert exercise.position in vocabulary.POSITIONS


@pytest.mark.parametrize("exercise", CATALOGUE, ids=lambda e: e.id)
def test_every_figure_of_an_exercise_is_in_its_range(exercise: CatalogueExercise) -> None:
    assert set(exercise.muscles.values()) <= {0.25, 0.5, 0.75, 1}
    assert set(exercise.joints.values()) <= {1, 2, 3}
    assert exercise.spinal_load in range(4)
    assert exercise.control in range(4)
    assert exercise.skill in (1, 2, 3)
    assert exercise.implements in (1, 2)
    assert 0 < exercise.setup_s <= 120
    assert 0 < exercise.rep_s <= 6
    assert exercise.cue.endswith(".")
    assert exercise.breath.endswith(".")


def test_a_beginner_always_has_a_way_in() -> None:
    assert [e.id for e in CATALOGUE if not e.regression and e.skill > 1] == []


@pytest.mark.parametrize("link", ["regression", "progression"])
def test_easier_and_harder_lead_somewhere_and_never_in_a_circle(link: str) -> None:
    for start in CATALOGUE:
        seen = [start.id]
        while following := getattr(exercises()[seen[-1]], link):
            assert following in exercises(), f"{seen[-1]}: {link} {following}"
            assert following not in seen, " -> ".join([*seen, following])
            seen.append(following)


def test_easier_versions_ask_for_no_more_skill() -> None:
    for exercise in CATALOGUE:
        if exercise.regression:
            assert exercises()[exercise.regression].skill <= exercise.skill, exercise.id


@pytest.mark.parametrize("limitation", vocabulary.LIMITATIONS)
@pytest.mark.parametrize(
    "patterns",
    [{"squat", "lunge"}, {"hinge"}, {"hpush", "vpush"}, {"hpull", "vpull"}],
    ids=lambda p: "-or-".join(sorted(p)),
)
def test_in_a_full_gym_every_limitation_leaves_a_choice(limitation: str, patterns: set[str]) -> None:
    left = [exercise for exercise in available(limitations=[limitation]) if exercise.pattern in patterns]
    assert len(left) >= 2


def test_every_limitation_has_its_row_with_a_source() -> None:
    assert set(exclusions()) == set(vocabulary.LIMITATIONS)
    for row in exclusions().values():
        assert row.source
        assert row.tags <= set(vocabulary.TAGS)
        assert set(row.max_joint) <= set(vocabulary.JOINTS)
        assert row.positions <= set(vocabulary.POSITIONS)


def test_limitations_take_out_what_they_should() -> None:
    assert not suits(exercises()["back_squat"], ["low_back"])
    assert not suits(exercises()["dumbbell_shoulder_press"], ["shoulder_impingement_left"])
    assert not suits(exercises()["push_up"], ["wrist"])
    assert suits(exercises()["chest_press"], ["wrist", "shoulder_impingement_right", "low_back"])
    assert all(e.position == "seated" for e in available(limitations=["wheelchair"]))
    with pytest.raises(ValueError, match="limitation must be one of"):
        excluded_by(exercises()["push_up"], ["left_knee"])


def test_nothing_at_home_still_trains_the_legs_the_push_and_the_trunk() -> None:
    at_home = {e.pattern for e in available(equipment=())}
    assert {"squat", "lunge", "hinge", "hpush", "core", "balance", "conditioning"} <= at_home


def test_every_tag_and_kit_of_the_vocabulary_is_used() -> None:
    assert {item for e in CATALOGUE for group in e.equipment for item in group} == set(vocabulary.EQUIPMENT)
    assert {muscle for e in CATALOGUE for muscle in e.muscles} == set(vocabulary.MUSCLES)
    assert {e.pattern for e in CATALOGUE} == set(vocabulary.PATTERNS)
    assert {load for e in CATALOGUE for load in e.loads} == set(increments()) == set(vocabulary.LOAD_KINDS)
