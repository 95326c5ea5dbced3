"""A person's own days: from 03:00 to 03:00 in their zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mettle.units import When

if TYPE_CHECKING:
    from mettle.web.models import Person


def zone(person: Person) -> ZoneInfo:
    """The zone that the person lives in; UTC where they have not said."""
    return ZoneInfo(person.timezone or "UTC")


def now(person: Person) -> datetime:
    """The time where the person is."""
    return datetime.now(UTC).astimezone(zone(person))


def today(person: Person) -> date:
    """The day it is for the person: until 03:00 it is still yesterday."""
    return When.aware(now(person)).day
