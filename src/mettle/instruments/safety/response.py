"""What must be shown after an answer or a total: at once, offline, and never a risk score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mettle.instruments.instrument import load
from mettle.instruments.safety.help import HelpCard, help_card
from mettle.instruments.safety.messages import Message, message

if TYPE_CHECKING:
    from mettle.instruments.safety.plan import Person, SafetyPlan

ASK_FROM = 2
"""From this answer on, or at a rise, or with a total of 20 or more, the person is asked whether they are in danger."""
HIGH_TOTAL, RAISED_TOTAL = 20, 15
"""PHQ-9 totals that suggest a talk: at once, and when reached twice in a row."""


@dataclass(frozen=True, slots=True)
class Response:
    """What an answer asks the app to show. It holds no level and no score, and nothing in it is sent anywhere.

    Parameters
    ----------
    card
        Shown over everything, before the next question; None where nothing is to be shown.
    question
        Asked on the card; answering it is optional. None where it is not asked, or was.
    messages
        Further sentences, in order.
    next_day
        A card for the next day that can be closed.
    ends_withholding
        Any stretch without training ends now. All other features stay as they are.
    """

    card: HelpCard | None = None
    question: Message | None = None
    messages: tuple[Message, ...] = ()
    next_day: Message | None = None
    ends_withholding: bool = False


def response(
    instrument: str,
    item: str | int,
    answer: int | None,
    *,
    previous: int | None = None,
    total: float | None = None,
    seen_before: bool = False,
    in_danger: bool | None = None,
    country: str | None = None,
    contact: Person | None = None,
    plan: SafetyPlan | None = None,
) -> Response:
    """What to show right after one answer; call it when the answer is given, not when the form is sent.

    Parameters
    ----------
    instrument, item
        Which question.
    answer
        What was answered; None where it was left blank.
    previous
        The answer of the time before; None where there was none.
    total
        The form's total where it is known.
    seen_before
        Whether the full card was shown at an earlier time.
    in_danger
        The answer to the card's question; None while it has not been answered.

    >>> response("phq9", 9, 0).card is None
    True
    >>> response("phq9", 9, 1).card.layout
    'full'
    >>> response("phq9", 9, 1, in_danger=True).card.layout
    'emergency_first'
    """
    found = load(instrument)
    safety = next((s for s in found.safety if s.item == str(item)), None)
    if safety is None:
        return Response()
    if answer is not None and answer not in found.values:
        raise ValueError(f"{found.name}: item {item} takes {', '.join(map(str, found.values))}, got {answer}")
    if in_danger:
        card = help_card("emergency_first", country=country, contact=contact, plan=plan)
        return Response(card, next_day=message("help_next_day"), ends_withholding=True)
    if answer is None or (safety.kind != "self_harm" and answer >= safety.lowest):
        return Response(help_card("blank", country=country, contact=contact, plan=plan))
    if answer < safety.lowest:
        return Response()
    card = help_card("short" if seen_before else "full", country=country, contact=contact, plan=plan)
    rose = previous is not None and answer > previous
    pressing = answer >= ASK_FROM or rose or (total is not None and found.id == "phq9" and total >= HIGH_TOTAL)
    if not pressing:
        return Response(card, ends_withholding=True)
    if in_danger is None:
        return Response(card, message("help_danger_question"), next_day=message("help_next_day"), ends_withholding=True)
    return Response(card, None, (message("help_same_day"),), next_day=message("help_next_day"), ends_withholding=True)


def after_total(phq9: float, *, previous: float | None = None) -> Response:
    """What to show for a PHQ-9 total, whatever its ninth answer was.

    >>> after_total(16).messages
    ()
    >>> [m.code for m in after_total(16, previous=15).messages]
    ['clinician_scores']
    """
    if phq9 >= HIGH_TOTAL or (phq9 >= RAISED_TOTAL and previous is not None and previous >= RAISED_TOTAL):
        return Response(messages=(message("clinician_scores"),), ends_withholding=True)
    return Response(ends_withholding=phq9 >= RAISED_TOTAL)
