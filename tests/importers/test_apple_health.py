from __future__ import annotations

from pathlib import Path

import pytest

from mettle.diary import merge
from mettle.errors import InputError
from mettle.importers import read

SAMPLES = Path(__file__).parent / "samples"
HEALTH = SAMPLES / "apple_health"


def test_sleep_is_the_union_of_the_device_that_tells_most_and_belongs_to_the_morning() -> None:
    imported = read(HEALTH / "valid/sleep_hrv_workouts.xml")
    assert (imported.rows_in, imported.rows_skipped, imported.questions) == (7, 0, ())
    night = next(s for s in imported.diary.signals if s.name == "sleep_h")
    assert (night.value, str(night.when)) == (7.5, "2026-01-05T07:00:00+01:00")
    assert [n.why for n in imported.notes] == ["2 records of other kinds were not looked at"]


def test_variability_other_activity_and_strength_sessions() -> None:
    diary = read(HEALTH / "valid/sleep_hrv_workouts.xml").diary
    assert [o.value for o in diary.of("hrv_sdnn_ms")] == [42.5]
    assert [s.value for s in diary.signals if s.name == "other_activity_min"] == [30]
    (session,) = diary.sessions
    assert (session.title, session.duration_s, session.sets) == ("TraditionalStrengthTraining", 3000, ())


def test_a_workout_that_a_lifting_app_logged_in_full_counts_once(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    strong = (SAMPLES / "strong/valid/legacy_no_notes.csv").read_text()
    log.write_text(strong.replace("2024-11-28 17:36:08", "2026-01-06 17:55:00"))
    whole = merge([read(log, unit="kg").diary, read(HEALTH / "valid/sleep_hrv_workouts.xml").diary])
    assert [s.source for s in whole.sessions] == ["strong"]
    assert [s.source for s in whole.also_recorded] == ["apple_health"]


def test_bad_records_are_named_by_line() -> None:
    imported = read(HEALTH / "broken/one_bad_record.xml")
    assert (imported.rows_in, [p.row for p in imported.problems]) == (4, [2, 3, 4])


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        ("entities", 3, "entity"),
        ("outside_file", 3, "entity"),
        ("cut", 3, "no whole XML"),
        ("another_root", 2, "HealthData"),
    ],
)
def test_what_is_no_export_or_a_trap_is_refused(name: str, row: int, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        read(HEALTH / "broken" / f"{name}.xml")
    assert refused.value.row == row
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("swollen", ['<Record type="', "<HealthData>" * 100])
def test_a_tag_without_end_and_tags_without_end_are_refused(swollen: str, tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text("<HealthData>" + swollen + "a" * 12_000_000)
    with pytest.raises(InputError, match=r"without a tag|nested"):
        read(path)


def test_real_exports(exports: Path) -> None:
    assert [s.value for s in read(exports / "apple_health/paulstaab_export.xml").diary.signals] != []
    dogsheep = read(exports / "apple_health/dogsheep_zip_export.xml")
    assert (dogsheep.rows_in, dogsheep.rows_imported) == (1, 1)
    assert dogsheep.diary.signals[0].value == pytest.approx(5.194, abs=0.02)
