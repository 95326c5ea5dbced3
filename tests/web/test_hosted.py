"""An instance that somebody else hosts: by invitation, and the answer on self-harm can be derived from nothing that is on it."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import re
import uuid
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from django.core import serializers
from django.db import connection
from django.test import Client
from django.urls import reverse

from mettle import instruments
from mettle.instruments import text
from mettle.web import bundle, export, models, questionnaires, withheld
from tests.web.test_data import upload
from tests.web.test_sync import op, send
from tests.web.words import pack

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User

EIGHT = {str(i): i % 4 for i in range(1, 9)}
ON = "2026-11-22"


def exported_with(person: models.Person, *, item9: int) -> dict[str, Any]:
    """A history on a machine of one's own: the plan, the trial and the records as they stand after this ninth answer."""
    person.trials.all().delete()
    person.plans.all().delete()
    stopped = {"on": ON, "reason": "stop_item9" if item9 else "stop_phq9_rise", "text": "x", "goes_on": "as_planned"}
    trial = {"schedule": [{"on": ON, "arm": None, "phase": "washout"}], "start": ON, "arms": ["train", "rest"]}
    person.trials.create(
        trial=trial | {"outcome": "mood", "kind": "days", "ended": stopped},
        end={"code": stopped["reason"], "decision": ""},
    )
    messages = [{"code": "help_item9", "text": "x"}] if item9 else []
    person.plans.create(plan={"messages": messages, "weeks": []}, profile={"scores": {"phq9_item9": item9}})
    person.imports.update_or_create(
        id=uuid.UUID(int=3),
        defaults={"file_name": "a", "sha256": f"{item9}", "format": "csv", "summary": {"problems": [{"why": item9}]}},
    )
    return export.document(person)


@pytest.fixture(autouse=True)
def hosted(settings: Any) -> None:
    settings.PLACE = dataclasses.replace(settings.PLACE, hosted=True)


def everything_in_the_database() -> str:
    tables = connection.introspection.table_names()
    rows = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(repr(cursor.fetchall()))
    return "\n".join(rows)


TRIES = {
    "the answer itself": op("response.put", instrument="phq9", on=ON, answers={**EIGHT, "9": 3}, finished=True),
    "the answer alone, later": op("response.put", instrument="phq9", on=ON, answers={"9": 3}),
    "the answer before its form is named": op("response.put", on=ON, answers={"9": 3}),
    "the answer under a name that is no form": op("response.put", instrument="phq9x", on=ON, answers={"9": 3}),
    "the answer under the shorter form": op("response.put", instrument="phq8", on=ON, answers={**EIGHT, "9": 3}),
    "the total as a check-in": op("observation.put", outcome="phq9", on=ON, value=15),
    "the total under another spelling": op("observation.put", outcome="PHQ-9 total", on=ON, value=15),
    "the item as a check-in": op("observation.put", outcome="phq9_item9", on=ON, value=3),
    "the item by another name": op("observation.put", outcome="suicidal", on=ON, value=3),
    "the total inside another name": op("observation.put", outcome="My PHQ-9 (full)", on=ON, value=15),
    "the total in other digits": op("observation.put", outcome="PHQ\u2011\uff19", on=ON, value=15),
    "the answer under another kind": op("session.put", on=ON, answers={"9": 3}),
    "the answer under a kind that is none": op("answer.put", on=ON, answers={"9": 3}),
    "the answer among how the form was asked": op(
        "response.put", instrument="phq9", on=ON, answers=EIGHT, form={"9": "3"}
    ),
    "the two of the longer form": op("response.put", instrument="cesdr", on=ON, answers={"14": 3, "15": 3}),
}


@pytest.mark.parametrize("what", TRIES)
def test_whatever_could_tell_is_refused_and_not_even_kept_with_the_refusal(as_alice: Client, what: str) -> None:
    (receipt,) = send(as_alice, TRIES[what])
    assert receipt["status"] == "refused"
    assert models.Operation.objects.get().fields == {}
    assert '"9"' not in json.dumps(export.document(models.Person.objects.get()))
    assert not models.Observation.objects.exists()


def test_a_form_that_became_another_cannot_carry_it_in(as_alice: Client) -> None:
    honest = op("response.put", ms=1, instrument="pcl5", on=ON, answers={"9": 3})
    renamed = op("response.put", honest["entity"], ms=2, instrument="phq9")
    assert [r["status"] for r in send(as_alice, honest, renamed)] == ["accepted", "refused"]


def test_the_longer_form_counts_as_its_first_eight(as_alice: Client, alice: User) -> None:
    (receipt,) = send(as_alice, op("response.put", instrument="phq9", on=ON, answers=EIGHT, finished=True))
    assert receipt["status"] == "accepted"
    score = models.Response.objects.get().score
    assert (score["instrument"], score["score"]) == ("phq8", sum(EIGHT.values()))
    assert "item9" not in score["flags"]


def test_a_total_typed_from_paper_is_refused_and_the_shorter_one_taken(as_alice: Client) -> None:
    reply = as_alice.post(reverse("questionnaire_total", args=["phq9"]), {"total": "15"})
    assert reply.status_code == 400
    assert "PHQ-8" in reply.content.decode()
    assert as_alice.post(reverse("questionnaire_total", args=["phq8"]), {"total": "12"}).status_code == 302
    assert models.Response.objects.count() == 1


def test_an_import_leaves_it_out_and_says_so(as_alice: Client) -> None:
    file = b"date,mood,phq9\n2026-11-01,6,15\n2026-11-02,7,12\n"
    seen = upload(as_alice, file, "diary.csv", "data_look").content.decode()
    assert "2 values stay with you" in seen
    upload(as_alice, file, "diary.csv")
    assert set(models.Observation.objects.values_list("outcome", flat=True)) == {"mood"}
    assert models.ImportBatch.objects.get().sha256 == ""


def test_an_export_of_a_machine_of_ones_own_comes_in_without_it(
    as_alice: Client, as_bob: Client, alice: User, bob: User, settings: Any
) -> None:
    settings.PLACE = dataclasses.replace(settings.PLACE, hosted=False)
    nine = op("response.put", instrument="phq9", on=ON, answers={**EIGHT, "9": 3}, finished=True)
    send(as_alice, nine, op("observation.put", outcome="phq9", on=ON, value=15))
    as_alice.post(reverse("questionnaire_total", args=["phq9"]), {"total": "17"})
    person = models.Person.of(alice)
    person.profile = person.profile | {"scores": {"phq9": 15, "phq9_item9": 3, "sppb": 9}}
    person.save()
    whole = json.dumps(export.document(person)).encode()
    as_alice.post(reverse("data_erase"), {"word": "erase"})
    models.Person.objects.filter(user=bob).update(profile={})
    settings.PLACE = dataclasses.replace(settings.PLACE, hosted=True)
    upload(as_bob, whole, "mettle.json")
    form = models.Response.objects.get(answers__has_key="1")
    assert "9" not in form.answers
    assert "9" not in form.clocks["=answers"]
    assert form.score["instrument"] == "phq8"
    assert not models.Observation.objects.exists()
    assert models.Person.of(bob).profile["scores"] == {"sppb": 9}
    assert {r.score.get("score") for r in models.Response.objects.all()} <= {sum(EIGHT.values()), None}
    for operation in models.Operation.objects.all():
        assert operation.fields == {}


def test_what_an_own_machine_did_about_the_answer_does_not_come_in(alice: User, bob: User, settings: Any) -> None:
    """A trial that had to stop, a plan with help first, a file's checksum: none of it tells the answer after a restore."""
    seen = []
    for item9 in (0, 3):
        settings.PLACE = dataclasses.replace(settings.PLACE, hosted=False)
        taken = exported_with(models.Person.of(alice), item9=item9)
        settings.PLACE = dataclasses.replace(settings.PLACE, hosted=True)
        models.Person.of(alice).imports.all().delete()
        into = models.Person.of(bob)
        export.restore(into, taken)
        rows = [*into.trials.all(), *into.plans.all(), *into.imports.all()]
        assert len(rows) == 3
        seen.append(_timeless(serializers.serialize("json", rows)))
        for row in rows:
            row.delete()
    assert seen[0] == seen[1]
    assert "item9" not in seen[1]


def test_nothing_here_differs_by_the_answer(
    as_alice: Client, alice: User, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two histories that differ only in the ninth answer leave the same rows, pages, exports and log lines."""
    caplog.set_level(logging.DEBUG)
    seen = []
    for attempt in ({"9": 0}, {"9": 3}):
        models.Response.objects.all().delete()
        models.Operation.objects.all().delete()
        models.Device.objects.all().delete()
        caplog.clear()
        entity = "00000000-0000-7000-8000-000000000001"
        ops = [
            op("response.put", entity, 1, instrument="phq9", on=ON, answers=attempt),
            op("response.put", entity, 2, instrument="phq9", on=ON, answers=EIGHT, finished=True),
        ]
        for number, one in enumerate(ops):
            one["op_id"] = f"00000000-0000-7000-8000-00000000010{number}"
        receipts = send(as_alice, *ops)
        person = models.Person.of(alice)
        with zipfile.ZipFile(io.BytesIO(export.archive(person))) as file:
            taken = {name: file.read(name).decode() for name in file.namelist()}
        rows = serializers.serialize("json", [*person.responses.all(), *person.operations.all()])
        page = as_alice.get(reverse("questionnaire_result", args=[entity])).content.decode()
        logged = "\n".join(r.getMessage() for r in caplog.records)
        seen.append([_timeless(t) for t in (json.dumps(receipts), *taken.values(), rows, page, logged)])
        assert "=answers" in everything_in_the_database()
    assert seen[0] == seen[1]


def _timeless(told: str) -> str:
    """Without the times of receipt and primary keys, which differ between any two runs."""
    told = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?", "T", told)
    told = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", told)
    return re.sub(r'"pk": ?\d+', '"pk"', told)


def test_the_shorter_form_is_the_default(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("METTLE_DATA", str(tmp_path))
    for key in ("phq8", "phq9", "gad7"):
        text.write_pack(pack(key))
    assert questionnaires.due(models.Person.of(alice), date(2026, 11, 22)) == "phq8"
    form = bundle.of(models.Person.of(alice))["questionnaires"]["phq9"]
    assert form["stays"] == ["9"]
    page = as_alice.get(reverse("settings")).content.decode()
    assert 'value="phq8" id="id_questionnaires_1" checked' in page


def test_every_item_on_self_harm_is_known_to_the_lock() -> None:
    for key in instruments.ids():
        harmful = {s.item for s in instruments.load(key).safety if s.kind == "self_harm"}
        assert withheld.safety_items().get(key, frozenset()) == harmful
        assert not harmful & withheld.answers_allowed(key)


def test_sign_up_needs_an_invitation_and_uses_it_up(db: None) -> None:
    owner = get_user_model().objects.create_user("me")
    browser = Client()
    browser.force_login(owner)
    address = browser.post(reverse("invitations")).content.decode().split('id="invitation">')[1].split("<")[0]
    path = address.split("testserver")[1]
    account = {"username": "carol", "password1": "a really long passphrase"}

    stranger = Client()
    assert "carol" not in _names_after(stranger.post(reverse("account_signup"), account))
    guest = Client()
    assert guest.get(path).status_code == 302
    guest.post(reverse("account_signup"), account)
    assert "carol" in _names_after(None)
    assert guest.get("/data/").status_code == 200
    late = Client()
    assert late.get(path).status_code == 410
    assert "dora" not in _names_after(late.post(reverse("account_signup"), account | {"username": "dora"}))


def test_only_the_one_who_runs_it_invites(as_alice: Client) -> None:
    assert as_alice.get(reverse("invitations")).status_code == 404
    assert as_alice.post(reverse("invitations")).status_code == 404
    assert not models.Invitation.objects.exists()


def test_nobody_becomes_the_simulated_person_where_many_would_share_it(as_alice: Client) -> None:
    as_alice.post(reverse("simulated"))
    assert not models.Person.objects.filter(simulated=True).exists()


def _names_after(reply: Any) -> set[str]:
    del reply
    return set(get_user_model().objects.values_list("username", flat=True))
