"""One administration as it is stored: the score, and everything needed to know later what was asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mettle.instruments.instrument import load
from mettle.instruments.responses import item_order
from mettle.instruments.scoring import Score, score, score_total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mettle.units import When


@dataclass(frozen=True, slots=True)
class Administration:
    """One filled-in form.

    Parameters
    ----------
    instrument, form
        Its id, and the version of the form.
    at
        When it was finished, as written.
    item_order
        Item ids in the order in which they were asked.
    responses
        Item id to answer; None where left blank. Empty where only a total is known.
    unscored
        Answers that never enter the total.
    language, text_sha256
        Of the words that were shown; empty where none of ours were.
    score
        What it adds up to; ``overlap`` among its flags where it repeats inside the recall window.
    """

    instrument: str
    form: str
    at: When
    item_order: tuple[str, ...]
    responses: Mapping[str, float | None]
    unscored: Mapping[str, float | None]
    language: str
    text_sha256: str
    score: Score

    def to_json(self) -> dict[str, Any]:
        """The stored document."""
        return {
            "instrument": self.instrument,
            "form": self.form,
            "at": str(self.at),
            "zone": self.at.zone,
            "item_order": list(self.item_order),
            "responses": dict(self.responses),
            "unscored": dict(self.unscored),
            "language": self.language,
            "text_sha256": self.text_sha256,
            "score": self.score.to_json(),
        }

    def hosted(self) -> Administration | None:
        """What may leave the device for a machine that somebody else runs; None where nothing may.

        The answers of a question on self-harm never leave it, nor can they be derived from what does: a PHQ-9 goes as the
        PHQ-8 of its first eight answers, without its total; a form without such a shorter one stays.

        >>> from mettle.units import When
        >>> sent = administer("phq9", [1] * 9, at=When.parse("2026-11-22")).hosted()
        >>> sent.instrument, sent.score.score, "9" in sent.responses
        ('phq8', 8, False)
        """
        instrument = load(self.instrument)
        if not any(s.kind == "self_harm" for s in instrument.safety):
            return self
        if instrument.hosted_as is None or not self.responses:
            return None
        shorter = load(instrument.hosted_as)
        kept = {i: self.responses[i] for i in shorter.item_ids}
        overlap = ("overlap",) if "overlap" in self.score.flags else ()
        scored = score(shorter.id, list(kept.values()))
        return replace(
            self,
            instrument=shorter.id,
            form=f"{shorter.form}, from the first eight of a longer form",
            item_order=tuple(i for i in self.item_order if i in kept),
            responses=kept,
            unscored={},
            text_sha256="",
            score=replace(scored, flags=scored.flags + overlap),
        )


def administer(
    key: str,
    responses: Sequence[float | None],
    *,
    at: When,
    order: str | None = None,
    previous: When | None = None,
    unscored: Mapping[str, float | None] | None = None,
    language: str = "",
    text_sha256: str = "",
    age: float | None = None,
    sex: str | None = None,
    course_m: int = 4,
) -> Administration:
    """Score responses and keep everything that was asked.

    Parameters
    ----------
    key, responses, order, age, sex, course_m
        As for ``score``.
    at, previous
        This administration and the last one of the same instrument.

    >>> from mettle.units import When
    >>> again = administer("gad7", [1] * 7, at=When.parse("2026-11-22"), previous=When.parse("2026-11-15"))
    >>> again.score.flags
    ('overlap',)
    """
    instrument = load(key)
    before = previous.day if previous else None
    scored = score(
        instrument.id, responses, order=order, on=at.day, previous_on=before, age=age, sex=sex, course_m=course_m
    )
    places = item_order(instrument, order)
    return Administration(
        instrument.id,
        instrument.form,
        at,
        places,
        dict(zip(places, responses, strict=False)),
        dict(unscored or {}),
        language,
        text_sha256,
        scored,
    )


def record_total(key: str, total: float, *, at: When, previous: When | None = None) -> Administration:
    """Keep a total that was filled in elsewhere.

    >>> from mettle.units import When
    >>> record_total("isi", 9, at=When.parse("2026-11-22")).responses
    {}
    """
    instrument = load(key)
    scored = score_total(instrument.id, total, on=at.day, previous_on=previous.day if previous else None)
    return Administration(instrument.id, instrument.form, at, (), {}, {}, "", "", scored)
