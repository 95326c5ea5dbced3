"""Two people on one server: no crafted export carries a row, an id or a key from one to the other, or shuts an account."""

from __future__ import annotations

import copy
import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mettle.errors import InputError
from mettle.web import export, models, programme

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

CLOCK = "000001790000000-000001-00000000-0000-0000-0000-000000000001"
ON = "2026-11-02"
TRIAL = {
    "kind": "days",
    "arms": ["train", "rest"],
    "outcome": "mood",
    "start": ON,
    "schedule": [{"on": ON, "arm": "train", "phase": "trial", "part": None}],
}


def filled(person: models.Person, start: int) -> models.Person:
    """One row of every kind that an export holds."""

    def key(n: int) -> uuid.UUID:
        return uuid.UUID(int=start + n)

    batch = person.imports.create(id=key(1), file_name="a.csv", sha256="0", format="hevy")
    moment: dict[str, Any] = {"on": ON, "batch": batch}
    person.devices.create(id=key(2))
    person.operations.create(op_id=key(3), device=key(2), clock=CLOCK, kind="set.put", entity=key(5), receipt={"a": 1})
    person.sessions.create(id=key(4), title="t", finished=True, **moment)
    person.sets.create(id=key(5), session=key(4), exercise="goblet_squat", reps=5, amount="16", unit="kg", batch=batch)
    person.observations.create(id=key(6), outcome="mood", value=5, **moment)
    person.signals.create(id=key(7), name="sleep_h", value=7, **moment)
    person.doses.create(id=key(8), **moment)
    person.responses.create(id=key(9), instrument="gad7", finished=True, answers=dict.fromkeys("1234567", 1), **moment)
    person.lost_values.create(entity=key(5), kind="set", field="reps", value=4, clock=CLOCK)
    programme.make(person)
    person.trials.create(trial=TRIAL, ended_at="2026-11-20T10:00:00Z")
    person.answers.create(key="mood", fingerprint="0", answer={"nothing": True})
    person.sent_prompts.create(occasion="morning", due_at="2026-11-02T08:00:00Z")
    person.accesses.create(reader="r", what="w")
    return person


@pytest.fixture
def both(alice: User, bob: User) -> tuple[models.Person, models.Person]:
    return filled(models.Person.of(alice), 1000), filled(models.Person.of(bob), 2000)


def rows(person: models.Person) -> dict[str, str]:
    return {name: serializers.serialize("json", getattr(person, name).order_by("pk")) for name in export.PERSONAL}


def aimed(own: dict[str, Any], other: dict[str, Any], *, fresh: bool) -> dict[str, Any]:
    """An own export whose rows claim another's ids, numbers, batch, session and person; or new ids in another's batch."""
    crafted = copy.deepcopy(own)
    victim = other["rows"]["imports"][0]
    for name, listed in crafted["rows"].items():
        for row, hers in zip(listed, other["rows"][name], strict=True):
            synced = isinstance(hers["pk"], str)
            row["pk"] = (str(uuid.uuid4()) if synced else str(10**12)) if fresh else str(hers["pk"])
            if not fresh:
                row["fields"]["id"] = hers["pk"]
            row["fields"] |= {"person": victim["fields"]["person"], "person_id": victim["fields"]["person"]}
            if "batch" in row["fields"]:
                row["fields"]["batch"] = victim["pk"]
            if name == "sets":
                row["fields"]["session"] = other["rows"]["sessions"][0]["pk"]
            if name == "operations":
                row["fields"]["op_id"] = str(uuid.uuid4()) if fresh else hers["fields"]["op_id"]
    return crafted


def test_the_rows_of_this_test_are_of_every_kind(both: tuple[models.Person, models.Person]) -> None:
    assert all(getattr(person, name).exists() for person in both for name in export.PERSONAL)


@pytest.mark.parametrize("fresh", [True, False], ids=["new ids", "her ids"])
@pytest.mark.parametrize("turned", [False, True], ids=["bob attacks", "alice attacks"])
def test_a_crafted_export_touches_nobody_else(
    both: tuple[models.Person, models.Person], turned: bool, fresh: bool
) -> None:
    victim, attacker = both[::-1] if turned else both
    before, own = rows(victim), rows(attacker)
    export.restore(attacker, aimed(export.document(attacker), export.document(victim), fresh=fresh))
    assert rows(victim) == before
    for name in ("sessions", "sets", "observations", "signals", "doses", "responses"):
        kept = getattr(attacker, name)
        assert not kept.exclude(batch=None).exclude(batch__person=attacker).exists()
        assert kept.count() == len(json.loads(own[name])) * (2 if fresh else 1)
    assert not models.Plan.objects.filter(pk__gte=10**12).exists()
    attacker.user.delete()
    assert rows(victim) == before


def test_nothing_of_mine_goes_when_the_other_one_erases_or_takes_an_import_back(
    both: tuple[models.Person, models.Person], as_alice: Client
) -> None:
    victim, attacker = both
    export.restore(attacker, aimed(export.document(attacker), export.document(victim), fresh=True))
    mine = rows(attacker)
    as_alice.post(reverse("data_revert", args=[victim.imports.get().pk]))
    as_alice.post(reverse("data_erase"), {"word": "erase"})
    assert not models.Person.objects.filter(pk=victim.pk).exists()
    assert rows(attacker) == mine


def test_the_calendars_secret_address_and_the_lock_stay_behind(as_alice: Client, alice: User, bob: User) -> None:
    as_alice.post(reverse("prompts"), {"act": "feed"})
    hers = models.Person.of(alice)
    hers.refresh_from_db()
    assert "calendar_sha256" in hers.choices
    document = export.document(hers)
    assert "calendar_sha256" not in json.dumps(document)
    models.Person.objects.filter(user=bob).update(profile={}, choices={})
    document["person"]["choices"] |= {"calendar_sha256": hers.choices["calendar_sha256"], "lock": {"pin": "x"}}
    export.restore(models.Person.of(bob), document)
    assert not {"calendar_sha256", "lock"} & set(models.Person.of(bob).choices)


@pytest.fixture
def document(alice: User) -> Any:
    found = export.document(filled(models.Person.of(alice), 1000))
    alice.delete()
    return json.loads(json.dumps(found))


def a_set(whole: Any) -> Any:
    plan = whole["rows"]["plans"][0]["fields"]["plan"]
    part = next(p for p in plan["weeks"][0]["sessions"][0]["parts"] if p["exercises"])
    return part["exercises"][0]["sets"][0]


def of(whole: Any, name: str) -> Any:
    return whole["rows"][name][0]["fields"]


DAMAGE: dict[str, Any] = {
    "plan is a list": lambda w: of(w, "plans").update(plan=[1]),
    "plan without weeks": lambda w: of(w, "plans")["plan"].pop("weeks"),
    "weeks of numbers": lambda w: of(w, "plans")["plan"].update(weeks=[1]),
    "a day that is none": lambda w: of(w, "plans")["plan"]["weeks"][0]["sessions"][0].update(on="2026-02-30"),
    "a session without an id": lambda w: of(w, "plans")["plan"]["weeks"][0]["sessions"][0].pop("id"),
    "minutes in words": lambda w: of(w, "plans")["plan"]["weeks"][0]["sessions"][0].update(minutes="long"),
    "repetitions in words": lambda w: a_set(w).update(reps="many"),
    "effort in words": lambda w: a_set(w).update(rir="hard"),
    "a load that is none": lambda w: a_set(w).update(load=[]),
    "messages of numbers": lambda w: of(w, "plans")["plan"].update(messages=[1]),
    "a ladder without steps": lambda w: of(w, "plans")["plan"].update(ladder={"x": 1}),
    "profile of the plan": lambda w: of(w, "plans").update(profile=[1]),
    "trial is a list": lambda w: of(w, "trials").update(trial=[]),
    "trial without arms": lambda w: of(w, "trials")["trial"].pop("arms"),
    "trial of a strange kind": lambda w: of(w, "trials")["trial"].update(kind="magic"),
    "trial without a day": lambda w: of(w, "trials").update(ended_at=None, trial=TRIAL | {"schedule": []}),
    "trial on no day": lambda w: of(w, "trials")["trial"]["schedule"][0].update(on="soon"),
    "trial that starts never": lambda w: of(w, "trials")["trial"].update(start="never"),
    "opened on no day": lambda w: of(w, "trials").update(opened=["soon"]),
    "the end of a trial": lambda w: of(w, "trials").update(end=[1]),
    "zone": lambda w: w["person"].update(timezone="Mars/Olympus"),
    "profile": lambda w: w["person"].update(profile={"age": "old"}),
    "questionnaires chosen": lambda w: w["person"]["choices"].update(questionnaires=["horoscope"]),
    "quiet hours": lambda w: w["person"]["choices"].update(quiet_from="late"),
    "contact": lambda w: w["person"]["choices"].update(contact={"who": "x"}),
    "a day before time": lambda w: of(w, "sessions").update(on="0001-01-01"),
    "an amount in words": lambda w: of(w, "sets").update(amount="heavy"),
    "an amount without end": lambda w: of(w, "sets").update(amount="Infinity"),
    "negative repetitions": lambda w: of(w, "sets").update(reps=-5),
    "clocks of numbers": lambda w: of(w, "sets").update(clocks={"reps": 5}),
    "a strange questionnaire": lambda w: of(w, "responses").update(instrument="horoscope"),
    "a score without a total": lambda w: of(w, "responses").update(score={"score": "x"}),
    "text too long": lambda w: of(w, "observations").update(outcome="x" * 81),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_export_is_refused_in_one_line_and_leaves_nothing(
    what: str, document: dict[str, Any], bob: User
) -> None:
    models.Person.objects.filter(user=bob).update(profile={}, choices={}, timezone="")
    person = models.Person.of(bob)
    DAMAGE[what](document)
    with pytest.raises(InputError) as said:
        export.restore(person, document)
    assert "\n" not in str(said.value)
    person = models.Person.of(bob)
    assert (person.profile, person.choices, person.timezone) == ({}, {}, "")
    assert not any(getattr(person, name).exists() for name in export.PERSONAL)


def test_the_undamaged_one_comes_back_whole(document: dict[str, Any], bob: User, as_bob: Client) -> None:
    models.Person.objects.filter(user=bob).update(profile={}, choices={}, timezone="")
    export.restore(models.Person.of(bob), document)
    for name in export.PERSONAL:
        assert getattr(models.Person.of(bob), name).count() == (0 if name == "answers" else 1), name
    for page in ("today", "plan", "trials", "answer", "progress", "sessions", "data", "summary", "api:bundle_of"):
        assert as_bob.get(reverse(page), HTTP_HOST="localhost").status_code == 200, page


def test_the_same_export_twice_adds_nothing(document: dict[str, Any], bob: User) -> None:
    models.Person.objects.filter(user=bob).update(profile={}, choices={}, timezone="")
    person = models.Person.of(bob)
    assert export.restore(person, copy.deepcopy(document)) > 0
    before = rows(person)
    assert export.restore(person, copy.deepcopy(document)) == 0
    assert rows(person) == before


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(number: str, document: dict[str, Any], as_bob: Client) -> None:
    of(document, "observations")["value"] = "here"
    content = json.dumps(document).replace('"here"', number).encode()
    reply = as_bob.post(reverse("data_keep"), {"file": SimpleUploadedFile("mettle.json", content)})
    assert reply.status_code == 400
    assert not models.Observation.objects.exists()


@pytest.mark.parametrize("plan", [{}, [], 3, {"weeks": [1]}, {"weeks": [], "messages": [], "checks": 1}])
def test_a_plan_that_cannot_be_read_stops_no_screen_and_can_be_made_anew(
    plan: Any, as_alice: Client, alice: User
) -> None:
    person = models.Person.of(alice)
    person.plans.create(plan=plan)
    for page in (
        "today",
        "plan",
        "plan_printed",
        "plan_calendar",
        "progress",
        "answer",
        "api:bundle_of",
        "api:next_session",
    ):
        reply = as_alice.get(reverse(page), HTTP_HOST="localhost", follow=True)
        assert reply.status_code == 200, page
    assert "cannot be read" in as_alice.get(reverse("plan")).content.decode()
    assert "cannot be read" in as_alice.get(reverse("today")).content.decode()
    as_alice.post(reverse("plan_again"))
    again = as_alice.get(reverse("plan")).content.decode()
    assert "cannot be read" not in again
    assert '<table class="calendar">' in again
    assert as_alice.get(reverse("progress")).status_code == 200
