from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from mettle.web import burden, days, demo, models, trialing
from tests.web.test_trials import answered, preview

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


def start_screen(client: Client, code: str = "days") -> str:
    return client.get(reverse("trial_new", args=[code])).content.decode()


def test_the_defaults_stay_within_the_budget_as_measured() -> None:
    found = burden.measured()
    assert 0 < found["daily_s"] <= burden.DAILY_BUDGET_S
    assert found["weekly_min_without_forms"] < found["weekly_min"] < found["weekly_min_with_forms"]
    assert 0 < found["weekly_min_with_forms"] <= burden.WEEKLY_BUDGET_MIN  # the longer of two weeks, each with its form
    assert found["weekly_min_first"] < burden.WEEKLY_BUDGET_MIN + 0.1  # both forms, once: a little above
    assert "no person was timed" in found["how"]


def test_what_it_costs_is_shown_before_a_trial_starts_ones_own_where_there_is_one(
    as_alice: Client, alice: User
) -> None:
    page = start_screen(as_alice)
    assert f"about {burden.measured()['daily_s']:.0f} seconds" in page
    assert "nobody was timed" in page
    person = models.Person.of(alice)
    for ago in range(6):
        person.observations.create(on=days.today(person) - timedelta(days=ago), outcome="check_in_s", value=2 + ago)
    for page in (start_screen(as_alice), as_alice.get(reverse("burden")).content.decode()):
        assert "nobody was timed" in page  # six days of trying it out are no figure of one's own
        assert "after seven days with check-ins" in page
    person.observations.create(on=days.today(person) - timedelta(days=6), outcome="check_in_s", value=33)
    page = start_screen(as_alice)
    assert "costs you 5 seconds" in page
    assert "nobody was timed" not in page
    assert "from 7 days" in as_alice.get(reverse("burden")).content.decode()


def test_what_is_expected_is_asked_first_with_no_number_ready_and_told_with_the_answer(
    as_alice: Client, alice: User
) -> None:
    page = start_screen(as_alice)
    assert page.index("how much do you expect") < page.index("What do you want to follow")
    assert page.count('name="expected"') == 11
    assert "checked" not in page[page.index('name="expected"') : page.index("What do you want to follow")]
    person = models.Person.of(alice)
    answered(person, 5, 0)
    preview(as_alice, expected="8")
    as_alice.post(reverse("trial_start"))
    assert trialing.expected(person, "mood") is None  # it runs
    trialing.end(person.trials.get(), "planned_end")
    assert trialing.expected(person, "mood") == 8


def ended_trial(client: Client, person: models.Person) -> models.Trial:
    answered(person, 5, 0)
    preview(client, expected="8")
    preview(client, expected="8", again="1")
    client.post(reverse("trial_start"))
    trial = person.trials.get(ended_at=None)
    trialing.end(trial, "planned_end")
    return trial


def test_what_was_expected_before_anything_was_read_is_told_apart_from_what_was_expected_after(
    as_alice: Client, alice: User
) -> None:
    person = models.Person.of(alice)
    assert "Before you see any evidence" in start_screen(as_alice)
    assert ended_trial(as_alice, person).trial["expected_asked"] == "before_reading"
    assert not trialing.asked_after_reading(person, "mood")
    as_alice.get(reverse("claim", args=["1.2"]))
    page = start_screen(as_alice, "claim-1-2")
    assert "You have looked at what is published" in page
    assert "Before you see any evidence" not in page
    person.refresh_from_db()
    assert ended_trial(as_alice, person).trial["expected_asked"] == "after_reading"
    assert trialing.asked_after_reading(person, "mood")


def test_what_was_read_between_the_question_and_the_start_changes_nothing(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    answered(person, 5, 0)
    preview(as_alice, expected="8")
    as_alice.get(reverse("evidence"))
    preview(as_alice, expected="8", again="1")
    as_alice.post(reverse("trial_start"))
    assert person.trials.get().trial["expected_asked"] == "before_reading"


def test_nothing_is_said_of_a_question_that_was_not_answered(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    answered(person, 5, 0)
    preview(as_alice, expected="")
    as_alice.post(reverse("trial_start"))
    assert "expected_asked" not in person.trials.get().trial


def test_a_trial_of_sleep_asks_for_the_night(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    assert "How good was your night?" in start_screen(as_alice, "claim-8-2")
    preview(as_alice, "claim-8-2", outcome="sleep_quality", weeks="12")
    as_alice.post(reverse("trial_start"))
    person.refresh_from_db()
    assert person.choices["check_in"][-1] == "sleep_quality"


def test_the_answer_page_tells_what_was_expected(db: None, client: Client, settings: object) -> None:
    settings.LOOK_FOR_BETTER_PLANS = False  # type: ignore[attr-defined] # pytest-django's settings
    user = demo.simulated_user()
    client.force_login(user)
    person = models.Person.of(user)
    kept = {
        "headline": {"text": "x"},
        "effects": {},
        "under_priors": {},
        "caveats": [],
        "data": {"days": 1, "observations": 1},
    }
    models.KeptAnswer.objects.create(person=person, key="mood", fingerprint="x", answer=kept)
    assert "you expected 6 of 10" in client.get(reverse("answer")).content.decode()
