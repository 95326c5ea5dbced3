"""Questionnaires in the app: the forms that are sent ahead, the score of what came back, the change since last time."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from mettle import instruments
from mettle.errors import InputError
from mettle.instruments import record, text
from mettle.instruments.safety import message
from mettle.web import store, withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from mettle.web.models import Person, Response

OFFERED = (
    "phq9",
    "phq8",
    "phq4",
    "gad7",
    "who5",
    "isi",
    "pss10",
    "pcl5",
    "asrs6",
    "rses",
    "gse",
    "brs",
    "ucla3",
    "srbai",
    "cesdr",
    "gds15",
)
"""What the app offers where the wording is at hand; the rest can be entered as totals."""


OVERLAP = "overlap"
WATCHING = ("phq9", "phq8")
"""Asked at their interval to the day: what stops a trial reads them."""


def forms() -> dict[str, Any]:
    """The forms whose wording is at hand, for the screen that asks them without a network."""
    found = {}
    for key in OFFERED:
        if "en" not in text.languages(key):
            continue
        try:
            found[key] = _form(key)
        except InputError:  # a pack that was changed since it was written is not asked
            continue
    return found


def _form(key: str) -> dict[str, Any]:
    instrument, pack = instruments.load(key), text.read_pack(key)
    items = [{"id": i, "text": pack.items[i], "answers": _labels(pack.answers[i])} for i in instrument.item_ids]
    items += [
        {"id": i, "text": question, "answers": _labels(labels)} for i, (question, labels) in pack.unscored.items()
    ]
    return {
        "id": key,
        "title": pack.title or instrument.name,
        "stem": pack.stem,
        "before": _("%(n)d questions, one at a time. You can leave at any moment and go on later.") % {"n": len(items)},
        "nobody_watches": message("help_nobody_watches").text,
        "items": items,
        "answers": [],
        "safety": {s.item: {"from": s.lowest, "kind": s.kind} for s in instrument.safety},
        "stays": sorted(withheld.safety_items().get(key, ())) if settings.PLACE.hosted else [],
        "licence": pack.licence_note,
        "form": {"form": instrument.form, "language": pack.language, "text_sha256": pack.sha256},
    }


def _labels(labels: dict[int, str]) -> list[dict[str, Any]]:
    return [{"value": value, "text": words} for value, words in sorted(labels.items())]


def refuse_strangers(instrument: str, answers: Mapping[str, float | None]) -> None:
    """Refuse answers that fit no form: an unknown instrument, an item that it does not have, a value that is not on offer.

    Raises
    ------
    ValueError
        With the item and what is allowed.
    """
    if not instrument:
        return
    if instrument not in instruments.ids():
        raise ValueError(f"instrument must be one of {', '.join(instruments.ids())}, got {instrument!r}")
    found = instruments.load(instrument)
    unscored = found.rules["items"].get("unscored", [])
    for item, value in answers.items():
        if item in unscored:
            continue
        if item not in found.item_ids:
            raise ValueError(f"{found.name} has no item {item}; it has {', '.join(found.item_ids)}")
        instruments.check_response(found, item, value)


def add_up(row: Response) -> None:
    """Score a finished form and keep the score with it; on a hosted instance a form with a safety item counts as its shorter one.

    What is not finished, was deleted, or holds answers that do not fit its form has no score.
    """
    if _typed_total(row):
        return
    done = administration(row) if row.finished and row.instrument and row.on and not row.deleted else None
    row.score = done.score.to_json() if done is not None else {}


def settle(person: Person, keys: Iterable[str]) -> None:
    """Say of every form of these instruments anew whether it repeats inside the recall window of the one before it.

    One that arrives late, moves to another day or is deleted changes that of the one after it.
    """
    for key in set(keys) & set(instruments.ids()):
        instrument, previous = instruments.load(key), None
        for row in _scored(person, key):
            flags = [f for f in row.score["flags"] if f != OVERLAP]
            flags += [OVERLAP] if instruments.overlaps(instrument, row.on, previous) else []
            if flags != row.score["flags"]:
                row.score = row.score | {"flags": flags}
                row.save(update_fields=["score"])
            previous = row.on


def _scored(person: Person, key: str) -> list[Response]:
    """The finished forms of an instrument, in time order."""
    rows = person.responses.filter(deleted="", finished=True, instrument=key, on__isnull=False, score__has_key="flags")
    return sorted(rows, key=_moment)


def _moment(row: Response) -> tuple[date | None, time, Any]:
    return row.on, row.clock_time or time.min, row.pk


def _typed_total(row: Response) -> bool:
    """Whether its score was typed from paper: nothing but that says it."""
    return not row.answers and "answers" not in row.clocks and row.score.get("score") is not None


def administration(row: Response) -> record.Administration | None:
    """A finished form as a record; None where nothing of it may be kept here, or where its answers do not fit it."""
    instrument = instruments.load(row.instrument)
    if settings.PLACE.hosted and any(s.kind == "self_harm" for s in instrument.safety):
        if instrument.hosted_as is None:
            return None
        instrument = instruments.load(instrument.hosted_as)
    previous = [r for r in _scored(row.person, row.instrument) if r.pk != row.pk and _moment(r) < _moment(row)]
    earlier = store.when(previous[-1]) if previous else None
    if _typed_total(row):
        return record.record_total(instrument.id, row.score["score"], at=store.when(row), previous=earlier)
    try:
        return record.administer(
            instrument.id,
            [row.answers.get(i) for i in instrument.item_ids],
            at=store.when(row),
            previous=earlier,
            language=row.form.get("language", ""),
            text_sha256=row.form.get("text_sha256", ""),
            age=row.person.profile.get("age"),
        )
    except ValueError:
        return None


def trajectory(person: Person, instrument: str) -> list[dict[str, Any]]:
    """Scores of one instrument in time order, each with the change since the one before."""
    rows = person.responses.filter(deleted="", finished=True, instrument=instrument, score__has_key="score").order_by(
        "on", "clock_time"
    )
    told: list[dict[str, Any]] = []
    last: float | None = None
    for row in rows:
        value = row.score["score"]
        change = (
            instruments.change(row.score["instrument"], last, value).to_json()
            if last is not None and value is not None
            else None
        )
        told.append(
            {
                "id": row.pk,
                "on": row.on,
                "score": value,
                "band": row.score["band"],
                "flags": row.score["flags"],
                "change": change,
            }
        )
        last = value if value is not None else last
    return told


def due(person: Person, on: date) -> str | None:
    """The questionnaire that is due: the person's chosen ones, each at its own interval; None where none is.

    After their first time they take turns, so that no week has two: with two of them that come every two weeks, one a week.
    The one that watches over a trial is never held back by another.
    """
    chosen = person.choices.get("questionnaires", ["phq8" if settings.PLACE.hosted else "phq9", "gad7"])
    asked = [key for key in chosen if "en" in text.languages(key)]
    answered = person.responses.filter(deleted="", finished=True, instrument__in=asked).order_by("on")
    last = {key: day for key, day in answered.values_list("instrument", "on") if day is not None}
    every = {key: max(instruments.load(key).min_interval_days, 7) for key in asked}
    turn = max(min(every.values(), default=0) // max(len(asked), 1), 1)
    resting = any((on - day).days < turn for day in last.values())
    for key in asked:
        if key not in last:
            return str(key)
        if (on - last[key]).days >= every[key] and (key in WATCHING or not resting):
            return str(key)
    return None
