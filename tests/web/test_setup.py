from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from mettle.prescription import read_profile
from mettle.web import models, setup_steps, trialing
from mettle.web.demo import PROFILE as SIMULATED
from mettle.web.setup_kit import KIT_PROFILE
from tests.web.conftest import PROFILE
from tests.web.hands import ANSWERS
from tests.web.test_nonsense import NONSENSE

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

HEALTH = [s.key for s in setup_steps.STEPS if s.health]


@pytest.fixture
def person(alice: User, settings: Any) -> models.Person:
    """Somebody who has said nothing yet."""
    settings.LOOK_FOR_BETTER_PLANS = False
    found = models.Person.of(alice)
    found.profile = {}
    found.save()
    return found


def say(client: Client, key: str, said: dict[str, Any] | None = None) -> Any:
    return client.post(reverse("setup_step", args=[key]), ANSWERS[key] if said is None else said)


def say_all(client: Client, *, but: tuple[str, ...] = (), **otherwise: dict[str, Any]) -> Any:
    reply = None
    for key, said in (ANSWERS | otherwise).items():
        if key not in but:
            reply = say(client, key, said)
    return reply


def test_the_questions_come_one_by_one_and_end_in_a_plan(as_alice: Client, person: models.Person) -> None:
    assert as_alice.get(reverse("setup")).url == reverse("setup_now")  # type: ignore[attr-defined] # a redirect
    order = list(ANSWERS)
    for key, following in pairwise(order):
        assert say(as_alice, key).url == reverse("setup_step", args=[following])
        assert as_alice.get(reverse("setup")).url == reverse("setup_step", args=[following])  # type: ignore[attr-defined] # taken up where it was left
    assert say(as_alice, order[-1]).url == reverse("setup_ready")
    person.refresh_from_db()
    assert read_profile(person.profile).equipment == ("band", "chair")
    assert person.plans.filter(active=True).count() == 1
    assert "Your plan is ready" in as_alice.get(reverse("setup_ready")).content.decode()


@pytest.mark.parametrize("key", HEALTH)
def test_no_question_about_health_is_answered_by_a_default(key: str, as_alice: Client, person: models.Person) -> None:
    older = {"body": ANSWERS["body"] | {"age": "70"}} if key == "falls" else {}
    say_all(as_alice, but=(key,), **older)
    for nothing in ({}, {"body_mass_kg": "75", "sex": "X"}, {"none": ""}):
        assert say(as_alice, key, nothing).status_code == 400
    person.refresh_from_db()
    assert person.profile == {}
    assert not person.plans.exists()
    assert as_alice.post(reverse("setup")).url == reverse("setup_step", args=[key])  # type: ignore[attr-defined] # a redirect
    with pytest.raises(ValueError, match=f"not answered: {key}"):
        setup_steps.profile(setup_steps.said(person), {})


@pytest.mark.parametrize(
    ("key", "both"),
    [
        ("symptoms", {"symptoms": ["syncope"], "none": "1"}),
        ("conditions", {"conditions": ["renal"], "none": "1"}),
        ("limits", {"limitations": ["wrist"], "none": "1"}),
        ("pressure", {"systolic": "190", "diastolic": "100", "none": "1"}),
        ("pressure", {"systolic": "190"}),
        ("pressure", {"systolic": "80", "diastolic": "120"}),
        ("conditions", {"conditions": ["pregnant"]}),
        ("conditions", {"conditions": ["renal"], "pregnant_weeks": "20"}),
        ("time", {"days": "3", "minutes": "30", "weekdays": ["Mon"]}),
    ],
)
def test_what_contradicts_itself_is_asked_again(
    key: str, both: dict[str, Any], as_alice: Client, person: models.Person
) -> None:
    reply = say(as_alice, key, both)
    assert reply.status_code == 400
    assert 'role="alert"' in reply.content.decode()
    assert key not in setup_steps.said(person)


def test_what_was_said_is_there_when_one_comes_back(as_alice: Client, person: models.Person) -> None:
    say(as_alice, "feel", {"goals": ["sleep", "energy"], "one_thing": "dancing"})
    say(as_alice, "kit", {"kit": "gym"})
    say(as_alice, "limits", {"limitations": ["wrist"]})
    say(as_alice, "symptoms", {"none": "1"})
    feel = as_alice.get(reverse("setup_step", args=["feel"])).content.decode()
    assert feel.count("checked") == 2
    assert 'value="dancing"' in feel
    assert 'value="gym" aria-pressed="true"' in as_alice.get(reverse("setup_step", args=["kit"])).content.decode()
    assert "checked" in as_alice.get(reverse("setup_step", args=["limits"])).content.decode()
    assert 'aria-pressed="true">None' in as_alice.get(reverse("setup_step", args=["symptoms"])).content.decode()
    welcome = as_alice.get(reverse("welcome")).content.decode()
    assert "Go on where you stopped" in welcome


def test_symptoms_make_no_plan_and_say_what_comes_first(as_alice: Client, person: models.Person) -> None:
    say_all(as_alice, symptoms={"symptoms": ["chest_discomfort"]})
    page = as_alice.get(reverse("setup_ready")).content.decode()
    assert "First things first" in page
    assert "needs-you" in page
    assert "/workout/?session" not in page


def test_high_pressure_and_pregnancy_keep_their_weight(as_alice: Client, person: models.Person) -> None:
    say_all(as_alice, pressure={"systolic": "182", "diastolic": "95"})
    assert "First things first" in as_alice.get(reverse("setup_ready")).content.decode()
    say(as_alice, "pressure", {"none": "1"})
    say(as_alice, "conditions", {"conditions": ["pregnant"], "pregnant_weeks": "20"})
    as_alice.post(reverse("setup"))
    person.refresh_from_db()
    assert person.profile["pregnant_weeks"] == 20
    assert "blood_pressure" not in person.profile
    assert "needs-you" in as_alice.get(reverse("setup_ready")).content.decode()


def test_falls_are_asked_from_65_and_reach_the_plan(as_alice: Client, person: models.Person) -> None:
    assert as_alice.get(reverse("setup_step", args=["falls"])).status_code == 404
    say_all(as_alice, body=ANSWERS["body"] | {"age": "71"})
    assert as_alice.get(reverse("setup")).url == reverse("setup_step", args=["falls"])  # type: ignore[attr-defined] # a redirect
    say(as_alice, "falls", {"falls": "2"})
    person.refresh_from_db()
    assert person.profile["scores"] == {"falls_12_months": 2}


def test_one_answer_is_changed_and_the_others_stay(as_alice: Client, person: models.Person) -> None:
    say_all(as_alice, feel={"goals": ["sleep"], "one_thing": "dancing"})
    person.refresh_from_db()
    person.profile = person.profile | {"scores": {"sppb": 9}}
    person.save()
    first = person.plans.get()
    assert say(as_alice, "kit", {"kit": "gym"}).url == reverse("setup")
    shown = as_alice.get(reverse("setup")).content.decode()
    assert "Your plan is still the earlier one" in shown
    assert "dancing" in shown
    assert as_alice.post(reverse("setup")).url == reverse("setup_ready")  # type: ignore[attr-defined] # a redirect
    person.refresh_from_db()
    assert person.profile["equipment"] == KIT_PROFILE["gym"]["equipment"]
    assert "bands" not in person.profile
    assert person.profile["goals"] == ["sleep"]
    assert person.profile["scores"] == {"sppb": 9}
    assert person.plans.get(active=True) != first
    assert "Your plan is still" not in as_alice.get(reverse("setup")).content.decode()


@pytest.mark.parametrize("kit", [*KIT_PROFILE, "own"])
def test_a_profile_and_its_answers_say_the_same(kit: str) -> None:
    earlier: dict[str, Any] = {"one_rm_kg": {}}
    said = ANSWERS | {
        "own_kit": OWN_KIT,
        "kit": {"kit": kit},
        "time": {"days": "2", "minutes": "45", "weekdays": ["Tue", "Sat"], "hours": "16:00-22:00", "bedtime": "23:00"},
        "moving": {"active_now": "yes"},
        "conditions": {"conditions": ["renal", "pregnant"], "pregnant_weeks": "12"},
        "pressure": {"systolic": "120", "diastolic": "80"},
    }
    made = setup_steps.profile(said, earlier)
    read_profile(made)
    again = setup_steps.from_profile(made)
    assert setup_steps.missing(again) is None
    assert setup_steps.profile(again, made) == made


OWN_KIT = {
    "equipment": ["band", "dumbbell", "barbell", "leg_press"],
    "dumbbells_kg": "4 6,5 12.5",
    "dumbbell_count": "1",
    "bar_kg": "15",
    "plates_kg": "10 10 2.5 2.5",
    "bands": ["red", "blue"],
    "first_kg": "7.5",
    "step_kg": "7.5",
}


def test_exactly_what_one_has_makes_every_load_of_the_plan(as_alice: Client, person: models.Person) -> None:
    assert as_alice.get(reverse("setup_step", args=["own_kit"])).status_code == 404
    assert say(as_alice, "kit", {"kit": "own"}).url == reverse("setup_step", args=["own_kit"])
    say_all(as_alice, but=("feel", "kit"))
    assert as_alice.post(reverse("setup")).url == reverse("setup_step", args=["feel"])  # type: ignore[attr-defined] # a redirect
    say(as_alice, "feel")
    say(as_alice, "own_kit", {"equipment": ["kettlebell", "chair"], "kettlebells_kg": "12 16"})
    person.refresh_from_db()
    assert person.profile["equipment"] == ["kettlebell", "chair"]
    loads = {
        s["load"]["amount"]
        for week in person.plans.get().plan["weeks"]
        for session in week["sessions"]
        for part in session["parts"]
        for exercise in part["exercises"]
        for s in exercise["sets"]
        if s["load"] and s["load"]["kind"] == "kg"
    }
    assert loads
    assert loads <= {12, 16}


@pytest.mark.parametrize(
    "wrong",
    [
        {"dumbbells_kg": "four"},
        {"dumbbells_kg": "4,6,8"},
        {"dumbbells_kg": ""},
        {"plates_kg": "1000"},
        {"bands": []},
        {"bands": ["purple"]},
        {"equipment": []},
        {"bar_kg": "0"},
    ],
)
def test_kit_that_cannot_be_is_asked_again(wrong: dict[str, Any], as_alice: Client, person: models.Person) -> None:
    say(as_alice, "kit", {"kit": "own"})
    assert say(as_alice, "own_kit", OWN_KIT | wrong).status_code == 400
    assert "own_kit" not in setup_steps.said(person)


def test_profiles_from_elsewhere_are_asked_what_they_lack() -> None:
    assert setup_steps.missing(setup_steps.from_profile(PROFILE)) == setup_steps.BY_KEY["moving"]
    assert "symptoms" not in setup_steps.from_profile(SIMULATED)
    own = setup_steps.from_profile(SIMULATED)
    assert own["kit"] == {"kit": "own"}
    form = setup_steps.BY_KEY["own_kit"].form(own["own_kit"])
    assert form.is_valid()
    assert form.cleaned_data["dumbbells_kg"] == SIMULATED["dumbbells_kg"]


def test_the_chances_are_told_for_each_length_and_are_those_of_the_trial(
    as_alice: Client, person: models.Person
) -> None:
    say_all(as_alice)
    person.refresh_from_db()
    (offered, *_) = trialing.offers(person)
    told = trialing.prospects(person, offered, outcome="mood")
    assert [row["weeks"] for row in told] == list(trialing.WEEKS)
    assert [row["clear"] for row in told] == sorted(row["clear"] for row in told)
    twelve = next(row for row in told if row["weeks"] == 12)
    assert trialing.chances(person, offered, outcome="mood", weeks=12) == {
        k: v for k, v in twelve.items() if k != "weeks"
    }
    page = as_alice.get(reverse("setup_ready")).content.decode()
    assert f'<td class="number">{twelve["clear"]}</td>' in page
    assert "Just train" in page
    assert reverse("trial_new", args=[offered.code]) in page


@pytest.mark.parametrize("key", [s.key for s in setup_steps.STEPS])
def test_nonsense_on_a_screen_is_told(key: str, as_alice: Client, person: models.Person) -> None:
    say(as_alice, "body", ANSWERS["body"] | {"age": "70"})
    say(as_alice, "kit", {"kit": "own"})
    fields = list(setup_steps.BY_KEY[key].form.base_fields)
    for value in NONSENSE.values():
        for said in (dict.fromkeys(fields, value), *(ANSWERS.get(key, {}) | {f: value} for f in fields)):
            body = urlencode({**said, "timezone": value}, doseq=True, errors="surrogatepass")
            kind = "application/x-www-form-urlencoded"
            assert as_alice.post(reverse("setup_step", args=[key]), body, content_type=kind).status_code < 500, said
    assert as_alice.get(reverse("setup")).status_code in (200, 302)


def test_a_draft_that_is_no_draft_is_as_none(as_alice: Client, person: models.Person) -> None:
    drafts: list[Any] = ["x", [1], {"kit": "x"}, {"kit": {"kit": ["gym"]}}, {"body": {"age": {}}}, {"nothing": {}}]
    for draft in drafts:
        person.choices = {"setup": draft}
        person.save()
        assert as_alice.get(reverse("setup"), follow=True).status_code == 200
