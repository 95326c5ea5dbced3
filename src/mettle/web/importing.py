"""Foreign files become rows: a dry run first, then a batch that can be taken back; the same file twice adds nothing."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from mettle import instruments
from mettle.web import export, models, withheld

if TYPE_CHECKING:
    from pathlib import Path

    from mettle.importers import Imported
    from mettle.training import PerformedSession
    from mettle.units import When


ADDS = ("sessions", "sets", "observations", "signals", "doses")
"""The relations of a person that an import adds rows to."""


def summary(imported: Imported) -> dict[str, Any]:
    """What a file holds, for the person to look at before anything is kept."""
    told = imported.to_json()
    del told["notes"]
    kept_back = sum(withheld.is_withheld(o.outcome) for o in imported.diary.observations)
    if kept_back:
        why = _("%d values stay with you: somebody else hosts this mettle, and they tell of self-harm") % kept_back
        told["problems"].append({"row": None, "why": why})
        told["observations"] -= kept_back
    return told


def look(path: Path, *, unit: Any = None, timezone: str | None = None) -> dict[str, Any]:
    """A dry run: the summary of a file, an export of mettle too, and whether the file itself may stay here meanwhile.

    Raises
    ------
    InputError
        Where no reader knows the file, or it is broken as a whole.
    """
    document = export.own(path)
    if document is None:
        imported = read(path, unit=unit, timezone=timezone)
        held = any(withheld.is_withheld(o.outcome) for o in imported.diary.observations)
        return summary(imported) | {"may_stay": not held}
    counts, allowed = export.counted(document)
    return {
        "format": "mettle",
        "rows_in": sum(counts.values()),
        "rows_imported": sum(counts.values()),
        "rows_skipped": 0,
        "sessions": counts["sessions"],
        "sets": counts["sets"],
        "observations": counts["observations"],
        "first_day": None,
        "last_day": None,
        "problems": [],
        "questions": [],
        "may_stay": allowed,
    }


def read(path: Path, *, unit: Any = None, timezone: str | None = None) -> Imported:
    """What a file holds, by the reader that knows its format; nothing is kept."""
    from mettle import importers  # noqa: PLC0415 # every reader: only where a file comes in

    return importers.read(path, unit=unit, timezone=timezone)


def keep(
    person: models.Person, path: Path, *, name: str, unit: Any = None, timezone: str | None = None
) -> models.ImportBatch:
    """Read a file and keep its rows as one batch, all or nothing.

    Ids are made of what was imported, so that a partial export and then the full one equal the full one, and the same
    file again adds nothing.

    Raises
    ------
    InputError
        Where no reader knows the file, or it is broken as a whole; nothing is kept.
    """
    imported = read(path, unit=unit, timezone=timezone)
    with transaction.atomic():
        batch = models.ImportBatch.objects.create(
            person=person,
            file_name=name[:255],
            sha256=_checksum(path, imported),
            format=imported.format[:40],
            summary=summary(imported) | {"file": name},
        )
        before = _counts(person)
        for session in imported.diary.sessions:
            _keep_session(person, batch, session)
        _keep_values(person, batch, imported)
        after = _counts(person)
        batch.summary["added"] = {kind: after[kind] - before[kind] for kind in after}
        batch.save()
    return batch


def tells_of_self_harm(batch: models.ImportBatch) -> bool:
    """Whether a total that came in cannot be had without an answer on self-harm."""
    items = withheld.safety_items()
    totals = models.Observation.objects.filter(batch=batch, outcome__in=items, value__isnull=False)
    return any(
        f"item{item}" in instruments.score_total(name, value).flags
        for name, value in totals.values_list("outcome", "value")
        for item in items[name]
        if value is not None
        and instruments.load(name).range[0] <= value <= instruments.load(name).range[1]
        and value == int(value)
    )


def revert(batch: models.ImportBatch) -> None:
    """Take a batch back: the rows that it added go, and nothing else."""
    with transaction.atomic():
        for name in ADDS:
            getattr(batch.person, name).filter(batch=batch).delete()
        batch.reverted_at = now()
        batch.save()


def _counts(person: models.Person) -> dict[str, int]:
    return {name: getattr(person, name).count() for name in ADDS}


def _checksum(path: Path, imported: Imported) -> str:
    """The file's checksum; none where a short file could be guessed from it that must not be known here."""
    if any(withheld.is_withheld(o.outcome) for o in imported.diary.observations):
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _id(person: models.Person, *parts: object) -> uuid.UUID:
    return uuid.uuid5(person.key, "\x1f".join(str(part) for part in parts))


def _moment(when: When) -> dict[str, Any]:
    return {"on": when.on, "clock_time": when.clock, "offset_s": when.offset_s, "zone": when.zone or ""}


def _keep_session(person: models.Person, batch: models.ImportBatch, session: PerformedSession) -> None:
    session_id = _id(person, "session", *session.key)
    models.Session.objects.get_or_create(
        id=session_id,
        defaults={
            "person": person,
            "batch": batch,
            "source": session.source[:24],
            "title": session.title[:200],
            "duration_s": session.duration_s,
            "session_rpe": session.session_rpe,
            "notes": session.notes,
            "skipped": session.skipped or "",
            "finished": True,
            **_moment(session.start),
        },
    )
    rows = []
    for order, done in enumerate(session.sets):
        rows.append(
            models.Set(
                id=_id(person, "set", session_id, done.exercise.name, done.ordinal),
                person=person,
                batch=batch,
                session=session_id,
                exercise=done.exercise.name[:200],
                ordinal=done.ordinal,
                kind=done.kind,
                status=done.status,
                reps=done.reps,
                hold_s=done.hold_s,
                distance_m=done.distance_m,
                amount=str(done.load.amount) if done.load else "",
                unit=done.load.unit if done.load else "",
                load_kind=done.load_kind,
                colour=done.colour or "",
                per_hand=done.per_hand,
                rir=done.rir,
                side=done.side,
                superset=(done.superset or "")[:24],
                notes=done.notes,
                done_at=f"{order:06d}",
            ),
        )
    models.Set.objects.bulk_create(rows, ignore_conflicts=True)


def _keep_values(person: models.Person, batch: models.ImportBatch, imported: Imported) -> None:
    seen: Counter[tuple[object, ...]] = Counter()

    def numbered(*identity: object) -> uuid.UUID:
        seen[identity] += 1
        return _id(person, *identity, seen[identity])

    models.Observation.objects.bulk_create(
        (
            models.Observation(
                id=numbered("observation", o.source, o.outcome, o.when, o.value),
                person=person,
                batch=batch,
                outcome=o.outcome[:80],
                value=o.value,
                source=o.source[:24],
                **_moment(o.when),
            )
            for o in imported.diary.observations
            if not withheld.is_withheld(o.outcome)
        ),
        ignore_conflicts=True,
    )
    models.Signal.objects.bulk_create(
        (
            models.Signal(
                id=numbered("signal", s.source, s.name, s.when, s.value),
                person=person,
                batch=batch,
                name=s.name,
                value=s.value,
                source=s.source[:24],
                **_moment(s.when),
            )
            for s in imported.diary.signals
        ),
        ignore_conflicts=True,
    )
    models.Dose.objects.bulk_create(
        (
            models.Dose(
                id=numbered("dose", d.when, d.amount, d.arm),
                person=person,
                batch=batch,
                amount=d.amount,
                arm=d.arm or "",
                **_moment(d.when),
            )
            for d in imported.diary.doses
        ),
        ignore_conflicts=True,
    )
