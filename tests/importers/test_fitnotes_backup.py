from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mettle.errors import InputError
from mettle.importers import Imported, read

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
CREATE TABLE exercise(_id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE training_log(_id INTEGER PRIMARY KEY, exercise_id INTEGER, date DATE, metric_weight, reps, distance,
                          duration_seconds);
INSERT INTO exercise VALUES (1, 'Squat'), (2, 'Plank');
"""
SETS = """
INSERT INTO training_log VALUES (1, 1, '2026-01-05', 61.23492, 5, 0, 0), (2, 1, '2026-01-05', 61.23492, 5, 0, 0),
                                (3, 2, '2026-01-05', 0, 0, 0, 60), (4, 1, '2026-01-07', 62.5, 5, 0, 0);
"""


def backup(path: Path, *statements: str) -> Path:
    path.write_bytes(made(*statements))
    return path


def made(*statements: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        for text in statements:
            database.executescript(text)
        return database.serialize()


def test_every_set_by_date_with_pounds_recognised(tmp_path: Path) -> None:
    imported = read(backup(tmp_path / "100% mine?.fitnotes", SCHEMA, SETS))
    assert (imported.format, imported.rows_in, imported.problems, imported.questions) == ("fitnotes", 4, (), ())
    first, second = imported.diary.sessions
    squat, again, plank = first.sets
    assert squat.load is not None
    assert (str(squat.load.shown()), squat.reps, again.ordinal, plank.hold_s) == ("135 lb", 5, 2, 60)
    assert str(second.sets[0].load) == "62.5 kg"


def test_rows_that_are_no_set_stand_with_their_number(tmp_path: Path) -> None:
    bad = "INSERT INTO training_log VALUES (7, 'x', '2026-01-05', 1, 1, 0, 0), (8, 1, 'soon', 1, 1, 0, 0), (9, 1, '2026-01-05', x'00ff', 1, 0, 0);"
    imported = read(backup(tmp_path / "b.fitnotes", SCHEMA, SETS, bad))
    assert (imported.rows_in, sorted(p.row or 0 for p in imported.problems)) == (7, [7, 8, 9])


def test_sets_of_an_exercise_without_a_name_are_kept(tmp_path: Path) -> None:
    lost = "INSERT INTO training_log VALUES (7, 99, '2026-01-09', 40, 8, 0, 0), (8, 99, '2026-01-09', 40, 8, 0, 0);"
    imported = read(backup(tmp_path / "b.fitnotes", SCHEMA, SETS, lost))
    assert [s.exercise.name for s in imported.diary.sessions[-1].sets] == ["exercise 99", "exercise 99"]
    assert [n.why for n in imported.notes] == ["2 sets of exercise number '99', which the backup does not name"]


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no FitNotes backup"):
        read(backup(tmp_path / "other.db", "CREATE TABLE t(a);"))
    view = "CREATE TABLE exercise(_id, name); CREATE VIEW training_log AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;"
    with pytest.raises(InputError, match="no FitNotes backup"):
        read(backup(tmp_path / "endless.db", view))
    with pytest.raises(InputError, match="of another version"):
        read(backup(tmp_path / "old.db", "CREATE TABLE exercise(_id, name); CREATE TABLE training_log(_id);"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=8), st.floats(0.1, 1)
)
def test_a_damaged_backup_is_one_line_or_accounted_for(
    tmp_path: Path, damage: list[tuple[float, bytes]], cut: float
) -> None:
    path = tmp_path / "b.fitnotes"
    text = bytearray(made(SCHEMA, SETS))
    for place, put in damage:
        at = 100 + round(place * (len(text) - 110))
        text[at : at + len(put)] = put
    path.write_bytes(text[: round(cut * len(text))] if cut > 0.6 else text)
    told = read_or_refusal(path)
    if isinstance(told, str):
        assert told.startswith("b.fitnotes: ")
        assert "\n" not in told
    else:
        assert told.rows_in == told.rows_imported + told.rows_skipped


def read_or_refusal(path: Path) -> Imported | str:
    try:
        return read(path)
    except InputError as refused:
        return str(refused)


def test_the_real_backup_gives_every_set_and_is_not_touched(exports: Path) -> None:
    path = exports / "fitnotes/backup_v20.fitnotes"
    before = path.read_bytes()
    imported = read(path)
    assert (imported.rows_in, imported.sets, imported.problems) == (1250, 1250, ())
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*-journal")) + list(path.parent.glob("*-wal"))
