from __future__ import annotations

import pytest

from mettle import instruments
from mettle.instruments import safety

MEASURES = list(instruments.measures().values())


def test_the_measures_that_the_claims_name() -> None:
    wanted = (
        "mood calm energy stress tension restlessness craving focus task_switching sleep_quality awakenings intrusions "
        "dissociation pain suds belonging contacts confidence mastery self_worth body_image purpose_today pride_shame "
        "irritability one_thing_back"
    )
    assert set(wanted.split()) == set(instruments.measures())


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.id)
def test_each_is_a_plain_question_with_two_end_words(measure: instruments.Measure) -> None:
    assert "?" in measure.question
    assert measure.low != measure.high
    assert measure.higher_is in {"better", "worse"}
    assert measure.asks in {"now", "today", "last_night", "session"}
    assert safety.forbidden_phrases(f"{measure.question} {measure.low} {measure.high}") == []
    assert measure.id not in instruments.ids()  # one name, one thing


def test_three_a_day() -> None:
    assert len(instruments.daily_default()) == 3
    assert set(instruments.daily_default()) <= set(instruments.measures())


def test_tension_is_kept_by_body_part_and_nothing_else_is() -> None:
    assert instruments.outcome_name("tension", "jaw") == "tension_jaw"
    with pytest.raises(ValueError, match="tension takes jaw, neck"):
        instruments.outcome_name("tension", "ear")
    with pytest.raises(ValueError, match="no body part"):
        instruments.outcome_name("mood", "jaw")
    with pytest.raises(ValueError, match="no measure 'happiness'; there are: mood, calm"):
        instruments.outcome_name("happiness")


@pytest.mark.parametrize("value", [-0.1, 10.1, float("nan"), float("inf")])
def test_an_answer_outside_the_slider_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="mood takes 0 to 10"):
        instruments.check_answer("mood", value)
