from __future__ import annotations

import io
import json
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any

import fhirkit
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models as django_models
from django.urls import reverse

from mettle.errors import InputError
from mettle.instruments import safety
from mettle.web import export, models, store, uploads
from mettle.web.access import noted, noted_key
from tests.conftest import ROOT
from tests.web.test_sync import op, send

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User
    from django.test import Client

OUTCOMES = ("mood", "anxiety", "energy", "check_in_s")
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


BEATS = "\n".join(str(800 + 37 * i % 90) for i in range(400)).encode()


def test_a_recording_of_beats_without_a_date_is_asked_for_it_and_keeps_its_name(as_alice: Client, alice: User) -> None:
    page = upload(as_alice, BEATS, "beats.txt", "data_look").content.decode()
    assert 'type="datetime-local" required' in page
    assert "400 of 400 rows can be read." in page
    (token,) = re.findall(r'name="staged" value="(\w+)"', page)
    refused = as_alice.post(reverse("data_keep"), {"staged": token, "recorded": "yesterday"})
    assert refused.status_code == 400
    kept = as_alice.post(reverse("data_keep"), {"staged": token, "recorded": "2026-04-03T07:05"}, follow=True)
    assert "New: 0 sessions, 0 sets, " in kept.content.decode()
    found = models.Person.of(alice).observations.filter(outcome="rmssd")
    assert [(str(o.on), f"{o.clock_time:%H:%M}") for o in found] == [("2026-04-03", "07:05")]
    assert models.ImportBatch.objects.get().file_name == "2026-04-03 07-05 beats.txt"


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


def zipped(content: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as file:
        file.writestr("mettle.json", content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "inside",
    ['{"rows":{"sets":[' + "{}," * (export.MOST_LISTS + 1), '{"rows":{"sets":[' + "0," * (export.MOST_VALUES + 1)],
    ids=["objects", "numbers"],
)
@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_is_read(
    tmp_path: Path, inside: str, how: int
) -> None:
    path = tmp_path / "mettle.zip"
    path.write_bytes(zipped(inside.encode(), how))
    with pytest.raises(InputError, match="too large"):
        export.own(path)


def weight(person: models.Person) -> tuple[int, int, int]:
    """Bytes, lists and objects, and values of an export."""
    text = json.dumps(export.document(person), ensure_ascii=False, separators=(",", ":"))
    return len(text.encode()), text.count("[") + text.count("{"), text.count(",")


def test_a_decade_of_diligence_fits(as_alice: Client, alice: User) -> None:
    """Ten years of two check-ins a day and four sessions of twenty sets a week, from one day of each kind as a phone sends it."""
    person = models.Person.of(alice)
    when: dict[str, Any] = {"on": "2026-11-22", "clock_time": "18:30:00", "offset_s": 3600, "zone": "Europe/Berlin"}
    said = [("morning", o) for o in OUTCOMES] + [("evening", o) for o in OUTCOMES]
    day = [op("observation.put", outcome=o, value=6, occasion=at, **when) for at, o in said]
    day += [op("signal.put", name=name, value=7, **when) for name in ("sleep_h", "alcohol_units")]
    session = op("session.put", plan_session="w1s1", **when)
    done: dict[str, Any] = {
        "session": session["entity"],
        "exercise": "goblet_squat",
        "reps": 8,
        "amount": "16",
        "unit": "kg",
        "rir": 2,
    }
    done |= {"planned": {"reps": [8, 12], "rir": 2, "rest_s": 90, "load": {"kind": "kg", "amount": 16, "unit": "kg"}}}
    sets = [op("set.put", ordinal=n, done_at=f"2026-11-22T18:{30 + n}:00+01:00", **done) for n in range(1, 21)]
    end = op("session.put", session["entity"], 2, finished=True, session_rpe=7, duration_s=3000, pain=0)
    nothing = weight(person)
    assert {r["status"] for r in send(as_alice, *day)} == {"accepted"}
    rest = [b - a for a, b in zip(nothing, weight(person), strict=True)]
    assert {r["status"] for r in send(as_alice, session, *sets, end)} == {"accepted"}
    trained = [b - a - r for a, b, r in zip(nothing, weight(person), rest, strict=True)]
    decade = [3652 * r + 3652 * 4 / 7 * t for r, t in zip(rest, trained, strict=True)]
    for needed, most in zip(decade, (export.MOST_BYTES, export.MOST_LISTS, export.MOST_VALUES), strict=True):
        assert most / 4 < needed < most / 1.5


def test_an_export_is_written_in_parts_that_make_one_document(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(as_alice, hevy(1, 2, 3))
    person = models.Person.of(alice)
    whole = export.document(person)
    monkeypatch.setattr(export, "AT_ONCE", 2)
    assert export.document(person) == whole
    assert len(whole["rows"]["sets"]) > 4
    with zipfile.ZipFile(io.BytesIO(export.archive(person))) as file:
        assert json.loads(file.read("mettle.json")) == whole


@pytest.mark.parametrize("at_once", [2, 1000])
def test_a_row_that_a_file_holds_twice_comes_in_once(
    as_alice: Client, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", at_once)
    send(as_alice, op("session.put", on="2026-11-22"), op("observation.put", on="2026-11-22", outcome="mood", value=5))
    document = export.document(models.Person.of(alice))
    alice.delete()
    for name in ("sessions", "operations", "observations"):
        document["rows"][name] *= 2
    into = models.Person.of(bob)
    export.restore(into, document)
    assert (into.sessions.count(), into.observations.count(), into.operations.count()) == (1, 1, 2)
    assert export.restore(into, document) == 0


def test_what_a_file_says_of_who_read_what_is_told_apart(as_alice: Client, alice: User) -> None:
    """A hand-made export can neither pass for what was seen here nor keep what is seen here from being written."""
    person = models.Person.of(alice)
    noted(person, alice, "export of everything")
    document = export.document(person)
    made_up = {"reader": "the doctor", "what": "everything", "at": "2199-01-01T00:00:00Z", "from_file": False}
    key = {"reader": "alice", "what": "read with the key my script", "at": "2199-01-01T00:00:00Z"}
    for fields in (made_up, key):
        document["rows"]["accesses"].append({"model": "mettle.access", "pk": None, "fields": {"person": 1} | fields})
    export.restore(person, document)
    page = as_alice.get(reverse("data")).content.decode()
    assert re.search("the doctor, everything <span[^>]*>.says a file that you imported; it was not seen here", page)
    assert page.index("export of everything") < page.index("the doctor")
    noted_key(person, "my script")
    noted_key(person, "my script")
    seen = person.accesses.filter(from_file=False).values_list("what", flat=True)
    assert sorted(seen) == ["export of everything", "read with the key my script"]
    before = person.accesses.count()
    export.restore(person, export.document(person))
    assert person.accesses.count() == before


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


def look(client: Client, content: bytes, name: str) -> tuple[Any, str]:
    """The dry run's page, and the token of the staged file."""
    page = upload(client, content, name, "data_look")
    found = re.search(r'name="staged" value="(\w*)"', page.content.decode())
    return page, found[1] if found else ""


def staged_files(settings: Any) -> list[Path]:
    """Of everybody in this test's database: the folder itself is shared by tests."""
    mine = [settings.PLACE.data / "uploads" / p.key.hex for p in models.Person.objects.all()]
    return [path for folder in mine for path in folder.rglob("*") if path.is_file()]


def test_a_dry_run_is_confirmed_with_one_tap_and_the_file_goes(as_alice: Client, settings: Any) -> None:
    page, token = look(as_alice, hevy(1), "hevy.csv")
    assert page.status_code == 200
    (waiting,) = staged_files(settings)
    assert waiting.parent.stat().st_mode & 0o077 == 0
    as_alice.post(reverse("data_keep"), {"staged": token})
    assert models.Set.objects.count() == 2
    assert models.ImportBatch.objects.get().file_name == "hevy.csv"
    assert staged_files(settings) == []


def test_a_staged_file_is_its_persons_alone_and_goes_when_left_or_replaced_or_after_an_hour(
    as_alice: Client, as_bob: Client, alice: User, settings: Any
) -> None:
    _, token = look(as_alice, hevy(1), "hevy.csv")
    assert as_bob.post(reverse("data_keep"), {"staged": token}).status_code == 400
    assert as_alice.post(reverse("data_keep"), {"staged": f"../{token}"}).status_code == 400
    as_bob.post(reverse("data_leave"))
    assert len(staged_files(settings)) == 1
    _, again = look(as_alice, hevy(2), "hevy.csv")
    assert len(staged_files(settings)) == 1
    assert as_alice.post(reverse("data_keep"), {"staged": token}).status_code == 400
    uploads.sweep(now=time.time() + uploads.STAGED_S - 60)
    assert len(staged_files(settings)) == 1
    uploads.sweep(now=time.time() + uploads.STAGED_S + 60)
    late = as_alice.post(reverse("data_keep"), {"staged": again})
    assert "choose it again" in late.content.decode()
    look(as_alice, hevy(2), "hevy.csv")
    as_alice.post(reverse("data_leave"))
    assert staged_files(settings) == []
    look(as_alice, hevy(2), "hevy.csv")
    (waiting,) = staged_files(settings)
    as_alice.post(reverse("data_erase"), {"word": "erase"})
    assert not waiting.exists()
    assert models.Set.objects.count() == 0


SAMPLES = sorted(
    p
    for p in (ROOT / "tests/importers/samples").glob("*/valid/*")
    if p.is_file() and p.suffix in (".csv", ".txt", ".json", ".xml")
)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: f"{p.parts[-3]}/{p.name}")
def test_every_reader_works_through_the_page(as_alice: Client, path: Path) -> None:
    page, token = look(as_alice, path.read_bytes(), path.name)
    assert page.status_code == 200, page.content.decode()
    kept = as_alice.post(reverse("data_keep"), {"staged": token, "unit": "kg", "timezone": "Europe/Berlin"})
    assert kept.status_code == 302
    batch = models.ImportBatch.objects.get()
    assert batch.file_name == path.name
    asked = {q["code"] for q in batch.summary["questions"]}
    assert sum(batch.summary["added"].values()) > 0 or asked


def test_the_time_in_a_recordings_name_is_kept(as_alice: Client) -> None:
    path = ROOT / "tests/importers/samples/rr/valid/2026-11-22 07-05-10.txt"
    _, token = look(as_alice, path.read_bytes(), path.name)
    as_alice.post(reverse("data_keep"), {"staged": token})
    row = models.Observation.objects.first()
    assert row is not None
    assert (str(row.on), str(row.clock_time)) == ("2026-11-22", "07:05:10")


def test_apple_healths_zip_and_our_own_export_come_in_after_a_dry_run(as_alice: Client, as_bob: Client) -> None:
    sample = ROOT / "tests/importers/samples/apple_health/valid/sleep_hrv_workouts.xml"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("apple_health_export/export.xml", sample.read_bytes())
    _, token = look(as_alice, buffer.getvalue(), "export.zip")
    as_alice.post(reverse("data_keep"), {"staged": token})
    assert models.ImportBatch.objects.get().format == "apple_health"
    upload(as_alice, hevy(1))
    archive = as_alice.post(reverse("data_take_along")).content
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        alone = file.read("mettle.json")
    for content, name in ((archive, "mettle.zip"), (alone, "mettle.json")):
        page, token = look(as_bob, content, name)
        assert "2 sets" in page.content.decode()
        reply = as_bob.post(reverse("data_keep"), {"staged": token}, follow=True)
        assert "records came back" in reply.content.decode()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x0e\x10\xd9\x07\x00\x00\x00\x00.FIT\x00\x00" + b"\x40" * 40, "activity.fit"),
        (b"PK\x05\x06" + b"\0" * 18, "empty.zip"),
        (b'{"format": "mettle-export", "version": 9, "rows": {}}', "later.json"),
        (b'{"format": "mettle-export", "version": 1, "rows": []}', "damaged.json"),
        (b'{"rows": ', "cut.json"),
    ],
)
def test_a_bad_file_gives_one_line_and_is_not_left_here(
    as_alice: Client, settings: Any, content: bytes, name: str
) -> None:
    page, token = look(as_alice, content, name)
    assert page.status_code == 400
    said = re.search(r'role="alert">([^<]+)<', page.content.decode())
    assert said is not None
    assert "\n" not in said[1].strip()
    assert (token, staged_files(settings)) == ("", [])
