from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mettle.errors import InputError
from mettle.importers import read
from mettle.importers.cells import moment
from mettle.importers.lifts import seconds_between

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*/valid/*")), ids=lambda p: f"{p.parts[-3]}/{p.stem}")
def test_every_row_of_a_valid_sample_is_read_as_its_folder_says(path: Path) -> None:
    imported = read(path)
    assert imported.format == path.parts[-3]
    assert imported.rows_in == imported.rows_imported + imported.rows_skipped
    assert imported.rows_imported > 0
    allowed = {"rest timer, not a set", "planned, not done", "skipped in the app"}
    assert {p.why for p in imported.problems} <= allowed


def test_checkins_keep_every_value_of_a_day_even_equal_ones() -> None:
    diary = read(SAMPLES / "checkins/valid/wide_several_a_day.csv").diary
    assert [(o.outcome, o.value) for o in diary.observations] == [("mood", 55), ("mood", 61), ("mood", 61)]
    assert [(s.name, s.value) for s in diary.signals] == [
        ("sleep_h", 7.5),
        ("illness", 0),
        ("sleep_h", 6),
        ("illness", 1),
    ]
    assert [o.value for o in diary.of("sleep_h")] == [7.5, 6]


def test_long_checkins_keep_the_outcomes_name_and_ask_for_the_zone_only_when_it_is_unknown() -> None:
    path = SAMPLES / "checkins/valid/long.csv"
    asked = read(path)
    assert asked.diary.outcomes == ("mood", "PHQ-9")
    assert [q.code for q in asked.questions] == ["timezone"]
    told = read(path, timezone="Europe/Berlin")
    assert told.questions == ()
    assert str(told.diary.observations[0].when) == "2026-01-05T08:00:00+01:00"


def test_a_stated_offset_beats_the_option_but_utc_hides_the_day_and_a_date_is_never_midnight() -> None:
    told = read(SAMPLES / "checkins/valid/offsets_and_a_bare_date.csv", timezone="Europe/Berlin")
    assert [str(o.when) for o in told.diary.observations] == [
        "2026-01-05T23:30:00-05:00",
        "2026-01-07T00:30:00+01:00",
        "2026-01-08",
    ]
    assert [o.when.day.day for o in told.diary.observations] == [5, 6, 8]


def test_decimal_comma_with_semicolons_and_a_column_of_words() -> None:
    imported = read(SAMPLES / "checkins/valid/semicolon_decimal_comma.csv")
    assert [o.value for o in imported.diary.observations] == [5.5, 6.25]
    assert [n.why for n in imported.notes] == ["column 'note' holds no numbers; left out"]


def test_bad_rows_stand_beside_the_good_ones_with_their_spreadsheet_row() -> None:
    imported = read(SAMPLES / "checkins/broken/bad_rows_among_good.csv")
    assert (imported.rows_in, imported.rows_imported) == (8, 2)
    assert [p.row for p in imported.problems] == [3, 4, 5, 6, 7, 8]
    blank, month, formula, comma, nan, wide = (p.why for p in imported.problems)
    assert blank == "holds no value"
    assert "2026-13-06" in month
    assert "'=1+1'" in formula
    assert "semicolons" in comma
    assert "'nan'" in nan
    assert "3 cells" in wide


def test_blank_lines_count_as_spreadsheet_rows_but_not_as_records() -> None:
    imported = read(SAMPLES / "checkins/valid/bom_crlf_blank_line.csv")
    assert imported.rows_in == 2
    assert imported.days == (date(2026, 1, 5), date(2026, 1, 7))


def test_exposures_are_doses_with_their_arm() -> None:
    diary = read(SAMPLES / "exposures/valid/date_dose_arm.csv").diary
    assert [(d.amount, d.arm) for d in diary.doses] == [(1, "train"), (0, "rest"), (0.5, None)]
    assert read(SAMPLES / "exposures/valid/at_dose_semicolon.csv").diary.doses[0].amount == 1.5
    assert [p.row for p in read(SAMPLES / "exposures/broken/negative_and_blank.csv").problems] == [3, 4]


def test_hevy_says_what_each_set_was() -> None:
    imported = read(SAMPLES / "hevy/valid/overnight_supersets_notes.csv")
    early, late = imported.diary.sessions
    assert (late.title, late.duration_s, late.notes) == ("110", 75 * 60, "late one, 👩‍👩‍👧")
    warm, first, again, pull, dip, run = late.sets
    assert warm.kind == "warm_up"
    assert warm.notes == 'first line\nsecond line, with "quotes" and \\n'
    assert warm.load is not None
    assert str(warm.load.shown()) == "50 lb"
    assert (first.ordinal, again.ordinal, first.rir) == (2, 3, 1.5)
    assert (pull.load, pull.load_kind, pull.reps) == (None, "bodyweight", 7)
    assert (dip.load_kind, dip.kind) == ("assisted", "failure")
    assert (run.load_kind, run.distance_m, run.hold_s, run.reps) == ("none", 2500, 900, None)
    weighted, missed = early.sets
    assert (weighted.load_kind, weighted.kind, weighted.superset) == ("bodyweight", "drop", "0")
    assert (missed.status, missed.reps) == ("missed", 0)
    assert early.key != late.key


def test_hevy_units_of_load_and_distance_are_each_their_own() -> None:
    bench, walk = read(SAMPLES / "hevy/valid/lbs_miles.csv").diary.sessions[0].sets
    assert bench.load is not None
    assert (bench.load.amount, bench.load.unit) == (Decimal(155), "lb")
    assert walk.distance_m == pytest.approx(402.336)
    mixed = read(SAMPLES / "hevy/valid/kg_with_miles_local_months.csv")
    assert mixed.unit == "kg"
    assert mixed.diary.sessions[1].sets[0].distance_m == pytest.approx(1609.344)
    assert [str(s.start) for s in mixed.diary.sessions] == ["2025-04-15T14:58:00", "2025-12-15T14:58:00"]


def test_hevy_bad_rows() -> None:
    imported = read(SAMPLES / "hevy/broken/bad_rows_among_good.csv")
    assert (imported.rows_in, imported.rows_imported) == (7, 2)
    assert [p.row for p in imported.problems] == [3, 4, 5, 6, 7]
    assert imported.diary.sessions[0].sets[1].exercise.name == "=cmd|' /C calc'!A0"
    assert [n.why for n in imported.notes if n.row == 8] == [
        "set type 'mystery' is not known; taken as a work set",
        "RPE must be 1 to 10, got 11; left out",
    ]


@pytest.mark.parametrize(
    ("sample", "row", "words"),
    [
        ("checkins/broken/no_time_column.csv", 1, "no reader knows"),
        ("checkins/broken/column_twice.csv", 1, "'Mood' stands twice"),
        ("checkins/broken/nul_byte.csv", 3, "NUL"),
        ("checkins/broken/not_utf8.csv", 3, "UTF-8"),
        ("hevy/broken/cut_inside_quotes.csv", 3, "breaks off"),
        ("hevy/broken/cut_between_cells.csv", 3, "breaks off"),
    ],
)
def test_a_file_broken_as_a_whole_is_refused_with_file_and_row(sample: str, row: int, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        read(SAMPLES / sample)
    assert refused.value.row == row
    assert str(refused.value).startswith(Path(sample).name)
    assert "\n" not in str(refused.value)


def test_a_date_and_its_time_may_stand_in_two_columns() -> None:
    diary = read(SAMPLES / "checkins/valid/date_and_time_columns.csv").diary
    assert [str(o.when) for o in diary.of("mood")] == ["2026-01-05T20:15:00", "2026-01-06"]


@pytest.mark.parametrize(
    ("start", "end", "zone", "hours"),
    [
        ("29 Mar 2026, 01:30", "29 Mar 2026, 03:30", "Europe/Berlin", 1),
        ("25 Oct 2026, 01:30", "25 Oct 2026, 03:30", "Europe/Berlin", 3),
        ("29 Mar 2026, 01:30", "29 Mar 2026, 03:30", None, 2),
        ("28 Mar 2026, 23:00", "29 Mar 2026, 01:00", "Europe/Berlin", 2),
    ],
)
def test_a_session_over_the_change_of_clocks_is_as_long_as_it_was(
    start: str, end: str, zone: str | None, hours: int
) -> None:
    assert seconds_between(moment(start, zone), end, zone) == 3600 * hours
