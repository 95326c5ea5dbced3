"""What happened last week: told once, in words that fit one and none."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from mettle.web import days, models

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.test import Client

    Opened = Callable[[int], str]

MONDAY = date(2026, 11, 23)


@pytest.fixture
def person(alice: User) -> models.Person:
    return models.Person.of(alice)


@pytest.fixture
def opened(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Today as it looks so many days after that Monday."""

    def on(later: int) -> str:
        moment = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Europe/Berlin")) + timedelta(days=later)
        monkeypatch.setattr(days, "now", lambda _person: moment)
        return as_alice.get("/").content.decode()

    return on


def rated(person: models.Person, *ago: int) -> None:
    for n in ago:
        person.observations.create(on=MONDAY - timedelta(days=n), clock_time="09:00", outcome="mood", value=5)


def trained(person: models.Person, ago: int, sets: int) -> None:
    session = person.sessions.create(on=MONDAY - timedelta(days=ago), finished=True)
    for _ in range(sets):
        person.sets.create(session=session.pk, exercise="squat", reps=5)


def test_who_skips_monday_reads_it_on_wednesday_until_it_is_put_away_and_the_next_week_has_its_own(
    as_alice: Client, person: models.Person, opened: Opened
) -> None:
    rated(person, 7, 5, 4, 3)
    trained(person, 6, 12)
    trained(person, 3, 8)
    for _ in range(2):
        page = opened(2)
        assert "You trained on 2 days and rested on 5." in page
        assert "You did 20 sets, each of them kept." in page
        assert "You checked in on 4 days; that is what an answer is made of." in page
    as_alice.post("/heard/", {"what": "week"})
    assert "Last week" not in opened(2)
    assert "Last week" not in opened(6)
    rated(person, -1)
    assert "You checked in on 1 day; that is what an answer is made of." in opened(7)


def test_a_newcomer_on_a_monday_is_told_of_no_week_that_was_not_theirs(person: models.Person, opened: Opened) -> None:
    assert "Last week" not in opened(0)
    rated(person, 3, 2, 1)
    trained(person, 2, 5)
    assert "Last week" not in opened(0)
    assert "Last week" not in opened(5)


def test_one_is_one_and_what_did_not_happen_is_left_out(person: models.Person, opened: Opened) -> None:
    rated(person, 20)
    trained(person, 2, 1)
    page = opened(0)
    assert "You trained on 1 day and rested on 6." in page
    assert "You did 1 set, and it is kept." in page
    assert "You checked in" not in page
    models.Session.objects.all().delete()
    models.Set.objects.all().delete()
    assert "Last week" not in opened(0)
