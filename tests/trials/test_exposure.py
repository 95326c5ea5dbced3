from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from mettle.diary import Diary, Dose, merge
from mettle.training import Exercise, PerformedSession, PerformedSet
from mettle.trials.exposure import axis_of, exposures
from mettle.units import Load, When


def session(at: str, sets: int, *, source: str = "hevy", rir: float | None = None, **more: object) -> PerformedSession:
    done = tuple(
        PerformedSet(Exercise("Squat"), n, reps=5, load=Load(Decimal(100), "kg"), rir=rir) for n in range(1, sets + 1)
    )
    return PerformedSession(source, When.parse(at), "Legs", done, **more)  # type: ignore[arg-type]


def doses(*sessions: PerformedSession) -> dict[int, float]:
    diary = Diary(sessions=sessions)
    return exposures(diary, axis_of(s.start for s in sessions)).by_day()


def test_dose_one_is_the_persons_median_session() -> None:
    assert doses(session("2026-03-02 18:00", 10), session("2026-03-04 18:00", 12), session("2026-03-06 18:00", 24)) == {
        0: 10 / 12,
        2: 1.0,
        4: 2.0,
    }


def test_effort_counts_and_a_session_without_it_takes_the_usual_effort() -> None:
    hard, easy, silent = (
        session("2026-03-02 18:00", 10, rir=0),
        session("2026-03-04 18:00", 10, rir=4),
        session("2026-03-06 18:00", 10),
    )
    found = doses(hard, easy, silent)
    assert found[0] / found[2] == 10 / 6
    assert found[4] / found[2] == 8 / 6  # the median of ten sets at RPE 10 and ten at RPE 6


def test_the_same_session_from_two_apps_is_one_dose() -> None:
    one = Diary(sessions=(session("2026-03-02 18:00", 10), session("2026-03-05 18:00", 10)))
    two = Diary(sessions=(session("2026-03-02 18:05", 9, source="strong"),))
    diary = merge([one, two])
    found = exposures(diary, axis_of(s.start for s in diary.sessions))
    assert found.by_day() == {0: 1.0, 3: 1.0}
    assert found.merged == 1


def test_after_midnight_belongs_to_the_day_that_is_ending_and_a_date_keeps_its_date() -> None:
    late = session("2026-03-03 00:40", 10)
    dated = session("2026-03-03", 10)
    axis = axis_of([When.parse("2026-03-02"), late.start, dated.start])
    assert [b.day for b in exposures(Diary(sessions=(late, dated)), axis).bouts] == [0, 1]


def test_what_was_not_done_is_listed_and_is_no_dose() -> None:
    missed = PerformedSession("mettle", When.parse("2026-03-02 18:00"), skipped="illness")
    only_warm_up = PerformedSession(
        "mettle", When.parse("2026-03-03 18:00"), sets=(PerformedSet(Exercise("Squat"), 1, kind="warm_up", reps=5),)
    )
    real = session("2026-03-04 18:00", 10)
    found = exposures(Diary(sessions=(missed, only_warm_up, real)), axis_of([missed.start, real.start]))
    assert found.by_day() == {2: 1.0}
    assert [(e.when, e.why) for e in found.excluded] == [
        ("2026-03-02T18:00:00", "not done: illness"),
        ("2026-03-03T18:00:00", "no work set was done"),
    ]


def test_stated_doses_keep_their_ratio_and_zero_is_rest() -> None:
    stated = tuple(Dose(When(date(2026, 3, d)), amount) for d, amount in ((2, 20.0), (3, 0.0), (4, 30.0), (5, 40.0)))
    found = exposures(Diary(doses=stated), axis_of(d.when for d in stated))
    assert found.by_day() == {0: 20 / 30, 2: 1.0, 3: 40 / 30}
    assert (found.first_day, found.last_day) == (0, 3)


def test_the_clock_runs_in_utc_where_offsets_are_known() -> None:
    before, after = When.parse("2026-03-28T20:00+01:00"), When.parse("2026-03-29T20:00+02:00")
    axis = axis_of([before, after])
    assert axis.t(before) is not None
    assert (axis.t(after) or 0) - (axis.t(before) or 0) == 23 / 24  # the night that clocks went forward
    local = axis_of([When.local(datetime(2026, 3, 28, 20)), When.local(datetime(2026, 3, 29, 20))])  # noqa: DTZ001 - zone unknown on purpose
    assert local.base is None
