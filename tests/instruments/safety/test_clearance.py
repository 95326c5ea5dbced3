from __future__ import annotations

import pytest

from mettle.instruments import safety


@pytest.mark.parametrize(
    ("active", "conditions", "outcome", "codes"),
    [
        (False, [], "start_light", []),
        (False, ["diabetes"], "advised_first", ["clearance_advised", "light_plan"]),
        (True, [], "clear", []),
        (True, ["renal"], "advised_before_vigorous", ["clearance_advised"]),
        (False, ["hypertension", "beta_blocker"], "start_light", []),
        (False, ["insulin"], "advised_first", ["clearance_advised", "light_plan"]),
    ],
)
def test_the_rows_of_the_screening_table(active: bool, conditions: list[str], outcome: str, codes: list[str]) -> None:
    found = safety.clearance(active_now=active, conditions=conditions, age=45)
    assert found.outcome == outcome
    assert [m.code for m in found.messages] == codes


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("disease", [[], ["cardiovascular"]])
def test_any_symptom_stops_everybody(active: bool, disease: list[str]) -> None:
    found = safety.clearance(active_now=active, conditions=disease, symptoms=["syncope"])
    assert found.refused
    assert [m.code for m in found.messages] == ["refused_symptoms"]


def test_a_fever_is_told_to_wait_not_to_see_a_doctor() -> None:
    found = safety.clearance(active_now=True, symptoms=["fever"])
    assert (found.refused, found.messages[0].id) == (True, "refused_fever")
    assert safety.clearance(active_now=True, symptoms=["fever", "palpitations"]).messages[0].id == "refused_symptoms"


@pytest.mark.parametrize(
    ("pressure", "refused"), [((179, 109), False), ((180, 90), True), ((150, 110), True), ((185, 115), True)]
)
def test_blood_pressure_refuses_from_180_or_110(pressure: tuple[int, int], refused: bool) -> None:
    assert safety.clearance(active_now=True, blood_pressure=pressure).refused is refused


@pytest.mark.parametrize(("age", "outcome"), [(15, "refused"), (16, "start_light"), (17, "start_light"), (18, "clear")])
def test_age(age: int, outcome: str) -> None:
    found = safety.clearance(active_now=True, age=age)
    assert found.outcome == outcome
    assert (found.rpe_cap == 7) is (age in (16, 17))


def test_pregnancy_is_moderate_and_asks_the_midwife() -> None:
    found = safety.clearance(active_now=True, pregnant_weeks=20)
    assert found.outcome == "advised_first"
    assert found.rpe_cap == 7
    assert [m.code for m in found.messages] == ["clearance_advised", "light_plan"]


def test_the_strictest_reason_wins() -> None:
    found = safety.clearance(active_now=True, conditions=["diabetes"], pregnant_weeks=8, age=17)
    assert found.outcome == "advised_first"
    assert found.rpe_cap == 7


@pytest.mark.parametrize(
    ("word", "where"),
    [({"conditions": ["flu"]}, "condition"), ({"symptoms": ["tired"]}, "symptom"), ({"age": 0}, "age")],
)
def test_unknown_words_are_refused_by_name(word: dict[str, object], where: str) -> None:
    with pytest.raises(ValueError, match=where):
        safety.clearance(active_now=True, **word)  # type: ignore[arg-type]  # bad on purpose


def test_swapped_blood_pressure_is_refused_not_guessed() -> None:
    with pytest.raises(ValueError, match="systolic"):
        safety.clearance(active_now=True, blood_pressure=(80, 120))
