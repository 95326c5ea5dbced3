from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from mettle.training import catalogue
from mettle.web import bundle, computing, days, demo, lock, models, people, store, trialing

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


def test_looking_at_the_simulated_person_leads_back_to_ones_own(simulated: User, alice: User, as_alice: Client) -> None:
    as_alice.post(reverse("simulated"))
    page = as_alice.get(reverse("today")).content.decode()
    assert "simulated person" in page
    assert "Back to me" in page
    assert as_alice.session["_auth_user_id"] == str(simulated.pk)
    as_alice.post(reverse("simulated"))  # twice: one's own is not forgotten
    as_alice.post(reverse("come_back"))
    assert as_alice.session["_auth_user_id"] == str(alice.pk)
    assert "Back to me" not in as_alice.get(reverse("today")).content.decode()


def test_erasing_the_simulated_person_leaves_ones_own_and_this_browsers_store(
    simulated: User, alice: User, as_alice: Client
) -> None:
    as_alice.post(reverse("simulated"))
    reply = as_alice.post(reverse("data_erase"), {"word": "erase"})
    assert "Clear-Site-Data" not in reply
    assert as_alice.session["_auth_user_id"] == str(alice.pk)
    assert not models.Person.objects.filter(simulated=True).exists()


def test_nobody_comes_back_who_did_not_go(simulated: User, as_bob: Client) -> None:
    client = Client()
    client.force_login(simulated)
    assert client.post(reverse("come_back"))["Location"] == reverse("welcome")
    assert client.session["_auth_user_id"] == str(simulated.pk)


def test_the_pin_is_asked_for_on_the_way_back_where_it_is_due(simulated: User, alice: User, as_alice: Client) -> None:
    lock.set_pin(models.Person.of(alice), "2718", minutes=5)
    session = as_alice.session
    session["active_at"] = int(time.time())
    session.save()
    as_alice.post(reverse("simulated"))
    session = as_alice.session
    session[people.OWN] = session[people.OWN] | {"active_at": int(time.time()) - 3600}
    session.save()
    as_alice.post(reverse("come_back"))
    assert reverse("unlock") in as_alice.get(reverse("progress"))["Location"]


def test_what_a_page_of_ones_own_sends_meanwhile_is_not_taken_for_the_simulated_person(
    simulated: User, alice: User, as_alice: Client
) -> None:
    as_alice.post(reverse("simulated"))
    own = {"X-Mettle-Person": str(models.Person.of(alice).key)}
    body = {"device": "00000000-0000-4000-8000-000000000001", "ops": []}
    for reply in (
        as_alice.post("/api/v1/sync", body, content_type="application/json", headers=own),
        as_alice.get("/api/v1/bundle", headers=own),
    ):
        assert reply.status_code == 409
    as_alice.post(reverse("come_back"))
    assert as_alice.post("/api/v1/sync", body, content_type="application/json", headers=own).status_code == 200


def test_the_simulated_persons_trial_is_drawn_as_any_other_so_that_two_ways_agree(simulated: User) -> None:
    person = models.Person.of(simulated)
    trial = person.trials.get().trial
    assert trial["constraints"]["per_week"] == [2, 3]
    days_trained = set(person.sessions.values_list("on", flat=True))
    assert {str(on) for on in days_trained} == {row["on"] for row in trial["schedule"] if row["arm"] == "train"}
    told = computing.compute(
        store.diary(person), "mood", trialing.read_with(person, "mood"), days.today(person).isoformat()
    )["answer"]
    assert told["headline"]["verdict"] == "better"
    assert told["checks"]["randomisation_p"] < 0.05
    assert "no_randomisation_test" not in {c["code"] for c in told["caveats"]}


def test_a_pair_of_dumbbells_counts_the_same_in_what_was_done_and_in_what_is_planned(simulated: User) -> None:
    person = models.Person.of(simulated)
    seen = 0
    for session in bundle.of(person)["sessions"]:
        for exercise in session["exercises"]:
            for done in exercise["last"]:
                pair = catalogue.exercises()[exercise["exercise"]].implements == 2
                assert done["per_hand"] == (pair and bool(done["amount"]))
                seen += pair
    assert seen
