"""What never reaches an instance that somebody else hosts: answers on self-harm, and whatever they could be worked out from.

A total of the nine questions less that of the first eight is the ninth answer; so neither such totals nor the answers
themselves are taken, whether sent, typed, imported or restored. The device refuses first; this is the second lock.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from mettle import instruments

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def safety_items() -> dict[str, frozenset[str]]:
    """Instrument -> its items on self-harm."""
    found = {key: instruments.load(key).safety for key in instruments.ids()}
    return {
        key: frozenset(s.item for s in safety if s.kind == "self_harm")
        for key, safety in found.items()
        if any(s.kind == "self_harm" for s in safety)
    }


def answers_allowed(instrument: str) -> frozenset[str]:
    """The item ids whose answers may be kept here."""
    if instrument not in instruments.ids():
        return frozenset()
    return frozenset(instruments.load(instrument).item_ids) - safety_items().get(instrument, frozenset())


def refuse_answers(instrument: str, before: str, answers: Mapping[str, Any]) -> None:
    """Refuse answers that must stay on the device; on a machine of one's own nothing is refused.

    Raises
    ------
    ValueError
        With one line for the person.
    """
    if not settings.PLACE.hosted:
        return
    if before and instrument != before:
        raise ValueError("instrument: cannot change once it is set")
    if set(answers) - answers_allowed(instrument):
        raise ValueError("answers: on an instance that somebody else hosts this answer stays on your device")


def is_withheld(outcome: str) -> bool:
    """Whether values of an outcome stay away from this instance: a total that holds an item on self-harm, or the item.

    >>> is_withheld("mood")
    False
    """
    if not settings.PLACE.hosted:
        return False
    plain = "".join(c for c in outcome.lower() if c.isalnum())
    whole = any(plain.startswith(key.replace("_", "")) for key in safety_items())
    return whole or any(word in plain for word in ("suicid", "selfharm", "betteroffdead", "phqitem9"))


def why_withheld(instrument: str) -> str:
    """What a person is told when a total is refused."""
    shorter = instruments.load(instrument).hosted_as
    if shorter:
        return _(
            "Somebody else hosts this mettle, so the total of all its questions stays with you. "
            "The total of the first eight can be kept, under %(name)s."
        ) % {"name": instruments.load(shorter).name}
    return _("Somebody else hosts this mettle, so the total of this one stays with you.")


def without(exported: dict[str, Any]) -> dict[str, Any]:
    """An exported document as this instance may keep it: what must stay away is cut out before any row is written."""
    if not settings.PLACE.hosted:
        return exported
    rows = {name: [r for r in map(_cut, listed) if r is not None] for name, listed in exported["rows"].items()}
    person = exported["person"] | {"profile": _without_scores(exported["person"]["profile"])}
    return exported | {"rows": rows, "person": person}


def _cut(row: dict[str, Any]) -> dict[str, Any] | None:
    model, fields = row["model"].rsplit(".", 1)[-1], row["fields"]
    if model == "observation" and is_withheld(fields["outcome"]):
        return None
    if model == "lostvalue" and fields["kind"] in ("response", "observation"):
        return None
    if model == "operation":
        kept = {} if fields["kind"].startswith(("response", "observation")) else fields["fields"]
        receipt = fields["receipt"] | {"lost": []}
        return row | {"fields": fields | {"fields": kept, "receipt": receipt}}
    if model == "response":
        return row | {"fields": _cut_response(fields)}
    if model == "plan":
        return row | {"fields": fields | {"profile": _without_scores(fields["profile"])}}
    return row


def _cut_response(fields: dict[str, Any]) -> dict[str, Any]:
    allowed = answers_allowed(fields["instrument"])
    answers = {item: value for item, value in fields["answers"].items() if item in allowed}
    clocks = fields["clocks"] | ({"=answers": answers} if "=answers" in fields["clocks"] else {})
    withheld = fields["instrument"] in safety_items()
    return fields | {"answers": answers, "clocks": clocks, "score": {} if withheld else fields["score"]}


def _without_scores(profile: dict[str, Any]) -> dict[str, Any]:
    scores = {k: v for k, v in profile.get("scores", {}).items() if not k.startswith(("phq9", "cesdr"))}
    return profile | ({"scores": scores} if "scores" in profile else {})
