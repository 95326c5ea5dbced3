"""Exports as they leave the phone, zipped: read as they are, and bombs, locks and other archives refused in one line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mettle.errors import InputError
from mettle.importers import Imported, read

SAMPLES = Path(__file__).parent / "samples"
HEALTH = SAMPLES / "apple_health/valid/sleep_hrv_workouts.xml"
ANDROID = SAMPLES / "sleep_as_android/valid/two_rows_a_night.csv"


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_zipped_apple_health_is_the_same_as_unpacked(tmp_path: Path) -> None:
    members = {
        "apple_health_export/export_cda.xml": b"<?xml version='1.0'?><ClinicalDocument/>",
        "apple_health_export/workout-routes/route.gpx": b"<gpx/>",
        "apple_health_export/Exportieren.xml": HEALTH.read_bytes(),
    }
    imported = read(zipped(tmp_path / "export.zip", members))
    assert (imported.file, imported.format) == ("export.zip", "apple_health")
    assert imported.diary == read(HEALTH).diary


def test_zipped_sleep_as_android_is_the_same_as_unpacked(tmp_path: Path) -> None:
    members = {"sleep-export.csv": ANDROID.read_bytes(), "prefs.xml": b"<map/>", "alarms.json": b"[]"}
    imported = read(zipped(tmp_path / "sleep.zip", members))
    assert (imported.file, imported.rows_in) == ("sleep.zip", 2)
    assert imported.diary == read(ANDROID).diary


@pytest.mark.parametrize("name", ["apple_health_export/export.xml", "sleep-export.csv"])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, name: str) -> None:
    start = HEALTH.read_bytes().split(b"<Record")[0] if name.endswith("xml") else ANDROID.read_bytes()
    filler = b"<Nothing/>" * 1_000_000 if name.endswith("xml") else b"\n" * 10_000_000
    path = zipped(tmp_path / "bomb.zip", {name: start + filler})
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match=r"^bomb\.zip: swells to more than 200 times its size"):
        read(path)


def test_a_locked_or_another_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"zip archive without Apple Health's export\.xml"):
        read(zipped(tmp_path / "photos.zip", {"a.jpg": b"x", "b.xml": b"<?xml version='1.0'?><map/>"}))
    path = zipped(tmp_path / "locked.zip", {"export.xml": HEALTH.read_bytes()})
    bytes_ = bytearray(path.read_bytes())
    bytes_[6] |= 1  # the flag of a password, in the file's own header and in the list of contents
    bytes_[bytes_.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes_)
    with pytest.raises(InputError, match="locked with a password"):
        read(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=5), st.floats(0.1, 1))
def test_a_damaged_archive_is_one_line(tmp_path: Path, damage: list[tuple[float, bytes]], cut: float) -> None:
    path = zipped(tmp_path / "export.zip", {"export.xml": HEALTH.read_bytes()})
    text = bytearray(path.read_bytes())
    for place, put in damage:
        at = round(place * len(text))
        text[at : at + len(put)] = put
    path.write_bytes(text[: round(cut * len(text))] if cut > 0.6 else text)
    told = read_or_refusal(path)
    if isinstance(told, str):
        assert told.startswith("export.zip: ")
        assert "\n" not in told
    else:
        assert told.rows_in == told.rows_imported + told.rows_skipped


def read_or_refusal(path: Path) -> Imported | str:
    try:
        return read(path)
    except InputError as refused:
        return str(refused)


def test_the_real_archive_of_a_sleep_app(exports: Path) -> None:
    path = exports / "sleep_diary/sleep-export.1606738537.zip"
    with zipfile.ZipFile(path) as archive:
        lines = archive.read("sleep-export.csv").decode().splitlines()
    records = sum(line.startswith("Id,") for line in lines)
    imported = read(path)
    assert imported.rows_in == records
    assert imported.rows_imported > 0
