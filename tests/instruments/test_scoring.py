from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from mettle import instruments

CASES = ROOT / "tests" / "instruments" / "cases"


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")
        for path in sorted(CASES.glob("*.json"))
        for case in json.loads(path.read_text())
    ]


def test_every_instrument_has_its_case_file() -> None:
    assert {path.stem for path in CASES.glob("*.json")} == set(instruments.ids())


@pytest.mark.parametrize(("key", "case"), cases())
def test_case(key: str, case: dict[str, Any]) -> None:
    scored = instruments.score(key, case["responses"], **case["options"]).to_json()
    for name, wanted in case["expect"].items():
        if name == "subscales":
            assert {k: scored["subscales"][k] for k in wanted} == wanted
        elif name == "flags":
            assert sorted(scored["flags"]) == sorted(wanted)
        elif name == "score" and wanted is not None:
            assert scored["score"] == pytest.approx(wanted, rel=1e-12)
        else:
            assert scored[name] == wanted, name


def complete(key: str) -> st.SearchStrategy[list[float]]:
    found = instruments.load(key)
    low, high = found.response_range
    each: st.SearchStrategy[Any] = st.sampled_from(found.values) if found.values else st.integers(int(low), int(high))
    return st.lists(each, min_size=len(found.items), max_size=len(found.items))


@given(st.data(), st.sampled_from(instruments.ids()))
def test_every_complete_form_has_a_score_in_range(data: st.DataObject, key: str) -> None:
    scored = instruments.score(key, data.draw(complete(key)))
    low, high = instruments.load(key).range
    assert scored.score is not None
    assert low <= scored.score <= high
    if instruments.load(key).rules.get("bands"):
        assert scored.band is not None


@given(st.lists(st.integers(0, 3), min_size=10, max_size=10), st.permutations(range(10)))
def test_reversal_follows_the_item_not_the_place(values: list[int], places: list[int]) -> None:
    found = instruments.load("rses")
    by_id = dict(zip(found.item_ids, values, strict=True))
    asked_in_a = [by_id[item] for item in instruments.item_order(found, "a")]
    assert instruments.score("rses", values).score == instruments.score("rses", asked_in_a, order="a").score


@given(st.integers(0, 3).flatmap(lambda v: st.tuples(st.just(v), st.integers(0, 8))))
def test_a_ninth_answer_above_zero_is_always_flagged(value_and_place: tuple[int, int]) -> None:
    value, others = value_and_place
    scored = instruments.score("phq9", [0] * others + [1] * (8 - others) + [value])
    assert ("item9" in scored.flags) is (value > 0)


@given(st.sampled_from(["phq9", "pcl5", "cesdr"]), st.data())
def test_a_total_says_that_a_safety_item_was_answered_exactly_where_it_must_have_been(
    key: str, data: st.DataObject
) -> None:
    form = instruments.load(key)
    safety = [item.item for item in form.safety]
    near = st.lists(st.sampled_from(form.values[-2:]), min_size=len(form.items), max_size=len(form.items))
    answers = dict(zip(form.item_ids, data.draw(near), strict=True))
    for item in form.safety:
        answers[item.item] = data.draw(st.sampled_from(form.values))
    scored = instruments.score(key, list(answers.values()))
    assert scored.score is not None
    told = instruments.score_total(key, scored.score).flags
    if any(f"item{item}" in told for item in safety):
        assert any(f"item{item}" in scored.flags for item in safety)
    calm = [form.values[-1]] * len(form.items)
    for item in form.safety:
        calm[form.item_ids.index(item.item)] = item.lowest - 1
    highest = instruments.score(key, calm).score
    assert highest is not None
    assert not any(flag.startswith("item") for flag in instruments.score_total(key, highest).flags)
    assert any(flag.startswith("item") for flag in instruments.score_total(key, highest + 1).flags)


def test_a_repeat_inside_the_recall_window_is_kept_and_flagged() -> None:
    early = instruments.score("gad7", [1] * 7, on=date(2026, 11, 10), previous_on=date(2026, 11, 1))
    assert early.valid
    assert "overlap" in early.flags
    later = instruments.score("gad7", [1] * 7, on=date(2026, 11, 15), previous_on=date(2026, 11, 1))
    assert "overlap" not in later.flags


def test_ranges_made_for_adults_stay_hidden_under_18() -> None:
    assert instruments.score("phq9", [1] * 9, age=17).band is None
    assert instruments.score("phq9", [1] * 9, age=18).band == "mild"


def test_a_total_from_elsewhere_is_scored() -> None:
    scored = instruments.score_total("isi", 14)
    assert (scored.score, scored.band, scored.flags) == (14, "subthreshold", ("cutoff",))
    assert instruments.score_total("asrs6", 24).flags == ()  # its limit is on a count that a total does not hold


@pytest.mark.parametrize(
    ("key", "responses", "words"),
    [
        ("phq9", [1] * 8, "PHQ-9: expected 9 responses, got 8"),
        ("phq9", [0, 0, 4, 0, 0, 0, 0, 0, 0], "PHQ-9: item 3 takes 0, 1, 2, 3, got 4"),
        ("phq9", [0, 1.5, 0, 0, 0, 0, 0, 0, 0], "item 2 takes 0, 1, 2, 3, got 1.5"),
        ("cbi_personal", [100, 75, 50, 30, 25, 0], "item 4 takes 0, 25, 50, 75, 100, got 30"),
        ("gad7", [float("nan"), 1, 1, 1, 1, 1, 1], "item 1 takes"),
        ("sppb", [10, 10, 10, -1, 12], "item walk_s takes 0 to 600, got -1"),
        ("chair30", [11.5], "whole number"),
        ("tug", [1, 2, 3], "expected 1 to 2 responses, got 3"),
        ("phq99", [1], "no instrument 'phq99'; there are: asrs6"),
    ],
)
def test_bad_input_names_the_item_and_what_is_allowed(key: str, responses: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        instruments.score(key, responses)


@pytest.mark.parametrize(
    ("key", "total"), [("phq9", 28), ("phq9", -1), ("phq9", 3.5), ("brs", 5.1), ("who5", float("nan"))]
)
def test_a_total_out_of_range_is_refused(key: str, total: float) -> None:
    with pytest.raises(ValueError, match="a total"):
        instruments.score_total(key, total)


def test_unknown_orders_and_courses_are_refused() -> None:
    with pytest.raises(ValueError, match="no item order 'b'; there is: a"):
        instruments.score("rses", [0] * 10, order="b")
    with pytest.raises(ValueError, match="4 or 3 m"):
        instruments.score("sppb", [10, 10, 10, 4, 10], course_m=5)
