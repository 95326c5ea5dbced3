from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import fhirkit
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models as django_models
from django.urls import reverse

from mettle.instruments import safety
from mettle.web import export, models, store
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User
    from django.test import Client

HEVY = (
    '"title","start_time","end_time","description","exercise_title","superset_id","exercise_notes","set_index","set_type",'
    '"weight_lbs","reps","distance_miles","duration_seconds","rpe"\n'
)


def hevy(*days: int) -> bytes:
    row = '"Legs","{d} Apr 2026, 16:50","{d} Apr 2026, 17:50","","Squat",,"=1+1",{i},"normal",100,{r},,,8\n'
    return (HEVY + "".join(row.format(d=d, i=i, r=5 + i) for d in days for i in range(2))).encode()


def upload(client: Client, content: bytes, name: str = "hevy.csv", where: str = "data_keep", **said: str) -> Any:
    return client.post(reverse(where), {"file": SimpleUploadedFile(name, content), **said}, follow=True)


def test_looking_keeps_nothing(as_alice: Client) -> None:
    reply = upload(as_alice, hevy(1), where="data_look")
    assert "2 of 2 rows" in reply.content.decode()
    assert models.Set.objects.count() == 0


def test_the_weekly_file_adds_only_what_is_new_and_can_be_taken_back(as_alice: Client, alice: User) -> None:
    upload(as_alice, hevy(1, 2))
    upload(as_alice, hevy(1, 2, 3))
    assert models.Set.objects.count() == 6
    latest = models.ImportBatch.objects.order_by("-at")[0]
    assert latest.summary["added"]["sets"] == 2
    as_alice.post(reverse("data_revert", args=[latest.pk]))
    assert models.Set.objects.count() == 4
    assert str(store.diary(models.Person.of(alice)).sessions[0].sets[0].load) == "100 lb"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x00\x01binary", "x.csv"),
        (b"", "empty.csv"),
        (b"a,b\n1,2\n", "strange.csv"),
        (b"{}", "other.json"),
        (b"[" * 100_000, "deep.json"),
        (b"PK\x03\x04broken", "broken.zip"),
    ],
)
def test_a_file_that_nobody_knows_is_told_and_nothing_is_kept(as_alice: Client, content: bytes, name: str) -> None:
    for where in ("data_look", "data_keep"):
        reply = upload(as_alice, content, name, where)
        assert reply.status_code == 400
        assert "Traceback" not in reply.content.decode()
    assert models.ImportBatch.objects.count() == 0


def test_a_zip_bomb_is_refused_before_it_is_unpacked(as_alice: Client) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mettle.json", b"0" * (200 * 1024 * 1024))
    assert upload(as_alice, buffer.getvalue(), "bomb.zip").status_code == 400


def test_export_and_back_is_the_identity(as_alice: Client, as_bob: Client, alice: User, bob: User) -> None:
    upload(as_alice, hevy(1, 2))
    checkins = b"at,mood\n2026-04-01T20:00+02:00,6\n2026-04-02T20:00+02:00,7\n"
    upload(as_alice, checkins, "checkins.csv")
    before = store.diary(models.Person.of(alice))
    first = export.document(models.Person.of(alice))
    archive = as_alice.post(reverse("data_take_along")).content
    as_alice.post(reverse("data_erase"), {"word": "erase"})
    assert models.Set.objects.count() == 0
    upload(as_bob, archive, "mettle.zip")
    again = models.Person.of(bob)
    assert store.diary(again) == before
    second = export.document(again)
    for name in ("sessions", "sets", "observations", "signals", "doses"):
        rows = [[{**r, "fields": {**r["fields"], "person": 0}} for r in d["rows"][name]] for d in (first, second)]
        assert rows[0] == rows[1]


def test_every_table_of_a_person_is_in_the_export() -> None:
    related = {
        relation.related_name
        for relation in models.Person._meta.related_objects
        if isinstance(relation, django_models.ManyToOneRel) and not isinstance(relation, django_models.OneToOneRel)
    }
    assert related == set(export.PERSONAL) | set(export.LEFT_OUT)


def test_formulas_leave_as_text_and_numbers_stay_numbers(as_alice: Client) -> None:
    upload(as_alice, hevy(1))
    with zipfile.ZipFile(io.BytesIO(as_alice.post(reverse("data_take_along")).content)) as file:
        sets = file.read("sets.csv").decode()
        whole = json.loads(file.read("mettle.json"))
    assert '"\'=1+1"' in sets
    assert '"100"' in sets
    assert whole["format"] == "mettle-export"


def test_erasing_needs_the_word(as_alice: Client, alice: User) -> None:
    as_alice.post(reverse("data_erase"), {"word": "yes"})
    assert models.Person.objects.filter(user=alice).exists()
    as_alice.post(reverse("data_erase"), {"word": "Erase"})
    assert not models.Person.objects.exists()


def test_reading_everything_is_noted_for_the_owner(as_alice: Client) -> None:
    as_alice.post(reverse("data_take_along"))
    assert "export of everything" in as_alice.get(reverse("data")).content.decode()


def test_a_real_hevy_export_comes_in(as_alice: Client, exports: Path) -> None:
    files = sorted((exports / "hevy").glob("*.csv"), key=lambda p: p.stat().st_size)
    reply = upload(as_alice, files[0].read_bytes(), files[0].name)
    assert reply.status_code == 200
    batch = models.ImportBatch.objects.get()
    assert batch.summary["rows_in"] == batch.summary["rows_imported"] + batch.summary["rows_skipped"]
    assert models.Set.objects.count() == batch.summary["sets"]


def test_the_repository_ships_no_database() -> None:
    assert not list((ROOT / "src").rglob("*.sqlite3"))


def test_the_clinics_file_is_judged_by_somebody_elses_validator(as_alice: Client, alice: User) -> None:
    as_alice.post(reverse("questionnaire_total", args=["gad7"]), {"total": "9"})
    person = models.Person.of(alice)
    models.Response.objects.create(
        person=person, instrument="gad7", on="2026-04-01", finished=True, answers={str(i): 1 for i in range(1, 8)}
    )
    bundle = export.for_a_clinic(person)
    kinds = sorted(entry["resource"]["resourceType"] for entry in bundle["entry"])
    assert kinds == ["Observation", "Observation", "QuestionnaireResponse"]
    for entry in bundle["entry"]:
        assert fhirkit.validate(json.loads(json.dumps(entry["resource"]))) == []


def test_the_summary_tells_and_does_not_judge(as_alice: Client, alice: User) -> None:
    for total in ("14", "6"):
        as_alice.post(reverse("questionnaire_total", args=["phq9"]), {"total": total})
    page = as_alice.get(reverse("summary")).content.decode()
    assert "PHQ-9" in page
    assert not safety.forbidden_phrases(page)
