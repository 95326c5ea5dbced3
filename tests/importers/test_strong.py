from __future__ import annotations

from pathlib import Path

import pytest

from mettle.errors import InputError
from mettle.importers import Imported, read

SAMPLES = Path(__file__).parent / "samples" / "strong"


def valid(name: str) -> Imported:
    return read(SAMPLES / "valid" / f"{name}.csv", unit="kg")


def test_2016_the_column_is_the_unit() -> None:
    imported = read(SAMPLES / "valid/ios_2016_unit_is_the_column.csv")
    assert imported.unit == "kg"
    squat, again, plank, run = imported.diary.sessions[0].sets
    assert (str(squat.load), squat.ordinal, again.ordinal) == ("70 kg", 1, 2)
    assert (plank.hold_s, plank.reps, plank.load_kind) == (60, None, "none")
    assert (run.distance_m, run.hold_s, run.notes) == (5200, 1800, "easy")


def test_equal_rows_are_two_sets_and_an_american_date_is_read() -> None:
    imported = valid("ios_2017_no_duration_no_rpe")
    first, second = imported.diary.sessions
    assert [(s.exercise.name, s.ordinal) for s in first.sets][:2] == [
        ("Bench Press (Barbell)", 1),
        ("Bench Press (Barbell)", 2),
    ]
    assert (first.sets[2].load_kind, first.sets[2].load) == ("assisted", None)
    assert str(second.start) == "2017-08-28T14:32:00"


def test_a_file_that_states_no_unit_asks_and_never_guesses() -> None:
    path = SAMPLES / "valid/ios_2019_rpe.csv"
    asked = read(path)
    assert (asked.unit, asked.diary.sessions[0].sets[0].load) == (None, None)
    assert [q.code for q in asked.questions] == ["unit", "timezone"]
    told = read(path, unit="lb", timezone="America/New_York")
    assert (told.unit, str(told.diary.sessions[0].sets[0].load), told.questions) == ("lb", "135 lb", ())
    assert told.diary.sessions[0].sets[0].rpe == 8.5
    assert told.diary.sessions[0].key == asked.diary.sessions[0].key


def test_zero_means_nothing_added_nothing_entered_or_nothing_done() -> None:
    session = valid("ios_2020_duration_zero_and_blank").diary.sessions[0]
    assert session.duration_s == 8280
    assert [(s.load_kind, s.load is None, s.status) for s in session.sets] == [
        ("external", False, "done"),
        ("external", True, "done"),
        ("bodyweight", True, "done"),
        ("band", True, "done"),
        ("external", False, "missed"),
    ]


def test_twelve_hour_clock_with_a_narrow_space() -> None:
    sessions = valid("ios_2021_twelve_hour_clock").diary.sessions
    assert [str(s.start) for s in sessions] == ["2021-02-10T16:46:13", "2021-02-12T00:05:00"]
    assert [s.duration_s for s in sessions] == [38 * 60, 3600]


@pytest.mark.parametrize(
    ("name", "load", "title"),
    [
        ("ios_2023_french_header", "20 kg", "Pecs Et Dos"),
        ("ios_german_header_decimal_comma", "62.5 kg", "Mittwoch"),
    ],
)
def test_headers_in_other_languages(name: str, load: str, title: str) -> None:
    session = valid(name).diary.sessions[0]
    assert (str(session.sets[-1].load), session.title, session.sets[-1].reps) == (load, title, 8)


def test_rest_timers_are_no_sets_and_a_timer_left_running_gives_no_length() -> None:
    imported = valid("ios_2025_rest_timer_and_letters")
    assert [(p.row, p.why) for p in imported.problems] == [(3, "rest timer, not a set"), (5, "rest timer, not a set")]
    session = imported.diary.sessions[0]
    assert [s.kind for s in session.sets] == ["warm_up", "work", "drop", "failure"]
    assert session.duration_s is None
    assert [(n.row, "264.0 hours" in n.why) for n in imported.notes] == [(2, True)]


def test_android_units_stand_in_columns_or_in_the_header() -> None:
    press, run = read(SAMPLES / "valid/android_2019_unit_columns.csv").diary.sessions[0].sets
    assert str(press.load) == "40 kg"
    assert run.distance_m == pytest.approx(3.1 * 1609.344)
    bench, row = read(SAMPLES / "valid/android_2025_pounds_in_disguise.csv").diary.sessions[0].sets
    assert bench.load is not None
    assert (str(bench.load), str(bench.load.shown())) == ("61.23492 kg", "135 lb")
    assert bench.notes == "one; two\nthree"
    assert (row.distance_m, row.hold_s) == (2000, 480)


def test_utf16_is_read_and_the_unit_of_the_header_wins_over_the_option() -> None:
    imported = valid("lbs_column_utf16")
    assert (imported.unit, str(imported.diary.sessions[0].sets[0].load)) == ("lb", "135 lb")


def test_bad_rows_are_named_and_good_ones_kept() -> None:
    imported = read(SAMPLES / "broken/bad_rows_among_good.csv", unit="kg")
    assert (imported.rows_in, [p.row for p in imported.problems]) == (7, [3, 4, 5, 8])
    assert [s.exercise.name[:4] for s in imported.diary.sessions[0].sets] == ["Benc", "Benc", "@SUM"]
    assert [n.row for n in imported.notes] == [6, 6, 7]


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        ("cut_in_the_last_row", 3, "breaks off"),
        ("quote_never_closed", 3, "breaks off"),
        ("web_page", None, "web page"),
        ("utf16_without_mark", 1, "NUL"),
        ("another_table", 1, "no reader knows"),
        ("empty", None, "empty"),
        ("blank_lines_only", None, "empty"),
    ],
)
def test_what_is_no_strong_file_is_refused_in_one_line(name: str, row: int | None, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        read(SAMPLES / "broken" / f"{name}.csv")
    assert refused.value.row == row
    assert "\n" not in str(refused.value)
