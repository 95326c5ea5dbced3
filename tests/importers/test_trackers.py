"""Sleep apps and rings: spans as tracked, hours slept, and nothing taken for what it is not."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from mettle.errors import InputError
from mettle.importers import read
from mettle.importers.night_files import read_nights
from mettle.instruments.sleep_series import regularity

SAMPLES = Path(__file__).parent / "samples"


def test_a_header_before_every_night_and_the_zone_in_every_row() -> None:
    imported = read(SAMPLES / "sleep_as_android/valid/two_rows_a_night.csv")
    assert (imported.rows_in, imported.questions) == (2, ())
    values = [(o.outcome, o.value, str(o.when)) for o in imported.diary.observations]
    assert ("tracked_sleep_period_min", 420, "2026-03-29T07:00:00+02:00") in values, "the clocks went forward"
    assert ("tracked_sleep_quality", 4, "2026-03-30T07:00:00+01:00") in values
    assert not [o for o in imported.diary.observations if o.outcome.startswith("csd")]
    assert [s.value for s in imported.diary.signals] == [7, 8]
    assert {s.source for s in imported.diary.signals} == {"sleep_as_android"}


def test_nights_of_an_app_that_cannot_be() -> None:
    imported = read(SAMPLES / "sleep_as_android/broken/no_such_zone_or_time.csv")
    assert [p.row for p in imported.problems] == [4, 6, 8]
    assert "'Middle/Earth'" in imported.problems[0].why
    assert "lies before" in imported.problems[2].why


def test_moments_in_utc_ask_for_the_zone() -> None:
    asked = read(SAMPLES / "plees/valid/milliseconds.csv")
    assert [q.code for q in asked.questions] == ["timezone"]
    told = read(SAMPLES / "plees/valid/milliseconds.csv", timezone="Europe/Berlin")
    assert told.questions == ()
    assert [str(s.when) for s in told.diary.signals] == ["2026-01-01T08:00:00+01:00", "2026-01-02T08:00:00+01:00"]
    assert [p.row for p in read(SAMPLES / "plees/broken/not_milliseconds.csv").problems] == [3, 4]


def test_a_nap_is_added_to_the_day_and_the_heart_is_that_of_the_night() -> None:
    oura = read(SAMPLES / "oura/valid/api_v2_nap_and_nulls.json")
    assert [(s.name, s.value, str(s.when)) for s in oura.diary.signals] == [("sleep_h", 8, "2026-01-03")]
    assert [(o.outcome, o.value, o.source) for o in oura.diary.observations] == [("hrv_rmssd_ms", 58, "oura")]
    fitbit = read(SAMPLES / "fitbit/valid/night_and_nap.json")
    assert [(s.value, str(s.when)) for s in fitbit.diary.signals] == [(8, "2026-01-03"), (7, "2026-01-04")]


def test_records_of_json_that_are_none_stand_with_their_place() -> None:
    imported = read(SAMPLES / "oura/broken/records_that_are_none.json")
    assert (imported.rows_in, [p.row for p in imported.problems]) == (5, [2, 3, 4, 5])
    with pytest.raises(InputError, match=r"cut_off\.json: row 1: is no whole JSON document"):
        read(SAMPLES / "oura/broken/cut_off.json")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[1]", "{}", '{"sleep": 3}', '{"data": [{"day": 1}]}', '{"a": ' + "9" * 5000 + "}"]
)
def test_other_json_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"^other\.json: [^\n]+$"):
        read(path)


def test_workouts_of_a_band_are_sessions_without_sets_or_minutes() -> None:
    imported = read(SAMPLES / "whoop_workouts/valid/strength_and_others.csv")
    (session,) = imported.diary.sessions
    assert (str(session.start), session.title, session.duration_s, session.sets) == (
        "2026-01-06T08:00:00-05:00",
        "Weightlifting",
        2700,
        (),
    )
    assert [(s.name, s.value) for s in imported.diary.signals] == [("other_activity_min", 30)]
    assert [p.row for p in read(SAMPLES / "whoop_workouts/broken/no_length.csv").problems] == [2, 3]


def test_the_real_exports(exports: Path) -> None:
    android = exports / "sleep_diary/sleep_as_android_long.csv"
    with android.open(newline="") as text:
        records = sum(row[0] != "Id" for row in csv.reader(text))
    found = read_nights(android)
    assert (len(found.nights), found.tally.rows_in, found.tally.problems) == (records, records, [])
    assert -100 <= (regularity(found.nights).sri or 0) <= 100
    assert read(exports / "sleep_diary/plees-tracker.csv").rows_imported == 3
    oura = json.loads((exports / "oura/api_v2_sleep.json").read_text())["data"]
    assert read(exports / "oura/api_v2_sleep.json").rows_imported == len(oura)
    assert [s.value for s in read(exports / "fitbit/api_sleep.json").diary.signals] == [pytest.approx(250 / 60)]
    whoop = read(exports / "whoop/workouts.csv")
    assert (len(whoop.diary.sessions), whoop.problems) == (13, ())
