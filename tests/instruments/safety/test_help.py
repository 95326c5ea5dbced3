from __future__ import annotations

import csv
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from mettle import instruments
from mettle.instruments import safety

NUMBERS = ROOT / "src" / "mettle" / "instruments" / "safety" / "data" / "help_numbers.csv"
FRIEND = safety.Person("Mo", "555 0100")
PLAN = safety.SafetyPlan(("I stop sleeping",), ("a walk",), (FRIEND,), ("the library",), date(2026, 11, 1))


def rows() -> list[dict[str, str]]:
    with NUMBERS.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_has_a_date_and_says_whether_a_person_checked_it() -> None:
    assert rows()
    for row in rows():
        assert date.fromisoformat(row["checked_on"]) >= date(2026, 11, 22), row
        assert row["checked_by_a_person"] in {"true", "false"}, row
        assert row["kind"] in {"emergency", "crisis_line", "text"}, row
        assert len(row["country"]) == 2, row


@pytest.mark.parametrize("country", [None, *sorted({row["country"] for row in rows()})])
@pytest.mark.parametrize("layout", ["full", "short", "blank", "emergency_first"])
def test_no_number_that_no_person_has_checked_is_ever_on_a_card(country: str | None, layout: str) -> None:
    text = safety.help_card(layout, country=country).text()  # type: ignore[arg-type]  # the four layouts
    checked = {row["number"] for row in rows() if row["checked_by_a_person"] == "true" and row["country"] == country}
    for row in rows():
        if row["number"] not in checked:
            assert row["number"] not in text
    assert "local emergency number" in text


def test_the_card_holds_the_saved_contact_and_two_directories() -> None:
    card = safety.help_card("full", contact=FRIEND)
    assert "Mo: 555 0100" in card.text()
    assert len(card.directories) == 2
    assert "findahelpline.com" in card.text()


def test_the_own_plan_is_on_the_card_and_names_the_contact() -> None:
    text = safety.help_card("short", plan=PLAN).text()
    for words in ("I stop sleeping", "a walk", "the library", "Mo: 555 0100"):
        assert words in text


def test_in_danger_only_the_emergency_number_and_the_contact_are_left() -> None:
    card = safety.help_card("emergency_first", contact=FRIEND, plan=PLAN, country="US")
    assert (card.numbers, card.directories, card.plan) == ((), (), None)
    assert card.text().splitlines()[1:] == ["- Your local emergency number", "- Mo: 555 0100"]


@pytest.mark.parametrize(("instrument", "item"), [("phq9", 9), ("cesdr", 14), ("cesdr", 15)])
def test_any_answer_above_zero_shows_help_at_once(instrument: str, item: int) -> None:
    assert safety.response(instrument, item, 0) == safety.Response()
    for answer in instruments.load(instrument).values[1:]:
        shown = safety.response(instrument, item, answer)
        assert shown.card is not None
        assert shown.card.layout == "full"
        assert shown.ends_withholding


def test_a_blank_shows_the_quiet_card_and_costs_nothing() -> None:
    shown = safety.response("phq9", 9, None)
    assert shown.card is not None
    assert shown.card.layout == "blank"
    assert not shown.ends_withholding
    assert shown.question is None


def test_later_times_are_shorter_but_just_as_immediate() -> None:
    shown = safety.response("phq9", 9, 1, seen_before=True)
    assert shown.card is not None
    assert shown.card.layout == "short"


@pytest.mark.parametrize(
    ("answer", "previous", "total", "asked"),
    [
        (1, None, None, False),
        (1, 1, 5, False),
        (1, 0, None, True),
        (2, 2, None, True),
        (3, None, None, True),
        (1, 1, 20, True),
    ],
)
def test_when_the_question_of_danger_is_asked(
    answer: int, previous: int | None, total: int | None, asked: bool
) -> None:
    shown = safety.response("phq9", 9, answer, previous=previous, total=total)
    assert (shown.question is not None) is asked
    assert (shown.next_day is not None) is asked


def test_yes_puts_the_emergency_number_first_and_no_asks_for_someone_today() -> None:
    yes = safety.response("phq9", 9, 2, in_danger=True)
    assert yes.card is not None
    assert yes.card.layout == "emergency_first"
    no = safety.response("phq9", 9, 2, in_danger=False)
    assert [m.id for m in no.messages] == ["help_same_day"]
    assert no.question is None


def test_the_kin_of_the_pcl5_shows_the_quiet_card() -> None:
    assert safety.response("pcl5", 16, 1) == safety.Response()
    shown = safety.response("pcl5", 16, 2)
    assert shown.card is not None
    assert shown.card.layout == "blank"


def test_other_items_show_nothing() -> None:
    assert safety.response("phq9", 2, 3) == safety.Response()


def test_an_answer_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="item 9 takes 0, 1, 2, 3, got 4"):
        safety.response("phq9", 9, 4)


@pytest.mark.parametrize(
    ("total", "previous", "talk", "ends"),
    [
        (14, 20, False, False),
        (15, None, False, True),
        (15, 14, False, True),
        (15, 15, True, True),
        (20, None, True, True),
    ],
)
def test_high_totals(total: int, previous: int | None, talk: bool, ends: bool) -> None:
    shown = safety.after_total(total, previous=previous)
    assert (bool(shown.messages), shown.ends_withholding) == (talk, ends)


def test_a_plan_survives_the_round_trip_and_bad_ones_are_refused() -> None:
    assert safety.SafetyPlan.from_json(json.loads(json.dumps(PLAN.to_json()))) == PLAN
    broken: list[dict[str, object]] = [{"signs": []}, {"places": "home"}, {"people": ["Mo"]}]
    for bad in broken:
        with pytest.raises(ValueError, match=r"safety plan has|must be a list"):
            safety.SafetyPlan.from_json(bad)


def test_what_is_shown_holds_no_level_of_risk() -> None:
    shown = safety.response("phq9", 9, 3)
    for name in ("level", "risk", "score"):
        assert not hasattr(shown, name)


START = date(2026, 3, 1)


def series(*values: float) -> dict[date, float]:
    return {START + timedelta(i): v for i, v in enumerate(values)}


def test_a_week_one_own_sd_lower_fires_and_a_little_less_does_not() -> None:
    baseline = [5.0, 7.0] * 10  # mean 6, SD 1.026 (ddof 1)
    today = START + timedelta(26)
    assert safety.deterioration(series(*baseline, *[4.97] * 7), today=today).reason == "lower"
    assert not safety.deterioration(series(*baseline, *[4.98] * 7), today=today).fired
    assert not safety.deterioration(series(*baseline, *[7.5] * 7), today=today).fired
    assert safety.deterioration(series(*baseline, *[7.5] * 7), today=today, higher_is="worse").reason == "lower"


def test_five_silent_days_after_regular_use() -> None:
    daily = series(*[6.0] * 10)
    last = START + timedelta(9)
    assert not safety.deterioration(daily, today=last + timedelta(5)).fired
    found = safety.deterioration(daily, today=last + timedelta(6))
    assert found.reason == "silence"
    assert found.card is not None
    assert found.card.code == "deterioration"


def test_silence_after_rare_use_means_nothing() -> None:
    daily = {START: 5.0, START + timedelta(9): 5.0}
    assert not safety.deterioration(daily, today=START + timedelta(30)).fired


@given(st.lists(st.floats(0, 10), max_size=20))
def test_too_little_is_never_read(values: list[float]) -> None:
    found = safety.deterioration(series(*values), today=START + timedelta(max(len(values) - 1, 0)))
    assert not found.fired
