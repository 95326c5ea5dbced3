"""What never reaches an instance that somebody else hosts: answers on self-harm, and whatever they could be worked out from.

A total of the nine questions less that of the first eight is the ninth answer; so neither such totals nor the answers
themselves are taken, whether sent, typed, imported or restored. The device refuses first; this is the second lock.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from mettle import instruments
from mettle.words import kept, recalled

if TYPE_CHECKING:
    from collections.abc import Mapping


ALSO_NAMED = ("suicid", "selfharm", "betteroffdead", "phqitem9", "phqnine", "patienthealthquestionnaire9")
"""Other names under which a total or an answer on self-harm could come in, as letters and digits alone."""
FORM_OF = ("form", "language", "text_sha256")
"""What is kept of how a questionnaire was asked."""
STOPPED = "stopped"
"""Stands for why a trial had to stop, where the reason could tell an answer."""


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
    plain = "".join(c for c in unicodedata.normalize("NFKC", outcome).lower() if c.isalnum())
    named = (key.replace("_", "") for key in safety_items())
    return any(word in plain for word in (*named, *ALSO_NAMED))


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
        told = fields["kind"].startswith(("response", "observation")) or fields["receipt"]["status"] == "refused"
        receipt = fields["receipt"] | {"lost": []} | ({"why": ""} if told else {})
        return row | {"fields": fields | {"fields": {} if told else fields["fields"], "receipt": receipt}}
    if model == "importbatch":
        return row | {"fields": fields | {"sha256": "", "summary": fields["summary"] | {"problems": []}}}
    if model == "trial":
        return row | {"fields": _cut_trial(fields)}
    if model == "response":
        return row | {"fields": _cut_response(fields)}
    if model == "plan":
        plan = kept(recalled(fields["plan"] | {"messages": []}))  # nor how a sentence was made that is cut out
        return row | {"fields": fields | {"profile": _without_scores(fields["profile"]), "plan": plan}}
    return row


def _cut_trial(fields: dict[str, Any]) -> dict[str, Any]:
    """A trial without the reason for which it had to stop: an answer on self-harm is one of them."""
    trial, end = fields["trial"], fields["end"]
    if str(end.get("code", "")).startswith("stop_"):
        end = end | {"code": STOPPED}
    if isinstance(trial, dict) and "ended" in trial:
        trial = trial | {"ended": trial["ended"] | {"reason": STOPPED}}
    return fields | {"trial": trial, "end": end}


def _cut_response(fields: dict[str, Any]) -> dict[str, Any]:
    allowed = answers_allowed(fields["instrument"])
    answers = {item: value for item, value in fields["answers"].items() if item in allowed}
    clocks = fields["clocks"] | ({"=answers": answers} if "=answers" in fields["clocks"] else {})
    withheld = fields["instrument"] in safety_items() or fields["score"].get("instrument") in safety_items()
    form = {name: said for name, said in fields["form"].items() if name in FORM_OF}
    clocks |= {"=form": form} if "=form" in clocks else {}
    return fields | {"answers": answers, "clocks": clocks, "form": form, "score": {} if withheld else fields["score"]}


def _without_scores(profile: dict[str, Any]) -> dict[str, Any]:
    scores = {k: v for k, v in profile.get("scores", {}).items() if not k.startswith(("phq9", "cesdr"))}
    return profile | ({"scores": scores} if "scores" in profile else {})
