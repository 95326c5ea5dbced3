from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from mettle.web import demo, models, store

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SUM_OF_TWENTY_NIGHTS_H = 143.86666666666665
"""Pinned, so that the simulated person is the same one everywhere."""


@pytest.fixture
def simulated(db: None, settings: object) -> User:
    settings.LOOK_FOR_BETTER_PLANS = False  # type: ignore[attr-defined] # pytest-django's settings
    return demo.simulated_user()


def test_the_simulated_persons_nights_are_shown_and_always_the_same(simulated: User) -> None:
    person = models.Person.of(simulated)
    nights = [s for s in store.diary(person).signals if s.name == "sleep_h"]
    quality = [s for s in store.diary(person).signals if s.name == "sleep_quality"]
    slept = [o for o in store.diary(person).observations if o.outcome == "sleep_quality"]
    assert len(nights) == len(quality) == len(slept) >= 90
    assert all(4 <= s.value <= 10 for s in nights)
    assert {s.value for s in quality} <= {1, 2, 3, 4, 5}
    assert sum(s.value for s in nights[:20]) == pytest.approx(SUM_OF_TWENTY_NIGHTS_H)
    client = Client()
    client.force_login(simulated)
    page = client.get(reverse("progress")).content.decode()
    assert "hours a night on" in page
    assert "sleep quality" in client.get(reverse("answer")).content.decode()
