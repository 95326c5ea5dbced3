from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from mettle.diary import Diary, Dose, Observation, Signal, merge
from mettle.training import Exercise, PerformedSession, PerformedSet
from mettle.units import Load, When

MONDAY = datetime(2026, 1, 5, 18, 0)  # noqa: DTZ001 - apps write local times without a zone


def session(source: str, minutes: int, names: str = "ab", *, reps: int = 5, load: int = 60) -> PerformedSession:
    sets = tuple(
        PerformedSet(Exercise(name), names[: i + 1].count(name), reps=reps, load=Load(Decimal(load), "kg"))
        for i, name in enumerate(names)
    )
    return PerformedSession(source, When.local(MONDAY + timedelta(minutes=minutes)), sets=sets)


def whens() -> st.SearchStrategy[When]:
    clocks = st.one_of(st.none(), st.sampled_from([time(2, 30), time(8), time(21)]))
    zones = st.sampled_from([None, None, "Europe/Berlin", "America/New_York"])
    return st.builds(When, st.dates(date(2026, 1, 5), date(2026, 1, 7)), clocks, zone=zones)


def diaries() -> st.SearchStrategy[Diary]:
    sessions = st.builds(
        session,
        st.sampled_from(["strong", "hevy", "fitbod"]),
        st.sampled_from([0, 6, 12, 25, 60, 1440]),
        st.text("abc", max_size=4),
        reps=st.integers(5, 6),
    )
    observations = st.builds(Observation, st.sampled_from(["mood", "energy"]), whens(), st.sampled_from([5.0, 6.0]))
    signals = st.builds(Signal, st.just("illness"), whens(), st.just(1.0))
    doses = st.builds(Dose, whens(), st.sampled_from([0.0, 1.0]))
    return st.builds(
        lambda s, o, g, d, z: merge([Diary(tuple(s), tuple(o), tuple(g), tuple(d), z)]),
        st.lists(sessions, max_size=4),
        st.lists(observations, max_size=4),
        st.lists(signals, max_size=2),
        st.lists(doses, max_size=2),
        st.sampled_from([None, "Europe/Berlin", "America/New_York"]),
    )


@settings(max_examples=60, deadline=None)
@given(diaries(), diaries(), diaries())
def test_neither_order_nor_repeats_nor_grouping_change_a_merge(a: Diary, b: Diary, c: Diary) -> None:
    whole = merge([a, b, c])
    assert merge([c, b, a]) == whole
    assert merge([a, b, c, b]) == whole
    assert merge([merge([a, b]), c]) == whole
    assert merge([merge([whole, a]), Diary()]) == whole


@settings(max_examples=100, deadline=None)
@given(diaries(), st.data())
def test_a_part_of_a_diary_adds_nothing_to_it(full: Diary, data: st.DataObject) -> None:
    keep = data.draw(st.lists(st.booleans(), min_size=8, max_size=8))
    part = replace(
        full,
        sessions=tuple(s for s, k in zip(full.sessions, keep, strict=False) if k),
        observations=tuple(o for o, k in zip(full.observations, keep, strict=False) if k),
        also_recorded=(),
    )
    assert merge([part, full]) == merge([full, part]) == full


@settings(max_examples=100, deadline=None)
@given(st.lists(diaries(), max_size=3))
def test_no_session_is_lost_and_none_counts_twice(several: list[Diary]) -> None:
    whole = merge(several)
    keys = [s.key for s in (*whole.sessions, *whole.also_recorded)]
    assert len(keys) == len(set(keys))
    assert set(keys) == {s.key for d in several for s in (*d.sessions, *d.also_recorded)}


def test_one_session_in_two_apps_is_one_dose_and_the_fuller_record_counts() -> None:
    strong, hevy = session("strong", 0, "aabb"), session("hevy", 8, "aab")
    whole = merge([Diary((strong,)), Diary((hevy,))])
    assert (whole.sessions, whole.also_recorded) == ((strong,), (hevy,))


def test_one_session_in_two_apps_that_name_exercises_differently_is_known_by_its_sets() -> None:
    strong, hevy = session("strong", 0, "aabb"), session("hevy", 8, "xxyy")
    assert len(merge([Diary((strong, hevy))]).sessions) == 1
    other = session("hevy", 8, "xxyy", load=80)
    assert len(merge([Diary((strong, other))]).sessions) == 2


def test_two_sessions_of_one_day_stay_two() -> None:
    assert len(merge([Diary((session("strong", 0),)), Diary((session("hevy", 21),))]).sessions) == 2
    assert len(merge([Diary((session("strong", 0), session("strong", 5)))]).sessions) == 2


def test_a_record_with_a_date_only_meets_the_session_of_that_day() -> None:
    timed = session("strong", 0, "aab")
    dated = replace(session("fitnotes", 0, "aab"), start=When(MONDAY.date()))
    assert merge([Diary((timed,)), Diary((dated,))]).also_recorded != ()


def test_equal_observations_of_one_file_are_kept_and_the_same_file_twice_is_not() -> None:
    mood = Observation("mood", When(MONDAY.date()), 5.0)
    twice = Diary(observations=(mood, mood))
    assert merge([twice, twice, Diary(observations=(mood,))]).observations == (mood, mood)


def test_the_later_of_two_exports_brings_its_title_and_keeps_one_session() -> None:
    early = replace(session("hevy", 0, "a"), title="Morning")
    late = replace(session("hevy", 0, "ab"), title="Push")
    assert merge([Diary((late,)), Diary((early,))]).sessions == (late,)


def test_a_zone_stated_later_makes_no_second_observation() -> None:
    before = Observation("mood", When(MONDAY.date(), time(8)), 5.0)
    after = Observation("mood", before.when.assume("Europe/Berlin"), 5.0)
    whole = merge([Diary(observations=(before,)), Diary(observations=(after,))])
    assert whole.observations == (after,)
    assert whole.timezone == "Europe/Berlin"


def test_of_two_exports_of_one_session_the_one_with_more_sets_stands_whole() -> None:
    early, late = Diary((session("hevy", 0, "zz"),)), Diary((session("hevy", 0, "abcd"),))
    assert merge([early, late]).sessions == merge([late, early]).sessions == late.sessions


def test_two_apps_tell_of_one_session_where_half_is_shared() -> None:
    one = Diary((session("strong", 0, "abcd"),))
    half = Diary((session("hevy", 5, "abxy", reps=8, load=70),))
    less = Diary((session("hevy", 5, "axyz", reps=8, load=70),))
    assert len(merge([one, half]).sessions) == 1
    assert len(merge([one, less]).sessions) == 2
