"""Every real export of the two apps, with counts taken by csv.reader alone, and one real pair of an early and a later export."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from mettle.diary import merge
from mettle.importers import read

if TYPE_CHECKING:
    from pathlib import Path


def records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        semicolons = text.readline().count(";") > 3
        text.seek(0)
        return [row for row in csv.reader(text, delimiter=";" if semicolons else ",") if row][1:]


@pytest.mark.parametrize("app", ["strong", "hevy"])
def test_every_row_of_every_real_file_becomes_a_set(exports: Path, app: str) -> None:
    files = sorted((exports / app).glob("*.csv"))
    assert files
    for path in files:
        rows = records(path)
        imported = read(path, unit="kg", timezone="Europe/Berlin")
        assert (imported.format, imported.rows_in) == (app, len(rows)), path.name
        assert imported.problems == (), path.name
        assert imported.sets == len(rows), path.name
        assert imported.questions == (), path.name
        column = 1 if rows[0][0].isdigit() or app == "hevy" else 0
        assert len(imported.diary.sessions) == len({row[column] for row in rows}), path.name


def test_a_real_early_export_and_the_later_one_are_the_later_one(exports: Path) -> None:
    full = read(exports / "strong/android_2025_semicolon_kg_from_lbs.csv").diary
    part = read(exports / "strong/android_2025_semicolon_kg_from_lbs_partial.csv").diary
    assert merge([part, full]) == merge([full, part]) == full
    assert merge([full, full, part]) == full


def test_real_supersets_are_scoped_by_their_session(exports: Path) -> None:
    path = exports / "hevy/kg_2025_mit.csv"
    in_file = Counter(row[5] for row in records(path) if row[5])
    sets = [s for session in read(path).diary.sessions for s in session.sets]
    assert Counter(s.superset for s in sets if s.superset) == in_file


def test_real_pounds_in_disguise_come_back_as_plates(exports: Path) -> None:
    sessions = read(exports / "strong/android_2025_semicolon_kg_from_lbs.csv").diary.sessions
    loads = {s.load for session in sessions for s in session.sets if s.load}
    assert loads
    assert {load.shown().unit for load in loads} == {"lb"}
    assert all(load.shown().amount % Decimal("0.5") == 0 for load in loads)


def test_a_real_file_that_names_no_unit_asks_exactly_once(exports: Path) -> None:
    imported = read(exports / "strong/ios_2017_10col.csv", timezone="Europe/Berlin")
    assert [q.code for q in imported.questions] == ["unit"]
    assert all(s.load is None for session in imported.diary.sessions for s in session.sets)
