from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import ROOT

from mettle.errors import InputError
from mettle.prescription import read_profile

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {"age": 40, "sex": "F", "body_mass_kg": 70, "experience": "novice"}

BAD: list[tuple[dict[str, Any], str]] = [
    ({"equipment": ["anvil"]}, r'equipment: "anvil" is not known; allowed: barbell, rack'),
    ({"equipment": ["barbell"]}, r"equipment has barbell but plates_kg is missing"),
    ({"minutes": 3}, r"minutes must be from 10 to 180, got 3"),
    ({"days_per_week": 3, "weekdays": ["Mon", "Thu"]}, r"weekdays names 2 days but days_per_week is 3"),
    ({"weekdays": ["Monday"]}, r'weekdays: "Monday" is not known; allowed: Mon, Tue'),
    ({"dumbbells_kg": [-4]}, r"dumbbells_kg must be from 0.1 to 500, got -4"),
    ({"last_done": {"flying": {"reps": 3}}}, r"last_done.flying is no exercise"),
    ({"last_done": {"push_up": {"reps": 0}}}, r"last_done.push_up.reps must be from 1 to 100, got 0"),
    ({"last_done": {"push_up": {"kg": 3}}}, r"last_done.push_up.kg is not known; allowed: reps, hold_s, colour"),
    ({"last_done": {"push_up": {"colour": 3}}}, r"last_done.push_up.colour must be a colour, got 3"),
    ({"weeks_trained": -1}, r"weeks_trained must be from 0 to 5200, got -1"),
    ({"one_rm_kg": {"back_squat": -100}}, r"one_rm_kg.back_squat must be from 0.5 to 600, got -100"),
    ({"plates_kg": [0]}, r"plates_kg must be from 0.1"),
    ({"goals": ["abs"]}, r'goals: "abs" is not known; allowed: depression'),
    ({"experiense": "novice"}, r'field "experiense" is not known; allowed: age, sex'),
    ({"age": "forty"}, r'age must be a number from 0 to 120, got "forty"'),
    ({"age": True}, r"age must be a number"),
    ({"sex": "female"}, r'sex: "female" is not known; allowed: F, M, X'),
    ({"blood_pressure": [80, 120]}, r"systolic must be above diastolic"),
    ({"scores": {"phq9": 28}}, r"scores.phq9 must be from 0 to 27"),
    ({"scores": {"phq": 3}}, r"scores.phq is not known; allowed: phq9"),
    ({"limitations": ["back"]}, r"limitations: \"back\" is not known; allowed: low_back"),
    ({"avoid": ["ladders"]}, r"avoid: \"ladders\" is not known; allowed: overhead"),
    ({"time_window": ["21:00", "18:30"]}, r"time_window must end after it starts"),
    ({"bedtime": "late"}, r'bedtime must be a time like "18:30", got "late"'),
    ({"requested": {"sets": 3}}, r"requested.sets is not known; allowed: weekly_sets"),
    ({"preferences": {"like": ["plank"], "dislike": ["plank"]}}, r"plank stands under like and under dislike"),
    ({"dumbbell_count": 2}, r"dumbbell_count is given but there is no dumbbell"),
    ({"stack": {"first_kg": 5}}, r"stack needs first_kg and step_kg"),
    ({"group": {"size": 6}}, r"group needs size and stations"),
]


@pytest.mark.parametrize(("wrong", "why"), BAD, ids=[next(iter(b[0])) + str(i) for i, b in enumerate(BAD)])
def test_what_is_wrong_is_named_with_what_is_allowed(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_profile(GOOD | wrong)


@pytest.mark.parametrize("field", list(GOOD))
def test_the_four_needed_fields_are_asked_for_by_name(field: str) -> None:
    with pytest.raises(InputError, match=f"{field} is missing"):
        read_profile({k: v for k, v in GOOD.items() if k != field})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not json", "not a JSON document"),
        ("[1, 2]", "a profile is a JSON object"),
        ('{"age": 40, "age": 41}', "field age stands twice"),
        ('{"age": NaN}', "NaN is not a number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"padding": "' + "x" * 10_000_000 + '"}', "a profile is a page of JSON"),
    ],
    ids=["text", "list", "twice", "nan", "deep", "10 MB"],
)
def test_a_file_that_is_no_profile_is_one_clear_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "me.json"
    path.write_text(text)
    with pytest.raises(InputError, match=why) as caught:
        read_profile(path)
    assert str(caught.value).startswith("me.json: ")
    assert "\n" not in str(caught.value)


def test_the_command_line_says_it_in_one_line_and_exits_with_two(tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    path.write_text(json.dumps(GOOD | {"minutes": 3}))
    done = subprocess.run(
        [sys.executable, "-m", "mettle", "plan", str(path), "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT / "src",
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "mettle: me.json: minutes must be from 10 to 180, got 3\n"


def test_what_is_left_out_gets_the_stated_defaults() -> None:
    profile = read_profile(GOOD)
    assert (profile.equipment, profile.days_per_week, profile.minutes) == ((), 3, 45)
