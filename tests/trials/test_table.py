from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from mettle.diary import Diary, Dose, Observation, Signal
from mettle.errors import InputError
from mettle.evidence.priors import zero_centred
from mettle.trials.people import PEOPLE, simulate
from mettle.trials.schedule import schedule_from
from mettle.trials.table import build
from mettle.units import When

TODAY = date(2026, 12, 31)
START = date(2026, 3, 2)


def on(day: int, clock: str = "") -> When:
    return When.parse(f"{START + timedelta(days=day)}{' ' + clock if clock else ''}")


def rated(*stamps: tuple[int, str], value: float | None = None) -> tuple[Observation, ...]:
    return tuple(
        Observation("mood", on(d, clock), 5.0 + i % 3 if value is None else value)
        for i, (d, clock) in enumerate(stamps)
    )


def test_a_morning_rating_is_not_exposed_to_the_evenings_session() -> None:
    diary = Diary(
        observations=rated((0, "08:00"), (0, "21:00"), (1, "08:00"), (1, "21:00")), doses=(Dose(on(0, "18:00"), 1.0),)
    )
    assert build(diary, "mood", today=TODAY).same_day.tolist() == [0, 1, 0, 0]


def test_where_the_order_is_unknown_only_the_last_rating_counts_as_after() -> None:
    diary = Diary(observations=rated((0, "08:00"), (0, "21:00"), (1, "21:00")), doses=(Dose(on(0), 1.0),))
    table = build(diary, "mood", today=TODAY)
    assert table.same_day.tolist() == [0, 1, 0]
    assert "order_unknown" in table.notes


def test_hours_are_modelled_only_where_enough_sessions_were_rated_soon_after() -> None:
    def diary(clock: str) -> Diary:
        days = range(0, 40, 2)
        return Diary(
            observations=rated(*((d, clock) for d in range(40))),
            doses=tuple(Dose(on(d, "12:00"), 1.0) for d in days),
        )

    assert build(diary("14:00"), "mood", today=TODAY).horizon == "hours"
    assert build(diary("22:00"), "mood", today=TODAY).horizon == "day"


def test_every_left_out_observation_is_listed_with_why() -> None:
    diary = Diary(
        observations=(
            *rated((0, "20:00"), (1, "20:00")),
            Observation("mood", on(1, "20:00"), 9.0),
            Observation("mood", on(2), 4.0),
            Observation("mood", on(2), 4.0),
            Observation("mood", When(date(2031, 1, 1)), 5.0),
            Observation("mood", on(3), 5.0, source="other app"),
        )
    )
    table = build(diary, "mood", today=TODAY)
    assert table.t.size == 3
    assert sorted(e.why for e in table.excluded) == [
        "from other app; only checkins is analysed, as sources are never mixed",
        "lies in the future",
        "same moment and same value as another",
        "same moment as another, whose value 6 was kept",
    ]


def test_a_mistyped_year_is_left_out_with_why() -> None:
    typo = Observation("mood", When(date(1976, 3, 2)), 5.0)
    table = build(Diary(observations=(typo, *rated(*((d, "") for d in range(30))))), "mood", today=TODAY)
    assert (table.t.size, table.days) == (30, 30)
    assert [(e.when, e.why) for e in table.excluded] == [("1976-03-02", "more than a year from the other check-ins")]


def test_the_design_holds_weekday_trend_and_the_effects_and_nothing_measured_after() -> None:
    diary, _ = simulate(PEOPLE["benefits"], days=60, seed=1)
    table = build(diary, "mood", today=TODAY)
    names = table.design(zero_centred(table.scale).default).names
    assert names == (
        "intercept", "trend", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        "clock_sin", "clock_cos", "next_day", "acute", "chronic",
    )  # fmt: skip


def test_a_signal_recorded_after_the_days_session_is_refused() -> None:
    days = range(20)
    diary = Diary(
        observations=rated(*((d, "21:00") for d in days)),
        doses=tuple(Dose(on(d, "12:00"), 1.0) for d in days if d % 2),
        signals=tuple(Signal("caffeine_mg", on(d, "15:00"), 80.0 + d) for d in days),
    )
    table = build(diary, "mood", today=TODAY)
    late = [e for e in table.excluded if e.what == "caffeine_mg"]
    assert len(late) == 10
    assert all("may be its consequence" in e.why for e in late)


def test_a_medicine_change_is_a_step_and_near_the_start_it_cannot_be_separated() -> None:
    days = range(40)
    diary = Diary(
        observations=rated(*((d, "21:00") for d in days)),
        doses=tuple(Dose(on(d, "12:00"), 1.0) for d in days if d % 2 and d > 10),
        signals=(Signal("medicine_change", on(15), 1.0),),
    )
    table = build(diary, "mood", today=TODAY)
    step = next(c.values for c in table.columns if c.name == "medicine_change_1")
    assert step.tolist() == [0.0] * 15 + [1.0] * 25
    assert "cannot_be_separated:medicine_change" in table.notes


def test_the_dose_ahead_mirrors_the_session_in_time() -> None:
    diary = Diary(
        observations=rated(*((d, c) for d in range(30) for c in ("08:00", "21:00"))),
        doses=tuple(Dose(on(d, "17:00"), 1.0) for d in range(0, 30, 3)),
    )
    table = build(diary, "mood", today=TODAY)
    expected = [1.0 if d % 3 == 0 and morning else 0.0 for d in range(30) for morning in (True, False)]
    assert table.ahead.tolist() == expected


def test_a_schedule_leaves_out_what_lies_outside_the_trial() -> None:
    trial = schedule_from(
        {
            "kind": "days",
            "arms": ["rest", "train"],
            "schedule": [
                {"on": str(START), "arm": "train", "phase": "run_in"},
                {"on": str(START + timedelta(days=1)), "arm": "train"},
                {"on": str(START + timedelta(days=2)), "arm": "rest"},
            ],
        }
    )
    table = build(Diary(observations=rated((0, ""), (1, ""), (2, ""), (3, ""))), "mood", today=TODAY, schedule=trial)
    assert trial.arms == ("train", "rest")
    assert table.day.tolist() == [1, 2]
    assert table.same_day.tolist() == [1, 0]
    assert [e.why for e in table.excluded] == ["a run-in day", "no day of the trial"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "coin"}, "kind must be one of"),
        ({"arms": ["train"]}, "arms must be two different names"),
        ({"schedule": []}, "at least one day"),
        ({"schedule": [{"on": "soon", "arm": "train"}]}, "on must be a date"),
        ({"schedule": [{"on": "2026-03-02", "arm": "swim"}]}, "arm must be one of train, rest"),
        ({"schedule": [{"on": "2026-03-02", "arm": "train"}] * 2}, "assigned twice"),
        ({"swc": -1}, "swc must be a number above 0"),
    ],
)
def test_a_broken_schedule_is_one_clear_line(change: dict[str, object], says: str) -> None:
    good = {"kind": "days", "arms": ["train", "rest"], "schedule": [{"on": "2026-03-02", "arm": "train"}]}
    with pytest.raises(InputError, match=says):
        schedule_from({**good, **change})


def test_the_acute_prior_is_about_the_mean_over_the_hours() -> None:
    diary, _ = simulate(PEOPLE["benefits"], days=60, seed=1)
    table = build(diary, "mood", today=TODAY)
    design = table.design(zero_centred(table.scale).default)
    assert table.horizon == "hours"
    assert np.isclose(design.prior_sd[design.names.index("acute")], 0.5)
    kernel = design.kernels[0]
    hours = np.linspace(0, 4, 4001)[1:] / 24
    for tau in (1 / 24, 12 / 24, 3.0):
        left = replace(kernel, at=np.zeros(1), dose=np.ones(1)).column(hours, np.array([tau]))
        assert np.isclose(left.mean(), 1.0, atol=0.005)  # a sum for an integral
