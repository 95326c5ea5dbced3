"""What an exported document must be before it is kept: a file of a stranger must not leave an account that cannot be opened."""

from __future__ import annotations

import math
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.db import models as fields_of
from django.db import transaction
from django.utils.translation import gettext as _

from mettle import instruments
from mettle.errors import InputError
from mettle.prescription import read_profile
from mettle.web import fields, merge, models, stored_plans, stored_trials

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST = fields.DEEPEST + 10
FARTHEST_S = 54_000


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _clock(value: Any) -> bool:
    return isinstance(value, str) and (value == "" or bool(time.fromisoformat(value)) or True)


def _clocks(value: Any) -> bool:
    return isinstance(value, dict) and all(_clock(v) for v in value.values())


def _contact(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict) and set(value) == {"name", "phone"} and all(isinstance(v, str) for v in value.values())
    )


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


CHOICES: dict[str, Callable[[Any], bool]] = {
    "check_in": _texts,
    "questionnaires": lambda value: _texts(value) and set(value) <= set(instruments.ids()),
    "quiet_from": _clock,
    "quiet_until": _clock,
    "prompt_times": _clocks,
    "contact": _contact,
    "country": _text,
    "emergency_number": _text,
    "app_name": _text,
    "one_thing": _text,
    "evidence_read": _text,
    "kind_word_seen": _text,
    "week_told": _text,
    "show_wins": _yes_or_no,
    "sound": _yes_or_no,
}
"""What goes along of a person's choices, and how it must look. The lock and the calendar's secret address stay behind:
they are keys to this installation, and another's calendar must not be answered from here."""


def kept(exported: dict[str, Any]) -> dict[str, Any]:
    """The document as it may be kept.

    Raises
    ------
    InputError, or what reading a damaged document raises
        With the place and what is wrong there.
    """
    person = _plain(exported["person"], "person")
    if person["timezone"] and person["timezone"] not in available_timezones():
        raise InputError(_("this export is damaged: %s") % "person: timezone", where="mettle.json")
    if person["profile"]:
        read_profile(person["profile"])
    choices = {name: value for name, value in person["choices"].items() if name in CHOICES}
    for name, value in choices.items():
        if not CHOICES[name](value):
            raise _damaged(f"choices.{name}")
    if not isinstance(exported["safety_plan"], dict):
        raise _damaged("safety_plan")
    rows = {
        name: [one | {"fields": _plain(one["fields"], name)} for one in listed]
        for name, listed in exported["rows"].items()
    }
    plan = _plain(exported["safety_plan"], "safety_plan")
    return exported | {"person": person | {"choices": choices}, "rows": rows, "safety_plan": plan}


def row(one: Any) -> None:
    """One row, before it is saved.

    Raises
    ------
    InputError
        Where the app could not work with it.
    """
    kind = one._meta.model_name  # noqa: SLF001 # Django's documented access
    for field in one._meta.concrete_fields:  # noqa: SLF001 # likewise
        value = getattr(one, field.attname)
        if value is None and not field.null and not field.primary_key:
            raise _damaged(f"{kind}: {field.name}")
        if isinstance(value, float) and not math.isfinite(value):
            raise _damaged(f"{kind}: {field.name}")
        odd = isinstance(field, fields_of.JSONField) and not field.null and not isinstance(value, _shape(field))
        if odd and not (isinstance(one, models.Trial) and stored_trials.set_aside(one)):
            raise _damaged(f"{kind}: {field.name}")
        field.run_validators(value)
    if isinstance(one, models.Moment):
        _moment(one, kind)
    if isinstance(one, models.Synced):
        _synced(one, kind)
    if isinstance(one, models.Set):
        _amount(one)
    if isinstance(one, models.Plan) and (why := stored_plans.damage(one.plan)):
        raise _damaged(f"plan: {why}")
    if isinstance(one, models.Trial):
        _trial(one)
    if isinstance(one, models.Response):
        _response(one)


def read_through(person: models.Person) -> None:
    """Read everything as the screens do, before it is kept for good; what they could not read raises here. What a screen would
    write on the way, such as the next block of a plan, is taken back.
    """
    from mettle.web import bundle, burden, prompts, questionnaires, store  # noqa: PLC0415 # the screens' readers: only where an export comes back

    with transaction.atomic():
        store.diary(person)
        prompts.habits(person)
        burden.of(person)
        for key in instruments.ids():
            questionnaires.trajectory(person, key)
        bundle.of(person)
        transaction.set_rollback(True)


def _shape(field: fields_of.JSONField) -> type:
    return type(field.get_default()) if field.has_default() else dict


def _damaged(where: str) -> InputError:
    return InputError(_("this export is damaged, nothing of it was kept: %s") % where, where="mettle.json")


def _plain(found: dict[str, Any], where: str) -> dict[str, Any]:
    plain, odd = fields.keepable(found, deepest=DEEPEST)
    if "nested" in odd:
        raise _damaged(f"{where}: {odd}")
    return plain


def _moment(one: models.Moment, kind: str) -> None:
    if one.on is not None and not fields.EARLIEST <= one.on <= fields.LATEST:
        raise _damaged(f"{kind}: on")
    if one.offset_s is not None and abs(one.offset_s) > FARTHEST_S:
        raise _damaged(f"{kind}: offset_s")


def _synced(one: models.Synced, kind: str) -> None:
    clocks = [clock for name, clock in one.clocks.items() if not name.startswith("=")]
    clocks += [one.deleted] if one.deleted else []
    if not all(isinstance(clock, str) and merge.CLOCK.fullmatch(clock) for clock in clocks):
        raise _damaged(f"{kind}: clocks")


def _amount(one: models.Set) -> None:
    try:
        amount = Decimal(one.amount or "0")
    except InvalidOperation:
        raise _damaged("set: amount") from None
    if not amount.is_finite() or amount < 0 or one.unit not in ("", "kg", "lb"):
        raise _damaged("set: amount")


def _trial(one: models.Trial) -> None:
    from mettle.trials.schedule import schedule_from  # noqa: PLC0415 # trials load numpy: only where one is read

    if stored_trials.set_aside(one):
        return  # kept as it is; no screen reads it
    told = one.trial
    date.fromisoformat(told["start"])
    for on in one.opened:
        date.fromisoformat(on)
    if not isinstance(told["outcome"], str):
        raise _damaged("trial: outcome")
    if told["schedule"] == [] and one.ended_at is not None and isinstance(told["arms"], list):
        return  # ended on the day it was drawn
    try:
        schedule_from(told)
    except InputError as error:
        raise _damaged(f"trial: {error.why}") from None


def _response(one: models.Response) -> None:
    if one.instrument and one.instrument not in (*instruments.ids(), "pvtb", "flanker"):
        raise _damaged("response: instrument")
    if one.finished and one.on is None and one.score:
        raise _damaged("response: on")
