"""Rows to a `Diary`: the one place where the app's records become what every analysis takes."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from mettle.diary import Diary, Dose, Observation, Signal, merge
from mettle.training import Exercise, PerformedSession, PerformedSet
from mettle.units import Load, When

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from mettle.web import models


IN_TIME = ("on", "clock_time", "id")
CHECK_IN_S, QUESTIONNAIRE_S = "check_in_s", "questionnaire_s"
LADDER_STEP, LADDER_STAY = "ladder_step", "ladder_stay"
ASIDE = (CHECK_IN_S, QUESTIONNAIRE_S, LADDER_STEP, LADDER_STAY)
"""Kept as observations but not about the mind: seconds that a screen kept the person busy, steps of the ladder."""


def diary(person: models.Person) -> Diary:
    """Everything this person recorded and did not delete, in time order; one bout that two apps recorded counts once."""
    observed = person.observations.filter(deleted="", value__isnull=False, on__isnull=False).exclude(outcome__in=ASIDE)
    signalled = person.signals.filter(deleted="", value__isnull=False, on__isnull=False)
    everything = Diary(
        sessions=tuple(sessions(person)),
        observations=(
            *(Observation(o.outcome, when(o), float(o.value or 0), o.source) for o in observed.order_by(*IN_TIME)),
            *_scores(person),
        ),
        signals=tuple(
            Signal(cast("Any", s.name), when(s), float(s.value or 0), s.source) for s in signalled.order_by(*IN_TIME)
        ),
        doses=tuple(Dose(when(d), d.amount, d.arm or None) for d in person.doses.filter(deleted="", on__isnull=False)),
        timezone=person.timezone or None,
    )
    return merge([everything])


def _scores(person: models.Person) -> Iterator[Observation]:
    """Questionnaire totals as outcomes, named by the instrument that was scored."""
    for row in person.responses.filter(deleted="", finished=True, score__has_key="score", on__isnull=False).order_by(
        *IN_TIME
    ):
        if row.score["score"] is not None:
            yield Observation(row.score["instrument"], when(row), row.score["score"], "questionnaire")


def sessions(person: models.Person) -> list[PerformedSession]:
    """The person's sessions with their sets; a session whose own record never arrived is still there through its sets."""
    by_session: dict[UUID, list[models.Set]] = defaultdict(list)
    for row in person.sets.filter(deleted="", session__isnull=False).order_by("done_at", "ordinal", "id"):
        by_session[row.session].append(row)  # type: ignore[index] # none without a session was asked for
    rows = person.sessions.filter(deleted="", on__isnull=False).order_by(*IN_TIME)
    found = [_session(row, by_session.pop(row.id, [])) for row in rows]
    deleted = set(person.sessions.exclude(deleted="").values_list("id", flat=True))
    found += [
        PerformedSession(source="mettle", start=start, sets=tuple(performed_set(s) for s in sets))
        for session, sets in by_session.items()
        if session not in deleted and (start := _begun(sets[0])) is not None
    ]
    return sorted(found, key=lambda s: s.start.sort_key)


def _begun(row: models.Set) -> When | None:
    """When a set was done; an imported one may say only its place in the order."""
    try:
        return When.parse(row.done_at)
    except ValueError:
        return None


def _session(row: models.Session, sets: list[models.Set]) -> PerformedSession:
    return PerformedSession(
        source=row.source,
        start=when(row),
        title=row.title,
        sets=tuple(performed_set(s) for s in sets),
        duration_s=row.duration_s,
        session_rpe=row.session_rpe,
        pain=row.pain,
        notes=row.notes,
        place=cast("Any", row.place or None),
        company=cast("Any", row.company or None),
        format=row.format or None,
        skipped=cast("Any", row.skipped or None),
    )


def when(row: models.Moment) -> When:
    """The moment of a row as it was written."""
    assert row.on is not None
    offset = row.offset_s if row.clock_time is not None else None
    return When(row.on, row.clock_time, offset, row.zone or None)


def performed_set(row: models.Set) -> PerformedSet:
    """One set as a record; the amount as entered."""
    load = Load(Decimal(row.amount), cast("Any", row.unit)) if row.amount and row.unit else None
    return PerformedSet(
        Exercise(row.exercise),
        row.ordinal,
        kind=cast("Any", row.kind),
        status=cast("Any", row.status),
        reps=row.reps,
        hold_s=row.hold_s,
        distance_m=row.distance_m,
        load=load,
        load_kind=cast("Any", row.load_kind),
        colour=row.colour or None,
        per_hand=row.per_hand,
        rir=row.rir,
        side=cast("Any", row.side),
        superset=row.superset or None,
        notes=row.notes,
    )
