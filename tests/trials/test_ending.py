"""When item 9 or deterioration fires: training is free that day, the data so far stay analysable, nothing else changes."""

from __future__ import annotations

import copy
from datetime import date, timedelta

import numpy as np
import pytest

from mettle.errors import InputError
from mettle.instruments.safety import WithholdingLimit, longest_stretch
from mettle.trials.admissible import Rules
from mettle.trials.design import Wish, draw
from mettle.trials.ending import as_drawn, end_stretch, redraw_of
from mettle.trials.schedule import schedule_from

MONDAY = date(2026, 11, 23)
FIRED = MONDAY + timedelta(days=40)


def drawn(kind: str = "blocks", arms: tuple[str, str] = ("train", "rest")) -> dict[str, object]:
    return draw(Wish(kind, arms, MONDAY, 84, Rules(max_run=3), WithholdingLimit(14)), seed=5)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["blocks", "days", "pairs", "session"])
@pytest.mark.parametrize("reason", ["stop_item9", "stop_deterioration", "stop_phq9_rise"])
def test_no_day_forbids_training_from_the_day_the_rule_fires(kind: str, reason: str) -> None:
    trial = drawn(kind)
    before = copy.deepcopy(trial)
    ended = end_stretch(trial, FIRED, reason=reason)
    assert trial == before
    rows = {date.fromisoformat(r["on"]): r for r in ended["schedule"]}
    assert all(r["arm"] != "rest" for on, r in rows.items() if on >= FIRED)
    assert longest_stretch([r["arm"] != "rest" for on, r in sorted(rows.items()) if on >= FIRED]) == 0
    assert ended["ended"]["goes_on"] == "as_planned"


def test_what_was_recorded_before_is_analysed_as_it_was_drawn() -> None:
    trial = drawn()
    told, ended = schedule_from(trial), schedule_from(end_stretch(trial, FIRED, reason="stop_item9"))
    assert ended.trial_days == {on: arm for on, arm in told.trial_days.items() if on < FIRED}
    assert ended.claims == told.claims


def test_it_may_go_on_with_two_ways_of_training() -> None:
    ended = end_stretch(drawn(), FIRED, reason="stop_deterioration", arms=("morning", "evening"))
    assert ended["ended"]["goes_on"] == "two_ways"
    assert ended["ended"]["arms"] == ["morning", "evening"]


def test_two_ways_go_on_unless_someone_is_hurt() -> None:
    trial = drawn("variant", ("bands", "machines"))
    kept = end_stretch(trial, FIRED, reason="stop_item9")
    assert kept["schedule"] == trial["schedule"]
    hurt = end_stretch(trial, FIRED, reason="stop_injury")
    assert hurt["ended"]["goes_on"] == "as_planned"
    assert all(r["arm"] is None for r in hurt["schedule"] if date.fromisoformat(r["on"]) >= FIRED)


def test_wrong_wishes_are_told_in_one_line() -> None:
    with pytest.raises(InputError, match="outside the trial"):
        end_stretch(drawn(), MONDAY - timedelta(days=1), reason="stop_item9")
    with pytest.raises(InputError, match="one of stop_item9"):
        end_stretch(drawn(), FIRED, reason="tired")
    with pytest.raises(InputError, match="two ways of training"):
        end_stretch(drawn(), FIRED, reason="stop_item9", arms=("train", "rest"))


@pytest.mark.parametrize("kind", ["blocks", "days", "pairs", "session"])
def test_an_ended_trial_still_knows_how_it_was_drawn(kind: str) -> None:
    trial = drawn(kind)
    ended = end_stretch(trial, FIRED, reason="stop_item9")
    restored = as_drawn(ended)
    assert restored is not None
    assert restored["schedule"] == trial["schedule"]
    with pytest.raises(InputError, match="ended before"):
        end_stretch(ended, FIRED, reason="stop_item9")


@pytest.mark.parametrize("kind", ["blocks", "days", "pairs", "session"])
def test_an_ended_trial_is_drawn_anew_up_to_its_end_only(kind: str) -> None:
    trial = drawn(kind)
    ended = end_stretch(trial, FIRED, reason="stop_item9")
    again = redraw_of(ended)
    assert again is not None
    rng = np.random.default_rng(3)
    drawings = [again(rng) for _ in range(5)]
    after = [a for a in schedule_from(ended).assignments if a.on >= FIRED]
    assert all([a for a in d.assignments if a.on >= FIRED] == after for d in drawings)  # type: ignore[union-attr]
    before = {tuple(a.arm for a in d.assignments if a.on < FIRED) for d in drawings}  # type: ignore[union-attr]
    assert len(before) > 1


def test_what_cannot_be_drawn_anew_gets_no_p_value() -> None:
    trial = drawn("days")
    assert redraw_of(trial) is not None
    assert redraw_of(trial["schedule"]) is None
    assert redraw_of({k: v for k, v in trial.items() if k != "constraints"}) is None
    assert redraw_of({**trial, "stopped": FIRED.isoformat()}) is None
    assert redraw_of(drawn("variant", ("bands", "machines"))) is not None
