from __future__ import annotations

from pathlib import Path

import pytest

from mettle.importers import Imported, read

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str, **stated: str) -> Imported:
    return read(SAMPLES / f"{name}.csv", **stated)  # type: ignore[arg-type] # units as plain text


def test_fitnotes_has_dates_only_and_keeps_equal_rows() -> None:
    imported = sample("fitnotes/valid/android_lbs")
    assert (imported.unit, imported.questions) == ("lb", ())
    squat, again, run = imported.diary.sessions[0].sets
    assert (str(squat.load), squat.ordinal, again.ordinal) == ("45 lb", 1, 2)
    assert run.hold_s == 1230
    assert run.distance_m == pytest.approx(3218.688)
    assert imported.diary.sessions[1].sets[0].distance_m is None
    assert "'kg', which is no unit of length" in imported.notes[0].why


def test_fitnotes_names_with_unquoted_commas_are_put_together_from_the_right() -> None:
    imported = sample("fitnotes/valid/android_unquoted_commas")
    press = imported.diary.sessions[0].sets[0]
    assert (press.exercise.name, str(press.load), press.reps) == ("Overhead Press (Each Side, Dumbbells)", "8 kg", 12)
    assert [p.row for p in sample("fitnotes/broken/far_too_wide").problems] == [3, 4]


def test_fitnotes_for_iphone_asks_for_the_zone_because_utc_hides_the_evening() -> None:
    asked = sample("fitnotes_ios/valid/decimal_comma_utc")
    assert [q.code for q in asked.questions] == ["unit", "timezone"]
    assert [p.why for p in asked.problems] == ["planned, not done"]
    told = sample("fitnotes_ios/valid/decimal_comma_utc", unit="kg", timezone="America/New_York")
    (session,) = told.diary.sessions
    assert (str(session.start), session.duration_s) == ("2025-06-02T18:30:00-04:00", 2700)
    warm, failed, plank = session.sets
    assert (str(warm.load), warm.kind, warm.load_kind) == ("17.5 kg", "warm_up", "external")
    assert (failed.status, failed.reps, failed.rir) == ("stopped", 3, 0)
    assert (plank.hold_s, plank.rir, plank.load_kind) == (45, 2, "bodyweight")


def test_fitbod_pairs_of_dumbbells_and_help_given() -> None:
    squat, lunge, chin, machine = sample("fitbod/valid/2021_pairs_and_assistance").diary.sessions[0].sets
    assert squat.load is not None
    assert (str(squat.load.shown()), squat.kind) == ("45 lb", "warm_up")
    assert lunge.per_hand
    assert lunge.volume_kg == 2 * 10 * (lunge.load.kg if lunge.load else 0)
    assert (chin.load_kind, str(chin.load)) == ("assisted", "18.1436948 kg")
    assert (machine.hold_s, machine.distance_m, machine.load_kind) == (600, 1500, "none")
    assert [p.row for p in sample("fitbod/valid/2021_pairs_and_assistance").problems] == []
    old = sample("fitbod/valid/2019_dates_only").diary.sessions[0].sets
    assert [(s.ordinal, s.kind) for s in old] == [(1, "work"), (2, "warm_up")]


def test_liftosaur_keeps_what_was_asked_beside_what_was_done() -> None:
    imported = sample("liftosaur/valid/planned_beside_done", timezone="Europe/Berlin")
    assert [(p.row, p.why) for p in imported.problems] == [(4, "planned, not done")]
    (session,) = imported.diary.sessions
    _, deadlift, squat = session.sets
    assert deadlift.planned is not None
    assert (deadlift.planned.reps, deadlift.reps, deadlift.planned.rir, deadlift.rir) == (8, 6, 2, 0.5)
    assert (str(deadlift.load), str(squat.load), imported.unit) == ("85 kg", "100 lb", None)
    assert (deadlift.notes, session.start.zone) == ("two\nlines", "Europe/Berlin")


def test_gymbook_takes_its_words_from_the_header() -> None:
    imported = sample("gymbook/valid/italian")
    assert [(p.row, p.why) for p in imported.problems] == [(4, "skipped in the app")]
    morning, evening = imported.diary.sessions
    assert (str(morning.start), str(evening.start)) == ("2025-01-09T07:10:00", "2025-01-09T19:30:00")
    warm, row, plank = evening.sets
    assert (warm.kind, row.kind, str(row.load), row.reps) == ("warm_up", "work", "27.5 kg", 8)
    assert (plank.hold_s, plank.load) == (60, None)
    (run,) = morning.sets
    assert (run.hold_s, run.distance_m, morning.work_sets) == (600, 2500, ())
    assert [(n.row, n.why[:9]) for n in imported.notes] == [(None, "dates rea"), (6, "'Set di d")]
    assert [p.row for p in sample("gymbook/broken/dates").problems] == [3, 4]


def test_daylio_moods_are_numbers_only_where_somebody_says_so() -> None:
    five = sample("daylio/valid/five_moods_12_hour")
    assert [(o.value, str(o.when)) for o in five.diary.observations] == [
        (1, "2020-05-30T01:08:00"),
        (5, "2020-05-30T18:50:00"),
    ]
    asked = sample("daylio/broken/own_moods")
    assert (asked.rows_imported, [q.code for q in asked.questions]) == (0, ["moods"])
    assert asked.notes[0].why == "moods without a number: 'average' (2), 'sad' (1)"
    told = read(SAMPLES / "daylio/broken/own_moods.csv", moods={"Sad": 1, "average": 4})
    assert [o.value for o in told.diary.observations] == [4, 1]
    assert [p.row for p in told.problems] == [4]


def test_daylio_scales_of_sleep_are_signals_and_two_scales_of_mood_are_never_mixed() -> None:
    imported = sample("daylio/valid/scales_24_hour")
    assert [(s.name, s.value) for s in imported.diary.signals] == [("sleep_quality", 8), ("sleep_h", 7.5)]
    assert [(o.outcome, o.value) for o in imported.diary.observations] == [("mood", 4), ("stress_level", 3)]
    told = read(SAMPLES / "daylio/valid/scales_24_hour.csv", moods={"laughing": 9})
    assert [o.value for o in told.diary.of("mood")] == [9]


def test_whoop_nights_belong_to_the_morning_with_that_nights_offset() -> None:
    diary = sample("whoop/valid/offset_changes").diary
    assert [(str(s.when), s.value) for s in diary.signals] == [
        ("2024-06-11T07:30:00+01:00", 7.5),
        ("2024-06-24T05:44:09-04:00", 8.4),
    ]
    assert [o.value for o in diary.of("hrv_rmssd_ms")] == [20, 16]
    broken = sample("whoop/broken/open_cycle")
    assert [(p.row, p.why[:13]) for p in broken.problems] == [(2, "an open cycle"), (3, "expected an o")]


def test_oura_seconds_become_hours_under_long_and_short_names() -> None:
    assert [s.value for s in sample("oura/valid/trends_short_names").diary.signals] == [7.1]
    diary = sample("oura/valid/trends_long_names").diary
    assert [s.value for s in diary.signals] == [7.5, 7]
    assert [o.value for o in diary.of("hrv_rmssd_ms")] == [29]


@pytest.mark.parametrize(
    ("file", "rows", "sets", "reasons"),
    [
        ("fitnotes/android_lbs_2020.csv", 436, 436, set()),
        ("fitnotes/android_weight_unit_col_kgs.csv", 1624, 1624, set()),
        ("fitnotes/ios_decimal_comma_example.csv", 29, 29, set()),
        ("fitbod/2019_7col_sets_col.csv", 3003, 3003, set()),
        ("fitbod/2021_11col.csv", 9136, 9136, set()),
        ("liftosaur/history_kg_german_program.csv", 4850, 4850 - 1228, {"planned, not done"}),
        ("gymbook/italian_decimal_comma.csv", 5632, 5632 - 644, {"skipped in the app"}),
    ],
)
def test_every_row_of_a_real_file_is_a_set_or_was_none(
    exports: Path, file: str, rows: int, sets: int, reasons: set[str]
) -> None:
    imported = read(exports / file)
    assert (imported.rows_in, imported.sets) == (rows, sets)
    assert {p.why for p in imported.problems} == reasons


def test_real_diaries_of_sleep_and_mood(exports: Path) -> None:
    whoop = read(exports / "whoop/physiological_cycles.csv")
    assert (whoop.rows_in, whoop.rows_imported) == (173, 171)
    assert len(whoop.diary.of("sleep_h")) == 171
    assert len(read(exports / "oura/trends_subset.csv").diary.of("sleep_h")) == 20
    assert len(read(exports / "daylio/parser_fixture_en_12h.csv").diary.of("mood")) == 32
