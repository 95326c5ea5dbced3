"""A stored trial that cannot be read, from a hand or another version: one kind line, nothing lost, everything else works."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, get_args

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mettle.errors import InputError
from mettle.trials import schedule
from mettle.web import answering, computing, models, store, stored_trials, trialing
from tests.web.test_sync import op, send

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

SCREENS = (
    *(
        "today",
        "trials",
        "plan",
        "answer",
        "progress",
        "sessions",
        "data",
        "summary",
        "check_in",
        "workout",
        "settings",
    ),
    *("prompts", "questionnaires", "burden", "evidence", "api:bundle_of", "api:next_session", "setup", "more"),
)
GOOD: dict[str, Any] = {
    "version": 1,
    "kind": "days",
    "arms": ["train", "rest"],
    "start": "2026-11-23",
    "outcome": "mood",
    "draws": 1,
    "schedule": [
        {"on": "2026-11-23", "arm": "train", "phase": "trial", "part": None},
        {"on": "2026-11-24", "arm": "rest", "phase": "trial", "part": None},
    ],
}
DAMAGED: dict[str, Any] = {
    "a list": [],
    "a number": 3,
    "nothing in it": {},
    "no arms": {k: v for k, v in GOOD.items() if k != "arms"},
    "no schedule": GOOD | {"schedule": []},
    "a schedule of words": GOOD | {"schedule": ["monday"]},
    "no start": GOOD | {"start": None},
    "days that are none": GOOD | {"schedule": [{"on": 5, "arm": "train"}]},
    "one arm": GOOD | {"arms": ["train"]},
    "an outcome that is a list": GOOD | {"outcome": ["mood"]},
}


@pytest.fixture(params=sorted(DAMAGED))
def damaged(request: pytest.FixtureRequest, alice: User) -> models.Trial:
    return models.Person.of(alice).trials.create(trial=DAMAGED[request.param])


def test_no_screen_stumbles_and_the_person_is_told(damaged: models.Trial, as_alice: Client) -> None:
    for page in SCREENS:
        reply = as_alice.get(reverse(page), HTTP_HOST="localhost", follow=True)
        assert reply.status_code == 200, page
    assert "cannot be read. What you recorded is kept." in as_alice.get(reverse("today")).content.decode()
    assert "A trial that cannot be read" in as_alice.get(reverse("trials")).content.decode()
    assert as_alice.get(reverse("trial_decide", args=[damaged.pk]), follow=True).status_code == 200
    sent = send(as_alice, op("response.put", on="2026-11-22", instrument="phq9", answers={"9": 3}, finished=True))
    assert sent[0]["status"] == "accepted"


def test_it_is_saved_as_it_is_and_set_aside_and_another_begins(
    damaged: models.Trial, as_alice: Client, alice: User
) -> None:
    was = copy.deepcopy(damaged.trial)
    saved = as_alice.get(reverse("trial_raw", args=[damaged.pk]))
    assert saved["Content-Disposition"].startswith("attachment")
    assert json.loads(saved.content)["trial"] == was
    as_alice.post(reverse("trial_end", args=[damaged.pk]), {"decision": "drop"})
    damaged.refresh_from_db()
    assert (damaged.trial, damaged.end["code"]) == (was, "unreadable")
    assert "cannot be read" not in as_alice.get(reverse("today")).content.decode()
    assert "Set aside on" in as_alice.get(reverse("trials")).content.decode()
    trialing.enrol(models.Person.of(alice), GOOD, expected=None)
    assert "Sealed until your trial ends" in as_alice.get(reverse("answer")).content.decode()


def test_the_export_holds_it_and_comes_back(damaged: models.Trial, as_alice: Client, as_bob: Client, bob: User) -> None:
    trialing.end(damaged, "stopped_early", decision="drop")
    archive = as_alice.post(reverse("data_take_along")).content
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        document = json.loads(file.read("mettle.json"))
    assert document["rows"]["trials"][0]["fields"]["trial"] == damaged.trial
    models.Person.of(damaged.person.user).user.delete()
    content = json.dumps(document).encode()
    reply = as_bob.post(reverse("data_keep"), {"file": SimpleUploadedFile("mettle.json", content)}, follow=True)
    assert reply.status_code == 200
    (back,) = models.Person.of(bob).trials.all()
    assert (back.trial, stored_trials.set_aside(back)) == (damaged.trial, True)
    assert as_bob.get(reverse("trials")).status_code == 200


def test_enrolling_sets_a_damaged_one_aside(damaged: models.Trial, alice: User) -> None:
    trialing.enrol(models.Person.of(alice), GOOD, expected=None)
    damaged.refresh_from_db()
    assert stored_trials.set_aside(damaged)


@pytest.mark.parametrize("beside", [{"opened": 3}, {"opened": ["soon"]}, {"end": [1]}])
def test_what_stands_beside_it_may_be_damaged_too(beside: dict[str, Any], as_alice: Client, alice: User) -> None:
    found = models.Person.of(alice).trials.create(trial=GOOD, **beside)
    for page in SCREENS:
        assert as_alice.get(reverse(page), HTTP_HOST="localhost", follow=True).status_code == 200, page
    as_alice.post(reverse("trial_end", args=[found.pk]), {"decision": "drop"})
    assert as_alice.get(reverse("trials")).status_code == 200
    assert json.loads(as_alice.get(reverse("trial_raw", args=[found.pk])).content)["trial"] == GOOD


def test_an_answer_comes_without_a_trial_that_only_its_reader_cannot_read(as_alice: Client, alice: User) -> None:
    person = models.Person.of(alice)
    for day in range(1, 21):
        person.observations.create(on=f"2026-11-{day:02}", outcome="mood", value=day % 5)
        person.sessions.create(on=f"2026-11-{day:02}", finished=True) if day % 2 else None
    nonsense: dict[str, Any] = {"document": GOOD | {"constraints": 3, "ended": 4}, "opened": [], "expected": None}
    made = computing.compute(store.diary(person), "mood", nonsense, "2026-11-22")
    assert made["answer"]["credibility"] != "randomised"
    person.trials.create(trial=GOOD | {"constraints": 3})
    assert answering.fingerprint(person, "mood")


def test_the_words_and_limits_are_those_of_the_schedule() -> None:
    assert set(get_args(stored_trials.KINDS)) == set(get_args(schedule.Kind))
    assert stored_trials.LONGEST == schedule.LONGEST


def places(found: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [where, *(p for key, value in inner for p in places(value, (*where, key)))]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(
        ["", "train", "rest", "am", "2026-11-23", "soon", "days", [], {}, [None], {"on": "2026-11-24"}, 1.5]
    ),
)


@given(st.sampled_from(places(GOOD)[1:]), ODD, st.sampled_from(places(GOOD)[1:]), ODD)
def test_what_passes_here_is_read_by_the_schedule(
    place: tuple[Any, ...], odd: Any, other: tuple[Any, ...], another: Any
) -> None:
    document = copy.deepcopy(GOOD)
    for where, value in ((place, odd), (other, another)):
        inner: Any = document
        try:
            for key in where[:-1]:
                inner = inner[key]
            inner[where[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue  # the first change took the second one's place away
    if stored_trials.damage(models.Trial(trial=document, opened=[], end={})):
        return
    try:
        schedule.schedule_from(document)
    except InputError as error:
        pytest.fail(f"{error}: {document}")


def test_a_good_one_is_readable(alice: User) -> None:
    person = models.Person.of(alice)
    found = person.trials.create(trial=GOOD)
    assert stored_trials.damage(found) == ""
    assert not stored_trials.unreadable(person)
    assert stored_trials.running(person, "mood") == found
    assert stored_trials.running(person, "energy") is None
