"""Recordings of beats, sleep diaries and tasks: every row accounted for, and what they give a diary."""

from __future__ import annotations

from pathlib import Path

import pytest

from mettle.errors import InputError
from mettle.importers import Imported, read
from mettle.importers.rr import recording

SAMPLES = Path(__file__).parent / "samples"
RR = SAMPLES / "rr"


def values(imported: Imported) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for o in imported.diary.observations:
        found.setdefault(o.outcome, []).append(o.value)
    return found


def test_a_recording_named_after_its_time_is_an_outcome() -> None:
    imported = read(RR / "valid/2026-11-22 07-05-10.txt", timezone="Europe/Berlin")
    assert (imported.format, imported.rows_in, imported.rows_skipped, imported.questions) == ("rr", 90, 0, ())
    assert set(values(imported)) == {"rmssd", "rmssd_ln", "sdnn_ms", "waking_heart_rate_bpm"}
    assert {(str(o.when), o.source) for o in imported.diary.observations} == {("2026-11-22T07:05:10+01:00", "rr")}


def test_the_same_beats_in_four_layouts_are_the_same_recording() -> None:
    plain = recording(RR / "valid/2026-11-22 07-05-10.txt")
    line = recording(RR / "valid/one_line.txt")
    gap = recording(RR / "valid/elapsed_and_seconds_with_a_gap.txt")
    comma = recording(RR / "valid/semicolons_decimal_comma_datetime.csv")
    assert line.rr_ms == plain.rr_ms
    assert (gap.unit, plain.unit) == ("s", "ms")
    assert gap.rr_ms == pytest.approx(plain.rr_ms)
    assert (set(gap.breaks), set(plain.breaks)) == ({40}, set())
    assert gap.hrv().differences == plain.hrv().differences - 1
    assert comma.rr_ms == tuple(v + 0.5 for v in plain.rr_ms[:80])
    assert str(comma.start) == "2026-11-22T07:05:00"


def test_a_date_that_can_be_read_in_two_ways_is_asked() -> None:
    imported = read(RR / "valid/ambiguous_date.csv")
    assert [q.code for q in imported.questions] == ["recorded_at"]
    assert imported.diary.observations == ()


def test_rows_that_are_no_interval_stand_with_their_reason_and_break_the_row() -> None:
    found = recording(RR / "broken/letters_and_signs.txt")
    assert [(p.row, p.why) for p in found.problems] == [
        (11, "expected a number, got 's'"),
        (21, "an interval is above 0, got '-5'"),
        (31, "expected a number, got 'NaN'"),
    ]
    assert (found.rows_in, len(found.rr_ms), set(found.breaks)) == (90, 87, {10, 19, 28})


def test_decimal_commas_without_semicolons_are_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="semicolons between cells that hold decimal commas"):
        recording(RR / "broken/decimal_commas_without_semicolons.txt")


def test_a_recording_full_of_artefacts_gives_nothing_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-22 07-05.txt"
    path.write_bytes((RR / "broken/artefacts.txt").read_bytes())
    imported = read(path)
    assert imported.diary.observations == ()
    assert "more than a tenth" in imported.notes[0].why


def test_a_diary_of_nights() -> None:
    imported = read(SAMPLES / "sleep_diary/valid/long_and_short_form.csv", timezone="Europe/Berlin")
    assert (imported.format, imported.rows_in, imported.questions) == ("sleep_diary", 3, ())
    found = values(imported)
    assert found["csd_tst_min"] == [370, 420]  # the clocks went forward in the second
    assert found["csd_mid_sleep_min"] == [180, 210, 195]
    assert found["csd_quality"] == [4, 3, 5]
    assert [(s.name, s.value) for s in imported.diary.signals] == [("sleep_h", 370 / 60), ("sleep_h", 7)]
    assert {o.source for o in imported.diary.observations} == {"sleep_diary"}


def test_a_diary_without_a_zone_asks_and_other_ways_of_writing_are_read() -> None:
    imported = read(SAMPLES / "sleep_diary/valid/semicolons.csv")
    assert [q.code for q in imported.questions] == ["timezone"]
    assert values(imported) == {"csd_mid_sleep_min": [195], "csd_quality": [4.5], "csd_tib_min": [450]}


def test_nights_that_cannot_be_are_left_out_with_a_reason() -> None:
    imported = read(SAMPLES / "sleep_diary/broken/nights_that_cannot_be.csv")
    assert (imported.rows_in, imported.rows_imported) == (6, 1)
    reasons = [p.why for p in imported.problems]
    assert [p.row for p in imported.problems] == [3, 4, 5, 6, 7]
    assert "16.2 hours in bed" in reasons[0]
    assert "more than the 410 minutes" in reasons[1]
    assert reasons[2].startswith("sol_min, waso_min missing; the short form")
    assert reasons[3] == "bed: expected a time like 19:30, got 'late'"
    assert reasons[4] == "quality must lie in 1-5, got 9"


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("pvtb", {"pvtb_lapses": [3, 3, 3]}),
        ("flanker", {"flanker": [70]}),
        ("digitspan", {"digitspan": [5], "digitspan_longest": [5]}),
        ("nback2", {"nback2": [pytest.approx(2.161495, abs=5e-7)], "nback2_hit_ms": [400]}),
    ],
)
def test_tasks_give_their_sessions_after_practice(task: str, expected: dict[str, list[float]]) -> None:
    imported = read(SAMPLES / f"reaction/valid/{task}.csv", timezone="Europe/Berlin")
    assert (imported.format, imported.problems) == ("reaction", ())
    found = values(imported)
    assert {name: found[name] for name in expected} == expected
    assert task in found
    assert min(o.when.day.day for o in imported.diary.observations) == 20, "the first two days are practice"


def test_rows_that_are_no_trial_stand_with_their_reason() -> None:
    imported = read(SAMPLES / "reaction/broken/not_trials.csv")
    assert (imported.rows_in, [p.row for p in imported.problems]) == (5, [3, 4, 5, 6])


def test_a_table_of_reaction_times_among_other_columns_stays_a_check_in(tmp_path: Path) -> None:
    path = tmp_path / "checkins.csv"
    path.write_text("at,rt_ms,mood\n2026-11-22T08:00,300,5\n")
    assert read(path).format == "checkins"


@pytest.mark.parametrize(
    ("name", "beats", "skipped", "unit"),
    [
        ("elite_hrv_1.txt", 2085, 0, "ms"),
        ("nn_intervals_commas.txt", 1000, 0, "ms"),
        ("polar_1.txt", 685, 0, "s"),
        ("rest_rri.txt", 910, 0, "ms"),
        ("rri_multiple_columns_datetime.csv", 4, 0, "ms"),
        ("rri_semicolon.csv", 4, 0, "ms"),
    ],
)
def test_every_row_of_every_real_recording(exports: Path, name: str, beats: int, skipped: int, unit: str) -> None:
    found = recording(exports / "rr" / name)
    assert (len(found.rr_ms), len(found.problems), found.unit, found.rows_in) == (beats, skipped, unit, beats + skipped)
    measures = found.hrv()
    assert measures.rmssd_ms is not None
    assert 10 < measures.rmssd_ms < 100
    assert measures.quality == "good"


def test_the_real_gap_is_no_difference(exports: Path) -> None:
    found = recording(exports / "rr/polar_1.txt")
    assert 1 in found.breaks
